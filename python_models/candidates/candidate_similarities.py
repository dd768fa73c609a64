# Grain: one row per time window, user and candidate item.
def model(dbt, session):
    from precision_marketing.candidate_features import (
        read_candidates,
        similarities_schema,
        similarity_batches,
    )
    from precision_marketing.documents import read_item_fields, read_review_fields
    from precision_marketing.relations import (
        reader,
        row_count,
        to_arrow,
        window_schema,
        window_tables,
    )
    from precision_marketing.windows import read_settings, read_windows

    n_items = row_count(dbt.ref("int_items"))
    batches = similarity_batches(
        read_windows(
            interactions=dbt.ref("int_user_item_matrix"),
            users=dbt.ref("int_window_users"),
            items=dbt.ref("int_item_features"),
        ),
        read_candidates(dbt.ref("blended_candidates")),
        dict(window_tables(to_arrow(dbt.ref("item_cosine_neighbors")))),
        dict(window_tables(to_arrow(dbt.ref("next_basket_neighbors")))),
        read_item_fields(dbt.ref("content_terms"), n_items),
        read_review_fields(dbt.ref("content_review_terms"), n_items),
        read_settings(dbt.ref("int_scorer_settings"), "content_tfidf"),
    )
    return reader(window_schema(similarities_schema), batches)
