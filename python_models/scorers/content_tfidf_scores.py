# Grain: one row per time window, user and item among the scorer's best.
def model(dbt, session):
    from precision_marketing.documents import profile_matrix
    from precision_marketing.relations import to_arrow, window_tables
    from precision_marketing.scoring import content_tfidf
    from precision_marketing.windows import read_settings, read_windows, stream_scores

    settings = read_settings(dbt.ref("int_scorer_settings"), "content_tfidf")
    profiles = dict(window_tables(to_arrow(dbt.ref("content_tfidf_profiles"))))
    windows = read_windows(
        interactions=dbt.ref("int_user_item_matrix"),
        users=dbt.ref("int_window_users"),
        items=dbt.ref("int_item_features"),
    )

    def scores(window):
        items = profile_matrix(
            profiles[window.time_window], n_items=window.weights.shape[1]
        )
        return content_tfidf(window, settings, items)

    return stream_scores("content_tfidf", windows, scores)
