"""The data test `table_rules`: each kind of rule breaks, is named, and is checked.

So it is where a build leaves the test out by name, as `make run` does.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[3]
# A package of the same name, of which only the macros and the test are copied.
DBT_PROJECT = {
    "name": "precision_marketing",
    "version": "1.0.0",
    "profile": "rules",
    "flags": {"send_anonymous_usage_stats": False},
    "on-run-end": ["{{ precision_marketing.name_broken_rules(results) }}"],
    "models": {
        "+post-hook": [
            {
                "sql": "{{ precision_marketing.check_made_table() }}",
                "transaction": False,
            }
        ]
    },
}
AT_BUILD = ("--exclude", "test_name:table_rules,config.severity:ERROR")
BY_BOTH = pytest.mark.parametrize("options", [(), AT_BUILD], ids=["test", "at_build"])
ROWS = """
    select * from (values
        (1, 'a', 'open', 0.5e0, true, 1),
        {rows}
    ) as given (id, part, status, share, is_kept, amount)
"""
RULES = {
    "keys": ["id", ["id", "part"], {"columns": "part", "where": "is_kept"}],
    "not_null": ["id", "status"],
    "ranges": [
        {"minimum": 0, "maximum": 1, "columns": ["share"]},
        {"minimum": 0, "columns": ["amount"]},
        {"maximum": 9, "columns": ["amount"]},
    ],
    "values": {"status": ["open", "it's closed"], "amount": [1, 2, -1, 10]},
    "expressions": {"what's kept has a share": "share > 0 or not is_kept"},
}


class Project:
    """A project of tables `t_0`, `t_1` and so on, each with one test."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("macros", "tests/generic"):
            shutil.copytree(PROJECT / name, folder / name)
        (folder / "dbt_project.yml").write_text(yaml.safe_dump(DBT_PROJECT))
        database = {"type": "duckdb", "path": str(folder / "rules.duckdb")}
        profile = {"target": "dev", "outputs": {"dev": database}}
        (folder / "profiles.yml").write_text(yaml.safe_dump({"rules": profile}))
        (folder / "models").mkdir()

    def build(
        self, tables: list[tuple[str, dict]], *options: str, **yaml_keys: Any
    ) -> tuple[bool, str]:
        """Build tables of SQL and rules; return whether all passed, and the output."""
        shutil.rmtree(self.folder / "models")
        (self.folder / "models").mkdir()
        models = []
        for number, (sql, rules) in enumerate(tables):
            (self.folder / "models" / f"t_{number}.sql").write_text(sql)
            test = {"table_rules": {"arguments": rules}}
            models.append({"name": f"t_{number}", "data_tests": [test], **yaml_keys})
        text = yaml.safe_dump({"models": models}, sort_keys=False)
        (self.folder / "models" / "_models.yml").write_text(text)
        return self._invoke("build", *options)

    def retry(self) -> tuple[bool, str]:
        """Build again what the last build left unfinished."""
        return self._invoke("retry")

    def _invoke(self, *arguments: str) -> tuple[bool, str]:
        messages: list[str] = []
        runner = dbtRunner(callbacks=[lambda event: messages.append(event.info.msg)])
        folders = [f"--{name}-dir={self.folder}" for name in ("project", "profiles")]
        folders += [f"--{name}-path={self.folder / name}" for name in ("target", "log")]
        result = runner.invoke(["--no-use-colors", *arguments, *folders])
        return result.success, "\n".join([*messages, str(result.exception)])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give the project; each test of this file builds tables of its own in it."""
    return Project(tmp_path_factory.mktemp("rules"))


def table(*rows: str) -> str:
    """Return SQL of one sound row and those that are given."""
    return ROWS.format(rows=",\n        ".join(rows))


def broken(output: str) -> set[tuple[str, str, int]]:
    """Return what the output names: table, rule and number of rows."""
    found = re.findall(r"^ *Rule broken in (\w+): (.*) \((\d+) rows?\)$", output, re.M)
    return {(name, rule, int(rows)) for name, rule, rows in found}


@BY_BOTH
def test_what_keeps_its_rules_passes_and_null_breaks_no_range_or_list(project, options):
    rows = "(2, 'b', 'it''s closed', 1, true, null)", "(3, 'b', 'open', null, false, 2)"
    passed, output = project.build(
        [(table(*rows), RULES), (table("(2, 'b', 'open', 0.1, true, 1)"), RULES)],
        *options,
    )
    assert passed, output
    assert "Rule broken" not in output


@BY_BOTH
def test_each_kind_of_rule_breaks_and_is_named(project, options):
    same = table("(1, 'b', 'open', 0.5, true, 1)")
    cases = [
        (same, "key id", 2),
        (table("(2, 'a', 'open', 0.5, true, 1)"), "key part where is_kept", 2),
        (table("(null, 'b', 'open', 0.5, true, 1)"), "no null in id", 1),
        (table("(2, 'b', 'open', 1.5, true, 1)"), "range of share from 0 to 1", 1),
        (table("(2, 'b', 'open', 0.5, true, -1)"), "range of amount from 0", 1),
        (table("(2, 'b', 'open', 0.5, true, 10)"), "range of amount to 9", 1),
        (
            table("(2, 'b', 'ajar', 0.5, true, 1)"),
            "values of status: open, it's closed",
            1,
        ),
        (
            table("(2, 'b', 'open', 0.5, true, 3)"),
            "values of amount: 1, 2, -1, 10",
            1,
        ),
        (table("(2, 'b', 'open', 0, true, 1)"), "what's kept has a share", 1),
        (table("(2, 'b', 'open', null, true, 1)"), "what's kept has a share", 1),
    ]
    passed, output = project.build([(sql, RULES) for sql, _, _ in cases], *options)
    assert not passed
    assert broken(output) == {
        (f"t_{number}", rule, rows) for number, (_, rule, rows) in enumerate(cases)
    }


SHARES = """
    select * from (values
        (0, 0, null, null, null), (2, 14, 2 / 14e0, 0.04e0, 0.4e0),
        {row}
    ) as given (buyers, users, cvr, cvr_lower, cvr_upper)
"""
SHARE = {"shares": {"cvr": ["buyers", "users"]}}


def test_a_share_counts_part_of_its_users_divides_them_and_lies_in_its_interval(
    project,
):
    cases = [
        ("(15, 14, 15 / 14e0, 0.8, 1)", "buyers are among users"),
        ("(2, 14, 0.5, 0.2, 0.8)", "cvr is buyers / users"),
        ("(2, 14, null, null, null)", "cvr is buyers / users"),
        ("(0, 0, 0, 0, 1)", "cvr is buyers / users"),
        ("(7, 14, 0.5, 0.6, 0.8)", "cvr lies in its interval, and that in 0 to 1"),
        ("(7, 14, 0.5, null, 0.8)", "cvr lies in its interval, and that in 0 to 1"),
        ("(7, 14, 0.5, 0.2, 1.1)", "cvr lies in its interval, and that in 0 to 1"),
    ]
    sound = (SHARES.format(row="(14, 14, 1, 0.8, 1)"), SHARE)
    passed, output = project.build(
        [sound, *((SHARES.format(row=row), SHARE) for row, _ in cases)]
    )
    assert not passed
    assert {(table, rule) for table, rule, _ in broken(output)} >= {
        (f"t_{number}", rule) for number, (_, rule) in enumerate(cases, 1)
    }
    assert "broken in t_0" not in output


def test_null_is_a_value_of_a_key(project):
    rows = table("(null, 'b', 'open', 0.5, true, 1)", "(null, 'b', 'open', 1, true, 1)")
    _, output = project.build([(rows, {"keys": [["id", "part"]]})])
    assert broken(output) == {("t_0", "key id, part", 2)}


@pytest.mark.parametrize("options", [(), ("--store-failures",), AT_BUILD])
def test_all_broken_rules_of_a_table_are_named_at_once(project, options):
    rows = "(1, 'a', null, 2, true, 1)", "(2, 'c', 'shut', -1, false, 1)"
    passed, output = project.build([(table(*rows), RULES)], *options)
    assert not passed
    assert broken(output) == {
        ("t_0", "key id", 2),
        ("t_0", "key id, part", 2),
        ("t_0", "key part where is_kept", 2),
        ("t_0", "no null in status", 1),
        ("t_0", "range of share from 0 to 1", 2),
        ("t_0", "values of status: open, it's closed", 1),
    }


@BY_BOTH
@pytest.mark.parametrize(("where", "rows"), [("1 = 1", 2), ("1 = 0", 0)])
def test_one_row_is_neither_none_nor_two(project, where, rows, options):
    sql = f"select * from (values (1), (2)) as given (id) where {where}"
    sound = "select 1 as id"
    _, output = project.build(
        [(sql, {"one_row": True}), (sound, {"one_row": True})], *options
    )
    assert broken(output) == {("t_0", "one row", rows)}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "it names no rule: give it one_row: true, keys or not_null"),
        ({"ranges": [{"columns": ["share"]}]}, "with one bound or both, not `{'col"),
        ({"ranges": [{"minimum": 0, "column": "share"}]}, "a range is written `{col"),
        ({"not_null": "id"}, "`not_null` is to be a list, as `[id]`"),
        ({"values": ["open"]}, "`values` is to be a mapping by column"),
        ({"expressions": ["id > 0"]}, "`expressions` is to be a mapping by name"),
        ({"shares": ["share"]}, "`shares` is to be a mapping by"),
        ({"shares": {"share": "id"}}, "a share is written `{rate: [counted_users, all"),
    ],
)
def test_wrong_arguments_name_the_table_and_the_fix(project, rules, said):
    passed, output = project.build([(table("(2, 'b', 'open', 1, true, 1)"), rules)])
    assert not passed
    message = " ".join(output.split())
    assert "The test `table_rules` of `t_0`: " in message
    assert said in message


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"keys": ["user"]}, "it has no column `user`: its columns are id, status."),
        ({"not_null": ["statsu"]}, "it has no column `statsu`: did you mean `status`?"),
    ],
)
def test_a_column_that_a_contract_has_not_is_named_with_the_fix(project, rules, said):
    kinds = {"id": "integer", "status": "varchar"}
    passed, output = project.build(
        [("select 1 as id, 'open' as status", rules)],
        config={"contract": {"enforced": True}},
        columns=[{"name": name, "data_type": kind} for name, kind in kinds.items()],
    )
    assert not passed
    assert f"The test `table_rules` of `t_0`: {said}" in " ".join(output.split())


def test_a_column_that_no_table_has_is_named_by_the_database(project):
    passed, output = project.build([("select 1 as id", {"keys": ["idd"]})])
    assert not passed
    assert '"idd" not found' in output


def test_what_reads_a_table_that_breaks_a_rule_is_skipped_and_made_by_a_retry(project):
    rules = {"keys": ["id"]}
    read = "select * from {{ ref('t_0') }}"
    reader = (read, rules)
    broken_table = ("select unnest([1, 1]) as id", rules)
    passed, output = project.build([broken_table, reader], *AT_BUILD)
    assert not passed
    assert broken(output) == {("t_0", "key id", 2)}
    assert "SKIP=1" in output
    passed, output = project.retry()
    assert not passed
    assert broken(output) == {("t_0", "key id", 2)}
    assert "SKIP=1" in output
    passed, output = project.build([("select 1 as id", rules), reader], *AT_BUILD)
    assert passed, output


@pytest.mark.parametrize("options", [("--exclude", "t_1"), ("--select", "t_0")])
def test_a_build_that_does_not_leave_the_test_out_by_name_checks_once(project, options):
    rows = "(1, 'b', 'open', 0.5, true, 1)"
    _, output = project.build([(table(rows), {"keys": ["id"]})], *options)
    assert broken(output) == {("t_0", "key id", 2)}
    assert "ERROR=1" in output
    assert "1 of 2 OK" in output


def test_jinja_in_a_rule_means_the_same_where_the_table_is_made(project):
    rules = {
        "values": {"part": "{{ dict(a=1, b=2) | list }}"},
        "expressions": {"ids begin at 1": "id >= {{ 2 - 1 }}"},
    }
    rows = table("(0, 'c', 'open', 0.5, true, 1)")
    for options in ((), AT_BUILD):
        _, output = project.build([(rows, rules)], *options)
        assert broken(output) == {
            ("t_0", "values of part: a, b", 1),
            ("t_0", "ids begin at 1", 1),
        }


def test_a_rule_that_warns_stays_a_test(project):
    test = {"arguments": {"keys": ["id"]}, "config": {"severity": "warn"}}
    rows = table("(1, 'b', 'open', 0.5, true, 1)")
    passed, output = project.build(
        [(rows, {"keys": ["part"]})], *AT_BUILD, data_tests=[{"table_rules": test}]
    )
    assert passed
    assert broken(output) == {("t_0", "key id", 2)}
    assert "WARN=1" in output
