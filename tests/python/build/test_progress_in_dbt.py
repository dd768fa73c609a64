"""A dbt build shows how far its long algorithms are."""

import re

from precision_marketing.algorithms.kernels import progress


def test_a_build_shows_the_progress_of_long_algorithms_on_its_console(
    dbt_project, tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_REPORTS", 0.0)
    events = [
        f"u{user},i{item},purchase,2024-01-{1 + (user + item) % 28:02d} 10:00:00"
        for user in range(40)
        for item in range(12)
        if (user * item + user) % 3
    ]
    items = [f"i{item}" for item in range(12)]
    header = "user_id,item_id,event_type,occurred_at"
    (tmp_path / "events.csv").write_text("\n".join([header, *events]) + "\n")
    (tmp_path / "items.csv").write_text("\n".join(["item_id", *items]) + "\n")
    errors = dbt_project.run(
        *("build", "--select", "+item_cosine_scores"),
        *("--exclude-resource-type", "test", "unit_test"),
        database=tmp_path / "build" / "inputs.duckdb",
        input_dir=tmp_path,
    )
    assert not errors, errors
    # What dbt prints, unless it is to be quiet, as here.
    said = "\n".join(dbt_project.said)
    for task in ("item neighbors", "top items"):
        line = rf"^{task}: ([\d,]+) of \1 rows \(100 %\), \d+ s$"
        assert re.search(line, said, re.MULTILINE), task
    # Once on the console, not again on the error stream.
    assert "item neighbors" not in capfd.readouterr().err
