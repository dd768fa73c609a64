"""The windows to which is fitted: of everybody, on Spark of so many users at most."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from precision_marketing.build.build_log import show_log_in_dbt
from precision_marketing.build.executors import HISTORY
from precision_marketing.build.relations import (
    TIME_WINDOWS,
    is_on_spark,
    of_time_windows,
    to_arrow,
)
from precision_marketing.build.user_blocks import block_of
from precision_marketing.build.windows import Window, read_windows, window_of

# Of the session (docs/spark.md): to how many users of a window is fitted, at most.
FIT_USERS = "spark.precision_marketing.fitUsers"
MOST_FIT_USERS = 1_000_000


def read_fit_windows(
    *,
    interactions: Any,
    users: Any,
    items: Any,
    time_windows: Sequence[str] = TIME_WINDOWS,
) -> Iterator[Window]:
    """Read the windows to which is fitted: on one machine, all users.

    Parameters
    ----------
    interactions, users, items, time_windows
        As for `read_windows`.

    Returns
    -------
    iterator of Window
        As of `read_windows`; on Spark, of more users than `FIT_USERS` says so many by
        their hash, without scored users.
    """
    given = {"interactions": interactions, "users": users, "items": items}
    if not is_on_spark(interactions):
        return read_windows(**given, time_windows=time_windows)
    return _fit_windows(given, time_windows)


def _fit_windows(
    given: dict[str, Any], time_windows: Sequence[str]
) -> Iterator[Window]:
    """Yield the windows to which is fitted of relations of Spark."""
    show_log_in_dbt()
    frames = {name: given[name].spark_frame for name in ("interactions", "users")}
    session = frames["users"].sparkSession
    most = int(session.conf.get(FIT_USERS, str(MOST_FIT_USERS)))
    for name in [name for name in TIME_WINDOWS if name in time_windows]:
        is_asked = of_time_windows([name])
        users = frames["users"].filter(is_asked).select("user_index")
        if users.count() <= most:
            # The matrices of a machine, so that a fit is the same to the last bit.
            known = users.toArrow()
            rows = frames["interactions"].filter(is_asked).selectExpr(*HISTORY)
            window = window_of(
                name,
                rows.toArrow(),
                known.append_column("is_scored", pa.repeat(False, known.num_rows)),
                eligible_items(given["items"], name),
            )
        else:
            hashed = "md5(cast(user_index as string)) as hash"
            chosen = users.selectExpr("user_index", hashed)
            chosen = chosen.orderBy("hash", "user_index").limit(most)
            chosen = chosen.select("user_index")
            rows = (
                frames["interactions"]
                .filter(is_asked)
                .selectExpr(*HISTORY)
                .join(chosen, "user_index", "left_semi")
            )
            numbers = np.sort(chosen.toArrow()["user_index"].to_numpy())
            window = block_of(
                name, rows.toArrow(), numbers, eligible_items(given["items"], name)
            )
            window = replace(window, scored_users=np.arange(0))
        yield window


def eligible_items(items: Any, time_window: str) -> np.ndarray:
    """Return which items of a window may be ranked, shape (n_items,), bool."""
    rows = items.filter(of_time_windows([time_window])).order("item_index")
    return to_arrow(rows.project("is_eligible"))["is_eligible"].to_numpy()
