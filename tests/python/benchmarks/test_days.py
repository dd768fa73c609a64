"""Shops built day by day: which days those are, and what a report says of them."""

from datetime import date

import duckdb
import pytest

from benchmarks import days
from benchmarks.report.days import section
from examples.days import last_days

NIGHT = {
    "wall_seconds": 10.0,
    "cpu_seconds": 20.0,
    "peak_megabytes": 300.0,
    "database_megabytes": 40.0,
    "learned_before": "2025-06-02",
    "kept_tables": 42,
}


@pytest.mark.parametrize("errors", [1, 8, 500])
def test_the_last_days_are_no_errors_however_many_a_large_shop_has(errors, tmp_path):
    # Of a day 100 events for each error.
    duckdb.sql(
        "select (date '2025-06-01' + cast(i % 30 as integer))::text as occurred_at"
        f" from range({30 * 100 * errors}) as days(i)"
        f" union all select '2999-01-01' from range({errors})"
        f" union all select 'not a date' from range({errors})"
    ).write_parquet(str(tmp_path / "events.parquet"))
    assert last_days(tmp_path, 2) == [date(2025, 6, 29), date(2025, 6, 30)]


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Return a function that measures nights of so many events without building."""

    def run(events: list[int]) -> dict:
        evenings = [date(2025, 6, 1 + place) for place in range(len(events))]
        counts = iter([*events, events[-1], events[-1]])
        monkeypatch.setattr(days.growth, "generate", lambda name, shop: None)
        monkeypatch.setattr(days, "last_days", lambda shop, count: evenings)
        monkeypatch.setattr(days, "_write", lambda *given: None)
        monkeypatch.setattr(days.shutil, "copy", lambda *paths: None)
        monkeypatch.setattr(days, "differences", lambda *paths: {})
        monkeypatch.setattr(
            days, "_run", lambda folder, threads: NIGHT | {"events": next(counts)}
        )
        return days.measure_days("0.1m", tmp_path / "shop", tmp_path, 2)

    return run


def test_an_evening_without_a_new_event_measures_nothing(measured):
    with pytest.raises(ValueError, match="2025-06-02 has no more events"):
        measured([7, 7, 8])


def test_a_report_says_what_each_evening_had_and_until_when_it_was_learned(measured):
    lines = section({"0.1m": measured([1000, 1007])}, details=True)
    evening = next(line for line in lines if "Mon 2025-06-02" in line)
    cells = [cell.strip() for cell in evening.strip("|").split("|")]
    assert cells[1:3] == ["1,007", "2025-06-02"]
    assert any("2 nights against all at once" in line for line in lines)
