"""What the service recommended comes back as figures of the next build."""

import os
import signal

import duckdb
import pytest

pytest.importorskip("uvicorn", reason="the extra [service] is not installed")
pytest.importorskip("starlette", reason="the extra [service] is not installed")

from served_shop import make_published, serving

from precision_marketing.service.store import write_store


def feedback_of(client) -> list[dict]:
    """Return what users do with what they are offered: all of it, and then some."""
    item = client.ask("/v1/users/u3/recommendations").json["items"][0]
    session = client.ask("/v1/sessions", {"items": ["i3"]}).json["items"][1]
    offer = client.ask("/v1/users/u2/offers").json["offers"][0]
    done = [
        ("impression", "u3", item, "10:00:00", {}),
        ("view", "u3", item, "10:01:00", {}),
        ("click", "u3", item, "10:01:00", {}),
        (
            *("purchase", "u3", item, "10:09:00"),
            {"order_id": "o1", "quantity": 2, "unit_price": 3.5},
        ),
        ("impression", "u5", session, "11:00:00", {}),
        ("impression", "u2", offer, "12:00:00", {"campaign_id": "may"}),
        ("click", "u2", offer, "12:01:00", {"campaign_id": "may"}),
    ]
    return [
        {
            "type": kind,
            "user_id": user,
            "occurred_at": f"2026-05-01T{time}Z",
            "recommendation_id": offered["recommendation_id"],
        }
        | ({"item_id": offered["item_id"]} if "item_id" in offered else {})
        | more
        for kind, user, offered, time, more in done
    ]


def test_what_came_of_recommendations_and_offers_stands_in_the_next_build(
    tmp_path, dbt_project
):
    inputs = tmp_path / "inputs"
    published = make_published(tmp_path / "shop.duckdb")
    write_store(published)
    with serving(published, "--feedback", str(inputs)) as client:
        records = feedback_of(client)
        for _ in range(2):
            assert client.ask("/v1/feedback", {"feedback": records}).status == 202
        # Acknowledged, and not yet Parquet.
        os.kill(client.process.pid, signal.SIGKILL)
        client.process.wait()
    with serving(published, "--feedback", str(inputs)) as client:
        client.ask("/v1/feedback", {"feedback": records[:3]})
        client.stop()
    # As a kill leaves a file that was being written.
    (whole, *_) = (inputs / "events").glob("*.parquet")
    torn = whole.with_name(f".{whole.name}")
    torn.write_bytes(whole.read_bytes()[:500])
    (inputs / "items.csv").write_text("item_id\ni3\ni4\ni5\ni6\n")
    (inputs / "campaigns.csv").write_text("campaign_id,channel\nmay,email\n")
    database = tmp_path / "build" / "inputs.duckdb"
    errors = dbt_project.run(
        *("build", "--select", "+recommendation_feedback", "+stg_input_counts"),
        *("--exclude-resource-type", "test", "unit_test"),
        database=database,
        input_dir=inputs,
    )
    assert not errors, errors
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select scorer, reason_code, recommendation_rank, channel, "
            "impression_count, click_count, conversion_count, "
            "cast(revenue_amount as double) from marts.recommendation_feedback "
            "order by scorer"
        ).fetchall()
        counts = connection.execute(
            "select input_name, rows_kept, rows_duplicate, rows_rejected "
            "from staging.stg_input_counts "
            "where input_name in ('events', 'campaign_touches') order by 1"
        ).fetchall()
    assert found == [
        ("audience", "offer", 1, "email", 1, 1, 0, 0.0),
        ("ials", "because_you_bought", 1, "(events)", 1, 1, 1, 7.0),
        ("session", "because_you_chose", 2, "(events)", 1, 0, 0, 0.0),
    ]
    assert counts == [("campaign_touches", 2, 2, 0), ("events", 5, 8, 0)]
