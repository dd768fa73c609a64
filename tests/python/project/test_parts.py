"""Each part of the package, and each pair, builds alone and gives the marts of all."""

import shutil
from collections.abc import Callable
from functools import cache
from itertools import combinations
from pathlib import Path

import duckdb
import pytest
from dbt.contracts.files import SchemaSourceFile
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode
from jinja2.nativetypes import NativeEnvironment

PARTS = ("recommendations", "campaigns", "audiences")
SUBSETS = [subset for size in (1, 2) for subset in combinations(PARTS, size)]
# Their propensity knows the scorers' chances where there are scorers (docs/parts.md).
OF_SCORERS = {
    "audience_members",
    "audience_history",
    "audience_summary",
    "propensity_calibration",
}
ASKED = "macro.precision_marketing.has_part"
MARTS_OF = {
    "recommendations": {"recommendations", "similar_items", "recommender_quality"},
    "campaigns": {"campaign_performance", "campaign_lift", "channel_attribution"},
    "audiences": {"audience_members", "customer_segments"},
}


@pytest.fixture(scope="module")
def input_dir(tmp_path_factory, write_csv) -> Path:
    """Write a shop of 12 users, 8 items and a campaign with a holdout."""
    folder = tmp_path_factory.mktemp("tiny")
    users = [f"u{number:02d}" for number in range(12)]
    write_csv(
        folder,
        "items",
        [
            {"item_id": f"i{n}", "title": f"tea {n}", "category": "tea", "price": 5 + n}
            for n in range(8)
        ],
    )
    write_csv(
        folder,
        "users",
        [
            {
                "user_id": user,
                "signed_up_at": "2024-12-01",
                "has_email_consent": True,
                "has_ads_consent": True,
                "has_profiling_consent": True,
            }
            for user in users
        ],
    )
    write_csv(
        folder,
        "events",
        [
            {
                "user_id": user,
                "item_id": f"i{(number * (day % 5 + 1) + day) % 8}",
                "event_type": "purchase" if day % 3 == 0 else "view",
                "occurred_at": f"2025-01-{day:02d} {8 + number:02d}:00:00",
                "unit_price": 5,
                "order_id": f"o{number}-{day}",
            }
            for number, user in enumerate(users)
            for day in range(1, 29)
            if (number + day) % 4
        ],
    )
    write_csv(
        folder,
        "campaigns",
        [
            {
                "campaign_id": "c1",
                "name": "January",
                "channel": "email",
                "started_at": "2025-01-10",
                "ended_at": "2025-01-20",
                "click_window_days": 7,
                "unit_margin_rate": 0.3,
                "currency": "EUR",
            }
        ],
    )
    write_csv(
        folder,
        "campaign_assignments",
        [
            {
                "campaign_id": "c1",
                "user_id": user,
                "variant": "control" if number % 3 == 0 else "a",
                "assigned_at": "2025-01-10",
            }
            for number, user in enumerate(users)
        ],
    )
    write_csv(
        folder,
        "campaign_touches",
        [
            {
                "touch_id": f"{user}-{touch_type}",
                "campaign_id": "c1",
                "user_id": user,
                "channel": "email",
                "touch_type": touch_type,
                "touched_at": f"2025-01-11 0{hour}:00:00",
            }
            for number, user in enumerate(users)
            if number % 3
            for hour, touch_type in enumerate(
                ("send", "impression", "click")[: number % 4]
            )
        ],
    )
    write_csv(
        folder,
        "campaign_spend",
        [{"campaign_id": "c1", "spend_date": "2025-01-11", "spend": 12}],
    )
    return folder


def marts(database: Path) -> dict[str, list[tuple]]:
    """Return the rows of every mart in the order of all columns."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        return {
            name: connection.execute(f"from marts.{name} order by all").fetchall()
            for (name,) in names
        }


def tables(manifest: Manifest) -> dict[str, ModelNode]:
    return {
        node.name: node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and node.package_name == "precision_marketing"
    }


def of_parts(manifest: Manifest, parts: tuple[str, ...]) -> set[str]:
    """Return the tables that are there with these parts, as their YAML says."""
    configs = {
        model["name"]: model.get("config", {})
        for file in manifest.files.values()
        if isinstance(file, SchemaSourceFile)
        for model in file.dict_from_yaml.get("models", ())
    }

    def is_there(name: str) -> bool:
        written = configs.get(name, {}).get("enabled", "{{ true }}")
        return (
            NativeEnvironment()
            .from_string(written)
            .render(var={"parts": parts}.get, env_var=lambda *_: "inputs")
        )

    return set(filter(is_there, tables(manifest)))


def asks_itself(node: ModelNode) -> bool:
    return ASKED in node.depends_on.macros


def asking(manifest: Manifest) -> set[str]:
    """Return the tables whose SQL asks which parts are built, and what reads them."""
    macros = manifest.macros.values()
    assert not [macro.name for macro in macros if ASKED in macro.depends_on.macros]
    nodes = tables(manifest)
    found = {name for name, node in nodes.items() if asks_itself(node)}
    assert found
    while True:
        keys = {nodes[name].unique_id for name in found}
        more = {n for n, node in nodes.items() if keys & set(node.depends_on.nodes)}
        if more <= found:
            return found
        found |= more


@pytest.fixture(scope="module")
def built(dbt_project, dbt_parts, input_dir) -> Callable[..., dict[str, list[tuple]]]:
    """Return a function that builds parts, once each, and returns their marts.

    The whole is built from nothing, with its data tests. Parts start from its tables
    but for those that they must not read, which are dropped: what asks nothing is the
    same SQL on the same tables. What asks is built, and tested. A single part is parsed
    as one; of a pair, what is there is read from the YAML.
    """

    @cache
    def database(*parts: str) -> Path:
        if parts == PARTS:
            return dbt_project.build(input_dir, excluded=("unit_test",))
        project = dbt_parts(parts)
        manifest = dbt_project.manifest()
        kept = of_parts(manifest, parts)
        copy = project.work / input_dir.name / "inputs.duckdb"
        copy.parent.mkdir(parents=True)
        shutil.copy(database(*PARTS), copy)
        with duckdb.connect(str(copy)) as connection:
            for name, node in tables(manifest).items():
                if name not in kept:
                    found = f"from duckdb_{{}}() where {{}} = '{name}'"
                    is_view = connection.sql(
                        "select 1 " + found.format("views", "view_name")
                    ).fetchall()
                    kind = "view" if is_view else "table"
                    connection.execute(f"drop {kind} {node.schema}.{name}")
        return project.build(
            input_dir,
            excluded=("unit_test",),
            selected=tuple(sorted(kept & asking(manifest))),
        )

    return cache(lambda *parts: marts(database(*parts)))


@pytest.fixture(scope="module")
def everything(built) -> dict[str, list[tuple]]:
    return built(*PARTS)


@pytest.mark.parametrize("parts", SUBSETS, ids=" and ".join)
def test_a_table_of_parts_reads_only_what_is_there_with_them(
    dbt_project, dbt_parts, parts
):
    manifest = dbt_project.manifest()
    nodes, kept = tables(manifest), of_parts(manifest, parts)
    assert 100 < len(kept) < len(nodes)
    if len(parts) == 1:
        # What dbt makes of it; it stops at what reads a table that is not there.
        assert set(tables(dbt_parts(parts).manifest())) == kept
    names = {node.unique_id: name for name, node in nodes.items()}
    for name in kept:
        tags = set(nodes[name].tags) & set(PARTS)
        assert not tags or tags & set(parts), name
        read = {names[key] for key in nodes[name].depends_on.nodes if key in names}
        # What asks is built below.
        assert read <= kept or asks_itself(nodes[name]), (name, read - kept)


@pytest.mark.parametrize("parts", SUBSETS, ids=" and ".join)
def test_a_part_alone_gives_its_marts_as_the_whole_does(built, everything, parts):
    found = built(*parts)
    for part, names in MARTS_OF.items():
        assert names <= set(everything)
        assert (names <= set(found)) == (part in parts), part
        assert bool(names & set(found)) == (part in parts), part
    compared = set(found) - (OF_SCORERS if "recommendations" not in parts else set())
    # Of what is built alone, with the propensities as they are.
    compared.remove("build_drift")
    measured = {row for row in found["build_drift"] if row[0] != "calibration"}
    assert measured < set(everything["build_drift"])
    assert {"row_accounting", "rejected_rows"} <= compared
    for name in compared:
        assert found[name] == everything[name], name


def test_audiences_without_scorers_have_the_same_members(built, everything):
    found = built("audiences")
    with_scorers, alone = (
        [row[:7] for row in rows["audience_members"]] for rows in (everything, found)
    )
    assert with_scorers == alone
    assert len(alone) == 12
