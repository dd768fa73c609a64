"""Claims about designs: uneven splits, heavy tails, open ends, losses, a holdout."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from examples.example_data.__main__ import main
from examples.example_data.design import Design, held_out
from examples.example_data.generation import generate

UNTIL = "2025-06-05"


@pytest.fixture(scope="module")
def designed():
    """Give a shop with all of it."""
    design = Design(
        control_share=0.1,
        order_spread=1.2,
        until=UNTIL,
        lost_share=0.8,
        holdout_share=0.2,
    )
    return generate(users=3_000, design=design)


def sound(designed, name, column):
    """The rows of this year whose time or date can be read."""
    rows = designed.tables[name]
    return rows[rows[column].str.match(r"2025-0\d-\d\d", na=False)]


def told(designed, column):
    """A number of every arm."""
    return {
        (campaign, variant): row[column]
        for campaign, told in designed.truth["campaigns"].items()
        for variant, row in told["variants"].items()
    }


def test_every_campaign_has_the_control_that_was_asked_for():
    plain = generate(users=3_000, design=Design(control_share=0.05))
    users = pd.Series(told(plain, "assigned_users"))
    shares = users.xs("control", level=1) / users.groupby(level=0).sum()
    assert len(shares) == 10
    assert shares.between(0.03, 0.07).all()
    assert plain.truth["design"]["control_share"] == 0.05


def test_orders_have_the_tail_that_was_asked_for_and_the_same_mean(data):
    """The log of what an order costs has the plain shop's variance and the factor's."""
    spread = generate(design=Design(order_spread=1.2))
    logs = []
    for shop in (data, spread):
        lines = shop.tables["events"].drop_duplicates("event_id")
        lines = lines[(lines["event_type"] == "purchase") & lines["order_id"].notna()]
        cents = pd.to_numeric(lines["unit_price"], errors="coerce") * pd.to_numeric(
            lines["quantity"], errors="coerce"
        )
        orders = cents[cents.between(0.01, 1e6)].groupby(lines["order_id"]).sum()
        logs.append(np.log(orders))
    assert logs[1].var() - logs[0].var() == pytest.approx(1.2**2, rel=0.15)
    assert logs[1].mean() - logs[0].mean() == pytest.approx(-(1.2**2) / 2, abs=0.1)


def test_nothing_is_known_of_what_comes_after_the_end(designed):
    for name, column in (
        *(("events", "occurred_at"), ("campaign_touches", "touched_at")),
        *(("campaign_spend", "spend_date"), ("campaign_assignments", "assigned_at")),
        ("users", "signed_up_at"),
    ):
        times = sound(designed, name, column)[column]
        # Rows that are dirty on purpose may bear any date but those of the log's end.
        assert (times < UNTIL).mean() > 0.999, name
    assert designed.truth["settings"]["data_until"] == f"{UNTIL}T00:00:00Z"


def test_a_campaign_that_still_runs_is_named_and_promises_no_effect(designed):
    assert designed.truth["design"]["running_campaigns"] == ["c10"]
    effects = told(designed, "conversion_effect")
    assert effects["c10", "treatment"] is None
    assert effects["c09", "treatment"] > 0
    assert told(designed, "realized_conversion_effect")["c10", "treatment"] > 0
    campaigns = designed.tables["campaigns"].set_index("campaign_id")
    assert campaigns.loc["c10", "ended_at"] > UNTIL


def test_lost_users_are_treated_ones_who_had_just_bought():
    whole = generate(users=3_000)
    lossy = generate(users=3_000, design=Design(lost_share=0.8))
    keys = ["campaign_id", "user_id", "variant"]
    before, after = (
        shop.tables["campaign_assignments"].drop_duplicates(keys)
        for shop in (whole, lossy)
    )
    rows = before.merge(after[keys], on=keys, how="left", indicator=True)
    lost = rows[
        (rows["_merge"] == "left_only") & rows["campaign_id"].str.match("c\\d\\d$")
    ]
    # Faulty rows, made of sound ones at random, differ too: a few dozen.
    treated = lost[lost["variant"].str.startswith("treatment", na=False)]
    counted = lossy.truth["design"]["lost_users"]
    assert sum(counted.values()) > 1_500
    assert len(treated) == pytest.approx(sum(counted.values()), rel=0.03)
    assert (lost["variant"] == "control").sum() < 0.01 * len(lost)
    events = whole.tables["events"]
    orders = events.loc[events["event_type"] == "purchase", ["user_id", "occurred_at"]]
    pairs = treated.reset_index().merge(orders, on="user_id")
    drawn, at = (
        pd.to_datetime(pairs[name], errors="coerce", utc=True)
        for name in ("assigned_at", "occurred_at")
    )
    recent = (at < drawn) & (at >= drawn - pd.Timedelta(days=30))
    assert recent.groupby(pairs["index"]).any().mean() > 0.97
    # What is true of the campaign does not change with what is lost of it.
    effects = [told(shop, "conversion_effect") for shop in (whole, lossy)]
    assert effects[0]["c05", "treatment"] == pytest.approx(
        effects[1]["c05", "treatment"], abs=0.005
    )


def test_who_is_held_out_is_whom_the_sql_holds_out_and_in_no_campaign(designed):
    users = [f"u{number:05d}" for number in range(3_000)]
    sql = duckdb.execute(
        "select cast('0x' || substr(md5('precision_marketing:holdout:' || u), 1, 8) "
        "as bigint) / 4294967296e0 < 0.2 from (select unnest(?) as u)",
        [users],
    ).fetchall()
    is_out = held_out(users, 0.2)
    assert is_out.tolist() == [found for (found,) in sql]
    assert designed.truth["design"]["held_out_users"] == is_out.sum()
    out = {user for user, found in zip(users, is_out, strict=True) if found}
    for name in ("campaign_assignments", "campaign_touches"):
        assert not out & set(designed.tables[name]["user_id"].dropna().str.strip())


def test_the_programmes_effect_is_what_those_held_out_lack():
    """Within four standard errors, which is what chance allows."""
    shop = generate(users=8_000, design=Design(holdout_share=0.5))
    *_, whole = shop.truth["design"]["programme"]
    assert whole["until"] == "2025-07-01"
    events = shop.tables["events"].drop_duplicates("event_id")
    orders = events[
        (events["event_type"] == "purchase") & (events["occurred_at"] >= "2025-01-13")
    ]
    users = np.array([f"u{number:05d}" for number in range(8_000)])
    users = users[~np.isin(users, shop.truth["erased_users"])]
    buys = np.isin(users, list(orders["user_id"].dropna()))
    is_out = held_out(users, 0.5)
    arms = [buys[~is_out], buys[is_out]]
    error = np.sqrt(sum(arm.var() / len(arm) for arm in arms))
    measured = arms[0].mean() - arms[1].mean()
    assert abs(measured - whole["conversion_effect"]) < 4 * error
    assert whole["conversion_effect"] > 4 * error
    assert whole["revenue_effect_cents_per_user"] > 0


def test_the_programmes_effect_accumulates_by_month(designed):
    programme = designed.truth["design"]["programme"]
    assert [row["until"] for row in programme] == [
        *("2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01", UNTIL)
    ]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--control-share", "1"), ("--control-share", "0"), ("--order-spread", "9")),
        *(("--until", "2025-07-01"), ("--until", "soon"), ("--lost-share", "-0.1")),
        ("--holdout-share", "1"),
    ],
)
def test_what_is_no_design_is_refused_by_the_options_name(option, value, tmp_path):
    found = CliRunner().invoke(main, [option, value, "--out", str(tmp_path)])
    assert found.exit_code == 2
    assert f"{option} must be" in found.output
