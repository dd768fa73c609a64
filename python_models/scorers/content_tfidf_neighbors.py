# Grain: one row per item and neighbor of similar text, of the window `serve`.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from precision_marketing.build.documents import read_fields
    from precision_marketing.build.relations import one_window, row_count
    from precision_marketing.build.windows import read_settings
    from precision_marketing.scorers.content import tfidf_neighbors

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "content_tfidf"
    )
    fields = read_fields(
        dbt.ref("precision_marketing", "content_terms"),
        dbt.ref("precision_marketing", "content_review_terms"),
        {"serve": row_count(dbt.ref("precision_marketing", "int_items"))},
    )
    neighbors = tfidf_neighbors(fields["serve"], settings)
    return one_window(neighbors, "serve")
