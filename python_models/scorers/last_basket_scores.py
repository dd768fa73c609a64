# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.build.relations import to_arrow, window_tables
    from precision_marketing.build.windows import (
        read_settings,
        read_windows,
        stream_scores,
    )
    from precision_marketing.scorers.collaborative import last_basket

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "last_basket"
    )
    neighbors = dict(
        window_tables(to_arrow(dbt.ref("precision_marketing", "item_cosine_neighbors")))
    )
    windows = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
    )

    def scores(window):
        return last_basket(window, settings, neighbors[window.time_window])

    return stream_scores("last_basket", windows, scores)
