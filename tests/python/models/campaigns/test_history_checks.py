"""What the arms had done before the draw, from users to one p for each campaign."""

import numpy as np
import pandas as pd
import pytest
from lift_of_users import outcomes, tables_of
from scipy import stats


def history_p(users: pd.DataFrame) -> pd.Series:
    """Return the p of the history, by campaign."""
    with tables_of(users) as connection:
        found = connection.table("int_campaign_history_checks").df()
    return found.set_index("campaign_id")["history_p"]


def histories(
    generator: np.random.Generator, users: int, buyers: float, spread: float = 1.2
) -> np.ndarray:
    """Return what users had spent: most of them nothing, few of them much."""
    bought = generator.random(users) < buyers
    return bought * np.round(np.exp(3 + spread * generator.standard_normal(users)), 2)


def test_best_buyers_dropped_from_an_arm_show_though_as_many_of_it_had_ordered():
    history = histories(np.random.default_rng(1), 20_000, 0.1)
    # Of 10,000 treated the 60 who had spent most.
    lost = np.argsort(history[:10_000])[-60:]
    kept = np.delete(history, lost)
    treated = 10_000 - len(lost)
    ordered = [int((arm > 0).sum()) for arm in (kept[:treated], kept[treated:])]
    shares = stats.chi2_contingency(
        [ordered, [treated - ordered[0], 10_000 - ordered[1]]], correction=False
    )
    p = history_p(
        pd.concat(
            [
                outcomes("whole", np.zeros(20_000), 10_000, history),
                outcomes("lost", np.zeros(len(kept)), treated, kept),
            ],
            ignore_index=True,
        )
    )
    assert shares.pvalue > 0.01
    assert p["lost"] < 0.001
    assert p["whole"] > 0.001


@pytest.mark.parametrize(("share", "buyers"), [(0.5, 0.05), (0.9, 0.01), (0.95, 0.2)])
def test_arms_alike_are_seldom_called_broken_however_uneven_and_skewed(share, buyers):
    """At 20 times the level, of 300 draws; with chance, three standard errors more."""
    generator = np.random.default_rng(17)
    users = [
        outcomes(
            f"c{campaign}",
            np.zeros(500),
            int(500 * share),
            histories(generator, 500, buyers),
        )
        for campaign in range(300)
    ]
    p = history_p(pd.concat(users, ignore_index=True))
    assert len(p) == 300
    assert (p < 0.02).sum() <= 0.02 * 300 + 3 * np.sqrt(0.02 * 300)


def test_users_without_any_history_are_alike():
    users = outcomes("new", np.arange(40.0), 20, np.zeros(40))
    assert history_p(users)["new"] == 1
