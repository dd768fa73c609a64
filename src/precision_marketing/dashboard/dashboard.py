"""Write a published file's figures, and what shows them, as one HTML file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from precision_marketing.dashboard.data_sets import DataSet, read_data_sets
from precision_marketing.dashboard.html import page

# Read of earlier published files too, to say what changed since.
COMPARED = (
    *("figures_campaigns", "figures_recommendations", "figures_customers"),
    *("mart_rows", "customer_segments", "publication", "freshness"),
)
# Rows of single users: read only when they are asked for.
OF_USERS = ("user_examples",)


class DashboardError(Exception):
    """No dashboard was written; the message says why."""


def write_dashboard(
    published: Path,
    out: Path,
    *,
    earlier: Iterable[Path] = (),
    with_users: bool = False,
) -> int:
    """Write the dashboard of a published file, all at once.

    Parameters
    ----------
    published : Path
        DuckDB file of the publication. It is read only.
    out : Path
        HTML file; its folder is made if need be. One that is there is replaced and
        keeps its mode; a new one can be read by its owner only.
    earlier : iterable of Path
        Earlier published files. The page says what changed since the latest of them,
        and how segments went over all.
    with_users : bool
        Whether rows of single users may stand in the page.

    Returns
    -------
    int
        Bytes of the file.

    Raises
    ------
    DashboardError
        If a published file cannot be read, or has no marts.

    Notes
    -----
    Equal published files give equal bytes. A mart that was not built is left out, and
    the page says so. Money is summed by the database; numbers are written with nine
    significant digits.
    """
    published, out = Path(published), Path(out)
    data = {
        "sets": _packed(_read(published, with_users=with_users)),
        "earlier": [_packed(_read(Path(file), only=COMPARED)) for file in earlier],
    }
    content = page(data)
    out.parent.mkdir(parents=True, exist_ok=True)
    mode = out.stat().st_mode & 0o777 if out.exists() else 0o600
    temporary = out.with_name(f".{out.name}.writing")
    temporary.unlink(missing_ok=True)
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)
    return len(content)


def _read(
    published: Path, with_users: bool = False, only: tuple[str, ...] | None = None
) -> dict[str, DataSet]:
    left_out = () if with_users else OF_USERS
    with _opened(published) as connection:
        try:
            sets = read_data_sets(connection, only=only, left_out=left_out)
        except duckdb.BinderException as error:
            raise DashboardError(
                f"{published} is of another version of the package: publish anew."
            ) from error
    if "mart_rows" not in sets:
        raise DashboardError(f"{published} has no marts: name a published file.")
    return sets


def _packed(sets: dict[str, DataSet]) -> dict[str, Any]:
    return {name: data_set.packed() for name, data_set in sets.items()}


@contextmanager
def _opened(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not published.is_file():
        raise DashboardError(f"There is no published file at {published}.")
    try:
        connection = duckdb.connect(str(published), read_only=True)
    except duckdb.Error as error:
        raise DashboardError(
            f"{published} cannot be read as a published file. DuckDB says: {error}"
        ) from error
    with closing(connection):
        yield connection
