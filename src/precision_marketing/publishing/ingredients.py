"""Fingerprints of all that a build is made of, by content and never by time alone.

What cannot be seen from here, such as tables of another database, has none: whoever
asks builds.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import yaml

PREFIX = "PRECISION_MARKETING_"
# What a run waits for, and where dbt writes its log, changes no table.
_NO_INGREDIENTS = {
    *(f"{PREFIX}WAIT", f"{PREFIX}CODE"),
    *("DBT_LOG_PATH", "DBT_LOG_LEVEL_FILE"),
}
# dbt's own names for its folders, with their defaults.
_FOLDERS = {
    "model-paths": ["models"],
    "seed-paths": ["seeds"],
    "macro-paths": ["macros"],
    "test-paths": ["tests"],
    "docs-paths": ["docs"],
    "snapshot-paths": ["snapshots"],
}
_INSTALLED = "dbt_packages"
_ASKED = re.compile(rb"""env_var\(\s*["']([^"']+)""")


def ingredients(command: list[str], project: Path) -> dict[str, str] | None:
    """Return what a dbt command would build from, as a fingerprint by name.

    Parameters
    ----------
    command : list of str
        Program and arguments, such as `dbt build --vars '{...}'`.
    project : Path
        The folder in which it runs.

    Returns
    -------
    dict of str to str or None
        SHA-256 of: each file of the inputs, each folder of the project, the library,
        the environment, the command, the installed packages and this machine. None if
        inputs are tables, which this cannot read.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    project, settings = _project_of(command, project)
    given = [settings.get("vars") or {}, _variables(command)]
    if any(True for value in _values(given, "inputs") if value):
        return None
    found = _code(command, project, settings)
    folders = [*_values(given, "input_dir"), os.environ.get(f"{PREFIX}INPUT_DIR")]
    for folder in {str(folder) for folder in folders if folder}:
        # An address, or Jinja: what is there cannot be seen from here.
        if not (project / folder).is_dir():
            return None
        for path in _files(project / folder):
            name = f"{folder}/{path.relative_to(project / folder)}"
            found[name] = _of_files(project / folder, [path])
    return found


def code_fingerprint(command: list[str], project: Path) -> str:
    """Return one fingerprint of all that a dbt command builds with, but the inputs.

    Parameters
    ----------
    command, project
        As for `ingredients`. Who starts anew builds with the same.

    Returns
    -------
    str
        SHA-256 of the project, the library, the environment, the command, the packages
        and this machine.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    project, settings = _project_of(command, project)
    asked = [word for word in command if word != "--full-refresh"]
    found = _code(asked, project, settings)
    return _of_text(*(f"{name} {found[name]}" for name in sorted(found)))


def _project_of(command: list[str], project: Path) -> tuple[Path, dict]:
    """Return the folder that a command builds, and its dbt_project.yml."""
    project = Path(_option(command, "--project-dir") or project)
    return project, yaml.safe_load((project / "dbt_project.yml").read_text("utf-8"))


def _code(command: list[str], project: Path, settings: dict) -> dict[str, str]:
    """Return fingerprints by name of all but the inputs."""
    found, asked = _project_files(project, settings)
    asked |= set(_ASKED.findall("\0".join(command).encode()))
    library = Path(__file__).parents[1]
    packages = sorted(
        f"{dist.name} {dist.version}" for dist in metadata.distributions()
    )
    found |= {
        "the library": _of_files(library, _files(library)),
        "the command": _of_text(*command),
        "the environment": _of_text(*_environment({name.decode() for name in asked})),
        "installed packages": _of_text(*packages),
        "this machine": _of_text(sys.version, platform.platform()),
    }
    return found


def _option(command: list[str], name: str) -> str | None:
    for place, word in enumerate(command):
        if word == name and place + 1 < len(command):
            return command[place + 1]
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    return None


def _variables(command: list[str]) -> dict:
    return yaml.safe_load(_option(command, "--vars") or "{}") or {}


def _values(given: object, name: str) -> Iterator[object]:
    """Yield the values of a var, at whatever depth a package's name puts it."""
    if isinstance(given, list):
        for part in given:
            yield from _values(part, name)
    elif isinstance(given, dict):
        if name in given:
            yield given[name]
        for key, part in given.items():
            if key != name:
                yield from _values(part, name)


def _project_files(project: Path, settings: dict) -> tuple[dict[str, str], set[bytes]]:
    """Return fingerprints of the project, and environment variables it asks for."""
    profiles = Path(os.environ.get("DBT_PROFILES_DIR") or project)
    parts = {"the project's files": [*project.glob("*.yml"), *profiles.glob("*.yml")]}
    folders = {
        folder
        for key, default in _FOLDERS.items()
        for folder in settings.get(key, default)
    }
    folders.add(settings.get("packages-install-path", _INSTALLED))
    for folder in folders:
        parts[f"the project's {folder}"] = list(_files(project / folder))
    asked: set[bytes] = set()
    for paths in parts.values():
        for path in paths:
            if path.suffix in {".sql", ".yml", ".yaml"}:
                asked |= set(_ASKED.findall(path.read_bytes()))
    return {name: _of_files(project, paths) for name, paths in parts.items()}, asked


def _environment(asked: set[str]) -> list[str]:
    return sorted(
        f"{name}={value}"
        for name, value in os.environ.items()
        if (name.startswith((PREFIX, "DBT_")) or name in asked)
        and name not in _NO_INGREDIENTS
    )


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, whatever is linked, but for compiled Python."""
    seen = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (Path(place, name) for name in sorted(names))


def _of_files(folder: Path, paths: Iterable[Path]) -> str:
    """Fingerprint the names and bytes of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        name = os.fsencode(os.path.relpath(path, folder))
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        total.update(hashlib.sha256(name).digest() + content)
    return total.hexdigest()


def _of_text(*words: str) -> str:
    total = hashlib.sha256()
    for word in words:
        total.update(hashlib.sha256(os.fsencode(word)).digest())
    return total.hexdigest()
