# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.scoring import next_basket
    from precision_marketing.windows import read_settings, read_windows, stream_scores

    settings = read_settings(dbt.ref("int_scorer_settings"), "next_basket")
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    return stream_scores(
        "next_basket", windows, lambda window: next_basket(window, settings)
    )
