"""What one engine alone knows stands in macros/compat, which no model has to know."""

import re

import pytest
from whole_builds import PROJECT

# Spark has other names for them: `kind_type`.
WORDS = r"\b(varchar|hugeint|timestamptz|double\[\])\b"


@pytest.mark.parametrize("folder", sorted((PROJECT / "models").iterdir()))
def test_a_model_names_no_type_of_duckdb_alone(folder):
    found = [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()}"
        for path in sorted(folder.rglob("*.sql"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(WORDS, line)
    ]
    assert found == []
