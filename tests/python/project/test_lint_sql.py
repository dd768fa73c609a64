"""sqlfluff reads what a changed file changes."""

from types import SimpleNamespace

import lint_sql


def uses(*macros: str, file: str) -> SimpleNamespace:
    return SimpleNamespace(
        original_file_path=file, depends_on=SimpleNamespace(macros=macros)
    )


def test_a_macro_stands_for_what_uses_it_directly_or_by_another_macro():
    manifest = SimpleNamespace(
        macros={
            "inner": uses(file="macros/inner.sql"),
            "outer": uses("inner", file="macros/outer.sql"),
            "apart": uses(file="macros/apart.sql"),
        },
        nodes={
            "near": uses("inner", file="models/near.sql"),
            "far": uses("outer", file="models/far.sql"),
            "none": uses("apart", file="models/none.sql"),
        },
    )
    found = set(lint_sql.users_of({"macros/inner.sql", "models/x.sql"}, manifest))
    assert found == {"models/near.sql", "models/far.sql"}
    assert not set(lint_sql.users_of({"models/near.sql"}, manifest))


def test_a_clean_file_is_checked_again_when_it_its_config_or_a_macro_changes(tmp_path):
    files = [str(tmp_path / name) for name in ("one.sql", "other.sql")]

    def hashes(sql: str = "select 1", macro: str = "a", **config: str) -> list[str]:
        for file, text in zip(files, (sql, "select 2"), strict=True):
            (tmp_path / file).write_text(text)
        node = SimpleNamespace(
            original_file_path=files[0], config=SimpleNamespace(to_dict=lambda: config)
        )
        manifest = SimpleNamespace(
            macros={"m": SimpleNamespace(macro_sql=macro)}, nodes={"n": node}
        )
        return list(lint_sql.fingerprints(files, manifest).values())

    one, other = hashes()
    assert hashes() == [one, other]
    for changed in (hashes(sql="select  1"), hashes(materialized="view")):
        assert changed[0] != one
        assert changed[1] == other
    assert not {one, other} & set(hashes(macro="b"))
