"""Spectral, local ridge, EASE and iALS against their formulas in dense numpy."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix, random_array

from precision_marketing.algorithms.collaborative import (
    ials,
    local_ridge,
    spectral,
    spectral_rest,
)
from precision_marketing.algorithms.collaborative.ease import ease_scores, fit_ease
from precision_marketing.algorithms.collaborative.ials import (
    fit_ials,
    fold_in,
    ials_scores,
    item_factors,
)
from precision_marketing.algorithms.collaborative.local_ridge import fit_local_ridge
from precision_marketing.algorithms.collaborative.neighbors import item_neighbors
from precision_marketing.algorithms.collaborative.spectral import (
    fit_spectral,
    spectral_scores,
)
from precision_marketing.algorithms.kernels.top_items import (
    iterate_top_items,
    scores_schema,
)
from precision_marketing.algorithms.kernels.top_scores import iterate_top_scores

# float32 sums of some hundred terms.
SINGLE = 2e-4
SPECTRAL = {
    "rank": 5,
    "spectrum_exponent": 0.4,
    "user_degree_exponent": 0.3,
    "item_degree_exponent": 0.3,
    "top_k": 30,
}
RIDGE = {"user_degree_exponent": 0.5, "penalty": 2.0, "penalty_exponent": 0.5}
EASE = {"penalty": 3.0, "user_degree_exponent": 0.25, "maximum_items": 100}
STRENGTHS = {"unobserved_strength": 0.2, "regularization": 0.03}
IALS = {"factors": 8, "iterations": 3, "seed": 0, **STRENGTHS}
COSINE = {
    "user_degree_exponent": 0.0,
    "target_exponent": 0.5,
    "source_exponent": 0.5,
    "shrinkage": 0.0,
}
NOTHING = {"exclude": None, "allowed_items": None, "item_scale": None}


def random_weights(n_users=80, n_items=30, density=0.2, seed=0):
    generator = np.random.default_rng(seed)
    dense = generator.random((n_users, n_items))
    return csr_matrix(np.where(dense < density, np.ceil(dense * 20), 0.0))


def neighbors(weights, top_k=6):
    return item_neighbors(weights, top_k=top_k, **COSINE)


def fitted_ials(weights, **settings):
    return item_factors(weights, fit_ials(weights, **IALS | settings), **STRENGTHS)


def degree_weights(weights, exponent):
    return np.maximum(np.diff(weights.indptr), 1.0) ** -exponent


FITS = {
    "spectral": lambda weights: spectral_scores(
        weights, fit_spectral(weights, **SPECTRAL)
    ),
    "ease": lambda weights: ease_scores(weights, fit_ease(weights, **EASE)),
    "ials": lambda weights: ials_scores(weights, fitted_ials(weights)),
    "local_ridge": lambda weights: (
        lambda users: (
            weights[users] @ fit_local_ridge(weights, neighbors(weights), **RIDGE)
        ).toarray()
    ),
}


def test_spectral_is_the_product_with_the_head_of_its_spectrum_compressed():
    weights = random_weights()
    users = degree_weights(weights, 0.3)
    items = np.bincount(weights.indices, minlength=30) ** -0.3
    scaled = users[:, None] * weights.toarray() * items
    product = scaled.T @ scaled
    values, vectors = np.linalg.eigh(product)
    values, vectors = values[-5:], vectors[:, -5:]
    rest = product - vectors @ np.diag(values) @ vectors.T
    np.fill_diagonal(rest, 0.0)
    rest[product == 0.0] = 0.0
    raised = values[0] * (values / values[0]) ** 0.4
    expected = vectors @ np.diag(raised) @ vectors.T + np.maximum(rest, 0.0)
    fitted = fit_spectral(weights, **SPECTRAL)
    found = fitted.left @ fitted.right.T + fitted.rest.toarray()
    np.testing.assert_allclose(found, expected, atol=SINGLE * expected.max())
    scores = spectral_scores(weights, fitted)(np.array([7, 3]))
    expected_scores = weights.toarray()[[7, 3]] @ expected
    np.testing.assert_allclose(scores, expected_scores, rtol=1e-3)


def test_spectral_by_iteration_finds_the_same_directions_as_by_decomposition():
    # 3 x rank items and fewer are decomposed whole.
    weights = random_weights(n_users=200, n_items=40)
    wide = csr_matrix((weights.data, weights.indices, weights.indptr), shape=(200, 400))
    first = fit_spectral(weights, **SPECTRAL | {"rank": 14})
    second = fit_spectral(wide, **SPECTRAL | {"rank": 14})
    np.testing.assert_allclose(
        (second.left @ second.right.T)[:40, :40],
        first.left @ first.right.T,
        atol=SINGLE * abs(first.left @ first.right.T).max(),
    )


def test_spectral_of_few_users_is_the_product_with_all_of_the_rest():
    weights = random_weights(n_users=30, n_items=240)
    assert 8 * weights.shape[0] <= weights.shape[1]
    items = np.maximum(np.bincount(weights.indices, minlength=240), 1) ** -0.3
    scaled = degree_weights(weights, 0.3)[:, None] * weights.toarray() * items
    product = scaled.T @ scaled
    values, vectors = np.linalg.eigh(product)
    values, vectors = values[-5:], vectors[:, -5:]
    rest = product - vectors @ np.diag(values) @ vectors.T
    np.fill_diagonal(rest, 0.0)
    raised = values[0] * (values / values[0]) ** 0.4
    expected = vectors @ np.diag(raised) @ vectors.T + rest
    scores = spectral_scores(weights, fit_spectral(weights, **SPECTRAL))
    found, wanted = scores(np.array([7, 3])), weights.toarray()[[7, 3]] @ expected
    # The rounds stop before the last directions are exact.
    np.testing.assert_allclose(found, wanted, atol=0.02 * wanted.max())


@pytest.mark.parametrize("most_pairs", [1, 500, 2**18])
def test_the_rest_is_the_same_however_many_pairs_are_computed_at_once(
    most_pairs, monkeypatch
):
    generator = np.random.default_rng(0)
    # More items than vectors that are met in one turn.
    n_items = spectral_rest._NEAR + 500
    scaled = csr_matrix(random_array((30, n_items), density=0.01, rng=generator))
    known, vectors = 0.1 * generator.normal(size=(2, n_items, 4)).astype(np.float32)
    monkeypatch.setattr(spectral_rest, "_PAIRS", most_pairs)
    found = spectral_rest.largest_of_rest(scaled, known, vectors, top_k=7)
    for target in range(0, n_items, 100):
        sums = (scaled.T @ scaled[:, [target]].toarray()).ravel()
        rest = np.where(sums > 0, sums - vectors @ known[target], 0.0)
        rest[target] = 0.0
        expected = np.maximum(np.sort(rest)[-7:], 0.0)
        column = np.sort(found[:, [target]].toarray().ravel())[-7:]
        np.testing.assert_allclose(column, expected, rtol=1e-4, atol=1e-6)


def test_spectral_from_its_own_directions_takes_one_round_more_and_finds_them_again(
    monkeypatch,
):
    rounds = []
    orthonormal = spectral._orthonormal
    monkeypatch.setattr(
        spectral, "_orthonormal", lambda block: rounds.append(1) or orthonormal(block)
    )
    weights = random_weights(n_users=900, n_items=600, density=0.05)
    settings = SPECTRAL | {"rank": 20}
    first = fit_spectral(weights, **settings)
    cold = len(rounds)
    second = fit_spectral(weights, **settings, start=first.right)
    assert len(rounds) - cold <= 3 < cold
    np.testing.assert_allclose(
        second.left @ second.right.T, first.left @ first.right.T, atol=0.02
    )


def test_spectral_stops_no_sooner_than_its_rule_says(monkeypatch):
    weights = random_weights(n_users=900, n_items=600, density=0.05)
    captured = []
    for tolerance in (1e-1, 1e-3, 0.0):
        monkeypatch.setattr(spectral, "_TOLERANCE", tolerance)
        values, _ = spectral._by_subspace(weights, 20, None)
        captured.append(values.sum())
    exact = np.linalg.eigvalsh((weights.T @ weights).toarray())[-20:].sum()
    assert captured[0] < captured[1] < captured[2]
    assert captured[1] > 0.98 * exact
    np.testing.assert_allclose(captured[2], exact, rtol=1e-3)


def test_local_ridge_solves_each_targets_regression_on_its_neighbors():
    weights = random_weights()
    table = neighbors(weights)
    found = fit_local_ridge(weights, table, **RIDGE).toarray()
    dense = weights.toarray() / weights.data.mean()
    gram = dense.T @ (degree_weights(weights, 0.5)[:, None] * dense)
    expected = np.zeros_like(gram)
    sources = table["neighbor_index"].to_numpy()
    targets = table["item_index"].to_numpy()
    for target in range(30):
        chosen = sources[targets == target]
        part = gram[np.ix_(chosen, chosen)]
        part = part + np.diag(2.0 * np.diag(part) ** 0.5)
        expected[chosen, target] = np.linalg.solve(part, gram[chosen, target])
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_local_ridge_is_the_same_for_catalogues_too_large_for_a_gram_matrix(
    monkeypatch,
):
    weights = random_weights()
    expected = fit_local_ridge(weights, neighbors(weights), **RIDGE)
    monkeypatch.setattr(local_ridge, "_DENSE_ITEMS", 0)
    found = fit_local_ridge(weights, neighbors(weights), **RIDGE)
    np.testing.assert_allclose(found.toarray(), expected.toarray(), atol=1e-9)


def test_local_ridge_on_all_items_is_ease():
    weights = random_weights(n_items=12, density=0.5)
    table = pa.table(
        [(np.repeat(np.arange(12), 12)), np.tile(np.arange(12), 12)],
        names=["item_index", "neighbor_index"],
    )
    others = table.filter(
        pa.compute.not_equal(table["item_index"], table["neighbor_index"])
    )
    flat = RIDGE | {"penalty": 3.0, "penalty_exponent": 0.0}
    found = fit_local_ridge(weights, others, **flat).toarray()
    expected = fit_ease(weights, **EASE | {"user_degree_exponent": 0.5})
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_ease_is_its_closed_form():
    weights = random_weights()
    dense = weights.toarray() / weights.data.mean()
    gram = dense.T @ (degree_weights(weights, 0.25)[:, None] * dense)
    inverse = np.linalg.inv(gram + 3.0 * np.eye(30))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    found = fit_ease(weights, **EASE)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    scores = ease_scores(weights, found)(np.array([5]))
    np.testing.assert_allclose(scores, weights.toarray()[[5]] @ expected, rtol=1e-4)


def test_ease_refuses_a_catalogue_above_the_bound_and_names_the_way_out():
    with pytest.raises(ValueError, match=r"maximum_items = 29.*local ridge"):
        fit_ease(random_weights(), **EASE | {"maximum_items": 29})


def test_a_folded_history_is_where_its_equations_hold():
    weights = random_weights()
    fitted = fitted_ials(weights, iterations=3)
    items, users = fitted.items.astype(float), fold_in(weights, fitted)
    confidence = weights.toarray() / weights.data.mean()
    unobserved = 0.2 * (weights.nnz / weights.toarray().size) ** 0.5
    penalty = 0.03 * unobserved**0.5
    for user in (0, 11, 42):
        counts = np.count_nonzero(confidence[user]) + unobserved * 30
        left = items.T @ np.diag(confidence[user] + unobserved) @ items
        left += penalty * counts * np.eye(8)
        expected = np.linalg.solve(left, items.T @ confidence[user])
        np.testing.assert_allclose(users[user], expected, atol=1e-4)


def test_who_was_not_in_the_fit_is_folded_in_alone_as_among_others():
    weights = random_weights()
    fitted = fitted_ials(weights[:60])
    together = fold_in(weights, fitted)
    assert together[60:].any(axis=1).all()
    for user in (3, 60, 79):
        np.testing.assert_array_equal(
            fold_in(weights[[user]], fitted)[0], together[user]
        )
    nobody = csr_matrix((2, 30))
    assert not fold_in(nobody, fitted).any()


def passes_of_ials(monkeypatch, weights, **settings):
    """Return items' factors, both sides' after each pass, and what each gained."""
    solved, ends = [], []
    original = ials._solve_all

    def counted(*each):
        gain = original(*each)
        # Before the first pass users are folded into what was before.
        if ials._FOLDING_STEPS not in each[6:]:
            solved.append(gain)
            ends.append([side.copy() for side in reversed(each[2:4])])
        return gain

    with monkeypatch.context() as patch:
        patch.setattr(ials, "_solve_all", counted)
        items = fit_ials(weights, **IALS | {"iterations": 50}, **settings)
    return items, ends[1::2], np.add(solved[::2], solved[1::2])


def test_ials_stops_at_the_first_pass_that_gains_less_than_the_tolerance(monkeypatch):
    weights = random_weights()
    _, passes, gains = passes_of_ials(monkeypatch, weights, tolerance=0.01)
    assert 2 < len(passes) < 50
    assert (gains[:-1] > 0.01 * weights.nnz).all()
    assert gains[-1] <= 0.01 * weights.nnz


def test_what_a_pass_of_ials_gains_is_what_its_objective_loses(monkeypatch):
    weights = random_weights()
    dense = weights.toarray() / weights.data.mean()
    unobserved = 0.2 * (weights.nnz / dense.size) ** 0.5
    penalty = 0.03 * unobserved**0.5

    def objective(users, items):
        products = users.astype(float) @ items.T.astype(float)
        counts = [np.count_nonzero(dense, axis=axis) for axis in (1, 0)]
        return (
            (dense * (1 - products) ** 2).sum()
            + unobserved * (products**2).sum()
            + penalty * ((counts[0] + unobserved * 30) @ (users**2).sum(axis=1))
            + penalty * ((counts[1] + unobserved * 80) @ (items**2).sum(axis=1))
        )

    _, ends, gains = passes_of_ials(monkeypatch, weights, tolerance=0.05)
    assert len(gains) > 1
    lost = -np.diff([objective(*sides) for sides in ends])
    np.testing.assert_allclose(gains[1:], lost, rtol=1e-3)


def test_ials_from_factors_of_before_takes_fewer_passes_to_as_good_an_end(monkeypatch):
    weights = random_weights(n_users=300)
    earlier = weights.copy()
    earlier.data[::10] = 0.0
    earlier.eliminate_zeros()
    start, cold, _ = passes_of_ials(monkeypatch, earlier)
    kept = start.copy()
    warm, fewer, _ = passes_of_ials(monkeypatch, weights, start=start)
    assert len(fewer) < len(cold)
    np.testing.assert_array_equal(start, kept)
    end, _, _ = passes_of_ials(monkeypatch, weights, tolerance=0.0)
    known = weights.toarray() > 0
    users = np.arange(300)
    warm, end = (
        ials_scores(weights, item_factors(weights, items, **STRENGTHS))(users)
        for items in (warm, end)
    )
    assert np.abs(warm - end)[known].mean() < 0.1


def test_ials_solves_an_item_of_more_users_than_are_copied_next_to_each_other(
    monkeypatch,
):
    weights = random_weights(n_users=700, n_items=6, density=0.9)
    confidence = weights.toarray() / weights.data.mean()
    assert np.count_nonzero(confidence[:, 2]) > ials._NEAR
    monkeypatch.setitem(IALS, "factors", 3)
    _, ends, _ = passes_of_ials(monkeypatch, weights, tolerance=0.0)
    users, items = ends[-1]
    unobserved = 0.2 * (weights.nnz / confidence.size) ** 0.5
    count = np.count_nonzero(confidence[:, 2]) + unobserved * 700
    left = users.T @ np.diag(confidence[:, 2] + unobserved) @ users
    left += 0.03 * unobserved**0.5 * count * np.eye(3)
    expected = np.linalg.solve(left, users.T @ confidence[:, 2])
    np.testing.assert_allclose(items[2], expected, atol=2e-3)


def test_ials_starts_anew_from_factors_of_another_shape_or_of_nobody():
    weights = random_weights()
    cold = fit_ials(weights, **IALS)
    for start in (
        fit_ials(weights, **IALS | {"factors": 5}),
        np.zeros((30, 8), np.float32),
    ):
        found = fit_ials(weights, **IALS, start=start)
        np.testing.assert_array_equal(found, cold)


def test_ials_ranks_the_rest_of_a_block_first():
    weights = np.kron(np.eye(4), np.ones((10, 8)))
    weights[0, 0] = 0.0
    history = csr_matrix(weights)
    scores = ials_scores(history, fitted_ials(history, iterations=15))
    best = np.where(weights[0] > 0, -np.inf, scores(np.array([0]))[0]).argmax()
    assert best == 0


@pytest.mark.parametrize("name", FITS)
def test_the_scale_of_the_weights_changes_no_rank(name):
    weights = random_weights()
    users = np.arange(80)
    first, second = (
        np.argsort(-FITS[name](scaled)(users), axis=1, kind="stable")[:, :3]
        for scaled in (weights, weights * 4.0)
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", FITS)
def test_the_number_of_threads_changes_no_bit(name, monkeypatch):
    weights = random_weights(n_users=1200)
    results = []
    for threads in ("1", "2"):
        monkeypatch.setenv("PRECISION_MARKETING_THREADS", threads)
        batches = iterate_top_scores(
            FITS[name](weights),
            n_items=30,
            users=np.arange(1200),
            top_n=5,
            block_size=100,
            **NOTHING,
        )
        results.append(pa.Table.from_batches(batches, schema=scores_schema))
    assert results[0].num_rows > 5000
    assert results[0].equals(results[1])


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("shape", [(4, 5), (1, 1), (1, 5), (5, 1)])
@pytest.mark.parametrize("is_empty", [True, False])
def test_tiny_and_empty_input_gives_finite_scores(name, shape, is_empty):
    weights = csr_matrix(np.zeros(shape) if is_empty else np.ones(shape))
    scores = FITS[name](weights)(np.array([0]))
    assert scores.shape == (1, shape[1])
    assert np.isfinite(scores).all()
    if is_empty:
        assert not scores.any()


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("weight", [np.nan, -1.0])
def test_weights_that_are_not_weights_are_refused(name, weight):
    with pytest.raises(ValueError, match="weights"):
        FITS[name](csr_matrix([[weight, 1.0], [1.0, 1.0]]))(np.array([0]))


@pytest.mark.parametrize(
    ("fit", "settings", "change"),
    [
        (fit_spectral, SPECTRAL, {"rank": 0}),
        (fit_spectral, SPECTRAL, {"top_k": 0}),
        (fit_spectral, SPECTRAL, {"spectrum_exponent": -0.1}),
        (fit_ease, EASE, {"penalty": 0.0}),
        (fit_ials, IALS, {"factors": 0}),
        (fit_ials, IALS, {"iterations": 0}),
        (fit_ials, IALS, {"unobserved_strength": 0.0}),
        (fit_ials, IALS, {"regularization": -1.0}),
    ],
)
def test_settings_out_of_range_are_refused_by_name(fit, settings, change):
    with pytest.raises(ValueError, match=next(iter(change))):
        fit(random_weights(), **settings | change)


def test_dense_and_sparse_scores_give_the_same_lists():
    weights = random_weights()
    item_weights = fit_local_ridge(weights, neighbors(weights), **RIDGE)
    settings = {
        "users": np.array([40, 3, 7]),
        "exclude": weights,
        "allowed_items": np.arange(30) % 4 > 0,
        "item_scale": np.linspace(0.5, 1.5, 30),
        "top_n": 6,
    }
    dense = item_weights.toarray()
    [first] = iterate_top_scores(
        lambda users: weights[users].toarray() @ dense, n_items=30, **settings
    )
    [second] = iterate_top_items(weights, item_weights, **settings)
    assert first.num_rows > 10
    for name in ("user_index", "item_index", "scorer_rank"):
        assert first[name].equals(second[name])
    np.testing.assert_allclose(first["score"], second["score"], rtol=1e-11)


def test_dense_ties_go_to_the_lowest_item_in_spite_of_noise_of_single_precision():
    noise = np.float32(1.0) + np.array([0, 3, -2, 1] * 50, np.float32) * 1e-7
    [batch] = iterate_top_scores(
        lambda users: np.tile(noise, (users.size, 1)),
        n_items=200,
        users=np.array([0]),
        top_n=3,
        **NOTHING,
    )
    assert batch["item_index"].to_pylist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (np.ones((1, 4)), "shape"),
        (np.ones((1, 3), int), "float32"),
        (np.array([[1.0, np.nan, 1.0]]), "not finite"),
    ],
)
def test_blocks_that_are_not_scores_are_refused(block, message):
    batches = iterate_top_scores(
        lambda users: block, n_items=3, users=np.array([0]), top_n=1, **NOTHING
    )
    with pytest.raises(ValueError, match=message):
        list(batches)
