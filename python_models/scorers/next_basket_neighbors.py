# Grain: one row per time window, target item and neighbor (an item chosen before it).
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.fit_windows import read_fit_windows
    from precision_marketing.build.kept_windows import windows_to_make
    from precision_marketing.build.windows import read_settings
    from precision_marketing.scorers.collaborative import (
        next_basket_neighbors_of,
        stream_neighbors,
    )

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "next_basket"
    )
    windows = read_fit_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        time_windows=windows_to_make(
            dbt.ref("precision_marketing", "int_kept_tables"), "next_basket_neighbors"
        ),
    )
    return stream_neighbors(windows, next_basket_neighbors_of, settings)
