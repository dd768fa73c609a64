# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.algorithms import iterate_top_items, neighbor_matrix
    from precision_marketing.relations import (
        reader,
        scorer_schema,
        to_arrow,
        window_tables,
        with_window,
    )
    from precision_marketing.windows import read_settings, read_windows

    settings = read_settings(dbt.ref("int_scorer_settings"), "item_cosine")
    neighbors = dict(window_tables(to_arrow(dbt.ref("item_cosine_neighbors"))))
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def batches():
        for window in windows:
            n_items = window.weights.shape[1]
            by_target = neighbor_matrix(neighbors[window.time_window], n_items, n_items)
            for batch in iterate_top_items(
                window.weights,
                by_target.T.tocsr(),
                users=window.scored_users,
                exclude=window.excluded,
                allowed_items=window.eligible_items,
                item_scale=None,
                top_n=settings["candidates"],
            ):
                yield with_window(batch, window.time_window, "item_cosine")

    return reader(scorer_schema, batches())
