"""Licences and known vulnerabilities of what the lock files pin.

Run `make audit`. Licences are those that the installed packages state; vulnerabilities
are asked from the package index by pip-audit, and left out, with a sentence, where its
advisories cannot be reached.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import locked

# What may be installed beside Apache-2.0 without further duties than to name it.
ALLOWED = {
    *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Artistic-1.0-Perl"),
    *("BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "PSF-2.0"),
    *("Unlicense", "Zlib"),
}
VULNERABILITIES = ("runtime", "build", "installer")
OUT_OF_REACH = ("ConnectionError", "Timeout", "NameResolutionError", "ServiceError")


def is_allowed(expression: str) -> bool:
    """Return whether one may choose allowed licences only.

    Parameters
    ----------
    expression : str
        An SPDX expression.

    Returns
    -------
    bool
        False also where it is none.

    Examples
    --------
    >>> is_allowed("GPL-2.0-or-later OR MIT"), is_allowed("GPL-2.0-or-later AND MIT")
    (True, False)
    """
    words = re.findall(r"[()]|[^\s()]+(?: WITH [^\s()]+)?", expression)
    try:
        return _any(words) and not words
    except IndexError:
        return False


def _any(words: list[str]) -> bool:
    value = _all(words)
    while words[:1] == ["OR"]:
        del words[0]
        value |= _all(words)
    return value


def _all(words: list[str]) -> bool:
    value = _one(words)
    while words[:1] == ["AND"]:
        del words[0]
        value &= _one(words)
    return value


def _one(words: list[str]) -> bool:
    word = words.pop(0)
    if word != "(":
        return word in ALLOWED
    value = _any(words)
    return words.pop(0) == ")" and value


def refused_licences(folders: list[Path]) -> list[str]:
    """Return a sentence for each pinned package whose licence is not allowed."""
    stated = locked.licences(folders)
    refused = []
    for pin in locked.pins("runtime"):
        expression = stated.get(locked.plain_name(pin.name))
        if expression is None:
            refused.append(f"{pin} is not installed: run `make setup`.")
        elif not is_allowed(expression):
            refused.append(f"{pin} has the licence {expression or 'none'!r}.")
    return refused


def vulnerabilities(lock: str) -> list[str] | None:
    """Return a sentence for each known vulnerability, None where one cannot ask."""
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--format", "json"),
            *("--progress-spinner", "off", "--timeout", "15", "--disable-pip"),
            *("--require-hashes", "--requirement"),
            str(locked.REQUIREMENTS / f"{lock}.lock"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return read_advisories(finished.stdout, finished.stderr)


def read_advisories(output: str, errors: str) -> list[str] | None:
    """Return what pip-audit has found, None where it has asked in vain.

    Parameters
    ----------
    output : str
        Its JSON, or nothing.
    errors : str
        What it wrote besides.

    Returns
    -------
    list of str or None
        A sentence for each vulnerability. An index without advisories says of every
        package that it does not know it, which is no answer either.

    Raises
    ------
    RuntimeError
        If it failed for another reason.
    """
    if not output.strip():
        if any(sign in errors for sign in OUT_OF_REACH):
            return None
        raise RuntimeError(errors[-2000:])
    packages = json.loads(output)["dependencies"]
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return None
    return [
        f"{package['name']}=={package['version']}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no version yet'}."
        for package in asked
        for found in package["vulns"]
    ]


def main(folders: list[Path]) -> int:
    """Print what is wrong; return 1 if anything is."""
    wrong = refused_licences(folders)
    count = len(locked.pins("runtime"))
    print(f"Licences of {count} packages: {len(wrong) or 'nothing'} to look into.")
    for lock in VULNERABILITIES:
        found = vulnerabilities(lock)
        if found is None:
            print(f"Vulnerabilities of {lock}.lock: no advisories in reach, left out.")
            continue
        print(f"Vulnerabilities of {lock}.lock: {len(found) or 'none'} known.")
        wrong += found
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]]))
