"""The page's figures are those of the marts, and it holds nothing else."""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from whole_builds import PROJECT

from precision_marketing.command_line.main import main
from precision_marketing.dashboard.dashboard import DashboardError, write_dashboard

PAGE = PROJECT / "src" / "precision_marketing" / "dashboard" / "page"
# The same figure by other SQL and from another mart, where there is one.
FIGURES = {
    "revenue": (
        "select sum(revenue_amount) from marts.campaign_performance "
        "where attribution_model = 'last_touch'"
    ),
    "conversions": (
        "select sum(conversion_count) from marts.campaign_performance "
        "where attribution_model = 'last_touch'"
    ),
    "spend": "select sum(spend_amount) from marts.campaign_daily",
    "campaigns": "select count(distinct campaign_id) from marts.campaign_performance",
    "campaigns_that_work": (
        "select count(*) from (select campaign_id from marts.campaign_lift "
        "group by all having bool_or(verdict = 'works' and is_primary))"
    ),
    # Of the example every one who may be profiled, and nobody else, is recommended to.
    "customers": "select count(distinct user_id) from marts.recommendations",
    "customers_who_bought": (
        "select count(*) from marts.customer_segments where frequency_count > 0"
    ),
    "users_with_recommendations": (
        "select count(*) from marts.recommendations where recommendation_rank = 1"
    ),
    "items_recommended": (
        "select count(*) from (select item_id from marts.recommendations group by all)"
    ),
}


def read_page(page: Path) -> dict[str, Any]:
    """Read the data of a page, as a browser does."""
    coding, text = re.search(
        r'<script type="application/json" id="data" data-coding="(\w+)">(.*?)</script>',
        page.read_text("utf-8"),
        re.DOTALL,
    ).groups()
    return json.loads(
        gzip.decompress(base64.b64decode(text)) if coding == "gzip" else text
    )


def rows(data_set: dict[str, Any]) -> list[tuple]:
    columns = [
        [
            None if place is None else column["texts"][place]
            for place in column["places"]
        ]
        if isinstance(column, dict)
        else column
        for column in data_set["columns"].values()
    ]
    return list(zip(*columns, strict=True))


def query(published: Path, sql: str) -> list[tuple]:
    with closing(duckdb.connect(str(published), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def sets(example_page: Path) -> dict[str, dict[str, Any]]:
    return read_page(example_page)["sets"]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_that_of_the_marts(
    figure: str, sets: dict[str, dict[str, Any]], published_example: Path
) -> None:
    names = ("figures_campaigns", "figures_recommendations", "figures_customers")
    shown = {
        name: value for data_set in names for _, name, value in rows(sets[data_set])
    }
    ((expected,),) = query(published_example, FIGURES[figure])
    assert shown[figure] == pytest.approx(float(expected), rel=1e-8)


def test_every_mart_has_as_many_rows_as_are_said(
    sets: dict[str, dict[str, Any]], published_example: Path
) -> None:
    shown = dict(rows(sets["mart_rows"]))
    assert shown == {
        mart: query(published_example, f"select count(*) from marts.{mart}")[0][0]
        for mart in shown
    }
    assert len(shown) > 30


def test_the_sql_that_is_shown_gives_the_rows_that_are_shown(
    sets: dict[str, dict[str, Any]], published_example: Path
) -> None:
    for name, data_set in sets.items():
        again = query(published_example, data_set["sql"])
        assert len(again) == data_set["count"], name
        for shown, expected in zip(rows(data_set), again, strict=True):
            for one, other in zip(shown, expected, strict=True):
                if isinstance(one, int | float) and not isinstance(one, bool):
                    assert one == pytest.approx(float(other), rel=1e-8), name
                elif one is not None:
                    assert one == (
                        other.isoformat() if hasattr(other, "isoformat") else other
                    )
                else:
                    assert other is None, name


def test_parts_add_up_to_the_whole(
    sets: dict[str, dict[str, Any]], published_example: Path
) -> None:
    for read, *parts in (row[1:7] for row in rows(sets["row_accounting"])):
        assert read == sum(parts)
    campaigns = query(
        published_example,
        "select campaign_id, sum(conversion_count) from marts.campaign_performance "
        "where attribution_model = 'last_touch' group by all "
        "having sum(conversion_count) > 0",
    )
    shown: dict[str, int] = {}
    for campaign, _, _, _, _, conversions, *_ in rows(sets["campaign_periods"]):
        shown[campaign] = shown.get(campaign, 0) + conversions
    assert {name: count for name, count in shown.items() if count} == dict(campaigns)
    audiences = list(sets["audience_summary"]["columns"])
    first, last = (
        audiences.index("erased_user_count"),
        audiences.index("eligible_user_count"),
    )
    for audience in rows(sets["audience_summary"]):
        assert audience[first - 1] == sum(audience[first : last + 1])


def test_no_user_is_in_the_page_unless_asked(
    published_example: Path, tmp_path: Path
) -> None:
    users = query(
        published_example, "select distinct user_id from marts.recommendations"
    )
    pages = {}
    for asked in (False, True):
        write_dashboard(published_example, tmp_path / "page.html", with_users=asked)
        data = json.dumps(read_page(tmp_path / "page.html"))
        pages[asked] = sum(f'"{user}"' in data for (user,) in users)
    assert pages == {False: 0, True: 10}


def test_equal_marts_give_equal_bytes_and_the_mode_is_kept(
    published_example: Path, example_page: Path, tmp_path: Path
) -> None:
    page = tmp_path / "folder" / "page.html"
    write_dashboard(published_example, page)
    assert page.read_bytes() == example_page.read_bytes()
    assert page.stat().st_mode & 0o777 == 0o600
    page.chmod(0o644)
    write_dashboard(published_example, page)
    assert page.stat().st_mode & 0o777 == 0o644
    assert os.listdir(page.parent) == ["page.html"]


def test_a_part_that_was_not_built_is_left_out(
    published_example: Path, tmp_path: Path
) -> None:
    part = tmp_path / "part.duckdb"
    shutil.copy(published_example, part)
    with closing(duckdb.connect(str(part))) as connection:
        for mart in ("recommendations", "audience_summary", "campaign_lift"):
            connection.execute(f"drop table marts.{mart}")
    write_dashboard(part, tmp_path / "page.html")
    sets = read_page(tmp_path / "page.html")["sets"]
    assert "channel_attribution" in sets
    assert not {"examples", "reasons", "audience_summary", "campaign_lift"} & set(sets)


def test_what_changed_is_held_against_the_file_before(
    published_example: Path, tmp_path: Path
) -> None:
    before = tmp_path / "before.duckdb"
    shutil.copy(published_example, before)
    with closing(duckdb.connect(str(before))) as connection:
        connection.execute("delete from marts.customer_segments where segment = 'Lost'")
    write_dashboard(published_example, tmp_path / "page.html", earlier=[before])
    data = read_page(tmp_path / "page.html")
    segments = [
        {row[0] for row in rows(which["customer_segments"])}
        for which in (data["sets"], data["earlier"][0])
    ]
    assert segments[0] - segments[1] == {"Lost"}


def test_text_of_the_marts_cannot_leave_its_element(
    published_example: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.duckdb"
    shutil.copy(published_example, odd)
    name = "</script><script>alert(1)</script><!--"
    with closing(duckdb.connect(str(odd))) as connection:
        connection.execute("update marts.campaigns set campaign_name = ?", [name])
    write_dashboard(odd, tmp_path / "page.html")
    assert name not in (tmp_path / "page.html").read_text("utf-8")
    assert {
        row[1] for row in rows(read_page(tmp_path / "page.html")["sets"]["campaigns"])
    } == {name}


def test_the_policy_allows_what_is_in_the_page_and_nothing_else(
    example_page: Path,
) -> None:
    html = example_page.read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html).group(1)
    inline = re.findall(r"<(script|style)>(.*?)</\1>", html, re.DOTALL)
    assert len(inline) == 3
    for _, text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


def test_both_languages_have_the_same_words() -> None:
    texts = {
        language: (PAGE / f"0_texts_{language}.js").read_text("utf-8")
        for language in ("en", "zh")
    }
    keys = {}
    for language, text in texts.items():
        page, rest = text.split("  columns: {")
        columns, _ = rest.split("  terms: {")
        keys[language] = [
            re.findall(r'(?:^\s*|, )(\w+): "', part, re.MULTILINE)
            for part in (page, columns)
        ]
    assert keys["en"] == keys["zh"]
    said = set().union(
        *(
            re.findall(r'say\("(\w+)"', script.read_text("utf-8"))
            for script in PAGE.glob("[1-9]_*.js")
        )
    )
    assert said <= set(keys["en"][0])


def test_pages_are_small_and_soon_made(
    published_example: Path, published_many: Path, tmp_path: Path
) -> None:
    sizes, seconds = [], []
    for published in (published_example, published_many):
        start = time.process_time()
        sizes.append(write_dashboard(published, tmp_path / "page.html"))
        seconds.append(time.process_time() - start)
    assert sizes[0] <= 1e6
    assert sizes[1] <= 2.5e6
    assert seconds[0] < 1
    assert seconds[1] < 3
    periods = read_page(tmp_path / "page.html")["sets"]["campaign_periods"]
    assert (periods["step"], periods["count"]) == ("week", 500 * 158)


@pytest.mark.parametrize("kind", ["none", "text", "empty"])
def test_what_is_no_published_file_is_named(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "file.duckdb"
    if kind == "text":
        file.write_text("no database" * 1000)
    elif kind == "empty":
        duckdb.connect(str(file)).close()
    with pytest.raises(DashboardError, match=re.escape(str(file))):
        write_dashboard(file, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_the_command_says_where_the_page_lies(
    published_example: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    options = ["report", "--published", str(published_example), "--out", str(page)]
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 0
    assert str(page) in done.output
    missing = CliRunner().invoke(
        main, ["report", "--published", "none.duckdb", "--out", str(page)]
    )
    assert missing.exit_code == 2
    assert "There is no database at none.duckdb" in missing.output
