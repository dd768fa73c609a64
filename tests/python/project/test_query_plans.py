"""No model of the example compares every row of one table with every row of another."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
from whole_builds import WholeBuild

NESTED_LOOPS = ("BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN", "CROSS_PRODUCT")
# Windows, cutoffs, campaigns, segments, models: what does not grow with a shop.
SMALL_ROWS = 60


def compiled_models(build: WholeBuild) -> Iterator[Path]:
    """Yield the compiled SQL of every model; unit tests lie in folders named .yml."""
    folder = build.database.parent / "target" / "compiled" / "precision_marketing"
    for path in sorted((folder / "models").rglob("*.sql")):
        if not any(part.endswith(".yml") for part in path.parts):
            yield path


def smaller_sides(plan: dict) -> Iterator[int]:
    """Yield the rows of the smaller side of every nested loop of a plan that ran."""
    children = plan.get("children", [])
    if plan.get("operator_name", "").strip() in NESTED_LOOPS:
        yield min(child["operator_cardinality"] for child in children)
    for child in children:
        yield from smaller_sides(child)


def test_nested_loops_have_a_small_side(example_build: WholeBuild):
    large, seen = {}, 0
    with duckdb.connect(str(example_build.database), read_only=True) as connection:
        for path in compiled_models(example_build):
            sql = path.read_text(encoding="utf-8")
            plan = connection.execute(f"explain {sql}").fetchall()[0][1]
            if not any(name in plan for name in NESTED_LOOPS):
                continue
            seen += 1
            analyzed = connection.execute(f"explain (analyze, format json) {sql}")
            rows = max(smaller_sides(json.loads(analyzed.fetchall()[0][1])), default=0)
            if rows > SMALL_ROWS:
                large[path.stem] = rows
    assert seen > 10
    assert not large
