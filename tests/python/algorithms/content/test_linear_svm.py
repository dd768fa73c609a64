import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from precision_marketing.algorithms.content.linear_svm import (
    fit_ranking_svm,
    pair_differences,
    sample_choices,
)


def test_an_optimum_inside_the_bounds_is_that_of_scikit_learn():
    generator = np.random.default_rng(0)
    differences = generator.normal(0.5, 1.0, (200, 3))
    found = fit_ranking_svm(differences, penalty=0.1)
    # A pair as two points on opposite sides of 0; each counts half.
    points = np.concatenate([differences, -differences])
    sides = np.repeat([1, -1], 200)
    model = LinearSVC(C=0.05, fit_intercept=False, dual=False, tol=1e-12)
    expected = model.fit(points, sides).coef_[0]
    assert (expected > 0).all()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_feature_that_speaks_against_the_chosen_gets_no_weight():
    assert fit_ranking_svm(np.array([[1.0, -1.0]] * 5), penalty=10.0)[1] == 0


def test_without_pairs_nothing_is_learned():
    assert fit_ranking_svm(np.empty((0, 2)), penalty=1.0).tolist() == [0, 0]


@pytest.mark.parametrize("penalty", [0.0, -1.0, np.inf])
def test_penalty_must_be_above_zero(penalty):
    with pytest.raises(ValueError, match="penalty"):
        fit_ranking_svm(np.ones((1, 1)), penalty=penalty)


def histories():
    """Return weights and positions of four users; the last two have few items."""
    weights = csr_matrix(
        [[1.0, 2.0, 3.0, 0.0], [0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 5.0], [0.0] * 4]
    )
    positions = csr_matrix(
        [[3.0, 2.0, 1.0, 0.0], [0.0, 1.0, 1.0, 2.0], [0.0, 0.0, 0.0, 1.0], [0.0] * 4]
    )
    return weights, positions


def test_the_last_item_is_hidden_and_the_rest_is_the_history():
    weights, positions = histories()
    choices = sample_choices(weights, positions, maximum_users=10, negatives=50, seed=0)
    assert choices.users.tolist() == [0, 1]
    assert choices.chosen[0] == 2
    assert choices.chosen[1] in (1, 2)
    assert choices.weights[[0]].toarray().tolist() == [[1, 2, 0, 0]]
    assert choices.weights[1, choices.chosen[1]] == 0
    assert (choices.weights != 0).nnz == (choices.recency_positions != 0).nnz == 4
    # Items that the user has, the hidden one too, are no others.
    assert set(choices.others[0]) == {-1, 3}
    assert set(choices.others[1]) == {-1, 0}
    assert weights.nnz == 7  # the caller's history is not changed


def test_the_sample_is_bounded_and_depends_on_the_seed_alone():
    generator = np.random.default_rng(1)
    weights = csr_matrix((generator.random((300, 40)) < 0.2).astype(float))
    settings = {"maximum_users": 30, "negatives": 4}
    first = sample_choices(weights, weights, seed=5, **settings)
    again = sample_choices(weights, weights, seed=5, **settings)
    other = sample_choices(weights, weights, seed=6, **settings)
    assert first.others.shape == (30, 4)
    for name in ("users", "chosen", "others"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert first.users.tolist() != other.users.tolist()


def test_differences_are_products_of_rows_over_the_scale():
    weights, positions = histories()
    choices = sample_choices(weights, positions, maximum_users=9, negatives=3, seed=0)
    items = csr_matrix([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0], [1.0, 1.0]])
    users = csr_matrix(choices.weights @ items)
    differences, scales = pair_differences(choices, [(users, items)])
    dense_users, dense_items = users.toarray(), items.toarray()
    ahead = [dense_users[row] @ dense_items[choices.chosen[row]] for row in range(2)]
    expected = [
        ahead[row] - dense_users[row] @ dense_items[other]
        for row in range(2)
        for other in choices.others[row]
        if other >= 0
    ]
    assert scales[0] == pytest.approx(np.sqrt(np.mean(np.square(ahead))))
    np.testing.assert_allclose(differences[:, 0] * scales[0], expected, atol=1e-12)
