"""What the simulations of the programme and of stamps count."""

import numpy as np
import pandas as pd

from benchmarks.campaigns import programme, stamped


def test_an_interval_holds_the_truth_at_its_ends_and_not_beyond():
    rows = pd.DataFrame(
        {
            "metric": "conversion",
            "month": ["2025-01-01", "2025-01-01", "2025-02-01", "2025-02-01"],
            "truth": [0.1, 0.2, 0.3, 0.0],
            "lower": 0.1,
            "upper": 0.2,
            "is_covered": [True, True, False, False],
        }
    )
    found = programme.summarize(rows, rows)
    assert [row["share"] for row in found["programme"]] == [0.5, 1.0, 0.0]
    assert found["factors"]["below"] == found["factors"]["above"] == 0.25
    assert programme._judged(rows)["is_covered"].tolist() == [True, True, False, False]


def test_only_the_treated_are_stamped_later_than_the_start():
    users = np.array([f"u{number}" for number in range(200)])
    started_at = pd.Timestamp("2025-02-01", tz="UTC")
    for kind in stamped.KINDS:
        rows = stamped._assigned(np.random.default_rng(1), kind, "c", users, started_at)
        is_treated = rows["variant"] == "treatment"
        times = pd.to_datetime(rows["assigned_at"])
        assert (times[is_treated] > started_at).all()
        control = times[~is_treated]
        assert (
            control == started_at if kind == "drawn controls" else control.isna()
        ).all()
        assert times[is_treated].nunique() == 1 or kind != "one send"
