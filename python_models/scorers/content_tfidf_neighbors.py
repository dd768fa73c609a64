# Grain: one row per time window, item and neighbor of similar text.
def model(dbt, session):
    from precision_marketing.algorithms import content_neighbors, neighbors
    from precision_marketing.documents import profile_matrix
    from precision_marketing.relations import (
        reader,
        to_arrow,
        window_schema,
        window_tables,
        with_window,
    )
    from precision_marketing.windows import read_settings, read_windows

    settings = read_settings(dbt.ref("int_scorer_settings"), "content_tfidf")
    profiles = dict(window_tables(to_arrow(dbt.ref("content_tfidf_profiles"))))
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def batches():
        for window in windows:
            table = content_neighbors(
                profile_matrix(
                    profiles[window.time_window], n_items=window.weights.shape[1]
                ),
                top_k=settings["neighbors"],
            )
            for batch in table.to_batches():
                yield with_window(batch, window.time_window)

    return reader(window_schema(neighbors.item_neighbors_schema), batches())
