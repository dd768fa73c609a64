# Grain: one row per time window, user and neighbor (another user).
def model(dbt, session):
    from precision_marketing.algorithms import neighbors, user_neighbors
    from precision_marketing.relations import reader, window_schema, with_window
    from precision_marketing.windows import read_settings, read_windows

    settings = read_settings(dbt.ref("int_scorer_settings"), "user_cosine")
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def batches():
        for window in windows:
            table = user_neighbors(
                window.weights,
                top_k=settings["neighbors"],
                item_degree_exponent=settings["item_degree_exponent"],
                target_exponent=settings["target_exponent"],
                source_exponent=settings["source_exponent"],
                shrinkage=settings["shrinkage"],
                users=window.scored_users,
            )
            for batch in table.to_batches():
                yield with_window(batch, window.time_window)

    return reader(window_schema(neighbors.user_neighbors_schema), batches())
