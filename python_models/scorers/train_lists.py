# Grain: one row per scorer, user and item among the scorer's best, of window `train`.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.scorers.lists import train_lists

    return train_lists(
        settings=dbt.ref("precision_marketing", "int_scorer_settings"),
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
        item_cosine_neighbors=dbt.ref("precision_marketing", "item_cosine_neighbors"),
        next_basket_neighbors=dbt.ref("precision_marketing", "next_basket_neighbors"),
        content_terms=dbt.ref("precision_marketing", "content_terms"),
        content_review_terms=dbt.ref("precision_marketing", "content_review_terms"),
        item_embeddings=dbt.ref("precision_marketing", "int_item_embeddings"),
    )
