"""Rules of `propensity_calibration` that rows of the example alone do not try."""

import duckdb
import pytest
from parsed import manifest

RULE = "the foretold by the observed lies in its interval"


@pytest.mark.parametrize(
    ("ratio", "lower", "upper", "buyers", "is_kept"),
    [
        (2.0, 1.1, 4.2, 10, True),
        # Less than a whole buyer: of so few nobody may have bought.
        (3.46, 0.35, None, 1, True),
        (None, 0.2, None, 0, True),
        (4.3, 1.1, 4.2, 10, False),
        (1.0, 1.1, 4.2, 10, False),
        (0.3, 0.35, None, 1, False),
        (None, 0.2, None, 1, False),
    ],
)
def test_a_ratio_lies_in_an_interval_that_may_have_no_upper_end(
    ratio, lower, upper, buyers, is_kept
):
    (test,) = (
        node
        for node in manifest()["nodes"].values()
        if node["name"].startswith("rules_of_propensity_calibration")
    )
    rule = test["test_metadata"]["kwargs"]["expressions"][RULE]
    (found,) = duckdb.execute(
        f"select {rule} from (select cast(? as double), cast(? as double), "
        "cast(? as double), cast(? as double)) as rows (expected_to_observed_ratio, "
        "expected_to_observed_lower, expected_to_observed_upper, "
        "represented_buyer_count)",
        [ratio, lower, upper, buyers],
    ).fetchone()
    assert bool(found) is is_kept
