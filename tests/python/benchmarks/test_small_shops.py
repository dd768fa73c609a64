"""Shops drawn from the users of a build, and the regret of what they publish."""

import duckdb
import numpy as np
import pytest

from benchmarks.parts import SECTIONS
from benchmarks.quality import small_shops
from benchmarks.report import gate, targets
from precision_marketing.learned.challenger_tests import Votes


def votes(users: int = 400) -> Votes:
    """Return votes by which the regression is a little better than the blend."""
    generator = np.random.default_rng(0)
    means = np.array([0.30, 0.25, 0.34])
    rankings = ("blend", "ials", "logistic_regression")
    shape = (users, len(rankings))
    return Votes(rankings, *(means + generator.normal(0, 0.2, shape) for _ in range(2)))


def shop(size, best, blend, chosen):
    """Return a shop that publishes what is given of any number of standard errors."""
    figures = dict.fromkeys(map(str, small_shops.ERRORS), blend) | chosen
    return {"size": size, "best": best, "blend": blend, "chosen": figures}


def test_a_drawn_shop_is_judged_on_all_users_of_test():
    given = votes()
    truth = given.test.mean(axis=0)
    shops = small_shops.drawn(given, "some", 100)
    assert len(shops) == small_shops.DRAWS
    for found in shops:
        assert found["best"] == pytest.approx(truth.max())
        assert found["blend"] == pytest.approx(truth[0])
        assert set(found["chosen"].values()) <= set(truth.tolist())
    # The more a challenger must be ahead, the more shops keep the blend.
    kept = [
        sum(found["chosen"][str(errors)] == found["blend"] for found in shops)
        for errors in small_shops.ERRORS
    ]
    assert kept == sorted(kept)


def test_a_draw_depends_on_set_size_and_number_alone():
    given = votes()
    assert small_shops.drawn(given, "a", 50) == small_shops.drawn(given, "a", 50)


def test_no_shop_is_larger_than_its_build():
    assert small_shops.drawn(votes(99), "some", 100) == []


def test_regret_is_what_the_best_has_more_than_what_is_published():
    shops = [
        shop(50, 0.5, 0.3, {"1.0": 0.5}),
        shop(50, 0.5, 0.3, {"1.0": 0.2}),
        shop(100, 0.4, 0.2, {"1.0": 0.3}),
        shop(100, 0.4, 0.2, {"1.0": 0.2}),
    ]
    found = small_shops.summarize({"some": {"shops": shops}})
    assert found["ratio"] == pytest.approx((0.0 + 0.3 + 0.1 + 0.2) / 0.8)
    first, second = found["sizes"]
    assert (first["size"], first["shops"]) == (50, 2)
    assert first["blend_regret"] == pytest.approx(0.2)
    assert first["regret"] == pytest.approx(0.15)
    assert (first["better_than_blend"], first["worse_than_blend"]) == (0.5, 0.5)
    assert second["regret"] == pytest.approx(0.15)


def test_the_rule_is_chosen_on_other_shops_than_those_that_report():
    # Shops 0 and 2 would choose 0.5 errors, which shops 1 and 3 regret, who choose 1.5.
    of_even = {"0.5": 0.5, "1.5": 0.2}
    of_odd = {"0.5": 0.1, "1.5": 0.4}
    shops = [shop(50, 0.5, 0.3, chosen) for chosen in (of_even, of_odd) * 2]
    found = small_shops.summarize({"some": {"shops": shops}})
    assert found["errors_elsewhere"] == [1.5, 0.5]
    assert found["ratio_elsewhere"] == pytest.approx((0.3 + 0.4) / (0.2 + 0.2))


def test_votes_are_read_of_what_is_ranked_in_test(tmp_path):
    database = tmp_path / "build.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("""
            create schema candidates;
            create table candidates.user_ranking_quality as
            select time_window, scorer, user_index, 10 as k, ndcg as ndcg_at_k
            from (values ('train', 'blend', 1, 0.1), ('train', 'blend', 0, 0.2),
                ('train', 'ease', 0, 0.3), ('train', 'ease', 1, 0.4),
                ('test', 'blend', 7, 0.5)
            ) as rows(time_window, scorer, user_index, ndcg)
        """)
    found = small_shops.read_votes(database)
    assert found.rankings == ("blend",)
    assert found.train.tolist() == [[0.2], [0.1]]
    assert found.test.tolist() == [[0.5]]


@pytest.mark.parametrize(
    ("regret", "share", "verdict"),
    [(0.1, ".5000", "met"), (0.11, ".5500", "**missed**")],
)
def test_the_target_is_half_of_the_blends_regret(regret, share, verdict):
    chosen = dict.fromkeys(map(str, small_shops.ERRORS), 0.5 - regret)
    parts = {"some": {"shops": [shop(50, 0.5, 0.3, chosen)] * 2}}
    sections = {name: {} for name in SECTIONS}
    (row,) = [
        row for row in targets.rows(sections | {"gate": parts}) if "shops" in row[0]
    ]
    assert row[1:] == [share, "<= .5000", verdict]


def test_the_report_shows_regret_by_size_of_shop():
    shops = [shop(size, 0.5, 0.3, {"1.0": 0.4}) for size in (50, 50, 100)]
    lines = gate.section({"some": {"shops": shops}}, details=False)
    (line,) = [line for line in lines if line.startswith("| 50 ")]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["50", "2", ".2000", ".1000", "100.0 %", "0.0 %"]
