# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.build.embeddings import read_embeddings
    from precision_marketing.build.relations import row_count
    from precision_marketing.build.windows import (
        read_settings,
        read_windows,
        stream_scores,
    )
    from precision_marketing.scorers.content import item_embedding_scores

    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "item_embedding"
    )
    embeddings = read_embeddings(
        dbt.ref("precision_marketing", "int_item_embeddings"),
        row_count(dbt.ref("precision_marketing", "int_items")),
    )
    windows = read_windows(
        interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
        users=dbt.ref("precision_marketing", "int_window_users"),
        items=dbt.ref("precision_marketing", "int_item_features"),
    )

    def scores(window):
        return item_embedding_scores(window, embeddings, settings)

    return stream_scores("item_embedding", windows, scores)
