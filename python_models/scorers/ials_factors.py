# Grain: one row per time window (`test`, `serve`) and item that has factors.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.kept_windows import windows_to_make
    from precision_marketing.scorers.ials_factors import later_factors, read_factors

    kept = None
    asked = windows_to_make(
        dbt.ref("precision_marketing", "int_kept_tables"),
        "ials_factors",
        ("test", "serve"),
    )
    if "test" not in asked:
        kept = read_factors(session.table(f"{dbt.this}"), "test")
    return later_factors(
        settings=dbt.ref("precision_marketing", "int_scorer_settings"),
        decisions=dbt.ref("precision_marketing", "scorer_decisions"),
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        kept_of_test=kept,
    )
