# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.algorithms import fit_spectral, spectral_scores
    from precision_marketing.windows import read_settings, read_windows, stream_scores

    settings = read_settings(dbt.ref("int_scorer_settings"), "spectral")
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def scores(window):
        fitted = fit_spectral(
            window.weights,
            rank=settings["rank"],
            spectrum_exponent=settings["spectrum_exponent"],
            user_degree_exponent=settings["user_degree_exponent"],
            item_degree_exponent=settings["item_degree_exponent"],
            top_k=settings["neighbors"],
        )
        return window.top_scores(
            spectral_scores(window.weights, fitted), settings["candidates"]
        )

    return stream_scores("spectral", windows, scores)
