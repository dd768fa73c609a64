"""A store is written of a catalogue that is larger than what users are read by."""

import sqlite3
from contextlib import closing

import duckdb
from served_shop import ITEMS, make_published

from precision_marketing.service.store import write_store

# A grocer's: with their neighbors they take more than 700 MB.
MORE_ITEMS, NEIGHBORS = 92_000, 20
TITLE = "'FRESH PREPACKAGED VEGETABLES, ORGANIC ' || "


def test_the_items_of_a_grocer_have_their_neighbors(tmp_path):
    published = make_published(tmp_path / "grocer.duckdb")
    with duckdb.connect(str(published)) as connection:
        connection.execute(
            "insert into marts.popular_items by name select 'all' as segment_kind, "
            f"'all' as segment, cast(i as integer) as popularity_rank, 'n' || i as "
            f"item_id, {TITLE} i as item_title, 'c1' as category, 'b1' as brand, "
            f"1 as user_count from range({MORE_ITEMS}) as t (i)"
        )
        connection.execute(
            "insert into marts.similar_items by name select 'n' || i as item_id, "
            f"cast(r as integer) as similarity_rank, {TITLE} i as item_title, "
            f"'n' || (i + r) % {MORE_ITEMS} as similar_item_id, {TITLE} (i + r) "
            "as similar_item_title, 1e0 / r as similarity, "
            "'chosen_together' as similarity_kind "
            f"from range({MORE_ITEMS}) as a (i), range(1, {NEIGHBORS + 1}) as b (r)"
        )
    with closing(sqlite3.connect(write_store(published))) as store:
        counts = {
            name: store.execute(f"select count(*) from {name}").fetchone()[0]
            for name in ("similar", "popular")
        }
        ((body,),) = store.execute("select body from similar where key = 'n91999'")
    assert counts["similar"] == ITEMS + MORE_ITEMS
    assert len(body.decode().splitlines()) == NEIGHBORS
