# Grain: one row per time window (`test`, `serve`), target and user; none unlearned.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.relations import on_other_cursor
    from precision_marketing.learned.propensity import predict

    features = on_other_cursor(
        dbt.ref("precision_marketing", "propensity_features"), session
    )
    return predict(features, dbt.ref("precision_marketing", "propensity_model"))
