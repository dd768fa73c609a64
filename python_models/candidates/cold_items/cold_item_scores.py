# Grain: one row per time window, set of cold items, group, scorer, user and item.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.documents import read_fields
    from precision_marketing.build.embeddings import read_embeddings
    from precision_marketing.build.relations import item_counts, reader, window_schema
    from precision_marketing.build.windows import read_settings, read_windows
    from precision_marketing.scorers.cold_items import cold_item_batches, cold_schema
    from precision_marketing.scorers.content import content_scorers

    settings = dbt.ref("precision_marketing", "int_scorer_settings")
    items = dbt.ref("precision_marketing", "int_item_features")
    counts = item_counts(items, ("train", "test"))
    batches = cold_item_batches(
        read_windows(
            interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
            users=dbt.ref("precision_marketing", "int_window_users"),
            items=items,
            time_windows=("train", "test"),
        ),
        dbt.ref("precision_marketing", "cold_item_users"),
        dbt.ref("precision_marketing", "int_cold_items"),
        read_fields(
            dbt.ref("precision_marketing", "content_terms"),
            dbt.ref("precision_marketing", "content_review_terms"),
            counts,
        ),
        content_scorers(
            read_embeddings(
                dbt.ref("precision_marketing", "int_item_embeddings"),
                max(counts.values()),
            ),
            lambda scorer: read_settings(settings, scorer) | {"candidates": 10},
        ),
    )
    return reader(window_schema(cold_schema, has_scorer=True), batches)
