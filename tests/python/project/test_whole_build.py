"""The whole graph: it builds cleanly, and the same input gives the same marts."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from whole_builds import WholeBuild

from precision_marketing.publishing.publishing import publish


def differing_rows(first: Path, second: Path) -> dict[str, int]:
    """Count the rows of each mart that only one of two databases has."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first}' as first_build (read_only)")
        connection.execute(f"attach '{second}' as second_build (read_only)")
        marts = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts'"
                " and database_name = 'first_build'"
            ).fetchall()
        ]
        assert len(marts) >= 10
        counts = {}
        for mart in marts:
            # Builds differ in their own ids, whatever they make.
            left, right = (
                f"select columns(c -> not ends_with(c, '_build_id'))"
                f" from {name}_build.marts.{mart}"
                for name in ("first", "second")
            )
            counts[mart] = connection.execute(
                f"select count(*) from (({left} except all {right})"
                f" union all ({right} except all {left}))"
            ).fetchone()[0]
        return counts


def test_the_example_builds_without_warning_or_deprecation(example_build: WholeBuild):
    assert "WARN=0 ERROR=0 SKIP=0" in example_build.output
    assert "eprecat" not in example_build.output


def test_every_data_test_and_unit_test_has_passed_on_the_example(
    example_build: WholeBuild,
):
    """Other builds of the example leave them out, since this one ran them all."""
    target = example_build.database.parent / "target"
    manifest = json.loads((target / "manifest.json").read_text())
    tests = {
        key
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "test"
        # Models of files are disabled here; what would test them stays, and reads none.
        and node["depends_on"]["nodes"]
    }
    outcomes = {
        result["unique_id"]: result["status"]
        for result in json.loads((target / "run_results.json").read_text())["results"]
    }
    expected = tests | set(manifest["unit_tests"])
    assert len(tests) > 100
    assert len(manifest["unit_tests"]) > 100
    assert {key: outcomes.get(key) for key in expected} == dict.fromkeys(
        expected, "pass"
    )


def test_every_mart_and_column_is_published_with_its_description(
    example_build: WholeBuild, tmp_path: Path
):
    published = tmp_path / "published.duckdb"
    publish(example_build.database, published)
    with duckdb.connect(str(published), read_only=True) as connection:
        counts = connection.execute(
            "select count(*), count(comment) from duckdb_columns()"
            " where schema_name = 'marts'"
            " union all"
            " select count(*), count(comment) from duckdb_tables()"
            " where schema_name = 'marts'"
        ).fetchall()
    assert all(objects == described for objects, described in counts), counts
    assert min(counts)[0] > 10


def test_a_view_that_a_python_model_reads_has_the_same_types_from_its_file(
    example_database: Path,
):
    """DuckDB keeps a view as text, in which it writes the double 1e0 as a decimal."""
    with duckdb.connect(str(example_database), read_only=True) as connection:
        types = dict(
            connection.execute(
                "select column_name, data_type from duckdb_columns()"
                " where table_name = 'propensity_features'"
            ).fetchall()
        )
    numbers = {name for name in types if name.startswith(("feature_", "chance_"))}
    assert len(numbers) > 10
    assert {types[name] for name in numbers} == {"DOUBLE"}


def test_shuffled_rows_one_thread_and_a_database_with_a_build_give_equal_marts(
    example_build: WholeBuild, shuffled_example: Path, dbt_project
):
    """Whatever is left of the build before, or hangs on an order, would be seen."""
    again = dbt_project.work / shuffled_example.name / "inputs.duckdb"
    again.parent.mkdir(parents=True)
    shutil.copy(example_build.database, again)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PRECISION_MARKETING_THREADS", "1")
        built = dbt_project.build(shuffled_example, excluded=("unit_test", "test"))
    assert built == again
    differing = differing_rows(example_build.database, again)
    assert {mart: rows for mart, rows in differing.items() if rows} == {}
