"""What is published in small shops, beside the best in hindsight.

The blend and the learned rankings learn from 100 or 200 users with labels; these and
half as many users of `test` choose. Regret is the NDCG@10 on `test`, over all users of
the build, of the best ranking less that of the chosen one.
"""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import duckdb
import numpy as np

from benchmarks.builds import Dbt
from benchmarks.machine import PROJECT, describe
from benchmarks.measuring import measure
from precision_marketing.learned.challenger_tests import (
    ERRORS_OF_A_SMALL_SHOP,
    FIRST_CHAMPION,
    Votes,
    challenge,
)

# Generated shops by their users; the seed is their number.
GENERATED = {f"generated-{users}": users for users in (2_000, 3_000, 4_000)}
SETS = ("movielens-100k", "complete-journey-new", *GENERATED)
# Users with labels that chose, by those of whom the build learned.
SIZES = {100: (50, 100), 200: (200,)}
DRAWS = 4
# Of these the rule is one; which would be chosen on half of the shops is asked.
ERRORS = (0.0, 0.5, 1.0, 1.5, 1.96)
_ONLY = ("--exclude-resource-type", "unit_test", "test")
_VOTES = """
    select time_window, scorer, user_index, ndcg_at_k as ndcg
    from candidates.user_ranking_quality where k = 10
    order by time_window, user_index, scorer
"""


def generate(name: str, folder: Path) -> None:
    """Generate the shop of a name of `GENERATED`.

    Raises
    ------
    CommandFailedError
        If the generator fails.
    """
    users = GENERATED[name]
    measure(
        [
            *(sys.executable, "-m", "examples.example_data", "--out", str(folder)),
            *("--users", str(users), "--seed", str(users)),
        ],
        {"PYTHONPATH": str(PROJECT / "src")},
    )


def measure_set(name: str, dbt: Dbt) -> dict:
    """Return what small shops of a set would publish.

    Parameters
    ----------
    name : str
        Of the set.
    dbt : Dbt
        Its variables name the set's folder.

    Returns
    -------
    dict
        JSON-ready: `shops`, as `drawn` returns them.

    Raises
    ------
    CommandFailedError
        If dbt fails.
    """
    shops = []
    for users, sizes in SIZES.items():
        learned = {"training_users_maximum": users}
        variables = dbt.variables | {"parts": ["recommendations"], "learned": learned}
        print(f"{name}: dbt build with {users} users to learn from", flush=True)
        replace(dbt, variables=variables).build(
            "--select", "+user_ranking_quality", *_ONLY
        )
        votes = read_votes(dbt.database)
        for size in sizes:
            shops += drawn(votes, name, size)
    return {"set": name, "machine": describe(), "shops": shops}


def read_votes(database: Path) -> Votes:
    """Return the votes of a build on the rankings that `test` has too."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.sql(_VOTES).df()
    by_window = {
        window: own.pivot(index="user_index", columns="scorer", values="ndcg")
        for window, own in rows.groupby("time_window")
    }
    rankings = list(by_window["test"].columns)
    return Votes(
        tuple(rankings),
        *(by_window[window][rankings].to_numpy() for window in ("train", "test")),
    )


def drawn(votes: Votes, name: str, size: int) -> list[dict]:
    """Return what drawn shops of a size choose; none where there are fewer users.

    Parameters
    ----------
    votes : Votes
        Of all users; from those of `test` is known what is best.
    name : str
        Of the set: with size and number of the shop it seeds the draw.
    size : int
        Users of `train` that choose, with half as many of `test`.

    Returns
    -------
    list of dict
        name, size; NDCG@10 of the `best` ranking, of the `blend`, and `chosen`, by the
        standard errors asked for.
    """
    truth = dict(zip(votes.rankings, votes.test.mean(axis=0).tolist(), strict=True))
    shops = []
    for number in range(DRAWS if size <= len(votes.train) else 0):
        digest = hashlib.md5(f"{name}/{size}/{number}".encode()).digest()
        generator = np.random.default_rng(list(digest))
        of_shop = replace(
            votes,
            train=_draw(votes.train, size, generator),
            test=_draw(votes.test, size // 2, generator),
        )
        shops.append(
            {
                "name": f"{name}/{number}",
                "size": size,
                "best": max(truth.values()),
                "blend": truth[FIRST_CHAMPION],
                "chosen": {
                    str(errors): truth[challenge(of_shop, errors)[1][-1]]
                    for errors in ERRORS
                },
            }
        )
    return shops


def summarize(parts: Mapping[str, Mapping]) -> dict:
    """Return the regrets of the shops of all sets.

    Parameters
    ----------
    parts : mapping of str to mapping
        As `measure_set` returns them.

    Returns
    -------
    dict
        `sizes`: rows of size, shops, blend_regret, regret, better_than_blend and
        worse_than_blend (shares of shops). `ratio`: regret over that of the blend, all
        shops. `ratio_elsewhere`: the same when the standard errors are those of least
        regret in one half of the shops and regret is counted in the other, both ways
        round; `errors_elsewhere`, which these are.
    """
    shops = [shop for _, part in sorted(parts.items()) for shop in part["shops"]]
    rule = str(ERRORS_OF_A_SMALL_SHOP)
    halves = [shops[::2], shops[1::2]]
    errors = [_least_regret(half) for half in reversed(halves)]
    elsewhere = sum(
        _regret(half, chosen) * len(half)
        for half, chosen in zip(halves, errors, strict=True)
    )
    return {
        "sizes": [
            _of_size([shop for shop in shops if shop["size"] == size], rule)
            for size in sorted({shop["size"] for shop in shops})
        ],
        "ratio": _regret(shops, rule) / _regret(shops),
        "ratio_elsewhere": elsewhere / (_regret(shops) * len(shops)),
        "errors_elsewhere": [float(chosen) for chosen in errors],
    }


def _draw(ndcg: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    count = min(count, len(ndcg))
    return ndcg[np.sort(generator.choice(len(ndcg), count, replace=False))]


def _published(shop: Mapping, errors: str | None) -> float:
    return shop["blend"] if errors is None else shop["chosen"][errors]


def _regret(shops: list[Mapping], errors: str | None = None) -> float:
    """Return the mean regret of what is chosen, of the blend without `errors`."""
    return fmean(shop["best"] - _published(shop, errors) for shop in shops)


def _least_regret(shops: list[Mapping]) -> str:
    return min(map(str, ERRORS), key=lambda errors: _regret(shops, errors))


def _of_size(shops: list[Mapping], rule: str) -> dict:
    gains = [shop["chosen"][rule] - shop["blend"] for shop in shops]
    return {
        "size": shops[0]["size"],
        "shops": len(shops),
        "blend_regret": _regret(shops),
        "regret": _regret(shops, rule),
        "better_than_blend": fmean(gain > 0 for gain in gains),
        "worse_than_blend": fmean(gain < 0 for gain in gains),
    }
