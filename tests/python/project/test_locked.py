"""What is installed is pinned with hashes, and of licences that are allowed."""

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import audit
import locked
import pytest
from packaging.requirements import Requirement
from whole_builds import PROJECT

LOCKS = sorted(path.stem for path in locked.REQUIREMENTS.glob("*.lock"))
SITE_PACKAGES = [Path(folder) for folder in sys.path if "site-packages" in folder]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock):
    pins = locked.pins(lock)
    assert pins
    assert [str(pin) for pin in pins if not pin.sha256] == []
    text = (locked.REQUIREMENTS / f"{lock}.lock").read_text()
    assert len(re.findall(r"^[^#\s-].*==", text, re.MULTILINE)) <= len(pins)


def test_what_the_package_asks_for_is_pinned():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    asked = {
        "runtime": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
        "build": groups["build"] + project["build-system"]["requires"],
        "audit": groups["audit"],
        "site": groups["site"],
    }
    for lock, requirements in asked.items():
        names = {locked.plain_name(pin.name) for pin in locked.pins(lock)}
        wanted = {
            locked.plain_name(re.split(r"[\[<>=]", text)[0]) for text in requirements
        }
        assert wanted - names == set(), lock


@pytest.mark.parametrize("lock", ["runtime", "service", "semantic", "test"])
def test_a_lock_has_all_that_its_packages_ask_for(lock):
    names = {locked.plain_name(pin.name) for pin in locked.pins(lock)}
    lines = [line for name in names for line in importlib.metadata.requires(name) or []]
    asked = [Requirement(line) for line in lines]
    assert len(asked) > 50
    assert {
        locked.plain_name(requirement.name)
        for requirement in asked
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    } - {"setuptools"} <= names


def test_a_file_with_another_hash_is_not_installed(tmp_path):
    wrong = tmp_path / "wrong.lock"
    wrong.write_text(f"click==8.4.2 --hash=sha256:{'0' * 64}\n")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    (folder / "python").chmod(0o755)
    script = str(locked.REQUIREMENTS / "install.sh")
    arguments = ["sh", script, str(folder), "--requirement", str(wrong)]
    subprocess.run(arguments, check=True)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line for line in asked if "pip install" in line]
    assert all("--require-hashes" in line for line in asked if "pip install" in line)


@pytest.mark.parametrize(
    ("expression", "is_allowed"),
    [
        ("MIT", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("Artistic-1.0-Perl OR GPL-2.0-or-later", True),
        ("MIT AND (GPL-3.0-only OR ISC)", True),
        ("MIT AND GPL-3.0-only OR AGPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("Proprietary License", False),
        ("(MIT", False),
        ("", False),
    ],
)
def test_a_licence_is_allowed_if_one_may_choose_so(expression, is_allowed):
    assert audit.is_allowed(expression) is is_allowed


def test_every_licence_of_what_runs_is_allowed():
    assert audit.refused_licences(SITE_PACKAGES) == []


def test_an_index_without_advisories_is_no_all_clear():
    unknown = {"name": "click", "skip_reason": "Dependency not found on PyPI"}
    assert audit.read_advisories(json.dumps({"dependencies": [unknown]}), "") is None
    assert audit.read_advisories("", "requests.exceptions.ConnectionError: x") is None
    with pytest.raises(RuntimeError, match="no such option"):
        audit.read_advisories("", "no such option")


def test_a_vulnerability_is_named_with_what_mends_it():
    package = {
        "name": "click",
        "version": "8.4.2",
        "vulns": [{"id": "PYSEC-1", "fix_versions": ["8.4.3"]}],
    }
    found = audit.read_advisories(json.dumps({"dependencies": [package]}), "")
    assert found == ["click==8.4.2: PYSEC-1, mended in 8.4.3."]


def test_the_bill_of_materials_names_every_package_with_hash_and_licence(tmp_path):
    pytest.importorskip("cyclonedx")
    written = []
    for name in ("first.json", "second.json"):
        target = tmp_path / name
        subprocess.run(
            [
                *(sys.executable, str(locked.REQUIREMENTS / "sbom.py"), str(target)),
                *map(str, SITE_PACKAGES),
            ],
            env={"PYTHONPATH": str(PROJECT / ".ci")},
            check=True,
        )
        written.append(target.read_text())
    assert written[0] == written[1]
    bill = json.loads(written[0])
    parts = {f"{part['name']}=={part['version']}": part for part in bill["components"]}
    assert set(parts) == {str(pin) for pin in locked.pins("runtime")}
    assert all(part["hashes"] and part["licenses"] for part in parts.values())
