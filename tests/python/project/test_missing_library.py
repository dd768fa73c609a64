"""A host that installed the dbt package alone is told what else to install."""

import runpy
import sys

import pytest
from whole_builds import PROJECT


def test_a_missing_library_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch):
    file = (
        PROJECT
        / "python_models"
        / "intermediate"
        / "settings"
        / "int_python_library.py"
    )
    model = runpy.run_path(str(file))["model"]
    assert model(None, None).num_rows == 1
    monkeypatch.setitem(sys.modules, "precision_marketing", None)
    with pytest.raises(RuntimeError, match="pip install path/to/precision_marketing"):
        model(None, None)
