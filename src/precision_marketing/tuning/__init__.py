"""Search on the `train` window for the settings of each scorer (docs/tuning.md)."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.algorithms.blending.quality import mean_and_error
from precision_marketing.build.build_log import show_log_in_dbt
from precision_marketing.build.relations import matrix, to_arrow
from precision_marketing.build.windows import read_settings, read_windows
from precision_marketing.tuning.coordinate_search import Search, coordinate_search
from precision_marketing.tuning.judge import CUTOFF, Judge
from precision_marketing.tuning.levers import read_levers
from precision_marketing.tuning.train_scorers import ITEM_COSINE, TrainScorers

# Of the sample of users.
SEED = 0
# With fewer users the paired differences are mostly noise (as in `blending`).
MINIMUM_USERS = 100

_logger = logging.getLogger(__name__)

trials_schema = pa.schema(
    [
        ("scorer", pa.string()),
        ("trial", pa.int32()),
        ("setting", pa.string()),
        ("setting_value", pa.float64()),
        ("setting_text", pa.string()),
        ("ndcg", pa.float64()),
        ("ndcg_standard_error", pa.float64()),
        ("ndcg_difference", pa.float64()),
        ("difference_standard_error", pa.float64()),
        ("user_count", pa.int64()),
        ("is_declared", pa.bool_()),
        ("is_chosen", pa.bool_()),
        ("seed", pa.int32()),
    ]
)


def search_settings(
    *,
    declared: Any,
    levers: Any,
    interactions: Any,
    users: Any,
    items: Any,
    labels: Any,
) -> pa.Table:
    """Return what the search tried and chose; nothing unless it is wanted.

    Parameters
    ----------
    declared : duckdb.DuckDBPyRelation
        `int_declared_scorer_settings`. Its scorer `search` says whether to search, on
        how many users and with how many trials.
    levers : duckdb.DuckDBPyRelation
        `int_scorer_levers`, without what the user set himself.
    interactions, users, items, labels : duckdb.DuckDBPyRelation
        `int_user_item_matrix`, `int_window_users`, `int_item_features` and
        `int_labels`, of which only `train` is read.

    Returns
    -------
    pyarrow.Table
        `trials_schema`: one row per scorer, trial and searched setting. Empty where
        fewer than 100 users with history and labels can be asked.
    """
    wanted = read_settings(declared, "search")
    if not wanted["is_wanted"]:
        return trials_schema.empty_table()
    show_log_in_dbt()
    asked = _sample(users, int(wanted["users"]))
    if asked.size < MINIMUM_USERS:
        _logger.warning(
            "Settings are as declared: a search needs %d users with history and labels"
            " in `train`, and there are %d.",
            *(MINIMUM_USERS, asked.size),
        )
        return trials_schema.empty_table()
    window = next(read_windows(interactions=interactions, users=users, items=items))
    truth = _train(labels, "user_index, item_index, 1 as is_label")
    judge = Judge(
        asked,
        matrix(truth, "user_index", "item_index", "is_label", window.weights.shape),
    )
    searched = read_levers(levers)
    settings = {
        scorer: {**read_settings(declared, scorer), "candidates": CUTOFF}
        for scorer in {ITEM_COSINE, *searched}
    }
    scorers = TrainScorers(
        replace(window, scored_users=asked),
        settings,
        {scorer: found.library_function for scorer, found in searched.items()},
    )
    trials = int(wanted["trials"])
    rows = []
    for scorer, found in searched.items():
        if scorers.can_list(scorer):
            search = _search(
                scorer, scorers, judge, settings[scorer], found.levers, trials
            )
            settings[scorer] = search.trials[search.chosen].settings
            rows.extend(_rows(scorer, search, found.levers))
    return pa.Table.from_pylist(rows, schema=trials_schema)


def _search(
    scorer: str,
    scorers: TrainScorers,
    judge: Judge,
    start: dict,
    levers: dict,
    maximum_trials: int,
) -> Search:
    """Search one scorer's settings and log each trial."""
    possible = min(maximum_trials, sum(len(values) for values in levers.values()))
    tried = 0

    def evaluate(settings: dict) -> np.ndarray:
        nonlocal tried
        values = judge.ndcg(scorers.lists(scorer, settings))
        named = ", ".join(f"{name} {settings[name]}" for name in levers)
        _logger.info(
            "%s, trial %d of %d: NDCG@%d on train %.5f (%s)",
            *(scorer, tried, possible, CUTOFF, values.mean(), named),
        )
        tried += 1
        return values

    return coordinate_search(evaluate, start, levers, maximum_trials=maximum_trials)


def _sample(users: Any, size: int) -> np.ndarray:
    """Return at most `size` users of `train` who may be asked, ascending."""
    known = to_arrow(
        users.filter(
            "time_window = 'train' and is_scored and label_count > 0"
            " and history_item_count > 0"
        ).project("user_index")
    )["user_index"].to_numpy()
    shuffled = np.random.default_rng(SEED).permutation(np.sort(known))
    return np.sort(shuffled[:size]).astype(np.int64)


def _train(relation: Any, columns: str) -> pa.Table:
    """Return columns of the rows of `train`."""
    return to_arrow(relation.filter("time_window = 'train'").project(columns))


def _rows(scorer: str, search: Search, levers: dict) -> Iterator[dict]:
    """Yield the rows of one scorer's search (`trials_schema`)."""
    start = search.trials[0].values
    for place, trial in enumerate(search.trials):
        mean, error = mean_and_error(trial.values)
        difference, difference_error = mean_and_error(trial.values - start)
        for setting in levers:
            value = trial.settings[setting]
            is_text = isinstance(value, str)
            yield {
                "scorer": scorer,
                "trial": place,
                "setting": setting,
                "setting_value": None if is_text else float(value),
                "setting_text": value if is_text else None,
                "ndcg": mean,
                "ndcg_standard_error": error,
                "ndcg_difference": difference,
                "difference_standard_error": difference_error,
                "user_count": start.size,
                "is_declared": place == 0,
                "is_chosen": place == search.chosen,
                "seed": SEED,
            }
