"""The largest scores of dense rows, against a sort of all."""

import numpy as np
import pytest

from precision_marketing.algorithms.kernels.dense_rows import top_dense_rows
from precision_marketing.algorithms.kernels.top import rounded_to

NOTHING = np.empty(0, np.int32)


# Fewer columns than groups, a few to a group, and a last group that is not full.
@pytest.mark.parametrize("n_columns", [3, 70, 1999])
@pytest.mark.parametrize("top_k", [1, 20])
@pytest.mark.parametrize(("kind", "dropped"), [("float32", 36), ("float64", 12)])
def test_the_largest_scores_are_those_of_a_sort_whatever_bounds_the_scan(
    n_columns, top_k, kind, dropped
):
    generator = np.random.default_rng(0)
    # Rows with many ties, rows of few scores above 0, and rows without.
    block = np.round(generator.standard_normal((40, n_columns)), 1).astype(kind)
    block[10:20] = generator.standard_normal((10, n_columns))
    block[20:30] *= generator.random((10, n_columns)) < 5 / n_columns
    block[30:] = -1.0
    scale = generator.choice([0.0, 0.5, 1.0], n_columns)
    expected = []
    for row in range(40):
        scores = [rounded_to(value, dropped) for value in block[row] * scale]
        best = sorted(range(n_columns), key=lambda c, s=scores: (-s[c], c))[:top_k]
        expected += [(row, c, scores[c]) for c in best if scores[c] > 0]
    rows, columns, scores, ranks = top_dense_rows(
        block, np.arange(40), scale, np.zeros(41, np.int64), NOTHING, dropped, top_k
    )
    found = zip(rows.tolist(), columns.tolist(), scores.tolist(), strict=True)
    assert list(found) == expected
    assert ranks.min() == 1
