# Grain: one row per scorer: its weight in the blend, and whether it may be left out.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.relations import to_arrow, window_tables
    from precision_marketing.build.scorer_lists import ScorerLists
    from precision_marketing.build.windows import read_settings, read_windows
    from precision_marketing.scorers.blend_weights import learn, start_weights
    from precision_marketing.scorers.full_scores import FullScores
    from precision_marketing.scorers.losses import measure

    settings = dbt.ref("precision_marketing", "int_scorer_settings")
    labels = dbt.ref("precision_marketing", "int_labels")
    users = dbt.ref("precision_marketing", "int_window_users")
    start = start_weights(settings)
    depth = read_settings(settings, "every_scorer")["candidates"]
    lists = ScorerLists(
        dbt.ref("precision_marketing", "train_scores"), list(start), depth
    )
    items = dbt.ref("precision_marketing", "int_item_features")
    (window,) = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=users,
        items=items,
        time_windows=("train",),
    )
    neighbors = dbt.ref("precision_marketing", "item_cosine_neighbors")
    followers = dbt.ref("precision_marketing", "next_basket_neighbors")
    of_train = "time_window = 'train'"
    full_scores = FullScores(settings).of_window(
        window,
        *(
            dict(window_tables(to_arrow(table.filter(of_train))))["train"]
            for table in (neighbors, followers)
        ),
    )
    return measure(
        lists,
        labels=labels,
        users=users,
        items=items,
        settings=settings,
        start=start,
        weights=learn(lists, labels, users, start, full_scores),
        full_scores=full_scores,
    )
