# Grain: one row per time window, item and term of its reviews up to the window.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.documents import review_term_batches, terms_schema
    from precision_marketing.build.kept_windows import windows_to_make
    from precision_marketing.build.relations import (
        item_counts,
        reader,
        to_arrow,
        window_schema,
    )
    from precision_marketing.build.windows import read_settings

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "content_terms"
    )
    windows = windows_to_make(
        dbt.ref("precision_marketing", "int_kept_tables"), "content_review_terms"
    )
    counts = item_counts(dbt.ref("precision_marketing", "int_item_features"), windows)
    reviews = to_arrow(dbt.ref("precision_marketing", "int_item_reviews"))
    batches = review_term_batches(reviews, counts, settings)
    return reader(window_schema(terms_schema), batches)
