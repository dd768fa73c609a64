"""What a campaign could show before it runs, and how many users an effect takes."""

import numpy as np
import pandas as pd
import pyarrow as pa

from precision_marketing.algorithms.measurement.power import (
    mean_power,
    mean_required_users,
    minimum_detectable_mean,
    minimum_detectable_rate,
    rate_power,
    rate_required_users,
)

# Relative lifts that `campaign_power` has a column for, in percent.
PERCENTS = (5, 10, 20)
POWER_KEYS = ["campaign_id", "variant", "metric"]
SCENARIO_KEYS = ["metric", "measured_days", "relative_lift_rate", "control_share"]

campaign_power_schema = pa.schema(
    [
        *((name, pa.string()) for name in POWER_KEYS),
        ("minimum_detectable_lift", pa.float64()),
        *((f"power_at_{percent}_percent", pa.float64()) for percent in PERCENTS),
        ("required_user_count", pa.float64()),
    ]
)
required_users_schema = pa.schema(
    [
        ("metric", pa.string()),
        ("measured_days", pa.int64()),
        ("relative_lift_rate", pa.float64()),
        ("control_share", pa.float64()),
        ("known_user_count", pa.int64()),
        ("baseline_mean", pa.float64()),
        ("baseline_deviation", pa.float64()),
        ("required_user_count", pa.float64()),
    ]
)


def campaign_power(baselines: pa.Table) -> pa.Table:
    """Return what each arm of a campaign could show, from its users' baseline.

    Parameters
    ----------
    baselines : pyarrow.Table
        `int_campaign_baselines`, in any order.

    Returns
    -------
    pyarrow.Table
        `campaign_power_schema`, sorted by its keys. Required are the users of both
        arms, divided as they are, that find 10 % more with a chance of 80 %.

    Examples
    --------
    >>> baselines = pa.table(
    ...     {
    ...         "campaign_id": ["c"],
    ...         "variant": ["email"],
    ...         "metric": ["conversion"],
    ...         "treated_user_count": [300],
    ...         "control_user_count": [300],
    ...         "baseline_mean": [0.2],
    ...         "baseline_deviation": [0.4],
    ...     }
    ... )
    >>> found = campaign_power(baselines)
    >>> round(found["minimum_detectable_lift"][0].as_py(), 4)
    0.0988
    """
    rows = baselines.to_pandas().sort_values(POWER_KEYS, ignore_index=True)
    treated, control = (
        rows[f"{arm}_user_count"].to_numpy(float) for arm in ("treated", "control")
    )
    mean, deviation, is_rate = _baseline(rows)
    result = rows[POWER_KEYS].copy()
    result["minimum_detectable_lift"] = np.where(
        is_rate,
        minimum_detectable_rate(mean, treated, control),
        minimum_detectable_mean(deviation, treated, control),
    )
    for percent in PERCENTS:
        lift = mean * percent / 100
        result[f"power_at_{percent}_percent"] = np.where(
            is_rate,
            rate_power(mean, lift, treated, control),
            mean_power(lift, deviation, treated, control),
        )
    share = np.divide(
        control, treated + control, out=np.full(len(rows), np.nan), where=control > 0
    )
    result["required_user_count"] = _required(mean, deviation, is_rate, 0.1, share)
    return pa.Table.from_pandas(result, campaign_power_schema, preserve_index=False)


def required_users(baselines: pa.Table, scenarios: pa.Table) -> pa.Table:
    """Return how many users of this shop an effect takes to be found.

    Parameters
    ----------
    baselines : pyarrow.Table
        `int_shop_baselines`.
    scenarios : pyarrow.Table
        `power_scenarios`.

    Returns
    -------
    pyarrow.Table
        `required_users_schema`, sorted by metric and scenario. Required are the users
        of both arms; null where the baseline is 0 or the effect leads beyond a rate
        of 1.
    """
    rows = baselines.to_pandas().merge(scenarios.to_pandas(), on="measured_days")
    rows = rows.sort_values(SCENARIO_KEYS, ignore_index=True)
    relative = rows["relative_lift_rate"].to_numpy(float)
    share = rows["control_share"].to_numpy(float)
    rows["required_user_count"] = _required(*_baseline(rows), relative, share)
    return pa.Table.from_pandas(
        rows[required_users_schema.names], required_users_schema, preserve_index=False
    )


def _baseline(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean and deviation, unknown without a spread, and what is a rate."""
    mean = rows["baseline_mean"].to_numpy(float)
    deviation = rows["baseline_deviation"].to_numpy(float)
    varies = (mean > 0) & (deviation > 0)
    is_rate = (rows["metric"] == "conversion").to_numpy(bool)
    return np.where(varies, mean, np.nan), np.where(varies, deviation, np.nan), is_rate


def _required(mean, deviation, is_rate, relative, share) -> np.ndarray:
    """Return the users of both arms that find a relative lift."""
    return np.where(
        is_rate,
        rate_required_users(mean, mean * relative, share),
        mean_required_users(mean * relative, deviation, share),
    )
