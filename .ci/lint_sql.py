"""sqlfluff on models and singular tests, compiled by dbt, in a process per core.

    python .ci/lint_sql.py [FILE ...]

Without files all are checked; of the files given, a macro stands for what uses it.
Staging looks up its input's columns while it compiles; an input of two header lines is
enough, and so no database, seed or build is needed. One parse of the project serves
every process.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsed import ENVIRONMENT, PROJECT, write_inputs

if TYPE_CHECKING:
    from sqlfluff.core import Linter


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


def faults(files: list[str]) -> list[str]:
    """Return a line for each fault of these files."""
    lines = []
    for file in files:
        records = linter().lint_paths((file,), retain_files=False).as_records()
        # An error inside sqlfluff, or a file that it left out, is only logged by it.
        if not records:
            lines.append(f"{file}: was not checked")
        for fault in (fault for record in records for fault in record["violations"]):
            place = f"{file}:{fault['start_line_no']}:{fault['start_line_pos']}"
            lines.append(f"{place}: {fault['code']} {fault['description']}")
        gc.collect()
    return lines


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
    # The largest first, dealt out in turn.
    files = sorted(chosen, key=lambda file: (-Path(file).stat().st_size, file))
    processes = multiprocessing.cpu_count()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        found = pool.map(
            faults, [files[place::processes] for place in range(processes)]
        )
    for line in sorted(line for lines in found for line in lines):
        print(line)
    print(f"{len(files)} files")
    return int(any(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
