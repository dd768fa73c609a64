# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.algorithms import ease_scores, fit_ease
    from precision_marketing.windows import read_settings, read_windows, stream_scores

    settings = read_settings(dbt.ref("int_scorer_settings"), "ease")
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def scores(window):
        if window.weights.shape[1] > settings["maximum_items"]:
            return iter(())
        item_weights = fit_ease(
            window.weights,
            penalty=settings["penalty"],
            user_degree_exponent=settings["user_degree_exponent"],
            maximum_items=settings["maximum_items"],
        )
        return window.top_scores(
            ease_scores(window.weights, item_weights), settings["candidates"]
        )

    return stream_scores("ease", windows, scores)
