"""Candidates made of blocks of users are those of whole windows."""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from small_shop import ITEMS, candidate_tables, shop_tables

from precision_marketing.build.relations import TIME_WINDOWS
from precision_marketing.candidates import blended_candidates as module
from precision_marketing.candidates.blended_candidates import blended_candidates


@pytest.fixture(scope="module")
def tables():
    shop = shop_tables()
    names = ("interactions", "users", "items")
    return {**{name: shop[name] for name in names}, **candidate_tables(shop)}


@pytest.fixture
def relations(tables):
    with duckdb.connect() as connection:
        yield {name: connection.from_arrow(table) for name, table in tables.items()}


def by_pair(rows):
    keys = ("time_window", "user_index", "item_index")
    return rows.sort_by([(key, "ascending") for key in keys])


def test_a_block_of_users_has_the_candidates_of_the_whole_window(
    tables, relations, monkeypatch
):
    blends = []
    made = module._batches

    def remember(found, lists, halves):
        found = list(found)
        blends.extend(found)
        return made(iter(found), lists, halves)

    monkeypatch.setattr(module, "_batches", remember)
    wanted = by_pair(blended_candidates(**relations).read_all())
    assert set(wanted["time_window"].to_pylist()) == set(TIME_WINDOWS)
    # Full scores, text and neighbors say something; a scored user has no history.
    for name in ("spectral_scaled_score", "text_overlap", "choice_history"):
        assert pc.sum(wanted[name]).as_py() > 0
    assert 59 in wanted["user_index"].to_pylist()
    found = []
    for window, blend in blends:
        for part in np.array_split(np.arange(60), 7):
            rows = block_rows(tables, window.time_window, part)
            found += module._of_block(blend, window.eligible_items, rows)
    found = by_pair(pa.Table.from_batches(found))
    assert found.schema.equals(wanted.schema)
    for name in wanted.column_names:
        if pa.types.is_floating(wanted[name].type):
            both = (
                column[name].fill_null(-1.0).to_numpy() for column in (found, wanted)
            )
            # In units of a list's mean; factors and lists are in single precision.
            assert np.allclose(*both, rtol=1e-6, atol=1e-6), name
        else:
            assert found[name].equals(wanted[name]), name


def block_rows(tables, time_window, users):
    """Return histories and lists of users as an executor is given them."""

    def of_window(name):
        rows = tables[name].filter(pc.equal(tables[name]["time_window"], time_window))
        return rows.filter(pc.is_in(rows["user_index"], pa.array(users)))

    scored = of_window("users")
    scored = scored.filter(scored["is_scored"]).select(["user_index", "training_half"])
    histories = scored.join(
        of_window("interactions").drop_columns("time_window"), "user_index"
    )
    lists = of_window("candidate_scores").drop_columns(["time_window", "scorer"])
    rows = pa.concat_tables(
        [
            histories,
            lists.cast(
                pa.schema(
                    [
                        field.with_type(pa.int64())
                        if field.name in ("user_index", "item_index")
                        else field
                        for field in lists.schema
                    ]
                )
            ),
        ],
        promote_options="default",
    )
    return rows.sort_by("user_index")


def test_whoever_is_not_scored_has_no_candidates_whatever_lists_there_are(
    tables, relations
):
    scored = tables["users"].filter(tables["users"]["is_scored"])
    found = blended_candidates(**relations).read_all()
    assert set(found["user_index"].to_pylist()) == set(scored["user_index"].to_pylist())
    assert pc.max(found["item_index"]).as_py() < ITEMS
