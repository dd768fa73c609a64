# Grain: one row per user and rank: the published ranking after rules, diversity and
# exploration; where none is asked for, its first ranks as they are.
def model(dbt, session):
    from precision_marketing.build.documents import read_item_fields, read_review_fields
    from precision_marketing.build.embeddings import read_embeddings
    from precision_marketing.build.relations import on_other_cursor, reader, to_arrow
    from precision_marketing.build.windows import read_settings, read_windows
    from precision_marketing.candidates.reranking import (
        hardly_known,
        item_rules,
        read_items,
        read_likeness,
        read_users,
        reranked_batches,
        reranked_schema,
        unchanged,
    )
    from precision_marketing.scorers.content import content_scorers
    from precision_marketing.scorers.exploration import exploration

    served, interactions, users, features, all_items = (
        dbt.ref("served_rankings"),
        dbt.ref("int_user_item_matrix"),
        dbt.ref("int_window_users"),
        dbt.ref("int_item_features"),
        dbt.ref("int_items"),
    )
    scorer_settings = dbt.ref("int_scorer_settings")
    settings = read_settings(scorer_settings, "reranking")
    length = settings["list_length"]
    if not settings["is_wanted"]:
        return unchanged(served, length)
    items = read_items(all_items, features)
    n_items = items.num_rows
    rules = item_rules(
        to_arrow(dbt.ref("recommendation_rules")).to_pylist(), items, length
    )
    likeness = explored = None
    if settings["diversity"]:
        likeness = read_likeness(
            dbt.ref("item_cosine_neighbors"),
            dbt.ref("content_tfidf_neighbors"),
            n_items,
        )
    if settings["explored_count"]:
        *_, serve = read_windows(
            interactions=interactions.filter("time_window = 'serve'"),
            users=users,
            items=features,
        )
        fields = read_item_fields(dbt.ref("content_terms"), n_items)
        reviews = read_review_fields(dbt.ref("content_review_terms"), n_items)
        explored = exploration(
            serve,
            hardly_known(items, rules.is_shown),
            fields | reviews["serve"],
            content_scorers(
                read_embeddings(dbt.ref("int_item_embeddings"), n_items),
                lambda name: (
                    read_settings(scorer_settings, name) | {"candidates": length}
                ),
            ),
            length,
        )
    scored_users, turns = read_users(users, dbt.ref("int_users"))
    published = to_arrow(dbt.ref("published_ranking").project("scorer"))
    batches = reranked_batches(
        on_other_cursor(served, session),
        on_other_cursor(interactions, session),
        scored_users,
        turns,
        rules,
        likeness,
        explored,
        published_ranking=published["scorer"][0].as_py(),
        diversity=settings["diversity"],
        explored_count=settings["explored_count"],
    )
    return reader(reranked_schema, batches)
