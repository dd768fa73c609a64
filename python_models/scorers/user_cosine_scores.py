# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.build.windows import (
        read_settings,
        read_windows,
        stream_scores,
    )
    from precision_marketing.scorers.collaborative import user_cosine

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "user_cosine"
    )
    windows = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
    )

    return stream_scores(
        "user_cosine", windows, lambda window: user_cosine(window, settings)
    )
