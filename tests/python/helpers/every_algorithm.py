"""Every collaborative algorithm as one function from weights to a table."""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from precision_marketing.algorithms.collaborative.ease import ease_scores, fit_ease
from precision_marketing.algorithms.collaborative.ials import (
    fit_ials,
    ials_scores,
    item_factors,
)
from precision_marketing.algorithms.collaborative.local_ridge import fit_local_ridge
from precision_marketing.algorithms.collaborative.neighbors import (
    item_neighbors,
    neighbor_matrix,
    user_neighbors,
)
from precision_marketing.algorithms.collaborative.spectral import (
    fit_spectral,
    spectral_scores,
)
from precision_marketing.algorithms.kernels.top_items import (
    iterate_top_items,
    scores_schema,
)
from precision_marketing.algorithms.kernels.top_scores import iterate_top_scores

COSINE = {"target_exponent": 0.5, "source_exponent": 0.5, "shrinkage": 0.0}


def nearest_items(weights, top_k=4):
    return item_neighbors(weights, top_k=top_k, user_degree_exponent=0.5, **COSINE)


def nearest_users(weights, top_k=4):
    return user_neighbors(weights, top_k=top_k, item_degree_exponent=0.5, **COSINE)


def best_items(weights, top_n=4):
    n_items = weights.shape[1]
    batches = iterate_top_items(
        weights,
        neighbor_matrix(nearest_items(weights), n_items, n_items, by_source=True),
        users=np.arange(weights.shape[0]),
        exclude=weights,
        allowed_items=None,
        item_scale=None,
        top_n=top_n,
    )
    return pa.Table.from_batches(batches, schema=scores_schema)


def local_ridge(weights):
    fitted = fit_local_ridge(
        weights,
        nearest_items(weights),
        user_degree_exponent=0.5,
        penalty=2.0,
        penalty_exponent=0.5,
    )
    return lambda users: (weights[users] @ fitted).toarray()


def spectral(weights):
    fitted = fit_spectral(
        weights,
        rank=2,
        spectrum_exponent=0.4,
        user_degree_exponent=0.3,
        item_degree_exponent=0.3,
        top_k=4,
    )
    return spectral_scores(weights, fitted)


def ials(weights):
    strengths = {"unobserved_strength": 0.2, "regularization": 0.03}
    items = fit_ials(weights, factors=4, iterations=4, seed=0, **strengths)
    return ials_scores(weights, item_factors(weights, items, **strengths))


def ease(weights):
    fitted = fit_ease(
        weights, penalty=3.0, user_degree_exponent=0.25, maximum_items=3_000
    )
    return ease_scores(weights, fitted)


DENSE = {"local_ridge": local_ridge, "spectral": spectral, "ials": ials, "ease": ease}
TABLES = {
    "item_neighbors": nearest_items,
    "user_neighbors": nearest_users,
    "top_items": best_items,
}


def dense_table(fit):
    def table(weights):
        batches = iterate_top_scores(
            fit(weights),
            n_items=weights.shape[1],
            users=np.arange(weights.shape[0]),
            exclude=weights,
            allowed_items=None,
            item_scale=None,
            top_n=4,
            block_size=60,
        )
        return pa.Table.from_batches(batches, schema=scores_schema)

    return table


ALL = TABLES | {name: dense_table(fit) for name, fit in DENSE.items()}


def random_weights(n_users, n_items, density=0.1):
    generator = np.random.default_rng(0)
    dense = generator.random((n_users, n_items))
    return csr_matrix(np.where(dense < density, np.ceil(dense * 40), 0.0))
