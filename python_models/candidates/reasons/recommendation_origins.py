# Grain: one row per published user and item that a history item speaks for: the one
# with the largest part of the winning scorer's score.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.candidates.origins import recommendation_origins

    return recommendation_origins(
        scorer_parts=dbt.ref("precision_marketing", "scorer_parts"),
        scorer_reasons=dbt.ref("precision_marketing", "scorer_reasons"),
        scorer_neighbors=dbt.ref("precision_marketing", "scorer_neighbors"),
        returned_items=dbt.ref("precision_marketing", "returned_items"),
        settings=dbt.ref("precision_marketing", "int_scorer_settings"),
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        item_cosine_neighbors=dbt.ref("precision_marketing", "item_cosine_neighbors"),
        content_terms=dbt.ref("precision_marketing", "content_terms"),
        content_review_terms=dbt.ref("precision_marketing", "content_review_terms"),
        item_embeddings=dbt.ref("precision_marketing", "int_item_embeddings"),
        ials_factors=dbt.ref("precision_marketing", "ials_factors"),
    )
