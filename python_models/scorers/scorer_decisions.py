# Grain: one row per scorer: its weight in the blend, and whether it may be left out.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.scorer_lists import ScorerLists
    from precision_marketing.build.windows import read_settings
    from precision_marketing.scorers.blend_weights import learn, start_weights
    from precision_marketing.scorers.losses import measure

    settings = dbt.ref("precision_marketing", "int_scorer_settings")
    labels = dbt.ref("precision_marketing", "int_labels")
    users = dbt.ref("precision_marketing", "int_window_users")
    start = start_weights(settings)
    depth = read_settings(settings, "every_scorer")["candidates"]
    lists = ScorerLists(
        dbt.ref("precision_marketing", "train_scores"), list(start), depth
    )
    return measure(
        lists,
        labels=labels,
        users=users,
        items=dbt.ref("precision_marketing", "int_item_features"),
        settings=settings,
        start=start,
        weights=learn(lists, labels, users, start),
    )
