"""Champion and challengers: which ranking is published, by the votes of users.

Rule, and what it costs: docs/recommender_quality.md and decision 19.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.build.relations import to_arrow
from precision_marketing.learned.learned_scores import RANKINGS

WINDOWS = ("train", "test")
# The ranking that stands first, and with fewer users of both windows at the end too.
FIRST_CHAMPION, MINIMUM_USERS = "blend", 50
# With fewer users in a window none alone can show that a ranking is better.
USERS_OF_A_WINDOW = 200
# By how many standard errors both windows together must then show it.
ERRORS_OF_A_SMALL_SHOP = 1.0
# Standard normal quantile of .975, and what is no difference.
_QUANTILE, _NOTHING = 1.959963984540054, 1e-9


@dataclass(frozen=True, eq=False)
class Votes:
    """The NDCG@10 of users by each ranking.

    Parameters
    ----------
    rankings : tuple of str, length n_rankings
    train, test : array of float64, shape (n_users of the window, n_rankings)
        nan in the column of what is not ranked there.
    """

    rankings: tuple[str, ...]
    train: np.ndarray
    test: np.ndarray

    def of(self, ranking: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the votes on a ranking in `train` and in `test`."""
        column = self.rankings.index(ranking)
        return self.train[:, column], self.test[:, column]


@dataclass(frozen=True)
class ChallengerTest:
    """A ranking against the one that it had to beat, one row of `challenger_tests`.

    Margins are means of paired differences of NDCG@10; None where nobody was ranked,
    their intervals (95 %) and errors also with one user.
    """

    scorer: str
    opponent: str
    train_user_count: int
    train_ndcg_at_10: float | None
    train_margin: float | None
    train_margin_lower: float | None
    train_margin_upper: float | None
    test_user_count: int
    test_ndcg_at_10: float | None
    test_margin: float | None
    test_margin_lower: float | None
    test_margin_upper: float | None
    together_user_count: int
    together_margin: float | None
    together_standard_error: float | None
    is_learned: bool
    is_small: bool
    has_enough_users: bool
    wins_on_train: bool
    wins_on_test: bool
    wins_together: bool
    wins: bool


_TYPES = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}
challenger_tests_schema = pa.schema(
    [
        ("choice", pa.string()),
        *(
            (name, _TYPES.get(kind, pa.float64()))
            for name, kind in ChallengerTest.__annotations__.items()
        ),
        ("is_best_simpler", pa.bool_()),
        ("is_published", pa.bool_()),
        ("is_learned_in_use", pa.bool_()),
    ]
)


def challenge(
    votes: Votes, errors: float = ERRORS_OF_A_SMALL_SHOP
) -> tuple[list[ChallengerTest], list[str]]:
    """Let each ranking challenge the champion.

    The best of the simpler rankings challenges the blend, then each of `RANKINGS`
    whoever stands. The other simpler ones are tested against the blend and change
    nothing.

    Parameters
    ----------
    votes : Votes
    errors : float
        Of a small shop: by how many standard errors a challenger must be ahead.

    Returns
    -------
    tests : list of ChallengerTest
        One a ranking; none without votes.
    champions : list of str
        The best of the simpler rankings, and the one to publish.
    """
    simpler = [name for name in votes.rankings if name not in RANKINGS]
    tests = [_test(votes, name, FIRST_CHAMPION, errors) for name in simpler]
    winners = [test.scorer for test in tests if test.wins]
    best = _best(votes, simpler)
    champion = best_simpler = best if best in winners else FIRST_CHAMPION
    for name in RANKINGS:
        if name in votes.rankings:
            tests.append(_test(votes, name, champion, errors))
            champion = name if tests[-1].wins else champion
    return tests, [best_simpler, champion]


def choose(quality: Any, users: Any) -> pa.Table:
    """Return what all users choose, and what each half of them does.

    What one half chooses can be reported on the other.

    Parameters
    ----------
    quality : duckdb.DuckDBPyRelation
        `user_ranking_quality`: columns time_window, scorer, user_index, k, ndcg_at_k.
    users : duckdb.DuckDBPyRelation
        `int_users`: columns user_index, user_id, by whose hash users are halved.

    Returns
    -------
    pyarrow.Table
        `challenger_tests_schema`.
    """
    # Not the digest that samples users: of these the first digits are alike.
    halves = users.project("user_index, md5(user_id || ' half') < '8' as is_of_half_0")
    rows = to_arrow(
        quality.filter("k = 10")
        .project("time_window, scorer, user_index, ndcg_at_k")
        .join(halves, "user_index")
        .order("time_window, user_index, scorer")
    )
    rankings, scorers = np.unique(rows["scorer"].to_numpy(), return_inverse=True)
    windows = rows["time_window"].to_numpy()
    votes, is_of_half_0 = [], []
    for window in WINDOWS:
        own = windows == window
        indexes, first, row = np.unique(
            rows["user_index"].to_numpy()[own], return_index=True, return_inverse=True
        )
        ndcg = np.full((indexes.size, rankings.size), np.nan)
        ndcg[row, scorers[own]] = rows["ndcg_at_k"].to_numpy()[own]
        votes.append(ndcg)
        is_of_half_0.append(rows["is_of_half_0"].to_numpy()[own][first])
    found = []
    for choice, wanted in {"all": None, "half_0": True, "half_1": False}.items():
        asked = [
            ndcg if wanted is None else ndcg[of_half == wanted]
            for ndcg, of_half in zip(votes, is_of_half_0, strict=True)
        ]
        found += _rows(choice, *challenge(Votes(tuple(rankings.tolist()), *asked)))
    return pa.Table.from_pylist(found, schema=challenger_tests_schema)


def needed_in_serve(challenger_tests: Any, chance_demand: Any) -> str | None:
    """Return the learned ranking that candidates of `serve` are scored by, if any.

    Parameters
    ----------
    challenger_tests : duckdb.DuckDBPyRelation
        As `choose` returns it.
    chance_demand : duckdb.DuckDBPyRelation
        One row: is_asked, whether an audience needs chances whatever is published.
    """
    needed = challenger_tests.filter("choice = 'all' and is_learned_in_use")
    if not to_arrow(chance_demand)["is_asked"][0].as_py():
        needed = needed.filter("is_published")
    scorers = to_arrow(needed)["scorer"].to_pylist()
    return scorers[0] if scorers else None


def _rows(
    choice: str, tests: list[ChallengerTest], champions: list[str]
) -> list[dict[str, Any]]:
    best_simpler, champion = champions
    in_use = champion if champion in RANKINGS else "logistic_regression"
    return [
        asdict(test)
        | {
            "choice": choice,
            "is_best_simpler": test.scorer == best_simpler,
            "is_published": test.scorer == champion,
            "is_learned_in_use": test.scorer == in_use,
        }
        for test in tests
    ]


def _best(votes: Votes, simpler: list[str]) -> str:
    """Return the highest mean of both windows' users; of equal ones the blend."""
    means = {}
    for name in simpler:
        of_windows = votes.of(name)
        if all(ndcg.size and np.isfinite(ndcg).all() for ndcg in of_windows):
            means[name] = round(float(np.concatenate(of_windows).mean()), 9)
    return min(
        means,
        key=lambda name: (-means[name], name != FIRST_CHAMPION, name),
        default=FIRST_CHAMPION,
    )


def _test(votes: Votes, scorer: str, opponent: str, errors: float) -> ChallengerTest:
    own = votes.of(scorer)
    margins = [
        ndcg - other for ndcg, other in zip(own, votes.of(opponent), strict=True)
    ]
    train, test, together = (
        _mean_and_error(values) for values in [*margins, np.concatenate(margins)]
    )
    is_learned = scorer in RANKINGS
    is_small = min(train.user_count, test.user_count) < USERS_OF_A_WINDOW
    needs_interval = is_learned and not is_small
    wins_on_train = _is_above(train.lower if needs_interval else train.mean, _NOTHING)
    # The later window vetoes; that chance is excluded is asked of both together.
    wins_on_test = _is_above(test.mean, _NOTHING)
    if is_small:
        wins_together = together.error is not None and _is_above(
            together.mean, errors * together.error
        )
    else:
        wins_together = not is_learned or _is_above(together.lower, _NOTHING)
    has_enough_users = together.user_count >= MINIMUM_USERS
    return ChallengerTest(
        scorer=scorer,
        opponent=opponent,
        train_user_count=train.user_count,
        train_ndcg_at_10=_mean_and_error(own[0]).mean,
        train_margin=train.mean,
        train_margin_lower=train.lower,
        train_margin_upper=train.upper,
        test_user_count=test.user_count,
        test_ndcg_at_10=_mean_and_error(own[1]).mean,
        test_margin=test.mean,
        test_margin_lower=test.lower,
        test_margin_upper=test.upper,
        together_user_count=together.user_count,
        together_margin=together.mean,
        together_standard_error=together.error,
        is_learned=is_learned,
        is_small=is_small,
        has_enough_users=has_enough_users,
        wins_on_train=wins_on_train,
        wins_on_test=wins_on_test,
        wins_together=wins_together,
        wins=has_enough_users and wins_on_train and wins_on_test and wins_together,
    )


@dataclass(frozen=True)
class _Mean:
    user_count: int
    mean: float | None
    error: float | None

    @property
    def lower(self) -> float | None:
        return None if self.error is None else self.mean - _QUANTILE * self.error

    @property
    def upper(self) -> float | None:
        return None if self.error is None else self.mean + _QUANTILE * self.error


def _mean_and_error(values: np.ndarray) -> _Mean:
    """Return the mean of what is not nan, and its standard error."""
    found = values[np.isfinite(values)]
    mean = float(found.mean()) if found.size else None
    has_error = found.size > 1
    error = float(found.std(ddof=1) / np.sqrt(found.size)) if has_error else None
    return _Mean(found.size, mean, error)


def _is_above(value: float | None, bound: float) -> bool:
    return value is not None and value > bound
