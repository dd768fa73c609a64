# Grain: one row per record of the network: scaling, weight, epoch metric.
def model(dbt, session):
    from precision_marketing.neural_ranking import train
    from precision_marketing.windows import read_settings

    settings = read_settings(dbt.ref("int_scorer_settings"), "neural_scorer")
    return train(dbt.ref("candidate_features"), settings)
