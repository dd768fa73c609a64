# Grain: one row per time window, user and candidate item.
def model(dbt, session):
    from precision_marketing.neural_ranking import score

    return score(dbt.ref("candidate_features"), dbt.ref("neural_scorer_model"))
