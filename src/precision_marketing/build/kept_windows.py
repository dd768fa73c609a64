"""What a model need not make again, as `int_kept_tables` says (docs/operations.md)."""

from collections.abc import Sequence
from typing import Any

from precision_marketing.build.relations import TIME_WINDOWS, to_arrow


def windows_to_make(
    kept_tables: Any, table: str, time_windows: Sequence[str] = TIME_WINDOWS
) -> tuple[str, ...]:
    """Return the time windows whose rows a model has to make.

    Parameters
    ----------
    kept_tables : duckdb.DuckDBPyRelation or None
        `int_kept_tables`: columns table_name, is_kept; None where nothing is kept.
    table : str
        The model's name.
    time_windows : sequence of str
        Those of its rows.

    Returns
    -------
    tuple of str
        All, or `serve` alone where the rows of the others stay as they are.

    Examples
    --------
    >>> import duckdb
    >>> kept = duckdb.sql("select 'ials_scores' as table_name, true as is_kept")
    >>> windows_to_make(kept, "ials_scores", ("test", "serve"))
    ('serve',)
    >>> windows_to_make(kept, "ease_scores", ("test", "serve"))
    ('test', 'serve')
    """
    if kept_tables is None:
        return tuple(time_windows)
    rows = to_arrow(kept_tables.filter("is_kept").project("table_name"))
    if table in rows["table_name"].to_pylist():
        return ("serve",)
    return tuple(time_windows)
