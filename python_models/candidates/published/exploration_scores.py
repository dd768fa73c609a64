# Grain: one row per time window (`serve` alone), scorer, user and item hardly known.
def model(dbt, session):
    from precision_marketing.build.documents import read_item_fields, read_review_fields
    from precision_marketing.build.embeddings import read_embeddings
    from precision_marketing.build.relations import reader, row_count, scorer_schema
    from precision_marketing.build.windows import read_settings, read_windows
    from precision_marketing.scorers.content import content_scorers
    from precision_marketing.scorers.exploration import (
        exploration_batches,
        read_item_positions,
    )

    items = read_item_positions(dbt.ref("reranking_items").filter("is_explorable"))
    relations = [
        dbt.ref("int_user_item_matrix"),
        dbt.ref("int_window_users"),
        dbt.ref("int_item_features"),
    ]
    settings, all_items = dbt.ref("int_scorer_settings"), dbt.ref("int_items")
    terms, review_terms = dbt.ref("content_terms"), dbt.ref("content_review_terms")
    embeddings = dbt.ref("int_item_embeddings")
    batches = iter(())
    # Off by default: then nothing is read.
    if items.size:
        n_items = row_count(all_items)
        length = read_settings(settings, "exploration")["list_length"]
        batches = exploration_batches(
            read_windows(
                interactions=relations[0], users=relations[1], items=relations[2]
            ),
            items,
            read_item_fields(terms, n_items),
            read_review_fields(review_terms, n_items),
            content_scorers(
                read_embeddings(embeddings, n_items),
                lambda scorer: read_settings(settings, scorer) | {"candidates": length},
            ),
        )
    return reader(scorer_schema, batches)
