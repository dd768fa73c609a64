"""What each scorer adds to the rankings on `train`, and who may be left out therefore.

Method: docs/scorers.md, "Scorers that are left out".
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.blending.lists import blend_lists
from precision_marketing.algorithms.blending.quality import (
    Candidates,
    listed_labels,
    mean_and_error,
    recall_and_ndcg,
)
from precision_marketing.algorithms.kernels.pair_scores import LinearScores
from precision_marketing.algorithms.kernels.parallel import in_order
from precision_marketing.algorithms.kernels.progress import Progress
from precision_marketing.algorithms.learned.dropped_features import (
    DroppableRegression,
    fit_droppable,
)
from precision_marketing.build.relations import row_count, to_arrow
from precision_marketing.build.scorer_lists import ListBlock, ScorerLists
from precision_marketing.build.windows import read_settings
from precision_marketing.scorers.blend_weights import (
    BlendWeights,
    label_counts,
    pair_keys,
)

CUTOFF = 10
# What leaving scorers out may cost at most, all together, in NDCG@10: half of the last
# digit that the project's reports give it with.
MAXIMUM_LOSS = 0.0005
# As many as a window needs to decide alone (`challenger_tests`).
MINIMUM_USERS = 200
# Users with a label in a list, whose candidates are held in memory, some 60 KB each.
# Fewer do not tell losses as small as `MAXIMUM_LOSS` from none.
MAXIMUM_USERS = 20_000
NEGATIVES_PER_POSITIVE = 10
# So weak that of two scorers that say the same either can take the other's place.
PENALTY = 1e-3
SEED = 0
# Users without a list of a scorer see popularity's, and ties of the blend go by it.
FALLBACK = "popularity"
# Rank of what a list does not have, as among the features of the learned rankings.
_UNLISTED_RANK_FEATURE = -6.9
_Z = NormalDist().inv_cdf(0.975)

losses_schema = pa.schema(
    [
        ("scorer", pa.string()),
        ("is_content", pa.bool_()),
        ("start_weight", pa.float64()),
        ("blend_weight", pa.float64()),
        ("blend_weight_half_0", pa.float64()),
        ("blend_weight_half_1", pa.float64()),
        ("user_count", pa.int64()),
        ("ndcg_at_10", pa.float64()),
        ("tested_user_count", pa.int64()),
        ("blend_loss", pa.float64()),
        ("blend_loss_lower", pa.float64()),
        ("blend_loss_upper", pa.float64()),
        ("regression_loss", pa.float64()),
        ("regression_loss_lower", pa.float64()),
        ("regression_loss_upper", pa.float64()),
        ("drop_order", pa.int32()),
        ("joint_loss_upper", pa.float64()),
        ("decision", pa.string()),
        ("is_left_out", pa.bool_()),
    ]
)


class Loss(NamedTuple):
    """Mean loss of NDCG@10 over users, with the ends of its 95 % interval."""

    mean: float
    lower: float
    upper: float


class Rules(NamedTuple):
    """Whom the rule of leaving out is about.

    Attributes
    ----------
    droppable : frozenset of str
        Scorers that may be left out at all.
    content : frozenset of str
        Scorers that know what the items are.
    keeps_content : bool
        Whether one of them must stay: there are items that nobody has touched.
    is_every_scorer_wanted : bool
    """

    droppable: frozenset[str]
    content: frozenset[str]
    keeps_content: bool
    is_every_scorer_wanted: bool


class Judged(NamedTuple):
    """What the lists of `train` are worth, scorers in the order of `names`.

    Attributes
    ----------
    names : tuple of str
    ndcg : array of float64, shape (n_scorers,)
        Of each scorer's own list.
    lists_something : array of bool, shape (n_scorers,)
    user_count, tested_user_count : int
        Users with a label; those of the sample with one in a list.
    losses : callable or None
        From scorers to the losses of blend and regression without them; None where
        nothing can be told.
    """

    names: tuple[str, ...]
    ndcg: np.ndarray
    lists_something: np.ndarray
    user_count: int
    tested_user_count: int
    losses: Callable[[list[str]], tuple[Loss, Loss]] | None


def measure(
    lists: ScorerLists,
    *,
    labels: Any,
    users: Any,
    items: Any,
    settings: Any,
    start: Mapping[str, float],
    weights: BlendWeights,
    full_scores: Mapping[str, LinearScores] | None = None,
) -> pa.Table:
    """Return what each scorer adds on `train`, and whether it is left out.

    Parameters
    ----------
    lists : ScorerLists
        Of the scorers of `weights`, on `train`.
    labels, users, items : duckdb.DuckDBPyRelation
        `int_labels`, `int_window_users` and `int_item_features`. Of `test` and `serve`
        nothing is read but whether `serve` offers items that nobody has touched.
    settings : duckdb.DuckDBPyRelation
        `int_scorer_settings`.
    start : mapping of str to float
        Scorer to its weight in the blend before learning.
    weights : BlendWeights
        After it.
    full_scores : mapping of str to LinearScores, optional
        Scorer to its scores of all pairs in `train`.

    Returns
    -------
    pyarrow.Table
        `losses_schema`, a row for each scorer; losses are null where fewer than 200
        users have a label in a list.
    """
    names = read_settings(settings, "library_function", with_shared=False)
    content = read_settings(settings, "content", with_shared=False)
    wanted = read_settings(settings, "every_scorer_wanted", with_shared=False)
    untouched = items.filter("time_window = 'serve' and is_eligible and user_count = 0")
    rules = Rules(
        frozenset(names),
        frozenset(content),
        keeps_content=row_count(untouched) > 0,
        is_every_scorer_wanted=bool(wanted["is_wanted"]),
    )
    judged = _judged(lists, labels, users, settings, weights, full_scores)
    rows = decisions(judged, rules)
    learned = zip(weights.of_all, *weights.of_halves, strict=True)
    for row, (of_all, *of_halves) in zip(rows, learned, strict=True):
        row["start_weight"] = start[row["scorer"]]
        row["blend_weight"] = of_all
        row["blend_weight_half_0"], row["blend_weight_half_1"] = of_halves
    return pa.Table.from_pylist(rows, schema=losses_schema)


def decisions(judged: Judged, rules: Rules) -> list[dict[str, Any]]:
    """Return a row for each scorer: what it adds, and the decision.

    Backward: each time the scorer goes without whom the least is lost beside those that
    are gone (the larger of the blend's and the regression's upper ends), as long as
    that stays below `MAXIMUM_LOSS`.

    Parameters
    ----------
    judged : Judged
    rules : Rules

    Returns
    -------
    list of dict
        Columns of `losses_schema` but the weights, by name of the scorer.
    """
    single = {}
    if judged.losses:
        single = _losses_beside(judged.losses, [], judged.names)
    best = max(zip(judged.names, judged.ndcg, strict=True), key=_rank_of_scorer)[0]
    found = {
        name: {"decision": decision}
        for name in judged.names
        if (decision := _always_ranked(name, best, judged, rules))
    }
    # Whoever lists nothing changes nothing by going.
    listing = {
        name
        for name, is_listed in zip(judged.names, judged.lists_something, strict=True)
        if is_listed
    }
    left = listing & rules.content
    dropped: list[str] = []
    joint = {
        name: _worst(losses) for name, losses in single.items() if name not in found
    }
    while joint:
        name = min(joint, key=lambda name: (joint[name], name))
        if rules.keeps_content and left == {name}:
            found[name] = {"decision": "last_content"}
            del joint[name]
            continue
        if joint[name] >= MAXIMUM_LOSS:
            break
        dropped.append(name)
        left.discard(name)
        found[name] = {
            "decision": "left_out",
            "drop_order": len(dropped),
            "joint_loss_upper": joint.pop(name),
        }
        if name in listing:
            found_losses = _losses_beside(judged.losses, dropped, list(joint))
            joint = {name: _worst(losses) for name, losses in found_losses.items()}
    for name, upper in joint.items():
        found[name] = {"decision": "adds", "joint_loss_upper": upper}
    return [
        {
            "scorer": name,
            "is_content": name in rules.content,
            "user_count": judged.user_count,
            "ndcg_at_10": ndcg,
            "tested_user_count": judged.tested_user_count,
            **_loss_columns(single.get(name)),
            **found[name],
            "is_left_out": name in dropped,
        }
        for name, ndcg in zip(judged.names, judged.ndcg.tolist(), strict=True)
    ]


def _rank_of_scorer(scorer: tuple[str, float]) -> tuple:
    """Return what the best single ranking has the largest of, as the gate orders."""
    name, ndcg = scorer
    return round(ndcg, 9), [-ord(letter) for letter in name]


def _always_ranked(name: str, best: str, judged: Judged, rules: Rules) -> str | None:
    """Return why a scorer is ranked whatever is lost without it, if it is so."""
    if name == FALLBACK:
        return "fallback"
    if name not in rules.droppable:
        return "own_model"
    if rules.is_every_scorer_wanted:
        return "every_scorer_wanted"
    if judged.losses is None:
        return "few_users"
    return "best_alone" if name == best else None


def _worst(losses: tuple[Loss, Loss]) -> float:
    """Return the larger upper end of the blend's and the regression's loss."""
    return max(loss.upper for loss in losses)


def _losses_beside(
    losses: Callable[[list[str]], tuple[Loss, Loss]],
    dropped: Sequence[str],
    names: Sequence[str],
) -> dict[str, tuple[Loss, Loss]]:
    """Return what is lost without `dropped` and each of the names."""

    def without(part: slice) -> tuple[Loss, Loss]:
        return losses([*dropped, names[part.start]])

    parts = [slice(number, number + 1) for number in range(len(names))]
    progress = Progress("scorers to be left out", len(names))
    return dict(zip(names, in_order(without, parts, progress), strict=True))


def _loss_columns(losses: tuple[Loss, Loss] | None) -> dict[str, float]:
    """Return the losses as columns; none where they are not known."""
    if losses is None:
        return {}
    blend, regression = losses
    return {
        "blend_loss": blend.mean,
        "blend_loss_lower": blend.lower,
        "blend_loss_upper": blend.upper,
        "regression_loss": regression.mean,
        "regression_loss_lower": regression.lower,
        "regression_loss_upper": regression.upper,
    }


class _Pool(NamedTuple):
    """Candidates of the users of the sample."""

    users: np.ndarray
    rows_of_users: np.ndarray
    items: np.ndarray
    scaled_scores: np.ndarray
    ranks: np.ndarray


class _Half(NamedTuple):
    """Candidates of one half's users, and the regression learned from the other's."""

    of_blend: Candidates
    of_regression: Candidates
    regression: DroppableRegression


def _judged(
    lists: ScorerLists,
    labels: Any,
    users: Any,
    settings: Any,
    weights: BlendWeights,
    full_scores: Mapping[str, LinearScores] | None,
) -> Judged:
    """Return what the lists of `train` are worth."""
    asked = to_arrow(
        users.filter("time_window = 'train' and is_scored and label_count > 0")
        .project("user_index, training_half")
        .order("user_index")
    )
    asked_users = asked["user_index"].to_numpy()
    truth = to_arrow(
        labels.filter("time_window = 'train'").project("user_index, item_index")
    )
    keys = np.sort(pair_keys(truth["user_index"].to_numpy(), truth["item_index"]))
    counts = label_counts(keys, asked_users)
    ndcg = [np.zeros((0, len(lists.scorers)))]
    has_hit = [np.zeros(0, dtype=bool)]
    lists_something = np.zeros(len(lists.scorers), dtype=bool)
    for block in lists.blocks("train", asked_users):
        lists_something |= (block.items[:, :, 0] >= 0).any(axis=0)
        is_hit = _hits(block, keys)
        has_hit.append(is_hit.any(axis=(1, 2)))
        block_counts = counts[np.searchsorted(asked_users, block.users)]
        ndcg.append(_own_ndcg(block, is_hit, block_counts, lists.scorers))
    sample, sampled_count = _sample(asked_users, np.concatenate(has_hit))
    losses = None
    if sample.size >= MINIMUM_USERS:
        kept = int(read_settings(settings, "every_scorer")["kept_of_each_scorer"])
        place = np.searchsorted(asked_users, sample)
        halves = asked["training_half"].to_numpy()[place]
        by_user = weights.of_users("train", halves)
        pool = _pool(lists, sample, by_user, kept, full_scores)
        is_label = np.isin(pair_keys(pool.rows_of_users, pool.items), keys)
        losses = _losses_without(
            _halves(pool, is_label, counts[place], halves),
            weights.of_halves[::-1],
            lists.scorers,
            sampled_count,
        )
    judged = np.concatenate(ndcg)
    return Judged(
        lists.scorers,
        judged.mean(axis=0) if judged.size else np.zeros(len(lists.scorers)),
        lists_something,
        asked_users.size,
        sample.size,
        losses,
    )


def _sample(users: np.ndarray, has_hit: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the users of the sample with a label in a list, and the sample's size.

    Who has none loses nothing, whatever is left out, and need not be looked at.
    """
    order = np.random.default_rng(SEED).permutation(users.size)
    hit_count = np.cumsum(has_hit[order])
    size = int(np.searchsorted(hit_count, MAXIMUM_USERS, side="right"))
    chosen = order[:size]
    return np.sort(users[chosen[has_hit[chosen]]]), size


def _hits(block: ListBlock, keys: np.ndarray) -> np.ndarray:
    """Return which entries of the lists are labels, from sorted keys."""
    own = keys[np.isin(keys >> 32, block.users)]
    starts = np.append(0, np.cumsum(label_counts(own, block.users)))
    return listed_labels(block.items, starts, own & (2**32 - 1))


def _own_ndcg(
    block: ListBlock, is_hit: np.ndarray, counts: np.ndarray, scorers: tuple[str, ...]
) -> np.ndarray:
    """Return the NDCG of each user's own lists, shape (users, scorers)."""
    shown = is_hit[:, :, :CUTOFF]
    if FALLBACK in scorers:
        fallback = shown[:, scorers.index(FALLBACK), None]
        shown = np.where(block.items[:, :, :1] < 0, fallback, shown)
    discounts = 1.0 / np.log2(np.arange(CUTOFF) + 2)
    gains = (shown * discounts[: shown.shape[2]]).sum(axis=2)
    return gains / np.cumsum(discounts)[np.minimum(counts, CUTOFF) - 1, None]


def _pool(
    lists: ScorerLists,
    users: np.ndarray,
    weights: np.ndarray,
    keep_of_each: int,
    full_scores: Mapping[str, LinearScores] | None,
) -> _Pool:
    """Return the candidates of users."""
    tie_scorer = lists.scorers.index(FALLBACK) if FALLBACK in lists.scorers else 0
    columns = []
    for block in lists.blocks("train", users, full_scores):
        found = blend_lists(
            block.items,
            block.scaled_scores,
            weights[np.searchsorted(users, block.users)],
            n_items=int(block.items.max(initial=0)) + 1,
            tie_scorer=tie_scorer,
            keep=lists.depth,
            keep_of_each=keep_of_each,
            others=block.others,
        )
        columns.append(
            (
                block.users[found.users],
                found.items,
                found.scaled_scores,
                found.scorer_ranks,
            )
        )
    return _Pool(
        users, *(np.concatenate(parts) for parts in zip(*columns, strict=True))
    )


def _halves(
    pool: _Pool,
    is_label: np.ndarray,
    counts: np.ndarray,
    halves: np.ndarray,
) -> list[_Half]:
    """Return both halves, each with the regression learned from the other."""
    row_half = halves[np.searchsorted(pool.users, pool.rows_of_users)]
    generator = np.random.default_rng(SEED)
    taught_by = []
    for half in (0, 1):
        drawn = np.flatnonzero(is_label & (row_half != half))
        others = np.flatnonzero(~is_label & (row_half != half))
        negatives = generator.choice(
            others,
            min(others.size, NEGATIVES_PER_POSITIVE * drawn.size),
            replace=False,
        )
        taught_by.append(np.sort(np.concatenate([drawn, negatives])))

    def judged(part: slice) -> _Half:
        half, rows = part.start, taught_by[part.start]
        regression = fit_droppable(
            _features(pool, rows), is_label[rows], penalty=PENALTY
        )
        own = np.flatnonzero(row_half == half)
        users = pool.users[halves == half]
        ends = np.append(users, np.iinfo(np.int64).max)
        given = {
            "starts": np.searchsorted(pool.rows_of_users[own], ends),
            "items": pool.items[own],
            "is_label": is_label[own],
            "label_counts": counts[halves == half],
        }
        scaled = np.nan_to_num(pool.scaled_scores[own]).astype(np.float32)
        return _Half(
            Candidates(scores=scaled, **given),
            Candidates(scores=_features(pool, own, np.float32), **given),
            regression,
        )

    parts = [slice(0, 1), slice(1, 2)]
    return list(in_order(judged, parts, Progress("halves of the users", 2)))


def _features(
    pool: _Pool, rows: np.ndarray, kind: type[np.floating] = np.float64
) -> np.ndarray:
    """Return scaled score, rank and presence of each scorer, side by side."""
    ranks = pool.ranks[rows]
    is_listed = ranks > 0
    features = np.empty((rows.size, 3 * ranks.shape[1]), kind)
    scaled, rank_features, presence = np.split(features, 3, axis=1)
    scaled[:] = np.nan_to_num(pool.scaled_scores[rows])
    rank_features[:] = np.where(is_listed, -np.log(ranks + 2.0), _UNLISTED_RANK_FEATURE)
    presence[:] = is_listed
    return features


def _losses_without(
    halves: list[_Half],
    weights: np.ndarray,
    scorers: tuple[str, ...],
    user_count: int,
) -> Callable[[list[str]], tuple[Loss, Loss]]:
    """Return the function from scorers to the losses of so many users without them.

    `weights`, shape (2, n_scorers): by the half that they rank.
    """

    def ndcg(dropped: list[str]) -> tuple[np.ndarray, np.ndarray]:
        numbers = np.array([scorers.index(name) for name in dropped], dtype=int)
        kept_weights = weights.copy()
        kept_weights[:, numbers] = 0.0
        columns = (numbers[:, None] + len(scorers) * np.arange(3)).ravel()
        blend, regression = [], []
        for half, of_half in zip(halves, kept_weights, strict=True):
            by_regression = half.regression.weights(columns)
            blend.append(recall_and_ndcg(half.of_blend, of_half, CUTOFF)[:, 1])
            regression.append(
                recall_and_ndcg(half.of_regression, by_regression, CUTOFF)[:, 1]
            )
        return np.concatenate(blend), np.concatenate(regression)

    with_all = ndcg([])

    def losses(dropped: list[str]) -> tuple[Loss, Loss]:
        without = ndcg(dropped)
        blend, regression = (
            _loss(full - rest, user_count)
            for full, rest in zip(with_all, without, strict=True)
        )
        return blend, regression

    return losses


def _loss(differences: np.ndarray, user_count: int) -> Loss:
    """Return the mean of paired differences, 0 for the rest, with its 95 % interval."""
    rest = np.zeros(user_count - differences.size)
    mean, error = mean_and_error(np.concatenate([differences, rest]))
    return Loss(mean, mean - _Z * error, mean + _Z * error)
