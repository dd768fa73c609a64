# Grain: one row per record of the propensity model: scaling, coefficient, covariance.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    dbt.ref("precision_marketing", "int_python_library")
    from precision_marketing.learned.propensity import learn

    return learn(dbt.ref("precision_marketing", "propensity_features"))
