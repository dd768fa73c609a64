"""sqlfluff on models and singular tests, compiled by dbt, in a process per core.

    python .ci/lint_sql.py [FILE ...]

Without files all are checked; of the files given, a macro stands for what uses it. What
was clean is not checked again until it, its config, a macro or a version changes.
Staging looks up its input's columns while it compiles; an input of two header lines is
enough, and so no database, seed or build is needed. One parse of the project serves
every process.
"""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsed import ENVIRONMENT, INPUTS, PROJECT, write_inputs

if TYPE_CHECKING:
    from sqlfluff.core import Linter

# Of each file that had no fault, what its faults depend on.
CLEAN = INPUTS.parent / "clean.json"


@cache
def linter() -> Linter:
    """Return sqlfluff with the project parsed, which processes forked later share."""
    from sqlfluff.core import FluffConfig, Linter

    made = Linter(config=FluffConfig.from_root())
    list(made.templater.sequence_files([], config=made.config))
    return made


def users_of(files: set[str], manifest: Any) -> Iterator[str]:
    """Yield the files of models and tests that use a macro of these files."""
    used = {key for key, m in manifest.macros.items() if m.original_file_path in files}
    count = 0
    while count < len(used):
        count = len(used)
        used |= {
            key
            for key, macro in manifest.macros.items()
            if used & set(macro.depends_on.macros)
        }
    for node in manifest.nodes.values():
        if used & set(node.depends_on.macros):
            yield node.original_file_path


def fingerprints(files: Iterable[str], manifest: Any) -> dict[str, str]:
    """Return for each file a hash of all that its faults depend on."""
    shared = [version(name) for name in ("sqlfluff", "sqlfluff-templater-dbt")]
    shared += [version(name) for name in ("dbt-core", "dbt-duckdb")]
    contract = sorted((PROJECT / "tests" / "inputs" / "empty").iterdir())
    settings = [PROJECT / name for name in (".sqlfluff", "dbt_project.yml")]
    shared += [path.read_text(encoding="utf-8") for path in (*settings, *contract)]
    shared += [manifest.macros[key].macro_sql for key in sorted(manifest.macros)]
    configs = {
        node.original_file_path: node.config.to_dict()
        for node in manifest.nodes.values()
    }
    common = hashlib.sha256(json.dumps(shared).encode()).hexdigest()
    found = {}
    for file in files:
        own = [common, str(configs.get(file)), Path(file).read_text(encoding="utf-8")]
        found[file] = hashlib.sha256(json.dumps(own).encode()).hexdigest()
    return found


def faults(file: str) -> list[str]:
    """Return a line for each fault of a file."""
    records = linter().lint_paths((file,), retain_files=False).as_records()
    gc.collect()
    # An error inside sqlfluff, or a file that it left out, is only logged by it.
    if not records:
        return [f"{file}: was not checked"]
    return [
        f"{file}:{fault['start_line_no']}:{fault['start_line_pos']}:"
        f" {fault['code']} {fault['description']}"
        for record in records
        for fault in record["violations"]
    ]


def main(given: list[str]) -> int:
    """Lint the given files, or else all; return 1 if there are faults."""
    os.chdir(PROJECT)
    os.environ.update(ENVIRONMENT)
    write_inputs()
    # Looking for circles of references, again and again, took half of the time; now
    # once a file, and only in what that file has made.
    gc.disable()
    manifest = linter().templater.dbt_manifest
    gc.freeze()
    chosen = {
        str(path)
        for folder in ("models", "tests/data")
        for path in Path(folder).rglob("*.sql")
    }
    if given:
        chosen &= set(given) | set(users_of(set(given), manifest))
    now = fingerprints(chosen, manifest)
    known = json.loads(CLEAN.read_text()) if CLEAN.exists() else {}
    # The largest first, so that no process ends with one of them.
    files = sorted(
        (file for file in chosen if known.get(file) != now[file]),
        key=lambda file: (-Path(file).stat().st_size, file),
    )
    with multiprocessing.get_context("fork").Pool() as pool:
        found = dict(zip(files, pool.imap(faults, files), strict=True))
    for line in sorted(line for lines in found.values() for line in lines):
        print(line)
    clean = {file: now[file] for file, lines in found.items() if not lines}
    CLEAN.write_text(json.dumps(known | clean, indent=1, sort_keys=True))
    print(f"{len(chosen)} files, {len(chosen) - len(files)} of them known to be clean")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
