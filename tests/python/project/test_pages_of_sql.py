"""What the pages with queries say is what the example shop answers."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from pages_of_sql import answered, queries
from whole_builds import PROJECT

from precision_marketing.publishing.publishing import publish

TRUTH = PROJECT / "seeds" / "example" / "truth.json"
CAMPAIGNS = PROJECT / "docs" / "campaigns.md"
QUESTIONS = PROJECT / "docs" / "questions.md"
METRICS = PROJECT / "docs" / "campaign_metrics.md"


@pytest.fixture
def connection(example_database: Path):
    """Give a connection to the example shop."""
    with duckdb.connect(str(example_database), read_only=True) as connected:
        yield connected


def test_every_answer_on_the_page_is_what_its_query_gives(connection):
    page = CAMPAIGNS.read_text(encoding="utf-8")
    assert len(queries(page)) == 14
    assert answered(page, connection) == page


def test_the_twelve_questions_are_answered_by_the_published_file(
    example_database, tmp_path
):
    """Groups of few users, which a build has, are not in it."""
    published = tmp_path / "published.duckdb"
    publish(example_database, published)
    page = QUESTIONS.read_text(encoding="utf-8")
    assert len(queries(page)) == 14
    with duckdb.connect(str(published), read_only=True) as connected:
        assert answered(page, connected) == page


def test_every_query_of_the_definitions_runs_and_has_rows(connection):
    found = queries(METRICS.read_text(encoding="utf-8"))
    assert len(found) >= 3
    for query in found:
        assert connection.execute(query).fetchall(), query


def test_the_truth_on_the_page_is_that_of_the_generator():
    effects = {
        campaign: told["variants"]["treatment"]
        for campaign, told in json.loads(TRUTH.read_text())["campaigns"].items()
        if campaign in ("c04", "c05", "c07")
    }
    assert effects["c04"]["conversion_effect"] == 0
    coupon, mail = effects["c05"], effects["c07"]
    sentences = (
        f"adds {coupon['conversion_effect']:.3f} buyers and "
        f"{coupon['revenue_effect_cents_per_user'] / 100:.2f} euros a user",
        f"takes away {-mail['conversion_effect']:.3f} buyers",
    )
    page = " ".join(CAMPAIGNS.read_text(encoding="utf-8").split())
    assert [sentence for sentence in sentences if sentence not in page] == []


@pytest.mark.parametrize("change", ["wrong number", "row missing", "unasked row"])
def test_a_page_that_says_something_else_is_found_out(change):
    page = "Text.\n\n    select 1 as one, 'a' as word\n\n    one  word\n    ---  ----\n"
    rows = {"wrong number": "      2  a\n", "row missing": ""}
    said = page + rows.get(change, "      1  a\n      1  a\n") + "\nText.\n"
    with duckdb.connect() as memory:
        true = answered(said, memory)
        assert true == f"{page}      1  a\n\nText.\n" != said
        assert answered(true, memory) == true
