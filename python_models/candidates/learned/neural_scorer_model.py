# Grain: one row per record of the learned scorers: scaling, weight, epoch metric.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.windows import read_settings
    from precision_marketing.learned.model_training import train

    settings = dbt.ref("precision_marketing", "int_scorer_settings")
    return train(
        dbt.ref("precision_marketing", "candidate_features"),
        read_settings(settings, "neural_scorer"),
        read_settings(settings, "logistic_regression"),
    )
