# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.build.relations import to_arrow, window_tables
    from precision_marketing.build.windows import (
        read_settings,
        read_windows,
        stream_scores,
    )
    from precision_marketing.scorers.collaborative import local_ridge

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "local_ridge"
    )
    nearest = dbt.ref("precision_marketing", "item_cosine_neighbors").filter(
        f"neighbor_rank <= {settings['neighbors']}"
    )
    neighbors = dict(window_tables(to_arrow(nearest)))
    windows = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
    )

    def scores(window):
        return local_ridge(window, settings, neighbors[window.time_window])

    return stream_scores("local_ridge", windows, scores)
