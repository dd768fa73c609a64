# Grain: one row per record of the propensity model: scaling, coefficient, covariance.
def model(dbt, session):
    from precision_marketing.learned.propensity import learn

    return learn(dbt.ref("propensity_features"))
