"""What a build keeps of the last depends on nothing but what its fingerprint reads."""

import re

import duckdb
from parsed import PROJECT, manifest

# What `learned_fingerprint` reads, and what has no rows of the inputs.
READ = {
    *("int_events", "int_users", "int_items", "int_item_embeddings"),
    "int_time_boundaries",
}
OF_SETTINGS = {
    *("int_kept_tables", "int_scorer_settings", "int_declared_scorer_settings"),
    *("int_scorer_levers", "rank_discounts", "int_python_library"),
}
# Its rows of the windows before `serve` are made of days that the fingerprint reads; of
# the terms those that are learned from decide which there are, and the others stand
# behind them (test_tfidf.py).
BY_WINDOW = {"int_time_windows", "content_terms"}


def kept_tables() -> dict[str, str]:
    """Return what `kept_tables` lists."""
    text = (PROJECT / "macros" / "learned.sql").read_text(encoding="utf-8")
    listed = text[text.index("macro kept_tables") :]
    listed = listed[: listed.index("endmacro")]
    whole = re.findall(r'"(\w+)": "all"', listed)
    names = re.search(r"for name in \[(.*?)\]", listed, re.DOTALL)[1]
    scorers = {
        node["name"] for node in manifest()["nodes"].values() if is_of_scorer(node)
    }
    parts = re.findall(r'"(\w+)"', names)
    return dict.fromkeys(whole, "all") | dict.fromkeys(
        {*parts, *scorers}, "before_serve"
    )


def is_of_scorer(node: dict) -> bool:
    """Whether a node is the table of a scorer's lists."""
    return (
        node["resource_type"] == "model"
        and node["fqn"][1] == "scorers"
        and node["name"].endswith("_scores")
        and node["config"]["materialized"] == "replaced_table"
    )


def test_nothing_that_a_kept_table_reads_changes_behind_its_fingerprint():
    models = {
        node["name"]: node
        for node in manifest()["nodes"].values()
        if node["resource_type"] == "model"
    }
    kept = kept_tables()
    assert kept.keys() <= models.keys()
    settled = {*kept, *READ, *OF_SETTINGS, *BY_WINDOW}

    def unsettled(name: str) -> set[str]:
        found = set()
        for parent in models[name]["depends_on"]["nodes"]:
            if parent.startswith("seed."):
                continue
            read = parent.rpartition(".")[2]
            if read in settled:
                continue
            is_view = models[read]["config"]["materialized"] == "view"
            found |= unsettled(read) if is_view else {read}
        return found

    for name in kept:
        assert not unsettled(name), f"{name} reads {unsettled(name)}"


def test_a_table_has_the_windows_of_which_it_is_kept(example_database):
    with duckdb.connect(str(example_database), read_only=True) as connection:
        tables = dict(
            connection.sql(
                "select table_name, schema_name || '.' || table_name"
                " from duckdb_tables() where schema_name in"
                " ('intermediate', 'scorers', 'candidates')"
            ).fetchall()
        )
        for name, part in kept_tables().items():
            columns = connection.table(tables[name]).columns
            assert part == "all" or "time_window" in columns, name
            if part == "all" and "time_window" in columns:
                rows = connection.table(tables[name]).filter("time_window = 'serve'")
                assert not rows.fetchall(), name
