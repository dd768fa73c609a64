# Grain: one row per published user, item and feature group, and one for the base.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.learned.feature_contributions import explain

    return explain(
        dbt.ref("precision_marketing", "published_items"),
        dbt.ref("precision_marketing", "candidate_features"),
        dbt.ref("precision_marketing", "neural_scorer_model"),
    )
