# Grain: one row per scorer: how much it counts in the blend.
def model(dbt, session):
    from precision_marketing.build.scorer_lists import ScorerLists
    from precision_marketing.build.windows import read_settings
    from precision_marketing.scorers.blend_weights import learn, start_weights

    settings = dbt.ref("precision_marketing", "int_scorer_settings")
    start = start_weights(settings)
    depth = read_settings(settings, "every_scorer")["candidates"]
    return learn(
        ScorerLists(dbt.ref("precision_marketing", "train_scores"), list(start), depth),
        dbt.ref("precision_marketing", "int_labels"),
        dbt.ref("precision_marketing", "int_window_users"),
        start,
    )
