"""The lists that are published: the ranking after rules, diversity and exploration.

What they mean: docs/business_rules.md. Compiled, in blocks of users, and not in SQL:
there each place of a list was a window over all users' candidates.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.blending.reranking import (
    PLACEMENT_RULES,
    RerankedLists,
    rerank_lists,
)
from precision_marketing.algorithms.collaborative.neighbors import neighbor_matrix
from precision_marketing.build.build_log import show_log_in_dbt
from precision_marketing.build.documents import read_fields
from precision_marketing.build.embeddings import read_embeddings
from precision_marketing.build.relations import (
    is_on_spark,
    on_other_cursor,
    reader,
    to_arrow,
)
from precision_marketing.build.windows import read_settings, read_windows
from precision_marketing.candidates.item_rules import (
    ItemRules,
    hardly_known,
    item_rules,
    read_items,
)
from precision_marketing.scorers.content import content_scorers
from precision_marketing.scorers.exploration import exploration

# Of each kind of likeness so many nearest items count.
NEIGHBORS = 50
# A ranking 100 deep takes 80 MB.
USERS_PER_BLOCK = 50_000
# What fills a list that the published ranking leaves short (`served_rankings`).
FILLER = "blend"

published_schema = pa.schema(
    [
        ("user_index", pa.int32()),
        ("item_index", pa.int32()),
        ("ranking_rank", pa.int32()),
        ("score", pa.float64()),
        ("published_ranking", pa.string()),
        ("ranking_rank_before", pa.int32()),
        ("placement_rule", pa.string()),
        ("scored_by", pa.string()),
    ]
)


def published_lists(relations: Mapping[str, Any], session: Any) -> Any:
    """Return the lists as the settings `reranking` ask for them.

    Parameters
    ----------
    relations : mapping of str to duckdb.DuckDBPyRelation
        By the name of the model; only those that the settings need are read.
    session : duckdb.DuckDBPyConnection
        The relations' connection.

    Returns
    -------
    duckdb.DuckDBPyRelation, pyarrow.RecordBatchReader or pyspark.sql.DataFrame
        `published_schema`; where nothing is asked for, `unchanged`.
    """
    settings = read_settings(relations["int_scorer_settings"], "reranking")
    served, length = relations["served_rankings"], settings["list_length"]
    if not settings["is_wanted"]:
        return unchanged(served, length)
    items = read_items(relations["int_items"], relations["int_item_features"])
    rules = item_rules(
        to_arrow(relations["recommendation_rules"]).to_pylist(), items, length
    )
    likeness = explored = None
    if settings["diversity"]:
        likeness = read_likeness(
            relations["item_cosine_neighbors"],
            relations["content_tfidf_neighbors"],
            items.num_rows,
        )
    if settings["explored_count"]:
        hardly = hardly_known(items, rules.is_shown)
        explored = _read_exploration(relations, hardly, items.num_rows, length)
    users, turns = read_users(relations["int_window_users"], relations["int_users"])
    published = to_arrow(relations["published_ranking"].project("scorer"))
    batches = reranked_batches(
        on_other_cursor(served, session),
        on_other_cursor(relations["int_user_item_matrix"], session),
        users,
        turns,
        rules,
        likeness,
        explored,
        published_ranking=published["scorer"][0].as_py(),
        diversity=settings["diversity"],
        explored_count=settings["explored_count"],
    )
    return reader(published_schema, batches)


def _read_exploration(
    relations: Mapping[str, Any], items: np.ndarray, n_items: int, length: int
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function from users to the items that their lists may try out."""
    *_, serve = read_windows(
        interactions=relations["int_user_item_matrix"].filter("time_window = 'serve'"),
        users=relations["int_window_users"],
        items=relations["int_item_features"],
    )
    fields = read_fields(
        relations["content_terms"],
        relations["content_review_terms"],
        {"serve": n_items},
    )["serve"]
    scorers = content_scorers(
        read_embeddings(relations["int_item_embeddings"], n_items),
        lambda scorer: (
            read_settings(relations["int_scorer_settings"], scorer)
            | {"candidates": length}
        ),
    )
    return exploration(serve, items, fields, scorers, length)


def unchanged(served: Any, length: int) -> Any:
    """Return the first ranks of the published ranking as they are.

    Parameters
    ----------
    served : duckdb.DuckDBPyRelation
        `served_rankings`.
    length : int
        Longest list.

    Returns
    -------
    duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        Columns of `published_schema`; a frame where the rankings are of Spark.

    Examples
    --------
    >>> import duckdb
    >>> served = duckdb.sql(
    ...     "select 'blend' as scorer, 7 as user_index, unnest([4, 5]) as item_index,"
    ...     " 0.5 as score, item_index - 3 as ranking_rank, 'blend' as scored_by"
    ... )
    >>> unchanged(served, 1).fetchall()
    [(7, 4, 1, Decimal('0.5'), 'blend', 1, 'organic', 'blend')]
    """
    is_shown = f"ranking_rank <= {length}"
    columns = (
        *("user_index", "item_index", "ranking_rank", "score"),
        "scorer as published_ranking",
        "ranking_rank as ranking_rank_before",
        f"'{PLACEMENT_RULES[0]}' as placement_rule",
        "scored_by",
    )
    if is_on_spark(served):
        return served.spark_frame.filter(is_shown).selectExpr(*columns)
    return served.filter(is_shown).project(", ".join(columns))


def read_likeness(by_choice: Any, by_text: Any, n_items: int) -> csr_matrix:
    """Return how alike items are: by who chose them, and by text.

    Parameters
    ----------
    by_choice, by_text : duckdb.DuckDBPyRelation
        `item_cosine_neighbors` and `content_tfidf_neighbors`.
    n_items : int

    Returns
    -------
    csr_matrix, shape (n_items, n_items)
        The larger of both, at most 1, of each item's nearest 50 by each. Damped cosines
        of who chose them are small: 1 is what an item's nearest has on average.

    Examples
    --------
    >>> import duckdb
    >>> nearest = duckdb.sql(
    ...     "select 'serve' as time_window, 0 as item_index, 1 as neighbor_index,"
    ...     " 0.25e0 as similarity, 1 as neighbor_rank"
    ... )
    >>> read_likeness(nearest, nearest, 2).toarray().tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    choice, text = (
        neighbor_matrix(
            to_arrow(
                relation.filter(
                    f"time_window = 'serve' and neighbor_rank <= {NEIGHBORS}"
                ).project("item_index, neighbor_index, similarity")
            ),
            n_items,
            n_items,
        )
        for relation in (by_choice, by_text)
    )
    strongest = choice.max(axis=1).toarray()[np.diff(choice.indptr) > 0]
    if strongest.size:
        # To a billionth, so that the sum is the same in any order.
        choice.data /= np.round(strongest * 1e9).sum() / 1e9 / strongest.size
    likeness = choice.maximum(text).tocsr()
    np.minimum(likeness.data, 1.0, out=likeness.data)
    likeness.sort_indices()
    return likeness


def read_users(users: Any, all_users: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return who gets a list, and when each explores.

    Parameters
    ----------
    users, all_users : duckdb.DuckDBPyRelation
        `int_window_users` and `int_users`.

    Returns
    -------
    users : array of int64, shape (n,)
        Ascending.
    turns : array of int64, shape (n,)
        By hash: every second user explores at every other rank than the rest.

    Examples
    --------
    >>> import duckdb
    >>> scored = duckdb.sql(
    ...     "select 'serve' as time_window, 7 as user_index, true as is_scored"
    ... )
    >>> names = duckdb.sql("select 7 as user_index, 'ann' as user_id")
    >>> [values.tolist() for values in read_users(scored, names)]
    [[7], [0]]
    """
    scored = users.filter("time_window = 'serve' and is_scored").project("user_index")
    turns = all_users.project("user_index, cast(md5(user_id) >= '8' as bigint) as turn")
    table = to_arrow(scored.join(turns, "user_index").order("user_index"))
    return table["user_index"].to_numpy().astype(np.int64), table["turn"].to_numpy()


def reranked_batches(
    served: Any,
    interactions: Any,
    users: np.ndarray,
    turns: np.ndarray,
    rules: ItemRules,
    likeness: csr_matrix | None,
    explored: Callable[[np.ndarray], np.ndarray] | None,
    *,
    published_ranking: str,
    diversity: float,
    explored_count: int,
) -> Iterator[pa.RecordBatch]:
    """Yield the lists of all users, in blocks.

    Parameters
    ----------
    served, interactions : duckdb.DuckDBPyRelation
        `served_rankings` and `int_user_item_matrix`, on another cursor than the one
        that inserts (`relations.on_other_cursor`).
    users, turns : array of int64, shape (n,)
        As `read_users` returns.
    rules : ItemRules
    likeness : csr_matrix, shape (n_items, n_items), or None
        As `read_likeness` returns; None where diversity is 0.
    explored : callable or None
        As `exploration` returns; None where nothing is explored.
    published_ranking : str
        Name of the ranking.
    diversity : float
        0 to 1.
    explored_count : int
        Places of a list for items hardly known.

    Yields
    ------
    pyarrow.RecordBatch
        `published_schema`. A place that nothing was left for is closed up; the score of
        an item that the ranking does not list is 0.
    """
    show_log_in_dbt()
    pins = ", ".join(map(str, rules.pinned))
    owned_pins = interactions.filter(
        f"time_window = 'serve' and is_excluded and item_index in ({pins})"
    )
    for start in range(0, users.size, USERS_PER_BLOCK):
        block = slice(start, start + USERS_PER_BLOCK)
        asked = users[block]
        ranked, scores, is_own = _ranking(
            served, asked, rules.is_shown, published_ranking
        )
        pinned = np.tile(rules.pinned, (asked.size, 1))
        rows, owned = _rows_of(owned_pins, asked, "item_index")
        places = np.argmax(owned["item_index"][:, None] == rules.pinned, axis=1)
        pinned[rows, places] = -1
        nothing = np.empty((asked.size, 0), np.int32)
        found = rerank_lists(
            ranked,
            scores,
            pinned,
            explored(asked) if explored else nothing,
            turns[block],
            rules.groups,
            rules.maxima,
            likeness,
            diversity=diversity,
            explored_count=explored_count,
        )
        yield _batch(found, asked, scores, is_own, published_ranking)


def _batch(
    found: RerankedLists,
    users: np.ndarray,
    scores: np.ndarray,
    is_own: np.ndarray,
    published_ranking: str,
) -> pa.RecordBatch:
    """Return the lists of a block as a batch."""
    row, place = np.nonzero(found.items >= 0)
    before = found.ranks_before[row, place]
    counts = np.bincount(row, minlength=users.size)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    columns = [
        users[row].astype(np.int32),
        found.items[row, place],
        (np.arange(row.size) - first + 1).astype(np.int32),
        np.where(before > 0, scores[row, before - 1], 0.0),
        pa.repeat(pa.scalar(published_ranking), row.size),
        pa.array(before, mask=before == 0),
        pa.array(PLACEMENT_RULES).take(pa.array(found.rules[row, place])),
        pa.array([FILLER, published_ranking]).take(
            pa.array(is_own[row, before - 1].astype(np.int8), mask=before == 0)
        ),
    ]
    return pa.record_batch(columns, schema=published_schema)


def _ranking(
    served: Any, users: np.ndarray, is_shown: np.ndarray, published_ranking: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ranking of some users by rank: items (-1 for none), scores, whose.

    Whose: whether the published ranking scored the item, not the one that fills it.
    """
    own = f"scored_by = '{published_ranking}' as is_own"
    rows, served_rows = _rows_of(
        served, users, f"item_index, score, ranking_rank, {own}"
    )
    place = served_rows["ranking_rank"] - 1
    items = served_rows["item_index"]
    shape = (users.size, int(place.max(initial=0)) + 1)
    ranked, scores = np.full(shape, -1, np.int32), np.zeros(shape)
    is_own = np.zeros(shape, bool)
    ranked[rows, place] = np.where(is_shown[items], items, -1)
    scores[rows, place] = served_rows["score"]
    is_own[rows, place] = served_rows["is_own"]
    return ranked, scores, is_own


def _rows_of(
    relation: Any, users: np.ndarray, columns: str
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the rows of some users: the position of each's user, columns."""
    first, last = int(users[0]), int(users[-1])
    table = to_arrow(
        relation.filter(f"user_index between {first} and {last}").project(
            f"user_index, {columns}"
        )
    )
    position = np.full(last - first + 1, -1)
    position[users - first] = np.arange(users.size)
    rows = position[table["user_index"].to_numpy() - first]
    is_asked = rows >= 0
    return rows[is_asked], {
        name: table[name].to_numpy()[is_asked]
        for name in table.column_names
        if name != "user_index"
    }
