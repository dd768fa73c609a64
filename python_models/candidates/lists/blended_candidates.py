# Grain: one row per time window, user and item among the user's candidates.
def model(dbt, session):
    dbt.config(materialized="replaced_table")
    from functools import partial

    from precision_marketing.build.documents import read_fields
    from precision_marketing.build.kept_windows import windows_to_make
    from precision_marketing.build.relations import (
        item_counts,
        on_other_cursor,
        reader,
        window_schema,
    )
    from precision_marketing.build.scorer_lists import ScorerLists
    from precision_marketing.build.windows import read_settings, read_windows
    from precision_marketing.candidates.blended_candidates import (
        blended_batches,
        blended_schema,
    )
    from precision_marketing.scorers.blend_weights import (
        read_train_halves,
        read_weights,
    )
    from precision_marketing.scorers.full_scores import FullScores
    from precision_marketing.scorers.ials_factors import read_factors
    from precision_marketing.scorers.lists import read_neighbors

    decisions = dbt.ref("precision_marketing", "scorer_decisions")
    weights = read_weights(decisions)
    settings = read_settings(
        dbt.ref("precision_marketing", "int_scorer_settings"), "every_scorer"
    )
    items = dbt.ref("precision_marketing", "int_item_features")
    asked = windows_to_make(
        dbt.ref("precision_marketing", "int_kept_tables"), "blended_candidates"
    )
    batches = blended_batches(
        read_windows(
            interactions=dbt.ref("precision_marketing", "int_user_item_matrix"),
            users=dbt.ref("precision_marketing", "int_window_users"),
            items=items,
            # `serve` begins where `test` ended.
            time_windows=("train", "test", "serve")[-max(2, len(asked)) :],
        ),
        ScorerLists(
            on_other_cursor(
                dbt.ref("precision_marketing", "candidate_scores"), session
            ),
            weights.scorers,
            settings["candidates"],
        ),
        weights,
        read_train_halves(dbt.ref("precision_marketing", "int_window_users")),
        keep_of_each=settings["kept_of_each_scorer"],
        full_scores=FullScores(
            dbt.ref("precision_marketing", "int_scorer_settings"), decisions
        ),
        choice_neighbors=partial(
            read_neighbors, dbt.ref("precision_marketing", "item_cosine_neighbors")
        ),
        next_neighbors=partial(
            read_neighbors, dbt.ref("precision_marketing", "next_basket_neighbors")
        ),
        fields=read_fields(
            dbt.ref("precision_marketing", "content_terms"),
            dbt.ref("precision_marketing", "content_review_terms"),
            item_counts(items, asked),
        ),
        factors=partial(
            read_factors,
            on_other_cursor(dbt.ref("precision_marketing", "ials_factors"), session),
        ),
        asked_windows=asked,
        content_settings=read_settings(
            dbt.ref("precision_marketing", "int_scorer_settings"), "content_tfidf"
        ),
    )
    return reader(window_schema(blended_schema(weights.scorers)), batches)
