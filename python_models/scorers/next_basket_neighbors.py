# Grain: one row per time window, target item and neighbor (an item chosen before it).
def model(dbt, session):
    from precision_marketing.algorithms.collaborative.neighbors import (
        item_neighbors_schema,
    )
    from precision_marketing.build.relations import reader, window_schema, with_window
    from precision_marketing.build.windows import read_settings, read_windows
    from precision_marketing.scorers.collaborative import next_basket_neighbors_of

    settings = read_settings(dbt.ref("int_scorer_settings"), "next_basket")
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def batches():
        for window in windows:
            for batch in next_basket_neighbors_of(window, settings).to_batches():
                yield with_window(batch, window.time_window)

    return reader(window_schema(item_neighbors_schema), batches())
