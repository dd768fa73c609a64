# Grain: one row per time window with labels, learned scorer, user and candidate item.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.relations import on_other_cursor
    from precision_marketing.learned.learned_scores import score

    features = on_other_cursor(
        dbt.ref("precision_marketing", "candidate_features"), session
    )
    return score(features, dbt.ref("precision_marketing", "neural_scorer_model"))
