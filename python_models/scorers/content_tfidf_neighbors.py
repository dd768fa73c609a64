# Grain: one row per item and neighbor of similar text, of the window `serve`.
def model(dbt, session):
    from precision_marketing.algorithms.collaborative import neighbors
    from precision_marketing.algorithms.content.tfidf import content_neighbors
    from precision_marketing.build.documents import read_item_fields, read_review_fields
    from precision_marketing.build.relations import (
        reader,
        row_count,
        window_schema,
        with_window,
    )
    from precision_marketing.build.windows import read_settings
    from precision_marketing.scorers.content import tfidf_profiles

    settings = read_settings(dbt.ref("int_scorer_settings"), "content_tfidf")
    n_items = row_count(dbt.ref("int_items"))
    fields = read_item_fields(dbt.ref("content_terms"), n_items)
    reviews = read_review_fields(dbt.ref("content_review_terms"), n_items)

    def batches():
        known = fields | reviews["serve"]
        if not known:
            return
        table = content_neighbors(
            tfidf_profiles(known, settings), top_k=settings["neighbors"]
        )
        for batch in table.to_batches():
            yield with_window(batch, "serve")

    return reader(window_schema(neighbors.item_neighbors_schema), batches())
