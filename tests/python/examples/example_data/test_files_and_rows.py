"""Claims about the rows and files: repeatable, dirty on purpose, all accounted for."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from examples.example_data.__main__ import main
from examples.example_data.generation import generate

SEEDS = Path(__file__).parents[4] / "seeds" / "example"
CONTRACT = {
    "events": "event_id user_id item_id event_type occurred_at quantity unit_price "
    "rating review_text session_id order_id recommendation_id",
    "items": "item_id title description category brand price tags is_available "
    "published_at embedding",
    "users": "user_id signed_up_at country attributes has_email_consent "
    "has_ads_consent has_profiling_consent",
    "campaigns": "campaign_id name channel objective started_at ended_at "
    "click_window_days view_window_days target_category unit_margin_rate currency",
    "campaign_spend": "campaign_id spend_date spend",
    "campaign_assignments": "campaign_id user_id variant assigned_at",
    "campaign_touches": "touch_id campaign_id user_id variant channel touch_type "
    "touched_at item_id position propensity recommendation_id cost",
    "erasure_requests": "user_id requested_at",
}


def test_the_same_seed_gives_the_same_shop_and_another_seed_does_not(data):
    again, other = generate(), generate(seed=1)
    assert again.truth == data.truth
    for name, table in data.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
    assert not other.tables["events"].equals(data.tables["events"])


def test_the_committed_seeds_are_what_the_generator_writes(tmp_path):
    arguments = ["--format", "csv", "--prefix", "example_", "--out", str(tmp_path)]
    main(arguments, standalone_mode=False)
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(
        [f"example_{name}.csv" for name in CONTRACT] + ["truth.json"]
    )
    for name in written:
        assert (tmp_path / name).read_bytes() == (SEEDS / name).read_bytes(), name


def test_the_seeds_are_small_enough_for_a_build_in_seconds(data):
    assert len(data.tables["events"]) <= 20_000
    assert len(data.tables["campaign_touches"]) <= 10_500
    assert sum(path.stat().st_size for path in SEEDS.glob("*.csv")) < 3_500_000


@pytest.mark.parametrize("name", CONTRACT)
def test_every_row_has_the_fate_that_the_truth_says(name, data, sorted_rows):
    counted = Counter(fate for _, fate in sorted_rows[name])
    told = data.truth["row_accounting"][name]
    fates = {key: told[key] for key in ("kept", "duplicate", "erased")}
    assert dict(counted) == {k: v for k, v in (fates | told["rejected"]).items() if v}
    assert told["rows_read"] == sum(counted.values()) == len(data.tables[name])
    assert all(count > 0 for count in told["rejected"].values())
    assert told["duplicate"] > 0


def test_dirty_rows_lie_among_the_good_ones(sorted_rows):
    rows = sorted_rows["events"]
    places = np.array([i for i, (_, fate) in enumerate(rows) if fate != "kept"])
    assert np.abs(np.quantile(places / len(rows), [0.25, 0.5, 0.75]) - 0.5).max() < 0.35


def test_parquet_files_hold_the_same_rows_under_the_contracts_columns(tmp_path, capsys):
    arguments = ["--users", "60", "--items", "50", "--seed", "7"]
    main([*arguments, "--out", str(tmp_path)], standalone_mode=False)
    data = generate(users=60, items=50, seed=7)
    for name, columns in CONTRACT.items():
        table = pd.read_parquet(tmp_path / f"{name}.parquet")
        assert list(table.columns) == columns.split()
        pd.testing.assert_frame_equal(table, data.tables[name])
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert truth == data.truth
    assert "events.parquet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--users", "10"], "--users must be at least 50, not 10"),
        (["--items", "3"], "--items must be at least 50, not 3"),
        (["--events-per-user", "1"], "--events-per-user must be from 4 to 500, not 1"),
        (["--seed", "-1"], "--seed must be 0 or more, not -1"),
        (["--format", "xml"], "'xml' is not one of 'parquet', 'csv'"),
        (["--out", __file__], "is a file"),
    ],
)
def test_a_wrong_option_ends_with_one_clear_line(arguments, message, tmp_path):
    result = CliRunner().invoke(main, ["--out", str(tmp_path), *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []
