# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.algorithms import neighbor_matrix, popularity_damping
    from precision_marketing.relations import to_arrow, window_tables
    from precision_marketing.windows import read_settings, read_windows, stream_scores

    settings = read_settings(dbt.ref("int_scorer_settings"), "user_cosine")
    neighbors = dict(window_tables(to_arrow(dbt.ref("user_cosine_neighbors"))))
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def scores(window):
        n_users = window.weights.shape[0]
        return window.top_items(
            neighbor_matrix(neighbors[window.time_window], n_users, n_users),
            window.weights,
            settings["candidates"],
            popularity_damping(window.weights, settings["popularity_exponent"]),
        )

    return stream_scores("user_cosine", windows, scores)
