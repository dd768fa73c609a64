"""Removal effects against published examples, a walk for each channel, and chance."""

from datetime import datetime
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import pytest
from attribution_reference import Journey, Touch, removed_one_by_one
from macros_in_duckdb import SqlMacros

MODELS = ["int_channel_visits", "int_channel_losses", "int_channel_removal_effects"]


def effects_of(journeys: list[tuple[str, bool, float]]) -> pd.DataFrame:
    """Return the effects by channel of paths such as ("a > b", True, revenue)."""
    steps = []
    for path, is_converted, amount in journeys:
        channels = [None, *path.split(" > ")]
        steps += [(*pair, None, 0) for pair in pairwise(channels)]
        steps.append((channels[-1], None, is_converted, amount))
    macros = SqlMacros("compat", "statistics")
    with duckdb.connect() as connection:
        connection.execute(
            "create table steps (from_channel varchar, to_channel varchar, "
            "is_converted boolean, revenue_amount decimal(38, 4))"
        )
        columns = ["from_channel", "to_channel", "is_converted", "revenue_amount"]
        connection.register("given", pd.DataFrame(steps, columns=columns, dtype=object))
        connection.execute("insert into steps from given")
        connection.execute(
            "create table int_channel_transitions as select from_channel, to_channel, "
            "is_converted, count(*) as transition_count, "
            "sum(revenue_amount) as revenue_amount from steps group by all"
        )
        for model in MODELS:
            macros.model(model, connection)
        return (
            connection.sql("from int_channel_removal_effects order by channel")
            .df()
            .set_index("channel")
        )


def as_reference(journeys) -> list[Journey]:
    """Return the paths as the second writing of attribution wants them."""
    now = datetime(2025, 1, 1)
    return [
        Journey(
            "order" if is_converted else None,
            now,
            amount,
            tuple(Touch(now, False, "", channel) for channel in path.split(" > ")),
            0,
        )
        for path, is_converted, amount in journeys
    ]


def random_journeys(seed: int, channels: int, journeys: int):
    draws = np.random.default_rng(seed)
    return [
        (
            " > ".join(
                f"channel {n:03d}"
                for n in draws.integers(channels, size=draws.integers(1, 9))
            ),
            bool(converted := draws.random() < 0.3),
            float(draws.integers(1, 100)) if converted else 0.0,
        )
        for _ in range(journeys)
    ]


def test_a_published_example_of_three_channels():
    # Bryl' (2016), "Marketing multi-channel attribution model with R, part 1": of three
    # journeys one converts; without C1 half of it is lost, without C2 or C3 all.
    found = effects_of(
        [("C1 > C2 > C3", True, 1), ("C1", False, 0), ("C2 > C3", False, 0)]
    )["removal_effect"]
    assert found.to_dict() == pytest.approx({"C1": 0.5, "C2": 1, "C3": 1}, rel=1e-12)


def test_a_published_example_of_grouped_paths():
    # Puzyrov (2019), "Markov chain attribution - simple explanation of removal effect".
    # By hand: P = 0.8 (0.5 + 0.25) + 0.2 = 0.8; 0.4 without mailing, 0.2 without ads.
    found = effects_of(
        [("ads", True, 1)] * 2
        + [("mailing", True, 1), ("ads > mailing", True, 1), ("ads", False, 0)]
    )["removal_effect"]
    assert found.to_dict() == pytest.approx({"ads": 0.75, "mailing": 0.5}, rel=1e-12)


def test_the_worked_example_of_the_documentation_and_its_shares():
    # By hand: P = 2/3, 4/9 without e-mail, 0 without display.
    found = effects_of(
        [("email > display", True, 20), ("display", True, 10), ("display", False, 0)]
    )
    assert found["removal_effect"].to_dict() == pytest.approx(
        {"display": 1, "email": 1 / 3}, rel=1e-12
    )
    for prefix in ("", "revenue_"):
        assert found[f"{prefix}share_before"].tolist() == pytest.approx([0, 0.75])
        assert found[f"{prefix}share_until"].tolist() == pytest.approx([0.75, 1])


@pytest.mark.parametrize("seed", range(5))
def test_one_inverse_gives_what_removing_each_channel_gives(seed: int):
    journeys = random_journeys(seed, channels=14, journeys=400)
    found = effects_of(journeys)
    walked = removed_one_by_one(as_reference(journeys))
    for column, expected in zip(
        ("removal_effect", "revenue_removal_effect"), walked, strict=True
    ):
        assert found[column].to_dict() == pytest.approx(expected, rel=1e-9)
    effects = found["removal_effect"].cumsum() / found["removal_effect"].sum()
    assert found["share_until"].tolist() == pytest.approx(effects.tolist(), rel=1e-12)


def test_touches_of_one_channel_in_a_row_change_nothing():
    journeys = [
        ("a > a > a > b", True, 3),
        ("b > a > a", False, 0),
        ("a > b > b > c", True, 2),
        ("c", False, 0),
    ]
    steps = [
        ("a > b", True, 3),
        ("b > a", False, 0),
        ("a > b > c", True, 2),
        ("c", False, 0),
    ]
    pd.testing.assert_frame_equal(effects_of(journeys), effects_of(steps), rtol=1e-12)


def test_the_order_of_journeys_changes_nothing():
    journeys = random_journeys(9, channels=6, journeys=80)
    pd.testing.assert_frame_equal(
        effects_of(journeys), effects_of(journeys[::-1]), check_exact=True
    )


def test_a_channel_that_converts_nobody_has_no_effect_and_the_only_one_has_all():
    found = effects_of([("a", True, 1), ("b", False, 0)])
    assert found["removal_effect"].to_dict() == {"a": 1, "b": 0}


def test_without_a_conversion_effects_are_null_and_nothing_is_shared():
    found = effects_of([("a > b", False, 0)])
    assert found.index.tolist() == ["a", "b"]
    assert found.isna().all(axis=None)
    assert effects_of([]).empty


def test_without_revenue_it_is_shared_as_conversions_are():
    found = effects_of([("a > b", True, 0), ("b", True, 0), ("b", False, 0)])
    assert found["revenue_removal_effect"].isna().all()
    for bound in ("before", "until"):
        revenue = found[f"revenue_share_{bound}"]
        assert revenue.tolist() == found[f"share_{bound}"].tolist()


def test_revenue_decides_by_what_the_last_channel_earns():
    # Both convert one journey in two; those of b are worth three times as much.
    found = effects_of(
        [("a", True, 1), ("a", False, 0), ("b", True, 3), ("b", False, 0)]
    )
    assert found["removal_effect"].tolist() == pytest.approx([0.5, 0.5])
    assert found["revenue_removal_effect"].tolist() == pytest.approx([0.25, 0.75])


def test_two_hundred_channels_are_solved_and_more_stop_the_build_with_what_to_do():
    size = 200
    ring = [(f"c{n:03d} > c{(n + 1) % size:03d}", True, 1) for n in range(size)]
    found = effects_of(ring)
    # Every channel stands in the same place; each journey has two touches.
    assert np.ptp(found["removal_effect"]) < 1e-12
    assert found["removal_effect"].iloc[0] == pytest.approx(1.5 / size, rel=0.4)
    with pytest.raises(duckdb.Error, match=r"at most 200 channels.*give each touch"):
        effects_of([*ring, ("one more", True, 1)])
