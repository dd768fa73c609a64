# Grain: one row per time window, set of cold items, group, scorer, user and item.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.documents import read_item_fields, read_review_fields
    from precision_marketing.build.embeddings import read_embeddings
    from precision_marketing.build.relations import reader, row_count, window_schema
    from precision_marketing.build.windows import read_settings, read_windows
    from precision_marketing.scorers.cold_items import cold_item_batches, cold_schema
    from precision_marketing.scorers.content import content_scorers

    settings = dbt.ref("precision_marketing", "int_scorer_settings")
    n_items = row_count(dbt.ref("precision_marketing", "int_items"))
    batches = cold_item_batches(
        read_windows(
            interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
            users=dbt.ref("precision_marketing", "int_window_users"),
            items=dbt.ref("precision_marketing", "int_item_features"),
        ),
        dbt.ref("precision_marketing", "cold_item_users"),
        dbt.ref("precision_marketing", "int_cold_items"),
        read_item_fields(dbt.ref("precision_marketing", "content_terms"), n_items),
        read_review_fields(
            dbt.ref("precision_marketing", "content_review_terms"), n_items
        ),
        content_scorers(
            read_embeddings(
                dbt.ref("precision_marketing", "int_item_embeddings"), n_items
            ),
            lambda scorer: read_settings(settings, scorer) | {"candidates": 10},
        ),
    )
    return reader(window_schema(cold_schema, has_scorer=True), batches)
