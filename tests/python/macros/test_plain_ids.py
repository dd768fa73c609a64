"""Ids that are seen at once to be plain are read like all others."""

import duckdb
import pytest
from settings_in_jinja import GIVEN, MACROS


@pytest.mark.parametrize("words", [["none"], ["none", "unknown0"], ["x 9 "]])
def test_a_missing_word_is_no_id_even_where_it_ends_with_a_digit(words, monkeypatch):
    monkeypatch.setitem(GIVEN, "input_checks", {"missing_ids": words})
    reading = MACROS.id_of("t", "t", "text")
    texts = ["u1", "none", "Unknown0", "X 9", "17.0", "1E+05", ":1", "none1"]
    read = {
        text: duckdb.execute(
            f"select {reading} from (select $1 as t)", [text]
        ).fetchall()[0][0]
        for text in texts
    }
    missing = {word.strip() for word in words}
    assert read == {
        text: None
        if text.lower() in missing or text == "1E+05"
        else "17"
        if text == "17.0"
        else text
        for text in texts
    }
