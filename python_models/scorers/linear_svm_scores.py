# Grain: one row per time window (`test`, `serve`), user and item of the scorer's best.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.scorers.lists import later_lists

    return later_lists(
        "linear_svm",
        settings=dbt.ref("precision_marketing", "int_scorer_settings"),
        decisions=dbt.ref("precision_marketing", "scorer_decisions"),
        kept_tables=dbt.ref("precision_marketing", "int_kept_tables"),
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        content_only_users=dbt.ref("precision_marketing", "content_only_users"),
        content_terms=dbt.ref("precision_marketing", "content_terms"),
        content_review_terms=dbt.ref("precision_marketing", "content_review_terms"),
    )
