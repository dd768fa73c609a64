"""Claims about the campaigns: sound experiments, and a truth that can be measured."""

import math

import pandas as pd
import pytest


def test_nobody_in_a_control_group_is_touched(kept):
    variant = kept["campaign_assignments"].set_index(["campaign_id", "user_id"])
    touches = kept["campaign_touches"].set_index(["campaign_id", "user_id"])
    assigned = variant["variant"].loc[touches.index]
    assert (assigned.to_numpy() == touches["variant"].to_numpy()).all()
    assert "control" not in set(touches["variant"])


def test_only_users_with_consent_are_assigned(kept):
    users = kept["users"].set_index("user_id")
    rows = kept["campaign_assignments"].merge(kept["campaigns"], on="campaign_id")
    email = rows["channel"] == "email"
    assert set(users.loc[rows.loc[email, "user_id"], "has_email_consent"]) == {"true"}
    assert set(users.loc[rows.loc[~email, "user_id"], "has_ads_consent"]) == {"true"}
    signed_up = users.loc[rows["user_id"], "signed_up_at"].to_numpy()
    assert (signed_up < rows["assigned_at"].to_numpy()).all()


def test_who_unsubscribed_is_not_assigned_again(kept):
    touches = kept["campaign_touches"]
    left = touches[touches["touch_type"] == "unsubscribe"]
    left = left.groupby("user_id")["touched_at"].min()
    rows = kept["campaign_assignments"].merge(kept["campaigns"], on="campaign_id")
    rows = rows[(rows["channel"] == "email") & rows["user_id"].isin(left.index)]
    assert (rows["assigned_at"] < left.loc[rows["user_id"]].to_numpy()).all()


def test_no_further_mail_of_a_campaign_is_sent_to_who_unsubscribed(large):
    touches = large.tables["campaign_touches"].drop_duplicates("touch_id")
    keys = ["campaign_id", "user_id"]
    left = touches[touches["touch_type"] == "unsubscribe"]
    left = left.groupby(keys)["touched_at"].min().rename("left_at")
    sends = touches[touches["touch_type"] == "send"].join(left, on=keys, how="inner")
    sound = sends["touched_at"].str.startswith("2025-", na=False)
    assert len(left) > 100
    assert (sends.loc[sound, "touched_at"] < sends.loc[sound, "left_at"]).all()


@pytest.mark.parametrize(
    ("later", "earlier"), [("delivered", "send"), ("open", "delivered")]
)
def test_a_mail_is_sent_before_it_arrives_and_arrives_before_it_is_read(
    later, earlier, kept
):
    assert_preceded(kept, "email", later, earlier)


@pytest.mark.parametrize(
    ("channel", "earlier"), [("email", "open"), ("display", "impression")]
)
def test_a_click_follows_what_was_seen(channel, earlier, kept):
    assert_preceded(kept, channel, "click", earlier)


def assert_preceded(kept, channel, later, earlier):
    touches = kept["campaign_touches"]
    touches = touches[touches["channel"] == channel]
    keys = ["campaign_id", "user_id"]
    first = touches[touches["touch_type"] == earlier].groupby(keys)["touched_at"].min()
    rows = touches[touches["touch_type"] == later].set_index(keys)["touched_at"]
    assert len(rows) > 0
    assert (rows.to_numpy() > first.loc[rows.index].to_numpy()).all()


def test_one_campaign_does_nothing_and_one_does_harm(data):
    effects = {
        (campaign, name): row["conversion_effect"]
        for campaign, told in data.truth["campaigns"].items()
        for name, row in told["variants"].items()
        if name != "control"
    }
    assert len(effects) == 11
    assert len(set(effects.values())) == 11
    assert [key for key, effect in effects.items() if effect == 0] == [
        ("c04", "treatment")
    ]
    assert [key for key, effect in effects.items() if effect < 0] == [
        ("c07", "treatment")
    ]
    idle = data.truth["campaigns"]["c04"]["variants"]["treatment"]
    assert idle["realized_conversion_effect"] == 0
    assert idle["realized_revenue_effect_cents_per_user"] == 0


def test_measured_lift_lies_within_four_standard_errors_of_the_truth(large):
    for campaign, told in large.truth["campaigns"].items():
        control = told["variants"]["control"]
        for name, row in told["variants"].items():
            if name == "control":
                continue
            arms = [
                (a["converting_users"], a["assigned_users"]) for a in (row, control)
            ]
            rates = [users / assigned for users, assigned in arms]
            variance = [
                rate * (1 - rate) / assigned
                for rate, (_, assigned) in zip(rates, arms, strict=True)
            ]
            error = math.sqrt(sum(variance))
            lift = rates[0] - rates[1]
            assert abs(lift - row["conversion_effect"]) < 4 * error, (campaign, name)
            drawn = row["realized_conversion_effect"] - row["conversion_effect"]
            assert abs(drawn) < 4 * math.sqrt(0.25 / arms[0][1])


def test_measured_revenue_lift_lies_within_four_standard_errors(large):
    events = large.tables["events"].drop_duplicates("event_id")
    lines = events[(events["event_type"] == "purchase") & events["order_id"].notna()]
    cents = 100 * pd.to_numeric(lines["unit_price"], errors="coerce")
    cents *= pd.to_numeric(lines["quantity"], errors="coerce")
    sound = cents.between(1, 1e6)
    erased = large.tables["erasure_requests"]["user_id"]
    assigned = large.tables["campaign_assignments"].drop_duplicates()
    for campaign, told in large.truth["campaigns"].items():
        first, end = told["measured_from"], told["measured_until"]
        inside = sound & (lines["occurred_at"] >= first) & (lines["occurred_at"] < end)
        spent = cents[inside].groupby(lines["user_id"]).sum()
        users = assigned[assigned["campaign_id"] == campaign]
        users = users[~users["user_id"].isin(erased)].set_index("user_id")["variant"]
        spent = spent.reindex(users.index).fillna(0).groupby(users)
        mean, error = spent.mean(), spent.var() / spent.count()
        for name, row in told["variants"].items():
            if name != "control":
                gap = (
                    mean[name] - mean["control"] - row["revenue_effect_cents_per_user"]
                )
                assert abs(gap) < 4 * math.sqrt(error[name] + error["control"])
