"""Claims about truth.json: its counts agree with plain loops over the kept rows."""

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest

from examples.example_data.attribution import last_touch
from examples.example_data.settings import DAY, START
from examples.example_data.touches import CLICK, IMPRESSION

KINDS = ("send", "impression", "open", "click", "unsubscribe", "complaint")


def orders_of(kept):
    """Orders as (user, time, cents, key), one loop over the purchases."""
    orders = {}
    for row in kept["events"].to_dict("records"):
        if row["event_type"] == "purchase":
            key = (row["user_id"], row["order_id"] or row["event_id"])
            at, cents = orders.get(key, (None, 0))
            now = pd.Timestamp(row["occurred_at"])
            line = round(100 * float(row["unit_price"])) * int(row["quantity"])
            orders[key] = (min(at or now, now), cents + line)
    return [(user, at, cents, key) for (user, key), (at, cents) in orders.items()]


def refunds_of(kept):
    """Refunds by order key as in `orders_of`: its own order id, or the lost one's line.

    A refund without an order id belongs to the user's latest earlier line of the item.
    """
    lines, refunds = defaultdict(list), defaultdict(list)
    for row in kept["events"].to_dict("records"):
        if row["event_type"] == "purchase":
            key = row["order_id"] or row["event_id"]
            lines[row["user_id"], row["item_id"]].append((row["occurred_at"], key))
    for row in kept["events"].to_dict("records"):
        if row["event_type"] == "refund":
            earlier = [
                line
                for line in lines[row["user_id"], row["item_id"]]
                if line[0] < row["occurred_at"]
            ]
            key = row["order_id"] or max(earlier)[1]
            cents = round(100 * float(row["unit_price"])) * int(row["quantity"])
            refunds[row["user_id"], key].append(cents)
    return refunds


def test_touches_add_up_to_the_truth(kept, data):
    names = dict.fromkeys(KINDS, "{}s") | {
        "bounce": "bounces",
        "delivered": "delivered",
        "conversion": "reported_conversions",
    }
    counts = kept["campaign_touches"].value_counts(
        ["campaign_id", "variant", "touch_type"]
    )
    assigned = kept["campaign_assignments"].value_counts(["campaign_id", "variant"])
    for campaign, told in data.truth["campaigns"].items():
        for variant, row in told["variants"].items():
            assert row["assigned_users"] == assigned[campaign, variant]
            assert row["sends"] == row["delivered"] + row["bounces"]
            for kind, name in names.items():
                counted = counts.get((campaign, variant, kind), 0)
                assert row[name.format(kind)] == counted, (campaign, variant, kind)


def test_spend_adds_up_to_the_truth_and_to_the_touches(kept, data):
    cents = kept["campaign_spend"]["spend"].astype(float).mul(100).round().astype(int)
    total = cents.groupby(kept["campaign_spend"]["campaign_id"]).sum()
    told = {c: row["spend_cents"] for c, row in data.truth["campaigns"].items()}
    assert total.to_dict() == {
        c: spend for c, spend in told.items() if spend is not None
    }
    assert [c for c, spend in told.items() if spend is None] == ["c10"]
    assert told["c07"] == 0  # known to be nothing, not unknown
    # c09 has no fee: its bill is its clicks at 35 cents, those of erased users too.
    clicks = data.tables["campaign_touches"].drop_duplicates("touch_id")
    clicks = clicks[(clicks["campaign_id"] == "c09") & (clicks["cost"] == "0.3500")]
    assert told["c09"] == 35 * len(clicks)


def test_last_touch_agrees_with_a_plain_loop(kept, data):
    windows = kept["campaigns"].set_index("campaign_id")
    touches = defaultdict(list)
    for row in kept["campaign_touches"].to_dict("records"):
        if row["touch_type"] in ("click", "impression"):
            touches[row["user_id"]].append((pd.Timestamp(row["touched_at"]), row))
    won, refunds = Counter(), refunds_of(kept)
    for user, at, cents, key in orders_of(kept):
        best = {}
        for touched_at, row in touches[user]:
            kind = "click" if row["touch_type"] == "click" else "view"
            days = windows.loc[row["campaign_id"], f"{kind}_window_days"]
            days = int(days) if days else {"click": 7, "view": 1}[kind]
            if pd.Timedelta(0) <= at - touched_at <= pd.Timedelta(days=days):
                rank = (touched_at, row["touch_id"], row["campaign_id"], row["variant"])
                best[kind] = max(best.get(kind, rank), rank)
        kind = "click" if "click" in best else "view"
        _, _, campaign, variant = best.get(kind, (None,) * 4)
        won[campaign, variant, f"{kind}_conversions"] += 1
        won[campaign, variant, f"{kind}_revenue_cents"] += cents
        won[campaign, variant, "refunds"] += len(refunds[user, key])
        won[campaign, variant, "refund_cents"] += sum(refunds[user, key])
    totals = data.truth["totals"]
    assert totals["unattributed_conversions"] == won[None, None, "view_conversions"]
    assert totals["unattributed_revenue_cents"] == won[None, None, "view_revenue_cents"]
    for campaign, told in data.truth["campaigns"].items():
        for variant, row in told["variants"].items():
            assert row["refunds"] == won[campaign, variant, "refunds"]
            assert row["refund_cents"] == won[campaign, variant, "refund_cents"]
            for name in ("conversions", "revenue_cents"):
                for kind in ("click", "view"):
                    column = f"{kind}_{name}"
                    assert row[column] == won[campaign, variant, column]


def test_converting_users_and_revenue_agree_with_a_plain_loop(kept, data):
    variant = (
        kept["campaign_assignments"]
        .set_index(["campaign_id", "user_id"])["variant"]
        .to_dict()
    )
    converting, revenue, orders = defaultdict(set), Counter(), orders_of(kept)
    for campaign, told in data.truth["campaigns"].items():
        first, end = map(pd.Timestamp, (told["measured_from"], told["measured_until"]))
        for user, at, cents, _ in orders:
            if (campaign, user) in variant and first <= at < end:
                arm = campaign, variant[campaign, user]
                converting[arm].add(user)
                revenue[arm] += cents
    for campaign, told in data.truth["campaigns"].items():
        for name, row in told["variants"].items():
            assert row["converting_users"] == len(converting[campaign, name])
            assert row["revenue_cents"] == revenue[campaign, name]


def test_what_comes_back_was_bought_before_and_at_that_price(kept, data):
    lines = defaultdict(list)
    events = kept["events"].to_dict("records")
    for row in events:
        if row["event_type"] == "purchase":
            lines[row["user_id"], row["item_id"]].append(row)
    refunds = [row for row in events if row["event_type"] == "refund"]
    for row in refunds:
        (line,) = lines[row["user_id"], row["item_id"]]
        days = pd.Timestamp(row["occurred_at"]) - pd.Timestamp(line["occurred_at"])
        assert pd.Timedelta(days=2) < days < pd.Timedelta(days=25)
        for name in ("order_id", "quantity", "unit_price"):
            assert row[name] == line[name]
    told = data.truth["totals"]
    assert told["refunds"] == len(refunds) > 50
    assert told["refund_cents"] == sum(sum(c) for c in refunds_of(kept).values())
    assert any(row["order_id"] is None for row in refunds)
    assert (
        sum(
            row["refunds"] > 0
            for campaign in data.truth["campaigns"].values()
            for row in campaign["variants"].values()
        )
        >= 5
    )


# The conversion is user 1's at START + 60 days. Campaign 0 has windows of 7 days and 1
# day, campaign 4 of 14 days and 1 day. Touch: campaign, user, kind, days before it.
@pytest.mark.parametrize(
    ("touches", "winner"),
    [
        ([(0, 1, CLICK, 7)], 0),
        ([(0, 1, CLICK, 7 + 1 / DAY)], -1),
        ([(4, 1, CLICK, 14)], 0),
        ([(0, 1, CLICK, 0)], 0),
        ([(0, 1, CLICK, -1 / DAY)], -1),
        ([(0, 2, CLICK, 1)], -1),
        ([(0, 1, IMPRESSION, 1)], 0),
        ([(0, 1, IMPRESSION, 1 + 1 / DAY)], -1),
        ([(4, 1, CLICK, 10), (0, 1, IMPRESSION, 0.1)], 0),
        ([(4, 1, CLICK, 10), (0, 1, CLICK, 6)], 1),
        ([(4, 1, CLICK, 10), (0, 1, CLICK, 8)], 0),
        ([(4, 1, CLICK, 1), (0, 1, CLICK, 1)], 1),
        ([(0, 1, CLICK, 1), (4, 1, CLICK, 1), (0, 1, CLICK, 1)], 2),
    ],
)
def test_the_latest_click_in_its_own_window_wins_and_then_the_latest_view(
    touches, winner
):
    table = pd.DataFrame(touches, columns=["campaign", "user", "kind", "days"])
    converted_at = START + 60 * DAY
    table["at"] = np.rint(converted_at - table.pop("days") * DAY).astype("int64")
    conversion = pd.DataFrame({"user": [1], "at": [converted_at]})
    touch, is_click = last_touch(conversion, table)
    assert touch.tolist() == [winner]
    assert is_click.tolist() == [winner >= 0 and touches[winner][2] == CLICK]
