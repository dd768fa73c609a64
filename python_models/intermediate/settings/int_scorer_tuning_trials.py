# Grain: one row per scorer, trial and searched setting; none without `tuning.enabled`.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.tuning import search_settings

    return search_settings(
        declared=dbt.ref("precision_marketing", "int_declared_scorer_settings"),
        levers=dbt.ref("precision_marketing", "int_scorer_levers"),
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        labels=dbt.ref("precision_marketing", "int_labels"),
    )
