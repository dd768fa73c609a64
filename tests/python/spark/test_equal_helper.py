"""What compares the marts of two engines finds each kind of difference."""

import duckdb
import pytest

from benchmarks.equal_marts import differences

EQUAL = "select 'u1' as user_id, 1 as user_rank, 0.5e0 as score, now() as built_at"


def two_builds(folder, first, second):
    """Two files with one mart each, by queries; none where the query is empty."""
    paths = [folder / name for name in ("first.duckdb", "second.duckdb")]
    for path, query in zip(paths, (first, second), strict=True):
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema marts")
            if query:
                connection.execute(f"create table marts.recommendations as {query}")
    return differences(*paths)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (EQUAL.replace("0.5e0", "0.5000000000001e0"), None),
        (EQUAL.replace("0.5e0", "0.50000001e0"), "score"),
        (EQUAL.replace("'u1'", "'u2'"), "user_id"),
        (EQUAL.replace("1 as", "2 as"), "user_rank"),
        (EQUAL.replace("1 as", "1::bigint as"), "columns differ"),
        (EQUAL.replace("0.5e0", "null::double"), "score"),
        (f"{EQUAL} union all {EQUAL}", "1 rows, and 2"),
        ("", "is not in second.duckdb"),
    ],
)
def test_each_kind_of_difference_is_found(tmp_path, second, said):
    found = two_builds(tmp_path, EQUAL, second)
    if said is None:
        assert found == {}
    else:
        assert said in found["recommendations"]


def test_the_order_of_rows_is_no_difference(tmp_path):
    rows = [f"select '{user}' as user_id, {score}e0 as score" for user, score in
            [("a", 1), ("b", 2), ("b", 3)]]  # fmt: skip
    assert (
        two_builds(tmp_path, " union all ".join(rows), " union all ".join(rows[::-1]))
        == {}
    )
