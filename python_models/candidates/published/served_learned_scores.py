# Grain: one row per user and candidate item of `serve`, by the one learned scorer that
# is needed there; without rows where none is.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.relations import on_other_cursor
    from precision_marketing.learned.challenger_tests import needed_in_serve
    from precision_marketing.learned.learned_scores import score_served

    scorer = needed_in_serve(
        dbt.ref("precision_marketing", "challenger_tests"),
        dbt.ref("precision_marketing", "chance_demand"),
    )
    features = on_other_cursor(
        dbt.ref("precision_marketing", "candidate_features"), session
    )
    return score_served(
        features, dbt.ref("precision_marketing", "neural_scorer_model"), scorer
    )
