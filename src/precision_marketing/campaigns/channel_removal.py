"""Removal effects of channels, from counted transitions to the model's table."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.measurement.markov_attribution import (
    JourneyCounts,
    removal_effects,
)
from precision_marketing.build.relations import to_arrow

removal_effects_schema = pa.schema(
    [
        ("channel", pa.string()),
        ("removal_effect", pa.float64()),
        ("share_before", pa.float64()),
        ("share_until", pa.float64()),
        ("revenue_removal_effect", pa.float64()),
        ("revenue_share_before", pa.float64()),
        ("revenue_share_until", pa.float64()),
    ]
)


def channel_removal_effects(transitions: Any) -> pa.Table:
    """Return each channel's removal effect and its part of all conversions.

    Parameters
    ----------
    transitions : duckdb.DuckDBPyRelation
        from_channel (null: the start), to_channel (null: the end), is_converted,
        transition_count, revenue_amount; in any order of rows.

    Returns
    -------
    pyarrow.Table
        Of `removal_effects_schema`, sorted by channel. Between share_before and
        share_until lies the channel's part of the conversions that have a path; the
        last share_until is 1. Revenue is divided by its own effects, or, where none of
        it is above 0, as the conversions are. Effects are null without a conversion.

    Raises
    ------
    ValueError
        If there are too many channels (`removal_effects`).

    Examples
    --------
    >>> import duckdb
    >>> counted = duckdb.sql(
    ...     "select * from (values (null, 'email', null, 2, 0), ('email', null, true, "
    ...     "1, 9), ('email', null, false, 1, 0)) as steps(from_channel, to_channel, "
    ...     "is_converted, transition_count, revenue_amount)"
    ... )
    >>> channel_removal_effects(counted)["removal_effect"].to_pylist()
    [1.0]
    """
    table = to_arrow(
        transitions.project(
            "from_channel, to_channel, is_converted, "
            "cast(transition_count as double) as transition_count, "
            "cast(revenue_amount as double) as revenue_amount"
        )
    )
    channels = sorted(pc.unique(pc.drop_null(table["to_channel"])).to_pylist())
    effects = removal_effects(_journey_counts(table, channels))
    shares = _running_shares(effects.conversion_effects)
    revenue_shares = _running_shares(effects.revenue_effects)
    if np.isnan(revenue_shares).any():
        revenue_shares = shares
    columns = [
        effects.conversion_effects,
        *shares,
        effects.revenue_effects,
        *revenue_shares,
    ]
    return pa.table(
        [
            pa.array(channels, pa.string()),
            *(pa.array(column, pa.float64(), from_pandas=True) for column in columns),
        ],
        schema=removal_effects_schema,
    )


def _journey_counts(table: pa.Table, channels: list[str]) -> JourneyCounts:
    """Return the transitions as counts by position of the channel."""
    names = pa.array(channels, pa.string())
    position = {
        name: pc.fill_null(pc.index_in(table[name], value_set=names), -1).to_numpy()
        for name in ("from_channel", "to_channel")
    }
    source, target = position["from_channel"], position["to_channel"]
    count = table["transition_count"].to_numpy()
    is_end = target < 0
    is_converted = pc.fill_null(table["is_converted"], False).to_numpy()

    def total(rows: np.ndarray, at: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.bincount(at[rows], values[rows], minlength=len(channels))

    between = (source >= 0) & ~is_end
    return JourneyCounts(
        starts=total((source < 0) & ~is_end, target, count),
        transitions=csr_matrix(
            (count[between], (source[between], target[between])),
            shape=(len(channels), len(channels)),
        ),
        conversions=total(is_end & is_converted, source, count),
        losses=total(is_end & ~is_converted, source, count),
        revenue=total(
            is_end & is_converted, source, table["revenue_amount"].to_numpy()
        ),
    )


def _running_shares(effects: np.ndarray) -> np.ndarray:
    """Return where each channel's part of all begins and ends, shape (2, n)."""
    running = np.cumsum(effects)
    until = running / running[-1:]
    before = np.concatenate([0.0 * until[:1], until[:-1]])
    return np.stack([before, until])
