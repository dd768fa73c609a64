# Grain: one row per time window, item and term of its text.
def model(dbt, session):
    from precision_marketing.documents import profile_schema, profile_table
    from precision_marketing.relations import (
        reader,
        to_arrow,
        window_schema,
        window_tables,
        with_window,
    )
    from precision_marketing.scoring import content_profiles
    from precision_marketing.windows import read_settings

    settings = read_settings(dbt.ref("int_scorer_settings"), "content_tfidf")
    documents = to_arrow(dbt.ref("int_item_documents"))

    def batches():
        for time_window, rows in window_tables(documents):
            profiles, terms = content_profiles(rows, settings)
            for batch in profile_table(profiles, terms).to_batches():
                yield with_window(batch, time_window)

    return reader(window_schema(profile_schema), batches())
