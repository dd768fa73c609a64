"""Audiences of the example shop, recounted from the files by Python alone."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm
from whole_builds import PROJECT

EXAMPLE = PROJECT / "seeds" / "example"
SALT = "precision_marketing"
REFUSED = ("unsubscribe", "bounce", "complaint")


def read(name: str) -> list[dict]:
    with (EXAMPLE / f"example_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def held_out(salt: str, user_id: str, share: float) -> bool:
    digest = hashlib.md5(f"{salt}:holdout:{user_id}".encode()).hexdigest()
    return int(digest[:8], 16) / 2**32 < share


@pytest.fixture(scope="module")
def members(example_database: Path, fetch) -> list[tuple]:
    return fetch(
        example_database,
        "select campaign_id, user_id, is_eligible, suppression_reason,"
        " is_global_holdout, is_campaign_holdout from marts.audience_members",
    )


def test_holdouts_are_those_of_hashlib(members):
    assert len(members) > 5000
    for campaign, user, _, _, is_global, is_campaign in members:
        assert is_global == held_out(SALT, user, 0.05)
        assert is_campaign == held_out(f"{SALT}:{campaign}", user, 0.1)
    shares = [np.mean([member[place] for member in members]) for place in (4, 5)]
    assert 0.03 < shares[0] < 0.07
    assert 0.08 < shares[1] < 0.12


def test_nobody_who_refused_by_the_files_own_words_is_in_an_audience(members):
    channels = {row["campaign_id"]: row["channel"] for row in read("campaigns")}
    erased = {row["user_id"].strip() for row in read("erasure_requests")}
    refused = defaultdict(set)
    for row in read("users"):
        for kind in ("email", "ads", "profiling"):
            if row[f"has_{kind}_consent"] == "false":
                refused[kind].add(row["user_id"].strip())
    assert min(len(users) for users in refused.values()) > 10
    assert len(erased) > 3
    for campaign, user, *_ in members:
        kind = "email" if channels[campaign] == "email" else "ads"
        assert user not in erased | refused["profiling"] | refused[kind]


def test_nobody_who_unsubscribed_bounced_or_complained_is_on_a_contact_list(members):
    channels = {row["campaign_id"]: row["channel"] for row in read("campaigns")}
    gone = {
        (row["channel"], row["user_id"].strip())
        for row in read("campaign_touches")
        if row["touch_type"].strip().lower() in REFUSED
    }
    assert len(gone) > 20
    contacted = {(channels[row[0]], row[1]) for row in members if row[2]}
    assert not contacted & gone
    unsubscribed = {
        row["user_id"].strip()
        for row in read("campaign_touches")
        if row["touch_type"].strip().lower() == "unsubscribe"
    }
    in_mail = {user for campaign, user, *_ in members if channels[campaign] == "email"}
    assert unsubscribed
    assert not unsubscribed & in_mail


def test_recent_buyers_are_those_of_the_kept_events(example_database, members, fetch):
    rows = fetch(
        example_database,
        "select user_id, category, occurred_at from staging.stg_events"
        " join staging.stg_items using (item_id) where event_type = 'purchase'",
    )
    as_of = fetch(
        example_database, "select distinct as_of_at from marts.audience_summary"
    )[0][0]
    last = fetch(
        example_database,
        "select max(occurred_at), (select max(touched_at)"
        " from staging.stg_campaign_touches) from staging.stg_events",
    )[0]
    assert as_of == max(last)
    buyers = defaultdict(set)
    for user, category, bought_at in rows:
        if bought_at > as_of - timedelta(days=14):
            buyers[category].add(user)
            buyers[""].add(user)
    targets = {row["campaign_id"]: row["target_category"] for row in read("campaigns")}
    found = 0
    for campaign, user, is_eligible, reason, *_ in members:
        is_buyer = user in buyers[targets[campaign]]
        assert not (is_eligible and is_buyer)
        assert is_buyer or reason != "recent_buyer"
        found += reason == "recent_buyer"
    assert found > 100


def test_comparison_holdouts_and_the_eligible_bought_alike(example_database, fetch):
    """Nobody of either bought the target lately; of everything as many, by chance."""
    rows = fetch(
        example_database,
        """
        select
            member.is_eligible, member.is_comparison_holdout,
            member.is_global_holdout or member.is_campaign_holdout,
            target.user_id is not null, everything.user_id is not null
        from marts.audience_members member
        join intermediate.int_campaign_targets using (campaign_id)
        left join intermediate.int_recent_buyers target
            using (target_index, user_id)
        left join intermediate.int_recent_buyers everything
            on everything.target_index = 0 and everything.user_id = member.user_id
        """,
    )
    eligible, compared, drawn, target, anything = np.array(rows, dtype=bool).T
    assert compared.sum() > 300
    assert not (eligible & compared).any()
    assert not target[eligible | compared].any()
    # Those who are held out by the draw alone are not comparable.
    assert target[drawn].mean() > 0.03
    shares = anything[eligible].mean(), anything[compared].mean()
    deviation = np.sqrt(shares[0] * (1 - shares[0]) / compared.sum())
    # A user stands once in each of ten audiences.
    assert abs(shares[0] - shares[1]) < 3 * np.sqrt(10) * deviation, shares


def areas_under_the_curve(scores, labels, weights) -> tuple[np.ndarray, np.ndarray]:
    """Return each buyer's weighted share of others scored lower (ties a half)."""
    order = np.argsort(scores[~labels], kind="stable")
    others = scores[~labels][order]
    running = np.r_[0.0, np.cumsum(weights[~labels][order])]
    below = running[np.searchsorted(others, scores[labels], side="left")]
    until = running[np.searchsorted(others, scores[labels], side="right")]
    return (below + until) / 2 / running[-1], weights[labels]


def test_propensity_beats_rfm_and_popularity_on_users_of_the_test_window(
    example_database, fetch
):
    """By AUC over users and targets; users are drawn again for the uncertainty."""
    rows = fetch(
        example_database,
        """
        select p.user_index, p.propensity, p.sample_weight, b.user_index is not null,
            r.buyer_share,
            coalesce(h.order_count, 0) + 1 / (1 + coalesce(h.days_since_order, 1e9))
        from candidates.target_propensities p
        join intermediate.int_target_rates r using (time_window, target_index)
        left join intermediate.int_target_histories h
            on h.time_window = 'test' and h.target_index = 0
            and h.user_index = p.user_index
        left join (
            select distinct target_index, user_index
            from intermediate.int_target_purchases where time_slice = 2
        ) b on b.target_index = p.target_index and b.user_index = p.user_index
        where p.time_window = 'test' and p.target_index > 0
        order by p.user_index, p.target_index
        """,
    )
    users, propensity, weights, labels, popularity, rfm = map(
        np.array, zip(*rows, strict=True)
    )
    labels = labels.astype(bool)
    assert labels.sum() > 100
    generator = np.random.default_rng(5)
    positions = [np.flatnonzero(users == user) for user in np.unique(users)]
    margins = []
    for draw in range(200):
        chosen = (
            generator.choice(len(positions), len(positions))
            if draw
            else range(len(positions))
        )
        rows = np.concatenate([positions[place] for place in chosen])
        areas = [
            np.average(shares, weights=shares_weights)
            for shares, shares_weights in (
                areas_under_the_curve(score[rows], labels[rows], weights[rows])
                for score in (propensity, popularity, rfm)
            )
        ]
        margins.append([areas[0] - areas[1], areas[0] - areas[2], areas[0]])
    whole, draws = np.array(margins[0]), np.array(margins[1:])
    lower = whole[:2] - norm.ppf(0.975) * draws[:, :2].std(axis=0)
    assert whole[2] > 0.8, whole
    assert (lower > 0.05).all(), (whole, lower)


def test_likelier_tenths_buy_more_on_users_of_the_test_window(example_database, fetch):
    rows = fetch(
        example_database,
        "select propensity_decile, sum(represented_buyer_count)"
        " / sum(represented_user_count), sum(expected_buyer_count)"
        " / sum(represented_user_count) from marts.propensity_calibration"
        " group by all order by all",
    )
    rates = np.array([rate for _, rate, _ in rows])
    assert len(rates) == 10
    fifths = rates.reshape(5, 2).mean(axis=1)
    assert (np.diff(fifths) >= -0.01).all(), rates
    assert rates[-1] > 5 * rates[:5].mean()
