"""The lift of campaigns from users' own values by loops and statsmodels, no SQL."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportions_ztest,
)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

KEYS = ["campaign_id", "variant", "segment_kind", "segment", "metric", "method"]
HISTORY = pd.Timedelta(days=90)
METRICS = ("conversion", "visits", "revenue")


def user_values(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return each assigned user's values, history and segments, by loops over rows."""
    events = tables["events"]
    bought = events[events["event_type"] == "purchase"]
    amount = bought["quantity"].astype(float).fillna(1) * bought["unit_price"].astype(
        float
    )
    order = bought["order_id"].where(bought["order_id"].notna(), bought["event_id"])
    bought = bought.assign(amount=amount, order=order)
    orders = [
        (user, rows["occurred_at"].min(), round(rows["amount"].sum(), 4))
        for (user, _), rows in bought.groupby(["user_id", "order"])
    ]
    seen = events[~events["event_type"].isin(["impression", "refund", "return"])]
    day = seen["occurred_at"].dt.date.astype(str)
    seen = seen.assign(visit=seen["session_id"].fillna("on " + day))
    visits = [
        (user, rows["occurred_at"].min())
        for (user, _), rows in seen.groupby(["user_id", "visit"])
    ]
    orders_of, visits_of = {}, {}
    for user, at, revenue in orders:
        orders_of.setdefault(user, []).append((at, revenue))
    for user, at in visits:
        visits_of.setdefault(user, []).append(at)
    country = tables["users"].set_index("user_id")["country"].to_dict()
    campaigns = tables["campaigns"].set_index("campaign_id")
    rows = []
    for draw in tables["assignments"].itertuples():
        campaign = campaigns.loc[draw.campaign_id]
        drawn = draw.assigned_at
        start = max(drawn, campaign["started_at"])
        mine, seen_at = orders_of.get(draw.user_id, []), visits_of.get(draw.user_id, [])
        now = [r for at, r in mine if start <= at <= campaign["ended_at"]]
        past = [r for at, r in mine if drawn - HISTORY <= at < drawn]
        before = sum(at < drawn for at, _ in mine)
        came = sum(at < drawn for at in seen_at)
        known = country.get(draw.user_id)
        rows.append(
            {
                **{"campaign_id": draw.campaign_id, "variant": draw.variant},
                "conversion": float(len(now) > 0),
                "revenue": sum(now),
                "visits": sum(start <= at <= campaign["ended_at"] for at in seen_at),
                "conversion_past": len(past),
                "revenue_past": sum(past),
                "visits_past": sum(drawn - HISTORY <= at < drawn for at in seen_at),
                "country": known if isinstance(known, str) else "(unknown)",
                "history": "repeat buyer"
                if before > 1
                else ("one order" if before else "visitor" if came else "never seen"),
                "(all)": "(all)",
            }
        )
    return pd.DataFrame(rows)


def of_rates(treated: np.ndarray, control: np.ndarray) -> dict[str, float]:
    """Return interval and p of raw conversion by statsmodels and scipy."""
    x, n = [treated.sum(), control.sum()], [len(treated), len(control)]
    low, high = confint_proportions_2indep(
        x[0], n[0], x[1], n[1], method="newcomb", compare="diff"
    )
    cells = [[x[0], n[0] - x[0]], [x[1], n[1] - x[1]]]
    is_exact = np.min(cells) < 5
    p = stats.fisher_exact(cells)[1] if is_exact else proportions_ztest(x, n)[1]
    ratio = (np.nan, np.nan)
    if min(x) > 0:
        ratio = confint_proportions_2indep(
            x[0], n[0], x[1], n[1], method="log", compare="ratio"
        )
    return {
        **{"absolute_lift_lower": low, "absolute_lift_upper": high, "p_value": p},
        "relative_lift_lower": ratio[0] - 1,
        "relative_lift_upper": ratio[1] - 1,
        "significance_test": "fisher" if is_exact else "pooled_z",
        "degrees_of_freedom": np.nan,
    }


def of_means(treated: np.ndarray, control: np.ndarray) -> dict[str, float]:
    """Return interval and p of a mean by statsmodels, from the users' own values."""
    arms = DescrStatsW(treated), DescrStatsW(control)
    compared = CompareMeans(*arms)
    low, high = compared.tconfint_diff(usevar="unequal")
    _, p, df = compared.ttest_ind(usevar="unequal")
    reach = stats.norm.ppf(0.975) * np.sqrt(
        sum((arm.std_mean / arm.mean) ** 2 for arm in arms)
    )
    ratio = arms[0].mean / arms[1].mean
    is_known = arms[0].mean > 0 and arms[1].mean > 0
    return {
        **{"absolute_lift_lower": low, "absolute_lift_upper": high, "p_value": p},
        "relative_lift_lower": ratio * np.exp(-reach) - 1 if is_known else np.nan,
        "relative_lift_upper": ratio * np.exp(reach) - 1 if is_known else np.nan,
        "significance_test": "welch",
        "degrees_of_freedom": df,
    }


def compare(users: pd.DataFrame, metric: str, method: str) -> dict[str, float] | None:
    """Return a comparison of `A` with the control, or None where none is possible."""
    y, x = users[metric].to_numpy(float), users[f"{metric}_past"].to_numpy(float)
    is_control = (users["variant"] == "control").to_numpy()
    adjusted = y.copy()
    if method == "cuped" and x.var() > 0:
        adjusted = y - np.cov(y, x)[0, 1] / np.var(x, ddof=1) * (x - x.mean())
    arms = adjusted[~is_control], adjusted[is_control]
    is_rate = metric == "conversion" and method == "raw"
    smallest = min(len(arm) for arm in arms)
    if smallest < 1 or (not is_rate and (smallest < 2 or adjusted.var() == 0)):
        return None
    lift = arms[0].mean() - arms[1].mean()
    squares = [
        np.var(v[~is_control], ddof=1) / (~is_control).sum() for v in (adjusted, y)
    ]
    others = [np.var(v[is_control], ddof=1) / is_control.sum() for v in (adjusted, y)]
    return {
        "treated_user_count": (~is_control).sum(),
        "control_user_count": is_control.sum(),
        "treated_total": y[~is_control].sum(),
        "treated_mean": arms[0].mean(),
        "control_mean": arms[1].mean(),
        "absolute_lift": lift,
        "variance_ratio": (squares[0] + others[0]) / (squares[1] + others[1]),
        "incremental_total": lift * (~is_control).sum(),
        **(of_rates(*arms) if is_rate else of_means(*arms)),
    }


def every_comparison(users: pd.DataFrame) -> pd.DataFrame:
    """Return every comparison of treated arms and controls that can be tested."""
    rows = []
    for campaign_id, campaign in users.groupby("campaign_id"):
        for variant in sorted(set(campaign["variant"]) - {"control"}):
            pair = campaign[campaign["variant"].isin([variant, "control"])]
            for kind in ("(all)", "history", "country"):
                for segment, own in pair.groupby(kind):
                    for metric in METRICS:
                        for method in ("raw", "cuped"):
                            row = compare(own, metric, method)
                            keys = (campaign_id, variant, kind, segment, metric, method)
                            if row is not None:
                                rows.append(dict(zip(KEYS, keys, strict=True)) | row)
    return pd.DataFrame(rows).set_index(KEYS).sort_index()
