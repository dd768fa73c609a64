"""What the search may change: values beside the declared, best levers first.

They stand in the scorers' records (`macros/scorers/`), and come as `int_scorer_levers`.
"""

from typing import Any, NamedTuple, TypeAlias

from precision_marketing.build.relations import to_arrow
from precision_marketing.build.windows import setting_of

# Setting to the values tried besides the current one, in this order.
Levers: TypeAlias = dict[str, tuple[float | str, ...]]


class SearchedScorer(NamedTuple):
    """The scorer of `scorers.registry` that makes the lists, and the levers."""

    library_function: str
    levers: Levers


def read_levers(relation: Any) -> dict[str, SearchedScorer]:
    """Return the scorers that are searched, in the order of the search.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation
        Columns lever_place (the order), scorer, library_function, setting,
        setting_value, setting_text; one of the last two is null.

    Returns
    -------
    dict of str to SearchedScorer

    Examples
    --------
    >>> import duckdb
    >>> relation = duckdb.sql(
    ...     "select 2 as lever_place, 'ease' as scorer, 'ease' as library_function,"
    ...     " 'penalty' as setting, 30e0 as setting_value, null as setting_text"
    ...     " union all select 1, 'ease', 'ease', 'penalty', 300e0, null"
    ... )
    >>> read_levers(relation)
    {'ease': SearchedScorer(library_function='ease', levers={'penalty': (300, 30)})}
    """
    searched: dict[str, SearchedScorer] = {}
    for row in to_arrow(relation).sort_by("lever_place").to_pylist():
        new = SearchedScorer(row["library_function"], {})
        levers = searched.setdefault(row["scorer"], new).levers
        value = setting_of(row["setting_value"], row["setting_text"])
        levers[row["setting"]] = (*levers.get(row["setting"], ()), value)
    return searched
