# Grain: one row per time window, user and item among the user's candidates.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.relations import on_other_cursor
    from precision_marketing.candidates.blended_candidates import blended_candidates

    return blended_candidates(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        candidate_scores=on_other_cursor(
            dbt.ref("precision_marketing", "candidate_scores"), session
        ),
        decisions=dbt.ref("precision_marketing", "scorer_decisions"),
        settings=dbt.ref("precision_marketing", "int_scorer_settings"),
        kept_tables=dbt.ref("precision_marketing", "int_kept_tables"),
        item_cosine_neighbors=dbt.ref("precision_marketing", "item_cosine_neighbors"),
        next_basket_neighbors=dbt.ref("precision_marketing", "next_basket_neighbors"),
        content_terms=dbt.ref("precision_marketing", "content_terms"),
        content_review_terms=dbt.ref("precision_marketing", "content_review_terms"),
        ials_factors=on_other_cursor(
            dbt.ref("precision_marketing", "ials_factors"), session
        ),
    )
