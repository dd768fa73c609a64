# Grain: one row per time window, learned scorer, user and candidate item.
def model(dbt, session):
    from precision_marketing.neural_ranking import score
    from precision_marketing.relations import on_other_cursor

    features = on_other_cursor(dbt.ref("candidate_features"), session)
    return score(features, dbt.ref("neural_scorer_model"))
