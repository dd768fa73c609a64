"""Fits are computed once for equal arguments, and anew for others."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from precision_marketing.build import kept_fits
from precision_marketing.build.kept_fits import kept

MATRIX = csr_matrix([[1.0, 0.0], [2.0, 3.0]])
START = (np.ones(2, np.float32), np.zeros((1, 2)))


@pytest.fixture
def fit(tmp_path, monkeypatch):
    """A function that counts its calls, in a folder of its own."""
    monkeypatch.setattr(kept_fits, "_folder", lambda: tmp_path)

    def fit(matrix, table, *, rank, start):
        fit.calls += 1
        return matrix * rank, table.num_rows

    fit.calls = 0
    return fit


def asked(fit, **other):
    given = {"matrix": MATRIX, "table": pa.table({"a": [1, 2]}), "rank": 2}
    given |= {"start": START} | other
    return kept(fit, given.pop("matrix"), given.pop("table"), **given)


def test_equal_arguments_are_fitted_once(fit):
    first = asked(fit)
    again = asked(fit, matrix=MATRIX.copy(), table=pa.table({"a": [1, 2]}))
    assert fit.calls == 1
    assert (first[0] != again[0]).nnz == 0


@pytest.mark.parametrize(
    "other",
    [
        {"matrix": csr_matrix([[1.0, 0.0], [2.0, 4.0]])},
        {"matrix": csr_matrix([[1.0, 0.0, 0.0], [2.0, 3.0, 0.0]])},
        {"matrix": csr_matrix([[0.0, 1.0], [2.0, 3.0]])},
        {"table": pa.table({"a": [2, 1]})},
        {"table": pa.table({"b": [1, 2]})},
        {"rank": 2.0},
        {"start": None},
        {"start": (START[0], START[1] + 1)},
        {"start": (START[0].astype(float), START[1])},
    ],
)
def test_other_arguments_are_fitted_anew(fit, other):
    asked(fit)
    asked(fit, **other)
    assert fit.calls == 2


def test_the_oldest_go_when_there_are_many(fit, tmp_path):
    for rank in range(kept_fits.MOST_FILES + 3):
        asked(fit, rank=rank)
    assert len(list(tmp_path.iterdir())) == kept_fits.MOST_FILES


def test_threads_that_keep_fits_at_once_do_not_miss_each_others_files(fit, tmp_path):
    # dbt runs models in threads: each writes its fits, and drops the oldest.
    with ThreadPoolExecutor(8) as threads:
        asked_of = threads.map(lambda rank: asked(fit, rank=rank), range(600))
    for rank, (matrix, rows) in enumerate(asked_of):
        assert rows == 2
        assert (matrix != MATRIX * rank).nnz == 0
    assert len(list(tmp_path.iterdir())) == kept_fits.MOST_FILES
