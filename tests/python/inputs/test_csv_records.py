"""CSV files are read as RFC 4180 says: no row lost, no value changed, whatever comes.

Files are drawn by hypothesis, from a fixed seed. CSV_EXAMPLES in the environment draws
more of them than CI does.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, seed, settings
from hypothesis import strategies as st

from precision_marketing.inputs.csv_files import describe_file
from precision_marketing.inputs.csv_records import read_records, records_schema

COLUMNS = ["user_id", "item_id", "note"]
drawn = settings(
    max_examples=int(os.environ.get("CSV_EXAMPLES", 1000)),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Write a file and return its description and its records."""
    folder = tmp_path_factory.mktemp("csv")

    def write_and_read(
        data: bytes,
        name: str = "events.csv",
        encoding: str = "utf-8",
        block_size: int = 1 << 22,
        columns: list[str] = COLUMNS,
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        path = folder / Path(name).name
        path.write_bytes(data)
        described = describe_file(name, str(path), encoding, columns)
        if described["fault"]:
            return described, []
        batches = read_records(
            *("events", name, str(path), encoding, columns),
            *(records_schema(len(columns)), block_size),
        )
        return described, [row for batch in batches for row in batch.to_pylist()]

    return write_and_read


def cells(row: dict[str, Any], n_columns: int = len(COLUMNS)) -> list[str | None]:
    return [row[f"cell_{i + 1}"] for i in range(n_columns)]


def sound(rows: list[dict[str, Any]]) -> list[list[str | None]]:
    return [cells(row) for row in rows if row["broken_reason"] is None]


# Signs that have a meaning somewhere, and some that have none.
texts = st.text(
    st.sampled_from('"",;\t|\r\n\n #\\\'=ab1é漢😀\x0b\x1c\x85\u2028\ufeff'), max_size=8
)


@st.composite
def files(draw):
    """Draw rows and the file that has them, with any quoting that is not needed."""
    delimiter = draw(st.sampled_from(",;\t|"))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    columns = draw(st.permutations([*COLUMNS, "other", 'odd "one", it is']))
    rows = draw(st.lists(st.lists(texts, min_size=5, max_size=5), max_size=12))

    def written(cell: str) -> str:
        needed = any(sign in cell for sign in f'"\r\n{delimiter}')
        if needed or draw(st.booleans()):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    lines = [delimiter.join(map(written, cells)) for cells in [columns, *rows]]
    blank = draw(st.sampled_from(["", newline]))
    end = draw(st.sampled_from(["", newline, newline * 2]))
    text = blank + (newline + blank).join(lines) + end
    bom = draw(st.sampled_from(["", "\ufeff"]))
    return bom + text, delimiter, columns


@seed(4180)
@drawn
@given(files(), st.sampled_from([1 << 22, 64, 7]))
def test_a_valid_file_loses_no_row_and_changes_no_value(read, file, block_size):
    text, delimiter, columns = file
    reader = csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter
    )
    expected = [row for row in reader if row][1:]
    described, rows = read(text.encode(), block_size=block_size)
    order = [columns.index(name) for name in COLUMNS]
    assert sound(rows) == [[row[i] or None for i in order] for row in expected]
    assert described["record_count"] == len(rows) == len(expected)
    assert all(row["is_strict"] for row in rows)


# What a line may be broken by; none of it holds a line break.
BROKEN = (
    b"u,i",
    b"u,i,n,x",
    b'"u,i,n',
    b'u,"i,n',
    b'u,"i"x,n',
    b'u,i"n',
    b"u,i,\xff",
    b"u,\x00,n",
    b'"',
    b"\xed\xa0\x80,i,n",
    b'u,"i,"n",',
)
SOUND = (b"u1,i1,n1", b'"u2","i2","n2"', b'u3,"a,""b""",', b"u4,i4,x", b'u5,"",n')


@seed(4180)
@drawn
@given(st.lists(st.sampled_from(SOUND + BROKEN), min_size=1, max_size=30))
@example([b"u1,i1,n1", b'u,"i,n', b'u3,"a,""b""",', b'"u2","i2","n2"'])
def test_broken_lines_cost_no_sound_one_and_are_named(read, lines):
    # Enough sound lines that bad bytes are no sign of another encoding.
    data = b"\n".join([b"user_id,item_id,note", *[SOUND[0]] * 600, *lines, b""])
    described, rows = read(data)
    assert described["fault"] is None
    found = {row["line_number"]: row for row in rows}
    assert len(found) == len(rows) == 600 + len(lines)
    for number, line in enumerate(lines, start=602):
        expected = next(csv.reader([line.decode("latin-1")], strict=False))
        is_sound = found[number]["broken_reason"] is None
        assert is_sound == (line in SOUND), line
        if is_sound:
            assert cells(found[number]) == [cell or None for cell in expected]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"u,i", "too_few_cells"),
        (b"u,i,n,", "too_many_cells"),
        (b'"u,i,n', "quote_never_closed"),
        (b'u,"i"x,n', "text_after_quote"),
        (b"u,i,\xff", "bad_bytes"),
        (b"\xc0\xaf,i,n", "bad_bytes"),
        (b"u,\x00,n", "nul_byte"),
        (b"u,i," + b"n" * ((1 << 20) + 1), "cell_too_long"),
        (b'u,i,"' + b"n" * ((1 << 20) + 1) + b'"', "cell_too_long"),
    ],
)
def test_each_fault_has_its_reason_and_costs_its_line(read, line, reason):
    lines = [b"user_id,item_id,note", *[b"a,b,c"] * 30, line, b"d,e,f", b""]
    for newline in (b"\n", b"\r\n", b"\r"):
        for block_size in (1 << 22, 1 << 16):
            _, rows = read(newline.join(lines), block_size=block_size)
            broken = [row for row in rows if row["broken_reason"]]
            assert [(r["line_number"], r["broken_reason"]) for r in broken] == [
                (32, reason)
            ]
            assert not any(cells(broken[0]))
            assert sound(rows)[-1] == ["d", "e", "f"]
            assert rows[-1]["line_number"] == 33


def test_a_last_record_without_its_rest_is_cut_off(read):
    _, rows = read(b"user_id,item_id,note\n1,2,3\n4,5")
    assert [row["broken_reason"] for row in rows] == [None, "record_cut_off"]


def test_a_stray_quote_that_closes_lines_below_swallows_none(read):
    text = b'user_id,item_id,note\n1,"2,3\n4,5,6\n7,",8"x\n'
    described, rows = read(text)
    assert sound(rows)[0] == ["4", "5", "6"]
    assert rows[0]["broken_reason"] == "quote_within_cell"
    assert described["fault"] is None


def test_quotes_within_an_unquoted_cell_are_part_of_it(read):
    _, rows = read(b'user_id,item_id,note\n1,5" disc,7" x 9"\n#2,\\"a,\'b\n')
    assert sound(rows) == [["1", '5" disc', '7" x 9"'], ["#2", '\\"a', "'b"]]
    assert not any(row["is_strict"] for row in rows)


def test_a_header_may_have_any_case_blanks_quotes_and_order(read):
    described, rows = read(b'\xef\xbb\xbf\r\n" Note ";User_ID;"ITEM_ID"\r\n1,0;2;3\r\n')
    assert described["column_names"] == ["note", "user_id", "item_id"]
    assert sound(rows) == [["2", "3", "1,0"]]


def test_other_encodings_are_read_by_name(read):
    text = "user_id,item_id,note\n1,2,Café €\n"
    for encoding in ("cp1252", "utf-16", "utf-16-le", "utf-8-sig"):
        _, rows = read(text.encode(encoding), encoding=encoding)
        assert sound(rows) == [["1", "2", "Café €"]], encoding
    # A byte order mark says what a file is, whatever the others are.
    _, rows = read(b"\xef\xbb\xbf" + text.encode(), encoding="cp1252")
    assert sound(rows) == [["1", "2", "Café €"]]
    # A byte that the encoding does not have.
    many = b"user_id,item_id,note\n" + b"1,2,3\n" * 50
    _, rows = read(many + b"1,2,\x81\n", encoding="cp1252")
    assert rows[-1]["broken_reason"] == "bad_bytes"


def test_gzip_and_folders_named_by_a_value_are_read(read):
    data = gzip.compress(b"user_id,item_id\n1,2\n")
    described, rows = read(data, name="events/Note=2025-01/part-0.CSV.GZ")
    assert described["column_names"] == ["user_id", "item_id", "note"]
    assert sound(rows) == [["1", "2", "2025-01"]]
    for value, cell in (("a%20b", "a b"), ("__HIVE_DEFAULT_PARTITION__", "")):
        _, rows = read(data, name=f"events/note={value}/part-0.csv.gz")
        assert sound(rows) == [["1", "2", cell]]


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"user_id,note,user_id\n1,2,3\n", "a.csv", "has the column `user_id` twice"),
        ("user_id,note\n1,é\n".encode("latin-1"), "a.csv", "encoding: latin-1"),
        ("user_id,note\n".encode("utf-16"), "a.csv", "is UTF-16: save it as UTF-8"),
        ("user_id,note\n".encode("utf-16-le"), "a.csv", "encoding: utf-16-le"),
        ("user_id,note\n".encode("utf-16-be"), "a.csv", "encoding: utf-16-be"),
        (b"\xef\xbb\xbfSEP=;\nuser_id;note\n", "a.csv", "sep=`: delete this line"),
        (gzip.compress(b"user_id\n1\n", mtime=0), "a.csv", "name it `.csv.gz`"),
        (
            gzip.compress(b"user_id\n" * 99, mtime=0)[:-9],
            "a.csv.gz",
            "no whole gzip file",
        ),
        (b"user_id\n1\n", "a.csv.gz", "no whole gzip file"),
        (b"PK\x03\x04rest", "a.csv", "Excel or zip file"),
        (b"PAR1rest", "a.csv", "name it `.parquet`"),
        (b"17,23\n18,24\n", "a.csv", "names no column of the input"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_says_why(read, data, name, expected):
    described, _ = read(data, name=name)
    assert expected in described["fault"]
    # Nothing of what the file holds.
    assert "17" not in described["fault"]


def test_an_unknown_encoding_is_named(read):
    described, _ = read(b"user_id\n1\n", encoding="latin-99")
    assert "no encoding `latin-99`" in described["fault"]
