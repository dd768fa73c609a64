"""Attribution written down a second time, plainly: loops over journeys, no SQL.

Nothing is shared with the project, so that equal numbers are evidence.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from math import factorial

import numpy as np


@dataclass(frozen=True, order=True)
class Touch:
    """An impression or a click; sorted by time, impressions first, then id."""

    touched_at: datetime
    is_click: bool
    touch_id: str
    channel: str


@dataclass(frozen=True)
class Journey:
    """The path of a conversion (`conversion_id`) or of a user who never converted."""

    conversion_id: str | None
    ended_at: datetime
    revenue: float
    touches: tuple[Touch, ...]
    window_touch_count: int

    @property
    def channels(self) -> list[str]:
        """Channel of each touch."""
        return [touch.channel for touch in self.touches]


def find_journeys(
    touches: dict[str, list[Touch]],
    orders: dict[str, list[tuple[str, datetime, float]]],
    *,
    lookback_days: int,
    path_touches: int,
    ends_at_orders: bool = False,
) -> list[Journey]:
    """Return a journey for each order and for each touched user without one.

    Where journeys end at orders, a path begins after the order before, and who was
    touched after the last one has a journey without an order as well.
    """
    ends = [
        (user, order_id, at, revenue)
        for user, own in orders.items()
        for order_id, at, revenue in own
    ]
    for user, own in touches.items():
        last = max(own).touched_at
        ordered = [at for _, at, _ in orders.get(user, [])]
        if not ordered or (ends_at_orders and last > max(ordered)):
            ends.append((user, None, last, 0.0))
    journeys = []
    for user, order_id, at, revenue in ends:
        first = at - timedelta(days=lookback_days)
        before = [then for _, then, _ in orders.get(user, []) if then < at]
        taken = max(before, default=datetime.min) if ends_at_orders else datetime.min
        window = [
            touch
            for touch in sorted(touches.get(user, []))
            if first <= touch.touched_at <= at and touch.touched_at > taken
        ]
        path = tuple(window[-path_touches:])
        journeys.append(Journey(order_id, at, revenue, path, len(window)))
    return journeys


def weights(
    journey: Journey, half_life_days: float, effects: dict[str, float]
) -> dict[str, list[float]]:
    """Return the credits of a path's touches by attribution model."""
    channels, size = journey.channels, len(journey.touches)
    places = list(range(size))
    non_direct = [n for n in places if channels[n] != "direct"]
    ages = [
        (journey.ended_at - touch.touched_at) / timedelta(days=1)
        for touch in journey.touches
    ]
    counts = Counter(channels)
    if size > 2:
        position = [0.4] + [0.2 / (size - 2)] * (size - 2) + [0.4]
    else:
        position = [1 / size] * size
    path_effect = sum(effects[channel] for channel in counts)
    found = {
        "first": [float(n == 0) for n in places],
        "last": [float(n == size - 1) for n in places],
        "last_non_direct": [float(n == (non_direct or places)[-1]) for n in places],
        "linear": [1 / size] * size,
        "position": position,
        "time_decay": [0.5 ** (age / half_life_days) for age in ages],
        "markov": [effects[c] / path_effect / counts[c] for c in channels],
        "shapley": [1 / len(counts) / counts[c] for c in channels],
    }
    total = sum(found["time_decay"])
    found["time_decay"] = [weight / total for weight in found["time_decay"]]
    return found


def removed_one_by_one(
    journeys: Iterable[Journey],
) -> tuple[dict[str, float], dict[str, float]]:
    """Walk the chain to its end, once for each channel whose row leads to null.

    Returns the removal effects of conversions and of revenue.
    """
    steps, amounts = Counter(), defaultdict(float)
    for journey in journeys:
        if not journey.touches:
            continue
        end = "(null)" if journey.conversion_id is None else "(conversion)"
        states = ["(start)", *journey.channels, end]
        steps.update(pairwise(states))
        amounts[states[-2]] += journey.revenue
    names = sorted({state for pair in steps for state in pair} - {"(start)"})
    channels = [name for name in names if not name.startswith("(")]
    order = ["(start)", *channels, "(conversion)", "(null)"]
    chain = np.array([[steps[row, column] for column in order] for row in order], float)
    chain[-2, -2] = chain[-1, -1] = 1
    chain /= chain.sum(axis=1, keepdims=True)
    worth = [
        amounts[name] / max(steps[name, "(conversion)"], 1) for name in order[1:-2]
    ]
    whole = _outcome(chain, np.array(worth))
    effects = []
    for number in range(1, len(order) - 2):
        without = chain.copy()
        without[number] = 0
        without[number, -1] = 1
        effects.append(1 - _outcome(without, np.array(worth)) / whole)
    conversion, revenue = np.array(effects).T
    return (
        dict(zip(channels, conversion, strict=True)),
        dict(zip(channels, revenue, strict=True)),
    )


def _outcome(chain: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Return P(conversion) and the expected revenue, step by step from the start."""
    visits, present = np.zeros(len(chain)), np.eye(len(chain))[0]
    while present[:-2].sum() > 1e-15:
        visits += present
        present = present @ chain
    conversions = visits[1:-2] * chain[1:-2, -2]
    return np.array([conversions.sum(), (conversions * worth).sum()])


def shapley_over_coalitions(journeys: Iterable[Journey]) -> dict[str, float]:
    """Return Shapley values by their definition, over all 2^n sets of channels.

    The worth of a set: conversions whose paths use no channel outside it.
    """
    sets = [frozenset(j.channels) for j in journeys if j.conversion_id and j.touches]
    players = sorted(set().union(*sets))

    def worth(members: frozenset) -> int:
        return sum(channels <= members for channels in sets)

    values = dict.fromkeys(players, 0.0)
    for player in players:
        others = [other for other in players if other != player]
        for size in range(len(players)):
            factor = (
                factorial(size)
                * factorial(len(players) - size - 1)
                / factorial(len(players))
            )
            for chosen in map(frozenset, combinations(others, size)):
                values[player] += factor * (worth(chosen | {player}) - worth(chosen))
    return values
