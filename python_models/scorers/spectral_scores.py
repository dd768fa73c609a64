# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.build.windows import (
        read_settings,
        read_windows,
        stream_scores,
    )
    from precision_marketing.scorers.collaborative import fit_of_spectral, refined

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "spectral"
    )
    windows = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
    )

    return stream_scores("spectral", windows, refined(fit_of_spectral, settings))
