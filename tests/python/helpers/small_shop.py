"""A small shop as the tables that scorers and candidates are made of."""

import duckdb
import numpy as np
import pyarrow as pa
from macro_values import MacroValues

from precision_marketing.build.documents import terms_schema
from precision_marketing.build.relations import scorer_schema, window_schema
from precision_marketing.build.windows import read_windows
from precision_marketing.scorers.collaborative import (
    item_cosine_neighbors,
    next_basket_neighbors_of,
    stream_neighbors,
)
from precision_marketing.scorers.ials_factors import later_factors
from precision_marketing.scorers.lists import later_lists, train_lists

USERS, ITEMS = 60, 15
# Those that need neither text nor neighbors.
SCORERS = ("ease", "ials", "spectral", "user_cosine")
SMALL = {"factors": 4, "rank": 3, "neighbors": 9}


def shop_tables():
    """Return the tables of a shop; nobody knows the last user."""
    draws = np.random.default_rng(5)
    rows = [
        (window, user, item, draws.random() + 0.1, draws.random() < 0.3, day)
        for window in ("train", "test", "serve")
        for user in range(USERS - 1)
        for day, item in enumerate(draws.choice(ITEMS, 5, replace=False), 1)
    ]
    columns = ("time_window", "user_index", "item_index", "interaction_weight",
               "is_excluded", "recency_position")  # fmt: skip
    windows = ["train", "test", "serve"]
    records = {record["name"]: record for record in MacroValues().scorer_records()}
    settings = [("every_scorer", "candidates", 5.0, None)]
    settings += [("library_function", name, None, name) for name in SCORERS]
    for name in SCORERS:
        for setting, record in records[name]["settings"].items():
            value = SMALL.get(setting, record["default"])
            is_text = isinstance(value, str)
            pair = (None, value) if is_text else (float(value), None)
            settings.append((name, setting, *pair))
    names = ("scorer", "setting", "setting_value", "setting_text")
    return {
        "interactions": pa.table(
            dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
        ),
        "users": pa.table(
            {
                "time_window": np.repeat(windows, USERS),
                "user_index": np.tile(np.arange(USERS), 3),
                "is_scored": np.tile(np.arange(USERS) % 4 > 0, 3),
                "training_half": np.tile(np.arange(USERS) % 2, 3).astype(np.int32),
            }
        ),
        "items": pa.table(
            {
                "time_window": np.repeat(windows, ITEMS),
                "item_index": np.tile(np.arange(ITEMS), 3),
                "is_eligible": np.tile(np.arange(ITEMS) != 3, 3),
            }
        ),
        "settings": pa.table(
            dict(zip(names, map(list, zip(*settings, strict=True)), strict=True))
        ),
        "decisions": pa.table(
            {"scorer": SCORERS, "is_left_out": [False, False, False, False]}
        ),
        "left_out": pa.table({"scorer": SCORERS, "is_left_out": [True] * 4}),
        "alone": pa.table({"time_window": ["serve"] * 2, "user_index": [5, 7]}),
    }


def candidate_tables(tables):
    """Return what candidates are made of beside: lists, neighbors, factors, texts."""
    records = MacroValues().scorer_records()
    own = {
        record["name"]: {
            setting: given["default"] for setting, given in record["settings"].items()
        }
        for record in records
    }
    with duckdb.connect() as connection:
        given = {name: connection.from_arrow(table) for name, table in tables.items()}
        shop = {name: given[name] for name in ("interactions", "users", "items")}
        known = {name: given[name] for name in ("settings", "decisions")}
        lists = [train_lists(settings=given["settings"], **shop)]
        lists += [later_lists(scorer, **known, **shop) for scorer in SCORERS]
        lists = [rows.read_all() for rows in lists]
        neighbors = {
            f"{name}_neighbors": stream_neighbors(
                read_windows(**shop), function, own[name] | {"neighbors": 5}
            ).read_all()
            for name, function in (
                ("item_cosine", item_cosine_neighbors),
                ("next_basket", next_basket_neighbors_of),
            )
        }
        factors = later_factors(**known, **shop).read_all()
    # Of everybody: of whom nobody asked they are longer.
    users = tables["users"]
    numbers = np.repeat(users["user_index"].to_numpy(), 5)
    popular = pa.table(
        {
            "time_window": np.repeat(users["time_window"].to_numpy(), 5),
            "scorer": np.repeat(["popularity"], 5 * users.num_rows),
            "user_index": numbers,
            "item_index": np.tile([9, 2, 5, 0, 1], users.num_rows) + numbers % 4,
            "score": np.tile([9.0, 4.0, 3.0, 1.0, 1.0], users.num_rows),
            "scorer_rank": np.tile([1, 2, 3, 4, 5], users.num_rows),
        }
    ).cast(scorer_schema)
    is_long = np.repeat(users["is_scored"].to_numpy(zero_copy_only=False), 5)
    popular = popular.filter((popular["scorer_rank"].to_numpy() < 5) | ~is_long)
    all_lists = pa.concat_tables([*lists, popular])
    names = sorted([*SCORERS, "popularity"])
    numbers = [names.index(name) for name in all_lists["scorer"].to_pylist()]
    words = {
        "field": ["words"] * ITEMS,
        "item_index": range(ITEMS),
        "term_index": [item % 4 for item in range(ITEMS)],
        "term": [f"word {item % 4}" for item in range(ITEMS)],
        "term_count": [1] * ITEMS,
        "tfidf_weight": [1.0] * ITEMS,
    }
    weights = np.linspace(0.5, 1.5, len(names))
    return {
        "candidate_scores": all_lists.append_column(
            "scorer_number", pa.array(numbers, pa.int32())
        ),
        "decisions": pa.table(
            {
                "scorer": names,
                "is_left_out": [False] * len(names),
                "blend_weight": weights,
                "blend_weight_half_0": weights[::-1],
                "blend_weight_half_1": weights**2,
            }
        ),
        "settings": pa.concat_tables(
            [
                tables["settings"],
                pa.table(
                    {
                        "scorer": ["every_scorer"]
                        + ["content_tfidf"] * len(own["content_tfidf"]),
                        "setting": ["kept_of_each_scorer", *own["content_tfidf"]],
                        "setting_value": [2.0, *own["content_tfidf"].values()],
                        "setting_text": pa.nulls(
                            1 + len(own["content_tfidf"]), pa.string()
                        ),
                    }
                ),
            ]
        ),
        "kept_tables": pa.table(
            {
                "table_name": pa.array([], pa.string()),
                "is_kept": pa.array([], pa.bool_()),
            }
        ),
        **neighbors,
        "content_terms": pa.table(words).cast(terms_schema),
        "content_review_terms": window_schema(terms_schema).empty_table(),
        "ials_factors": factors,
    }
