# Grain: one row per user and rank: the published ranking after rules, diversity and
# exploration; where none is asked for, its first ranks as they are.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.candidates.reranking import published_lists

    relations = {
        "served_rankings": dbt.ref("precision_marketing", "served_rankings"),
        "published_ranking": dbt.ref("precision_marketing", "published_ranking"),
        "recommendation_rules": dbt.ref("precision_marketing", "recommendation_rules"),
        "int_scorer_settings": dbt.ref("precision_marketing", "int_scorer_settings"),
        "int_items": dbt.ref("precision_marketing", "int_items"),
        "int_item_features": dbt.ref("precision_marketing", "int_item_features"),
        "int_users": dbt.ref("precision_marketing", "int_users"),
        "int_window_users": dbt.ref("precision_marketing", "int_window_users"),
        "int_user_item_matrix": dbt.ref("precision_marketing", "int_user_item_matrix"),
        "item_cosine_neighbors": dbt.ref(
            "precision_marketing", "item_cosine_neighbors"
        ),
        "content_tfidf_neighbors": dbt.ref(
            "precision_marketing", "content_tfidf_neighbors"
        ),
        "content_terms": dbt.ref("precision_marketing", "content_terms"),
        "content_review_terms": dbt.ref("precision_marketing", "content_review_terms"),
        "int_item_embeddings": dbt.ref("precision_marketing", "int_item_embeddings"),
    }
    return published_lists(relations, session)
