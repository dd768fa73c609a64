"""Whether shrunken lifts are nearer the truth, and the best of ten as good as said."""

import numpy as np
import pandas as pd

MEASURES = {"raw": "absolute_lift", "shrunk": "shrunk_lift"}


def compare(rows: pd.DataFrame) -> list[dict]:
    """Return the error of raw and shrunk lifts, by metric.

    Parameters
    ----------
    rows : DataFrame
        As `coverage.with_truth` returns them; of method `raw` here. Each shop's
        campaigns have a currency of their own, within which revenue is shrunk;
        conversion is shrunk over the campaigns of all shops. Arms that the mart calls
        broken have no shrunk lift and are left out of both measures.

    Returns
    -------
    list of dict
        metric, measure (`raw`, `shrunk`); shops; `arms` compared, and those `broken`;
        `root_mean_squared_error` over all
        arms; of the arm that looks best of each shop `best`, its mean lift as measured,
        `best_truth`, the mean of the truth, and `best_bias`, their difference.

    Raises
    ------
    ValueError
        If the shrunk lift of an arm that is not broken is missing.
    """
    rows = rows[rows["method"] == "raw"]
    is_broken = rows["verdict"] == "broken"
    broken = is_broken.groupby(rows["metric"]).sum()
    rows = rows[~is_broken]
    if rows["shrunk_lift"].isna().any():
        raise ValueError(
            f"{rows['shrunk_lift'].isna().sum()} of {len(rows)} lifts are not shrunk"
        )
    return [
        {
            **{"metric": metric, "measure": measure, "broken": int(broken[metric])},
            **_errors(group, column),
        }
        for metric, group in rows.groupby("metric")
        for measure, column in MEASURES.items()
    ]


def _errors(rows: pd.DataFrame, column: str) -> dict:
    best = rows.loc[rows.groupby("shop")[column].idxmax()]
    return {
        "shops": len(best),
        "arms": len(rows),
        "root_mean_squared_error": float(
            np.sqrt(((rows[column] - rows["truth"]) ** 2).mean())
        ),
        "best": float(best[column].mean()),
        "best_truth": float(best["truth"].mean()),
        "best_bias": float((best[column] - best["truth"]).mean()),
    }
