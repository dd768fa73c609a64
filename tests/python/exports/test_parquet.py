"""Marts as Parquet: types, descriptions, the build's name; all at once or not."""

from __future__ import annotations

import json

import duckdb
import pyarrow.parquet as pq
import pytest

from precision_marketing.exports import replaced_folder
from precision_marketing.exports.faults import ExportError
from precision_marketing.exports.parquet import export_parquet


def test_marts_are_equal_with_types_and_descriptions(shop, tmp_path):
    out = tmp_path / "it's out"
    rows = export_parquet(shop, out)
    mark = json.loads((out / "export.json").read_text())
    assert (mark["build_id"], mark["rows"]) == ("build-1", rows)
    with duckdb.connect(str(shop), read_only=True) as connection:
        for mart, count in rows.items():
            path = str(out / f"{mart}.parquet").replace("'", "''")
            mine, theirs = (f"from marts.{mart}", f"from '{path}'")
            for difference in (f"{mine} except all {theirs}", f"{theirs} limit 0"):
                assert connection.execute(difference).fetchall() == []
            assert connection.execute(f"select count(*) {theirs}").fetchall() == [
                (count,)
            ]
            types = [
                connection.execute(
                    f"select column_name, column_type from (describe {text})"
                ).fetchall()
                for text in (mine, theirs)
            ]
            # Parquet has no integer of 128 bits, nor has any mart.
            assert mart == "lists" or types[0] == types[1]
    metadata = pq.read_schema(out / "row_accounting.parquet").metadata
    assert metadata[b"description"].decode() == 'Rows of each input; it\'s a "count".'
    assert metadata[b"build_id"] == b"build-1"
    assert json.loads(metadata[b"columns"])["rows_read"] == "Rows that were read."


def test_a_later_export_replaces_the_whole_folder_and_keeps_its_mode(
    make_shop, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    export_parquet(make_shop(), out)
    out.chmod(0o750)
    assert export_parquet(make_shop("", "build-2"), out, ("lists",)) == {"lists": 3}
    assert sorted(path.name for path in out.iterdir()) == [
        *("export.json", "lists.parquet")
    ]
    assert out.stat().st_mode & 0o777 == 0o750
    # Also where folders cannot change places at once.
    monkeypatch.setattr(replaced_folder.ctypes, "CDLL", lambda name: object())
    assert len(export_parquet(make_shop("", "build-3"), out)) == 5
    assert len(list(out.iterdir())) == 6
    assert [path.name for path in tmp_path.glob(".out*")] == []


def test_what_is_not_there_or_not_ours_is_refused(shop, tmp_path):
    with pytest.raises(ExportError, match="There is no mart nope: there are aud"):
        export_parquet(shop, tmp_path / "out", ("nope",))
    assert not (tmp_path / "out").exists()
    with pytest.raises(ExportError, match="holds files that no export has written"):
        export_parquet(shop, tmp_path)
    with pytest.raises(ExportError, match=r"shop\.duckdb is a file"):
        export_parquet(shop, shop)
