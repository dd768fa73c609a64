# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.build.documents import read_item_fields, read_review_fields
    from precision_marketing.build.relations import row_count
    from precision_marketing.build.windows import (
        read_settings,
        read_windows,
        stream_scores,
    )
    from precision_marketing.scorers.content import naive_bayes_scores

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "naive_bayes"
    )
    n_items = row_count(dbt.ref("precision_marketing", "int_items"))
    fields = read_item_fields(dbt.ref("precision_marketing", "content_terms"), n_items)
    reviews = read_review_fields(
        dbt.ref("precision_marketing", "content_review_terms"), n_items
    )
    windows = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
    )

    def scores(window):
        return naive_bayes_scores(
            window, fields | reviews[window.time_window], settings
        )

    return stream_scores("naive_bayes", windows, scores)
