"""Removal effects against published examples, a solve for each channel, and chance."""

from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest
from attribution_reference import Journey, Touch, removed_one_by_one
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.measurement.markov_attribution import (
    MAXIMUM_CHANNELS,
    JourneyCounts,
    removal_effects,
)


def counts_of(journeys: list[tuple[str, bool, float]]) -> tuple[JourneyCounts, list]:
    """Count paths such as ("a > b", True, revenue) by following each one."""
    paths = [(path.split(" > "), *rest) for path, *rest in journeys]
    channels = sorted({channel for path, *_ in paths for channel in path})
    place = {channel: number for number, channel in enumerate(channels)}
    size = len(channels)
    starts, ends = np.zeros(size), {True: np.zeros(size), False: np.zeros(size)}
    steps, revenue = np.zeros((size, size)), np.zeros(size)
    for path, is_converted, amount in paths:
        starts[place[path[0]]] += 1
        for source, target in pairwise(path):
            steps[place[source], place[target]] += 1
        ends[is_converted][place[path[-1]]] += 1
        revenue[place[path[-1]]] += amount
    counts = JourneyCounts(starts, csr_matrix(steps), ends[True], ends[False], revenue)
    return counts, channels


def effects_by_channel(journeys) -> dict[str, float]:
    counts, channels = counts_of(journeys)
    effects = removal_effects(counts).conversion_effects
    return dict(zip(channels, effects, strict=True))


def as_reference(journeys) -> list[Journey]:
    """Return the paths as the second writing of attribution wants them."""
    now = datetime(2025, 1, 1)
    return [
        Journey(
            "order" if is_converted else None,
            now,
            amount,
            tuple(Touch(now, "", channel) for channel in path.split(" > ")),
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
    found = effects_by_channel(
        [("C1 > C2 > C3", True, 1), ("C1", False, 0), ("C2 > C3", False, 0)]
    )
    assert found == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0}, rel=1e-12)


def test_a_published_example_of_grouped_paths():
    # Puzyrov (2019), "Markov chain attribution - simple explanation of removal effect".
    # By hand: P = 0.8 (0.5 + 0.25) + 0.2 = 0.8; 0.4 without mailing, 0.2 without ads.
    found = effects_by_channel(
        [("ads", True, 1)] * 2
        + [("mailing", True, 1), ("ads > mailing", True, 1), ("ads", False, 0)]
    )
    assert found == pytest.approx({"ads": 0.75, "mailing": 0.5}, rel=1e-12)


def test_the_worked_example_of_the_documentation():
    found = effects_by_channel(
        [("email > display", True, 1), ("display", True, 1), ("display", False, 0)]
    )
    assert found == pytest.approx({"email": 1 / 3, "display": 1.0}, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_one_inverse_gives_what_removing_each_channel_gives(seed: int):
    journeys = random_journeys(seed, channels=14, journeys=400)
    counts, channels = counts_of(journeys)
    found = removal_effects(counts)
    walked = removed_one_by_one(as_reference(journeys))
    for effects, expected in zip(
        (found.conversion_effects, found.revenue_effects), walked, strict=True
    ):
        assert dict(zip(channels, effects, strict=True)) == pytest.approx(
            expected, rel=1e-9
        )


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
    assert effects_by_channel(journeys) == pytest.approx(
        effects_by_channel(steps), rel=1e-12
    )


def test_a_channel_that_converts_nobody_has_no_effect_and_the_only_one_has_all():
    found = effects_by_channel([("a", True, 1), ("b", False, 0)])
    assert found == {"a": 1.0, "b": 0.0}


def test_without_a_conversion_or_a_journey_effects_are_unknown():
    counts, _ = counts_of([("a > b", False, 0)])
    found = removal_effects(counts)
    assert np.isnan(found.conversion_effects).all()
    empty = np.zeros(0)
    nothing = JourneyCounts(empty, csr_matrix((0, 0)), empty, empty, empty)
    assert removal_effects(nothing).conversion_effects.size == 0


def test_revenue_decides_by_what_the_last_channel_earns():
    # Both convert one journey in two; those of b are worth three times as much.
    counts, _ = counts_of(
        [("a", True, 1), ("a", False, 0), ("b", True, 3), ("b", False, 0)]
    )
    found = removal_effects(counts)
    assert found.conversion_effects.tolist() == pytest.approx([0.5, 0.5])
    assert found.revenue_effects.tolist() == pytest.approx([0.25, 0.75])


def test_more_channels_than_fit_are_refused_in_a_sentence():
    size = MAXIMUM_CHANNELS + 1
    ones = np.ones(size)
    counts = JourneyCounts(ones, csr_matrix((size, size)), ones, 0 * ones, ones)
    with pytest.raises(ValueError, match=r"at most 2,000 channels.* name 2,001: give"):
        removal_effects(counts)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"starts": np.array([1.0, 2.0])}, "as many steps must leave"),
        ({"starts": np.array([1.0, -1.0])}, "negative"),
        ({"revenue": np.array([np.nan, 0.0])}, "finite"),
        ({"revenue": np.zeros(3)}, "the same channels"),
    ],
)
def test_counts_that_are_no_journeys_are_refused(change: dict, message: str):
    counts, _ = counts_of([("a > b", True, 1)])
    with pytest.raises(ValueError, match=message):
        removal_effects(JourneyCounts(**{**vars(counts), **change}))


def test_two_thousand_channels_are_solved():
    size = MAXIMUM_CHANNELS
    ring = csr_matrix(
        (np.ones(size), (np.arange(size), np.roll(np.arange(size), -1))),
        shape=(size, size),
    )
    ones = np.ones(size)
    found = removal_effects(JourneyCounts(ones, ring, ones, 0 * ones, ones))
    # Every channel stands in the same place; each journey has two touches on average.
    assert np.ptp(found.conversion_effects) < 1e-12
    assert found.conversion_effects[0] == pytest.approx(2 / size, rel=1e-6)
