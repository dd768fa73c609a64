"""In which currencies amounts are, and who asked to be forgotten, whatever is written.

The checks themselves are unit tests in models/staging/_staging__currencies.yml; here
are the values as files have them, and what a build says of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ORDER = {"item_id": "i", "event_type": "purchase", "occurred_at": "2025-01-01"}
TABLES = ("stg_input_health", "stg_items", "stg_users")
VARIABLES = "{input_checks: {as_of: 2025-06-30}}"

# Price, the row's column, and the currency that is read.
MARKS = [
    ("15.00 EUR", "", "EUR"),
    ("€ 15,00", "USD", "EUR"),
    ("15 €", "", "EUR"),
    ("£1'234.50", "", "GBP"),
    ("US$15", "", "USD"),
    ("$15", "cad ", "CAD"),
    ("$15", "", "$"),
    ("¥1500", "CNY", "CNY"),
    ("15", "usd", "USD"),
    ("15", "€", "EUR"),
    ("1E2", "", None),
    ("+15", "SEK", "SEK"),
    ("1 234", "", None),
    ("", "EUR", "EUR"),
]


def orders(prices: list[str], **columns: str) -> list[dict[str, str]]:
    return [
        ORDER | {"user_id": f"u{place}", "unit_price": price} | columns
        for place, price in enumerate(prices)
    ]


def outcomes(database: Path, fetch) -> dict[str, str]:
    """Return what is not ok of the checks that this file is about."""
    return dict(
        fetch(
            database,
            "select check_name || '.' || input_name, outcome "
            "from staging.stg_input_health where outcome <> 'ok' "
            "and (check_name like 'currencies%' or check_name like 'erasure%')",
        )
    )


@pytest.fixture(scope="module")
def mixed(dbt_project, write_csv, tmp_path_factory) -> Path:
    """Build orders of two currencies that their prices alone tell, and the rest."""
    folder = tmp_path_factory.mktemp("mixed")
    write_csv(folder, "events", orders(["15.00 EUR", "¥1500", "7"]))
    items = [
        {"item_id": f"i{place}", "price": price, "currency": currency}
        for place, (price, currency, _) in enumerate(MARKS)
    ]
    write_csv(folder, "items", items)
    requests = [f"gone{place}" for place in range(200)]
    write_csv(folder, "erasure_requests", [{"user_id": u} for u in [*requests, "[7]"]])
    consents = ["yes", "maybe", "no", "", "?", "1.0"]
    users = [
        {"user_id": f"u{place}", "has_email_consent": consent}
        for place, consent in enumerate(consents)
    ]
    write_csv(folder, "users", users)
    return dbt_project.check_inputs(folder, VARIABLES, TABLES)


def test_orders_of_currencies_that_prices_alone_tell_stop_the_build(mixed, fetch):
    assert outcomes(mixed, fetch)["currencies_mixed.events"] == "stopped"
    ((message,),) = fetch(
        mixed,
        "select message from staging.stg_input_health "
        "where check_name = 'currencies_mixed' and input_name = 'events'",
    )
    assert message.startswith("2 currencies are added up in the revenue of `events`: ")
    assert "accept it with `health: {accept: [currencies_mixed.events]}`" in message


def test_the_mark_of_a_price_comes_before_the_column_unless_many_share_it(mixed, fetch):
    read = fetch(mixed, "select item_id, currency from staging.stg_items")
    assert dict(read) == {
        f"i{place}": currency for place, (_, _, currency) in enumerate(MARKS)
    }


def test_one_request_of_two_hundred_that_cannot_be_read_stops_the_build(mixed, fetch):
    assert (
        outcomes(mixed, fetch)["erasure_requests_rejected.erasure_requests"]
        == "stopped"
    )


def test_a_consent_that_cannot_be_read_is_refused(mixed, fetch):
    read = fetch(mixed, "select user_id, has_email_consent from staging.stg_users")
    assert dict(read) == {
        "u0": True,
        "u1": False,
        "u2": False,
        "u3": None,
        "u4": False,
        "u5": True,
    }


def test_one_currency_however_it_is_written_is_none_too_many(
    dbt_project, write_csv, tmp_path, fetch
):
    prices = ["$15", "15", "15 USD", "US$ 1.50"]
    write_csv(tmp_path, "events", orders(prices, currency="usd"))
    write_csv(tmp_path, "items", [{"item_id": "i", "price": "3 $"}])
    campaign = {"campaign_id": "c", "currency": "USD"}
    bill = {"campaign_id": "c", "spend_date": "2025-01-01", "spend": "$7"}
    write_csv(tmp_path, "campaigns", [campaign])
    write_csv(tmp_path, "campaign_spend", [bill])
    write_csv(tmp_path, "erasure_requests", [{"user_id": "gone"}, {"user_id": " "}])
    database = dbt_project.check_inputs(tmp_path, VARIABLES, TABLES)
    assert outcomes(database, fetch) == {}
    write_csv(tmp_path, "campaigns", [campaign | {"currency": "EUR"}])
    database = dbt_project.check_inputs(
        tmp_path,
        "{input_checks: {as_of: 2025-06-30},"
        " health: {accept: [currencies_mixed.campaign_spend]}}",
        TABLES,
    )
    # `$` is one dollar or another, but no euro.
    assert outcomes(database, fetch) == {
        "currencies_differ.campaigns": "warned",
        "currencies_mixed.campaign_spend": "warned",
    }
