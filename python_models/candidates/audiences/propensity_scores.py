# Grain: one row per time window (`test`, `serve`), target and user; none unlearned.
def model(dbt, session):
    from precision_marketing.propensity import predict
    from precision_marketing.relations import on_other_cursor

    features = on_other_cursor(dbt.ref("propensity_features"), session)
    return predict(features, dbt.ref("propensity_model"))
