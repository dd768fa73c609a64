"""The Python library is there, and of the package's version, before it is called."""

import runpy
import sys
import tomllib
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import yaml
from whole_builds import PROJECT


def run_model(package_version: str):
    folder = PROJECT / "python_models" / "intermediate" / "settings"
    model = runpy.run_path(str(folder / "int_python_library.py"))["model"]
    config = MagicMock()
    config.get = {"meta": {"package_version": package_version}}.get
    return model(SimpleNamespace(config=config), None)


def test_the_library_and_the_package_have_one_version():
    package = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    library = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert package["version"] == library["project"]["version"]


def test_a_missing_library_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "precision_marketing", None)
    with pytest.raises(
        RuntimeError, match="is missing where dbt runs: run `pip install dbt_packages/"
    ):
        run_model("0.1.0")


def test_another_version_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0.9")
    with pytest.raises(
        RuntimeError,
        match=r"is 0\.0\.9 .* package is 0\.1\.0: run `pip install dbt_packages/",
    ):
        run_model("0.1.0")
    assert run_model("0.0.9").to_pylist() == [{"library_version": "0.0.9"}]
