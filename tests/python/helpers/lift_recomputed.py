"""The lift of campaigns from users' own values by loops and statsmodels, no SQL."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, special, stats
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
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


def relative_ends(
    means: tuple[float, float], down: tuple[float, float], up: tuple[float, float]
) -> dict[str, float]:
    """Return where the ratio leaves no difference, by search.

    `down` and `up` are what each arm alone moves the difference.
    """
    treated, control = means
    ends = {"relative_lift_lower": np.nan, "relative_lift_upper": np.nan}
    if treated < 0 or control <= 0:
        return ends

    def left(ratio: float, sign: int, moved: tuple[float, float]) -> float:
        return treated - ratio * control - sign * np.hypot(moved[0], ratio * moved[1])

    ends["relative_lift_lower"] = -1.0
    if treated > down[0]:
        ends["relative_lift_lower"] = (
            optimize.brentq(left, 0, 2 * treated / control, (1, down), 1e-15) - 1
        )
    if control > up[1]:
        most = 2 * (treated + up[0] + control) / (control - up[1])
        ends["relative_lift_upper"] = (
            optimize.brentq(left, 0, most, (-1, up), 1e-15) - 1
        )
    return ends


def of_rates(treated: np.ndarray, control: np.ndarray) -> dict[str, float]:
    """Return interval and p of raw conversion by statsmodels and scipy."""
    x, n = [treated.sum(), control.sum()], [len(treated), len(control)]
    low, high = confint_proportions_2indep(
        x[0], n[0], x[1], n[1], method="newcomb", compare="diff"
    )
    cells = [[x[0], n[0] - x[0]], [x[1], n[1] - x[1]]]
    is_exact = np.min(cells) < 30
    drawn = stats.hypergeom(sum(n), sum(x), n[0])
    half = drawn.pmf(x[0]) / 2
    exact = 2 * min(drawn.cdf(x[0]) - half, drawn.sf(x[0]) + half)
    p = min(1, exact) if is_exact else proportions_ztest(x, n)[1]
    rates = x[0] / n[0], x[1] / n[1]
    wilson = [
        proportion_confint(*counts, method="wilson")
        for counts in zip(x, n, strict=True)
    ]
    return {
        **{"absolute_lift_lower": low, "absolute_lift_upper": high, "p_value": p},
        **relative_ends(
            rates,
            (rates[0] - wilson[0][0], wilson[1][1] - rates[1]),
            (wilson[0][1] - rates[0], rates[1] - wilson[1][0]),
        ),
        "significance_test": "fisher" if is_exact else "pooled_z",
        "degrees_of_freedom": np.nan,
    }


def permuted_tails(treated: np.ndarray, control: np.ndarray) -> tuple[float, float]:
    """Return both tails of the treated sum, the eight largest values fall by fall."""
    both = np.concatenate([treated, control])
    order = np.argsort(-np.abs(both), kind="stable")
    places = min(8, np.count_nonzero(both))
    large, others = both[order[:places]], both[order[places:]]
    count = len(others)
    largest = np.abs(others).max(initial=0)
    smallest = np.abs(others[others != 0]).min(initial=np.inf)
    step = 0 if largest == 0 else smallest / 2
    mean, variance, third = (
        (others.mean(), others.var(), stats.moment(others, 3)) if count else (0, 0, 0)
    )
    fall = (np.arange(2**places)[:, None] >> np.arange(places)) & 1
    drawn = fall.sum(axis=1)
    left = len(treated) - drawn
    chance = stats.hypergeom(len(both), len(treated), places).pmf(drawn)
    chance = chance / special.comb(places, drawn)
    beyond = treated.sum() - fall @ large - left * mean
    square = np.clip(left * (count - left), 0, None) / max(count - 1, 1) * variance
    skewness = left * (count - left) * (count - 2.0 * left) * third
    tails = []
    for sign in (-1, 1):
        with np.errstate(divide="ignore", invalid="ignore"):
            g = skewness / (count - 1) / max(count - 2, 1) / square**1.5
            z = (beyond - sign * step) / np.sqrt(square)
            score = 6 / g * (np.clip(1 + g * z / 2, 0, None) ** (1 / 3) - 1) + g / 6
            score = np.where(np.abs(g) < 1e-4, z, score)
        tail = np.where(
            square > 1e-12 * largest**2,
            stats.norm.sf(sign * score),
            sign * beyond <= 1e-9 * np.abs(both).sum(),
        )
        tails.append(np.sum(chance * tail))
    return tails[0], tails[1]


def of_means(
    treated: np.ndarray, control: np.ndarray, drawn: tuple[np.ndarray, np.ndarray]
) -> dict[str, float]:
    """Return interval and p of a mean; `drawn` are the values that are permuted."""
    arms, sizes = (treated, control), (len(treated), len(control))
    both = np.concatenate(arms)
    lift = treated.mean() - control.mean()
    thirds = [stats.moment(arm, 3) for arm in arms]
    if min(sizes) < 355 * stats.skew(both) ** 2:
        test, df = "permutation", len(both) - 2
        p = min(1, 2 * min(permuted_tails(*drawn)))
        spread = CompareMeans(*map(DescrStatsW, arms)).std_meandiff_pooledvar
        third = (
            np.dot(thirds, sizes) / len(both) * (sizes[0] ** -2.0 - sizes[1] ** -2.0)
        )
        g = third / spread**3
        ends = [
            2 / g * (max(1 + g * t / 6 - g * g / 36, 0) ** 3 - 1)
            if abs(g) > 1e-4
            else t
            for t in stats.t.ppf([0.975, 0.025], df)
        ]
    else:
        test = "hall"
        compared = CompareMeans(*map(DescrStatsW, arms))
        t, _, df = compared.ttest_ind(usevar="unequal")
        spread = compared.std_meandiff_separatevar
        k = (thirds[0] / sizes[0] ** 2 - thirds[1] / sizes[1] ** 2) / spread**3
        p = 2 * stats.t.sf(abs(t + k * t**2 / 3 + k**2 * t**3 / 27 + k / 6), df)
        ends = [
            3 / k * (np.cbrt(1 + k * (t - k / 6)) - 1) if k else t
            for t in stats.t.ppf([0.975, 0.025], df)
        ]
    down, up = max(ends[0], 0) * spread, -min(ends[1], 0) * spread
    squares = np.array([stats.sem(arm) ** 2 for arm in arms])
    parts = np.sqrt(squares / squares.sum())
    return {
        "absolute_lift_lower": lift - down,
        "absolute_lift_upper": lift + up,
        "p_value": p,
        **relative_ends(
            (treated.mean(), control.mean()), tuple(down * parts), tuple(up * parts)
        ),
        "significance_test": test,
        "degrees_of_freedom": df,
    }


def compare(users: pd.DataFrame, metric: str, method: str) -> dict[str, float] | None:
    """Return a comparison of `A` with the control, or None where none is possible."""
    y, x = users[metric].to_numpy(float), users[f"{metric}_past"].to_numpy(float)
    is_control = (users["variant"] == "control").to_numpy()
    is_adjusted = method == "cuped" and x.var() > 0
    theta = np.cov(y, x)[0, 1] / np.var(x, ddof=1) if is_adjusted else 0.0
    adjusted, plain = y - theta * (x - x.mean()), y - theta * x
    arms = adjusted[~is_control], adjusted[is_control]
    drawn = plain[~is_control], plain[is_control]
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
        **(of_rates(*arms) if is_rate else of_means(*arms, drawn)),
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
