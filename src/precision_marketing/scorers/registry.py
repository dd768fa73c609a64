"""The scorers of the library by name, and what each needs beside window and settings.

The Python models, the lists of `train` and the search for settings (`tuning`) all make
lists by `make_lists`, so that what is chosen on `train` is what is built.
"""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any

from precision_marketing.build.windows import Window
from precision_marketing.scorers.collaborative import COLLABORATIVE
from precision_marketing.scorers.content import CONTENT
from precision_marketing.scorers.scorer import Lists, Scorer, Settings

SCORERS: Mapping[str, Scorer] = {**COLLABORATIVE, **CONTENT}
Inputs = Mapping[str, Callable[[], Any]]


def fit(
    name: str, window: Window, settings: Settings, inputs: Inputs, before: Any = None
) -> Any:
    """Return what a scorer learns from all histories of a window.

    Parameters
    ----------
    name : str
        Of `SCORERS`: the `library_function` of a scorer's record.
    window : Window
    settings : mapping
        As `read_settings` returns.
    inputs : mapping of str to callable
        What returns an input, called where the scorer needs it: `neighbors` (item
        cosine's), `followers` (next basket's neighbors), `fields` (of the items' text)
        and `embeddings`; `factors` (iALS') where they are known already.
    before : object, optional
        The fit of the window before: spectral and iALS begin where that ended.

    Returns
    -------
    object
        As `Scorer.fit`.

    Raises
    ------
    KeyError
        If there is no such scorer, or an input that it needs is not given.
    """
    function = SCORERS[name].fit
    given = {"window": window, "settings": settings, "before": before}
    asked = {
        key: given[key] if key in given else inputs[key]()
        for key, parameter in signature(function).parameters.items()
        if parameter.default is Parameter.empty or key in given or key in inputs
    }
    return function(**asked)


def lists_by(name: str, block: Window, settings: Settings, fitted: Any) -> Lists:
    """Return the lists of a block's scored users, by a fit to its window.

    Parameters
    ----------
    name, settings
        As for `fit`.
    block : Window
        A window, or `Window.of_users` of one.
    fitted : object
        As `fit` returns.

    Returns
    -------
    iterator of pyarrow.RecordBatch
        `scores_schema`; `user_index` is the place in the block.
    """
    return SCORERS[name].lists_of(block, settings, fitted)


def make_lists(name: str, window: Window, settings: Settings, inputs: Inputs) -> Lists:
    """Return a scorer's lists for the scored users of a window; see `fit`."""
    return lists_by(name, window, settings, fit(name, window, settings, inputs))


def lists_by_window(name: str, settings: Settings) -> Callable[[Window, Inputs], Lists]:
    """Return `make_lists` of a scorer for several windows, in their order.

    Their users and items have the same positions. Each fit is that `before` the next.
    """
    fit_next = fits_by_window(name, settings)

    def lists(window: Window, inputs: Inputs) -> Lists:
        return lists_by(name, window, settings, fit_next(window, inputs))

    return lists


def fits_by_window(name: str, settings: Settings) -> Callable[[Window, Inputs], Any]:
    """Return `fit` of a scorer for several windows, each `before` the next."""
    before = None

    def fit_next(window: Window, inputs: Inputs) -> Any:
        nonlocal before
        fitted = fit(name, window, settings, inputs, before)
        before = fitted if begins_where_another_ended(name) else None
        return fitted

    return fit_next


def begins_where_another_ended(name: str) -> bool:
    """Return whether a scorer's fit asks for that of the window before."""
    return "before" in signature(SCORERS[name].fit).parameters
