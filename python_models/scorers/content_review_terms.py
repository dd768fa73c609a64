# Grain: one row per time window, item and term of its reviews up to the window.
def model(dbt, session):
    from precision_marketing.algorithms.content.text import terms
    from precision_marketing.build.documents import REVIEWS, term_batches, terms_schema
    from precision_marketing.build.relations import (
        reader,
        row_count,
        to_arrow,
        window_schema,
        window_tables,
        with_window,
    )
    from precision_marketing.build.windows import read_settings

    settings = read_settings(dbt.ref("int_scorer_settings"), "content_terms")
    n_items = row_count(dbt.ref("int_items"))
    reviews = to_arrow(dbt.ref("int_item_reviews"))

    def batches():
        for time_window, rows in window_tables(reviews):
            texts = dict(
                zip(
                    rows["item_index"].to_pylist(),
                    rows["review_text"].to_pylist(),
                    strict=True,
                )
            )
            documents = (texts.get(item) for item in range(n_items))
            for batch in term_batches(REVIEWS, documents, terms, settings):
                yield with_window(batch, time_window)

    return reader(window_schema(terms_schema), batches())
