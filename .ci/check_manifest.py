"""Hold the models to the layout: parse the project, print what breaks a rule.

    python .ci/check_manifest.py

Each rule is a function that yields one sentence a fault. docs/architecture.md shows the
layout that they keep.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

from macro_values import MacroValues
from parsed import manifest

PROJECT = Path(__file__).parents[1]
PACKAGE = "precision_marketing"
LAYERS = ("staging", "intermediate", "scorers", "candidates", "marts")
MODEL_LINES, MACRO_LINES, LONG_ONES = 100, 30, 10
# Models in a row, the last of them the mart that most others are for. Those that read a
# folder of files come before: the way begins with rows, as in a warehouse.
LONGEST_WAY, WAY_TO = 30, "recommendations"
READERS = {"stg_input_files", "csv_files", "csv_records"}

# Which packages of the library a folder of Python models calls, `build` besides.
LIBRARY = {
    "staging": {"inputs"},
    "scorers": {"scorers"},
    "intermediate/settings": {"tuning"},
    "candidates/evaluation": {"learned"},
    "candidates/lists": {"candidates", "scorers"},
    "candidates/learned": {"learned"},
    "candidates/cold_items": {"scorers"},
    "candidates/published": {"candidates", "learned", "scorers"},
    "candidates/reasons": {"candidates", "learned"},
    "candidates/audiences": {"learned"},
}


class Model(NamedTuple):
    """A model of this package, as the rules need it."""

    name: str
    file: Path
    folder: str
    parents: tuple[str, ...]
    materialized: str
    config: dict[str, Any]
    description: str
    has_key_constraint: bool
    rules: frozenset[str]
    has_unit_test: bool
    text: str

    @property
    def layer(self) -> str:
        """First folder below models/ or python_models/."""
        return self.folder.split("/")[0]

    @property
    def grain(self) -> str:
        """What line 1 says one row is; empty where it says nothing."""
        found = re.match(r"(?:--|#) Grain: (one row.*)", self.text)
        return found[1] if found else ""


def read_models(manifest: dict[str, Any], project: Path) -> dict[str, Model]:
    """Return the package's models by their unique id."""
    rules = defaultdict(set)
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") or {}
        if metadata.get("name") == "table_rules":
            given = metadata["kwargs"]
            rules[node["attached_node"]] |= {name for name in given if given[name]}
    tested = {
        parent
        for test in manifest["unit_tests"].values()
        for parent in test["depends_on"]["nodes"]
        if parent.split(".")[-1] == test["model"]
    }
    models = {}
    for key, node in manifest["nodes"].items():
        if node["resource_type"] != "model" or node["package_name"] != PACKAGE:
            continue
        file = Path(node["original_file_path"])
        constraints = [*node["constraints"]]
        constraints += [c for column in node["columns"].values() for c in
                        column["constraints"]]  # fmt: skip
        models[key] = Model(
            name=node["name"],
            file=file,
            folder="/".join(file.parts[1:-1]),
            parents=tuple(node["depends_on"]["nodes"]),
            materialized=node["config"]["materialized"],
            config=node["config"],
            description=node["description"],
            has_key_constraint=any(c["type"] == "primary_key" for c in constraints),
            rules=frozenset(rules[key]),
            has_unit_test=key in tested,
            text=(project / file).read_text(encoding="utf-8"),
        )
    return models


def layers(models: dict[str, Model]) -> Iterator[str]:
    """Yield references to a later layer, and folders that are no layer."""
    for model in models.values():
        if model.layer not in LAYERS:
            yield f"{model.file}: `{model.layer}` is none of {', '.join(LAYERS)}."
            continue
        for parent in (models[key] for key in model.parents if key in models):
            if LAYERS.index(parent.layer) > LAYERS.index(model.layer):
                yield f"{model.file} reads `{parent.name}` of the later {parent.layer}."


def folder_cycles(models: dict[str, Model]) -> Iterator[str]:
    """Yield a cycle of folders that read from each other, if there is one."""
    reads = defaultdict(set)
    for model in models.values():
        for parent in (models[key] for key in model.parents if key in models):
            if parent.folder != model.folder:
                reads[model.folder].add(parent.folder)
    try:
        TopologicalSorter(reads).prepare()
    except CycleError as error:
        yield f"Folders of models read in a circle: {' -> '.join(error.args[1])}."


def longest_way(models: dict[str, Model], target: str) -> list[str]:
    """Return the names of the models on the longest way to one, itself the last."""

    @cache
    def way(key: str) -> list[str]:
        ways = [way(parent) for parent in models[key].parents if parent in models]
        own = [models[key].name] if models[key].name not in READERS else []
        return [*max(ways, key=len, default=[]), *own]

    return max((way(key) for key in models if models[key].name == target), default=[])


def ways(models: dict[str, Model]) -> Iterator[str]:
    """Yield the longest way to `recommendations` if it passes too many models."""
    way = longest_way(models, WAY_TO)
    if len(way) > LONGEST_WAY:
        yield f"{len(way)} models in a row, of {LONGEST_WAY}: {' -> '.join(way)}."


def keys(models: dict[str, Model]) -> Iterator[str]:
    """Yield tables without a key, and one-row models that may have more rows."""
    for model in models.values():
        is_one_row = re.match(r"one row(?! per)", model.grain)
        if is_one_row and "one_row" not in model.rules:
            yield f"{model.file} is to have one row: give it the rule `one_row: true`."
        has_key = model.has_key_constraint or "keys" in model.rules or is_one_row
        if model.materialized != "view" and not has_key:
            yield f"{model.file} has no key: give `keys` to its test `table_rules`."


def grains(models: dict[str, Model]) -> Iterator[str]:
    """Yield models whose first line does not say what one row is, or undescribed."""
    for model in models.values():
        if not model.grain:
            yield f"{model.file}: line 1 is to begin `Grain: one row`."
        if not model.description.strip():
            yield f"{model.file} has no description in its YAML."


def marts(models: dict[str, Model]) -> Iterator[str]:
    """Yield marts without an enforced contract or a unit test, or written in Python."""
    for model in models.values():
        if model.layer != "marts":
            continue
        if model.file.suffix == ".py":
            yield f"{model.file}: a mart is SQL, since Python takes no contract."
        if not model.config["contract"]["enforced"]:
            yield f"{model.file} has no enforced contract."
        if not model.has_unit_test:
            yield f"{model.file} has no unit test."


def lengths(models: dict[str, Model], macros: dict[str, Any]) -> Iterator[str]:
    """Yield what is long without a reason, reasons without need, and too many."""
    long_ones = 0
    sizes = [
        (str(m.file), m.text.count("\n"), MODEL_LINES, m.config["meta"])
        for m in models.values()
        if m.file.suffix == ".sql"
    ]
    sizes += [
        (
            f"{macro['original_file_path']}, macro `{macro['name']}`",
            macro["macro_sql"].count("\n") + 1,
            MACRO_LINES,
            macro["meta"] | macro["config"].get("meta", {}),
        )
        for macro in macros.values()
        if macro["package_name"] == PACKAGE
    ]
    for place, size, limit, meta in sizes:
        reason = str(meta.get("long_because", "")).strip()
        long_ones += size > limit
        if size > limit and not reason:
            yield f"{place}: {size} lines of {limit}; shorten it or say `long_because`."
        if size <= limit and reason:
            yield f"{place}: {size} lines; `long_because` is no longer needed."
    if long_ones > LONG_ONES:
        yield f"{long_ones} models and macros are long; at most {LONG_ONES} may be."


def days(models: dict[str, Model]) -> Iterator[str]:
    """Yield models in which a time becomes a day but by the shop's time zone."""
    for model in models.values():
        if model.file.suffix == ".sql" and re.search(
            r"as date\s*\)|::\s*date\b|date_trunc|\bdate\(", model.text, re.IGNORECASE
        ):
            yield f"{model.file}: write `shop_day`, `month_start` or `day_start`."


def python_tables(models: dict[str, Model]) -> Iterator[str]:
    """Yield Python models that dbt takes for a `table`, as it does unless they say."""
    for model in models.values():
        if model.file.suffix == ".py" and model.materialized != "replaced_table":
            yield f'{model.file}: write `dbt.config(materialized="replaced_table")`.'


def library(models: dict[str, Model]) -> Iterator[str]:
    """Yield Python models that call another package than their folder's."""
    for model in models.values():
        if model.file.suffix != ".py":
            continue
        allowed = {"build", *LIBRARY.get(model.folder, ())}
        for node in ast.walk(ast.parse(model.text)):
            parts = (getattr(node, "module", None) or "").split(".")
            if parts[0] == PACKAGE and len(parts) > 1 and parts[1] not in allowed:
                yield f"{model.file} imports {'.'.join(parts)}: not its folder's."


def references(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield references without a package: a host's model may stand for them.

    Left out is what dbt itself writes for the model of a generic test; of that one
    macros/get_where_subquery.sql takes care.
    """
    for kind in ("nodes", "exposures"):
        for node in manifest[kind].values():
            tested = (node.get("attached_node") or "").rpartition(".")[2]
            for reference in node.get("refs") or []:
                if not reference["package"] and reference["name"] != tested:
                    yield f"{node['name']}: write {_qualified(reference['name'])}."
    for test in manifest["unit_tests"].values():
        for given in test["given"]:
            found = re.fullmatch(r"""ref\(["'](\w+)["']\)""", given["input"])
            if found:
                yield f"{test['name']}: write {_qualified(found[1])}."


def _qualified(name: str) -> str:
    return f'`ref("{PACKAGE}", "{name}")`'


def overrides(manifest: dict[str, Any], settings: set[str]) -> Iterator[str]:
    """Yield vars that a unit test sets and no setting has: dbt would say nothing."""
    for test in manifest["unit_tests"].values():
        given = (test.get("overrides") or {}).get("vars") or {}
        for name in sorted(set(given) - settings):
            yield f"Unit test {test['name']} sets `{name}`, which is no setting."


def faults(manifest: dict[str, Any], project: Path = PROJECT) -> list[str]:
    """Return every fault of a manifest, sorted."""
    models = read_models(manifest, project)
    rules = (layers, folder_cycles, ways, keys, grains, marts, days)
    rules += (python_tables, library)
    found = [fault for rule in rules for fault in rule(models)]
    found += lengths(models, manifest["macros"])
    settings = {r["var"] for r in MacroValues("settings").settings_table()}
    return sorted([*found, *references(manifest), *overrides(manifest, settings)])


def main() -> int:
    """Print the faults and their number; return 1 if there are any."""
    found = faults(manifest())
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(found)} faults of the layout")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
