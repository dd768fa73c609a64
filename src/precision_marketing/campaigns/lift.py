"""What a campaign lift needs beside SQL: p values, quantiles, smallest effects."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from precision_marketing.algorithms.measurement.multiplicity import (
    benjamini_hochberg,
    holm,
    within_families,
)
from precision_marketing.algorithms.measurement.power import (
    minimum_detectable_mean,
    minimum_detectable_rate,
)
from precision_marketing.algorithms.measurement.two_arms import (
    chi_square_p,
    difference_of_rates_p,
    student_quantile,
    welch,
)

KEYS = ["campaign_id", "variant", "segment_kind", "segment", "metric", "method"]

Adjustment = Callable[[np.ndarray], np.ndarray]

lift_tests_schema = pa.schema(
    [
        *((name, pa.string()) for name in KEYS),
        ("significance_test", pa.string()),
        ("t_statistic", pa.float64()),
        ("degrees_of_freedom", pa.float64()),
        ("t_quantile", pa.float64()),
        ("p", pa.float64()),
        ("holm_p", pa.float64()),
        ("benjamini_hochberg_p", pa.float64()),
        ("minimum_detectable_lift", pa.float64()),
        ("sample_ratio_p", pa.float64()),
    ]
)


def lift_tests(arms: pa.Table, sample_ratios: pa.Table) -> pa.Table:
    """Return the tests of every comparison of a treated arm with its control.

    A difference of plain rates is tested by pooled z, or Fisher's test where a cell is
    under 5; every other difference by Welch's t. Holm's families are the arms of one
    campaign, metric and method, in rows of all users; Benjamini and Hochberg's are its
    segments, of all arms.

    Parameters
    ----------
    arms : pyarrow.Table
        `int_campaign_arm_means`, in any order.
    sample_ratios : pyarrow.Table
        `int_campaign_sample_ratios`.

    Returns
    -------
    pyarrow.Table
        `lift_tests_schema`, sorted by its keys; null where nothing can be tested.
    """
    rows = arms.to_pandas().sort_values(KEYS, ignore_index=True)
    tested = rows[KEYS].copy()
    treated, control = _arm(rows, "treated"), _arm(rows, "control")
    result = welch(*treated, *control)
    p, test = result.p, np.where(np.isnan(result.p), None, "welch")
    is_rate = rows["is_rate"].to_numpy(bool)
    p[is_rate], is_exact = _rates(rows[is_rate])
    test[is_rate] = np.where(is_exact, "fisher", "pooled_z")
    tested["significance_test"] = np.where(np.isnan(p), None, test)
    tested["t_statistic"] = np.where(is_rate, np.nan, result.statistic)
    tested["degrees_of_freedom"] = np.where(is_rate, np.nan, result.degrees_of_freedom)
    tested["t_quantile"] = student_quantile(tested["degrees_of_freedom"])
    tested["p"] = p
    is_whole = (rows["segment_kind"] == "(all)").to_numpy(bool)
    tested["holm_p"] = _adjusted(rows, p, is_whole, holm)
    tested["benjamini_hochberg_p"] = _adjusted(rows, p, ~is_whole, benjamini_hochberg)
    tested["minimum_detectable_lift"] = _smallest_effects(rows, treated, control)
    tested["sample_ratio_p"] = _sample_ratio_p(rows, sample_ratios.to_pandas())
    return pa.Table.from_pandas(tested, lift_tests_schema, preserve_index=False)


def _arm(rows: pd.DataFrame, arm: str) -> list[np.ndarray]:
    """Return an arm's means, variances and users."""
    columns = (f"{arm}_mean", f"{arm}_variance", f"{arm}_user_count")
    return [rows[name].to_numpy(float) for name in columns]


def _rates(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return p of differences of rates, and whether it is exact."""
    return difference_of_rates_p(
        *(rows["treated_total"], rows["treated_user_count"]),
        *(rows["control_total"].fillna(0), rows["control_user_count"]),
    )


def _adjusted(
    rows: pd.DataFrame, p: np.ndarray, is_family: np.ndarray, adjust: Adjustment
) -> np.ndarray:
    """Return p of the rows of families adjusted by campaign, metric and method."""
    keys = [rows[name] for name in ("campaign_id", "metric", "method")]
    families = rows.groupby(keys, sort=False).ngroup()
    return within_families(np.where(is_family, p, np.nan), families, adjust)


def _smallest_effects(rows: pd.DataFrame, treated: list, control: list) -> np.ndarray:
    """Return the lift that would be found with a chance of 80 %."""
    effects = minimum_detectable_mean(
        *(np.sqrt(treated[1]), treated[2], control[2], np.sqrt(control[1]))
    )
    # What has no spread at all says nothing about the spread of an effect.
    effects = np.where(effects > 0, effects, np.nan)
    is_rate = rows["is_rate"].to_numpy(bool)
    effects[is_rate] = minimum_detectable_rate(
        *(values[is_rate] for values in (control[0], treated[2], control[2]))
    )
    return effects


def _sample_ratio_p(rows: pd.DataFrame, ratios: pd.DataFrame) -> np.ndarray:
    """Return each row's p of its campaign's sample ratio."""
    p = chi_square_p(ratios["chi_square"].to_numpy(float), ratios["degrees_of_freedom"])
    by_campaign = pd.Series(p, index=ratios["campaign_id"].to_numpy(object))
    return rows["campaign_id"].map(by_campaign).to_numpy(float)
