"""What is kept of a build is made by the same code, whatever the inputs are."""

import pytest

from precision_marketing.publishing.ingredients import code_fingerprint

COMMAND = ["dbt", "build", "--vars", "{windows: {learn: weekly}}"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PRECISION_MARKETING_INPUT_DIR", "inputs")
    monkeypatch.delenv("DBT_PROFILES_DIR", raising=False)
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    for folder in ("models", "inputs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "models" / "sales.sql").write_text("select 1 as one")
    (tmp_path / "inputs" / "events.csv").write_text("user_id\n")
    return tmp_path


def test_inputs_and_a_full_refresh_are_no_code(project):
    before = code_fingerprint(COMMAND, project)
    (project / "inputs" / "events.csv").write_text("user_id\nu1\n")
    assert code_fingerprint(COMMAND, project) == before
    assert code_fingerprint([*COMMAND, "--full-refresh"], project) == before


@pytest.mark.parametrize("change", ["model", "vars", "environment"])
def test_the_project_the_vars_and_the_environment_are(project, monkeypatch, change):
    before, command = code_fingerprint(COMMAND, project), COMMAND
    if change == "model":
        (project / "models" / "sales.sql").write_text("select 2 as one")
    elif change == "vars":
        command = [*COMMAND[:-1], "{windows: {learn: daily}}"]
    else:
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", "3")
    assert code_fingerprint(command, project) != before


def test_its_own_name_in_the_environment_is_not(project, monkeypatch):
    before = code_fingerprint(COMMAND, project)
    monkeypatch.setenv("PRECISION_MARKETING_CODE", before)
    assert code_fingerprint(COMMAND, project) == before
