# Grain: one row per scorer: what the rankings of `train` lose without it.
def model(dbt, session):
    from precision_marketing.build.scorer_lists import ScorerLists
    from precision_marketing.build.windows import read_settings
    from precision_marketing.scorers.blend_weights import read_weights
    from precision_marketing.scorers.losses import measure

    settings = dbt.ref("precision_marketing", "int_scorer_settings")
    weights = read_weights(dbt.ref("precision_marketing", "blend_weights"))
    depth = read_settings(settings, "every_scorer")["candidates"]
    return measure(
        ScorerLists(
            dbt.ref("precision_marketing", "train_scores"), list(weights), depth
        ),
        labels=dbt.ref("precision_marketing", "int_labels"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        settings=settings,
        weights=weights,
    )
