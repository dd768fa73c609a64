"""The scorers of the library by name, and what each needs beside window and settings.

The Python models, the lists of `train` and the search for settings (`tuning`) all make
lists by `make_lists`, so that what is chosen on `train` is what is built.
"""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from precision_marketing.build.windows import Window
from precision_marketing.scorers import collaborative
from precision_marketing.scorers.collaborative import Lists, Settings
from precision_marketing.scorers.content import TEXT_SCORERS, item_embedding_scores

# Parameters after window and settings are the names of inputs (`make_lists`).
SCORERS: Mapping[str, Callable[..., Lists]] = {
    "item_cosine": collaborative.item_cosine,
    "item_cosine_recent": collaborative.item_cosine_recent,
    "last_basket": collaborative.last_basket,
    "next_basket": collaborative.next_basket,
    "user_cosine": collaborative.user_cosine,
    "spectral": collaborative.spectral,
    "local_ridge": collaborative.local_ridge,
    "ials": collaborative.ials,
    "ease": collaborative.ease,
    **TEXT_SCORERS,
    "item_embedding": item_embedding_scores,
}

# Those whose fit of one window is where that of the next begins.
FITS: Mapping[str, Callable[..., Any]] = {
    "spectral": collaborative.fit_of_spectral,
    "ials": collaborative.fit_of_ials,
}


def lists_by_window(
    name: str, settings: Settings
) -> Callable[[Window, Mapping[str, Callable[[], Any]]], Lists]:
    """Return `make_lists` of a scorer for several windows, in their order.

    Parameters
    ----------
    name, settings
        As for `make_lists`.

    Returns
    -------
    callable
        From a window and its inputs to the lists. Spectral and iALS begin each fit
        where that of the window before ended; iALS fits nothing where the inputs have
        `factors`.

    Raises
    ------
    KeyError
        As `make_lists`, when called.
    """
    if name in FITS:
        refined = collaborative.refined(FITS[name], settings)

        def lists(window: Window, inputs: Mapping[str, Callable[[], Any]]) -> Lists:
            if name == "ials" and "factors" in inputs:
                factors = inputs["factors"]()
                return collaborative.ials_of_factors(window, settings, factors)
            return refined(window)

        return lists
    return lambda window, inputs: make_lists(name, window, settings, inputs)


def make_lists(
    name: str,
    window: Window,
    settings: Settings,
    inputs: Mapping[str, Callable[[], Any]],
) -> Lists:
    """Return a scorer's lists for the scored users of a window.

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
        and `embeddings`.

    Returns
    -------
    iterator of pyarrow.RecordBatch
        `scores_schema`.

    Raises
    ------
    KeyError
        If there is no such scorer, or an input that it needs is not given.
    """
    scorer = SCORERS[name]
    needed = signature(scorer).parameters.keys() - {"window", "settings"}
    given = {parameter: inputs[parameter]() for parameter in needed}
    return scorer(window=window, settings=settings, **given)
