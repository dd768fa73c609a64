"""A bounded coordinate search that moves only for more than a standard error."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from precision_marketing.algorithms.blending.quality import mean_and_error
from precision_marketing.tuning.levers import Levers


class Trial(NamedTuple):
    """Settings and what each user got by them, shape (n_users,)."""

    settings: dict[str, float | str]
    values: np.ndarray


class Search(NamedTuple):
    """All trials, the declared settings first, and the place of the chosen one."""

    trials: list[Trial]
    chosen: int


def coordinate_search(
    evaluate: Callable[[dict], np.ndarray],
    start: Mapping[str, float | str],
    levers: Levers,
    *,
    maximum_trials: int,
) -> Search:
    """Try the levers one by one from `start` and keep what is clearly better.

    A trial replaces the best one so far where the mean of the paired differences is
    above their standard error, both to the best so far and to the start. Equal trials
    leave the earlier one, so that ties go to the order of trial.

    Parameters
    ----------
    evaluate : callable
        From settings to a value per user, the same users in the same order each time.
        Larger is better.
    start : mapping
        All settings, the declared ones: the first trial.
    levers : dict
        Setting to the values to try, the levers with most effect first.
    maximum_trials : int
        Most trials besides the first, >= 0.

    Returns
    -------
    Search

    Examples
    --------
    >>> def evaluate(settings):
    ...     return np.array([1.0, 2.0]) - abs(settings["decay"] - 0.5)
    >>> search = coordinate_search(
    ...     evaluate, {"decay": 1.0}, {"decay": (0.9, 0.5)}, maximum_trials=5
    ... )
    >>> [trial.settings["decay"] for trial in search.trials], search.chosen
    ([1.0, 0.9, 0.5], 2)
    """
    trials = [Trial(dict(start), evaluate(dict(start)))]
    best = 0
    for setting, values in levers.items():
        for value in values:
            settings = trials[best].settings | {setting: value}
            is_known = any(settings == trial.settings for trial in trials)
            if is_known or len(trials) > maximum_trials:
                continue
            trials.append(Trial(settings, evaluate(settings)))
            if all(
                _is_better(trials[-1], other) for other in (trials[best], trials[0])
            ):
                best = len(trials) - 1
    return Search(trials, best)


def _is_better(trial: Trial, other: Trial) -> bool:
    """Return whether the paired mean difference is above its standard error."""
    mean, error = mean_and_error(trial.values - other.values)
    return mean > error
