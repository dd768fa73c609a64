"""What the lock files pin: names, versions, hashes, and licences where installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[1] / "requirements"
# In place of names of licences that say the same.
_NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-1.0-Perl",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License (GPL)": "GPL-1.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


@dataclass(frozen=True)
class Pin:
    """One package as a lock file has it.

    Parameters
    ----------
    name, version : str
        As the package index has them.
    sha256 : tuple of str
        Hashes of its files, of which an installed one has one.
    """

    name: str
    version: str
    sha256: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as pip takes it, without hashes."""
        return f"{self.name}=={self.version}"


def pins(lock: str) -> list[Pin]:
    """Return what a lock file pins, and what the one that it builds on does.

    Parameters
    ----------
    lock : str
        Name of the file without its ending, such as `runtime`.

    Returns
    -------
    list of Pin
        In the order of the file.

    Raises
    ------
    OSError
        If there is no such file.
    """
    text = (REQUIREMENTS / f"{lock}.lock").read_text(encoding="utf-8")
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("-r "):
            found += pins(line.removeprefix("-r ").removesuffix(".lock"))
        elif match := re.match(r"([\w.-]+)==([\w.+!-]+)", line):
            hashes = tuple(re.findall(r"--hash=sha256:(\w{64})", line))
            found.append(Pin(*match.groups(), hashes))
    return found


def licences(folders: list[Path]) -> dict[str, str]:
    """Return the licence of each package installed in folders, an SPDX expression.

    Parameters
    ----------
    folders : list of Path
        `site-packages` of environments.

    Returns
    -------
    dict of str to str
        By name in lower case with hyphens; '' where a package does not say.
    """
    found = distributions(path=[str(folder) for folder in folders])
    return {plain_name(each.name): _licence(each) for each in found}


def plain_name(name: str) -> str:
    """Return a package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(package: Distribution) -> str:
    told = package.metadata
    if expression := told.get("License-Expression"):
        return expression
    classifiers = [
        text.split(" :: ")[-1]
        for text in told.get_all("Classifier", [])
        if text.startswith("License :: OSI Approved ::")
    ]
    if classifiers:
        return " OR ".join(_NAMES.get(name, name) for name in classifiers)
    text = told.get("License") or ""
    return _NAMES.get(text, text) if "\n" not in text else ""
