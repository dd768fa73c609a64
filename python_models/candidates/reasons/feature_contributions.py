# Grain: one row per published user, item and feature group, and one for the base.
def model(dbt, session):
    from precision_marketing.learned.feature_contributions import explain

    return explain(
        dbt.ref("published_items"),
        dbt.ref("candidate_features"),
        dbt.ref("neural_scorer_model"),
    )
