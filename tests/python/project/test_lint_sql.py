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
