"""The algorithms: numpy and scipy in, arrow out; nothing here knows dbt."""

from precision_marketing.algorithms.blend import Blend, learn_weights, trials_schema
from precision_marketing.algorithms.ease import ease_scores, fit_ease
from precision_marketing.algorithms.ials import Factors, fit_ials, ials_scores
from precision_marketing.algorithms.local_ridge import fit_local_ridge
from precision_marketing.algorithms.neighbors import (
    item_neighbors,
    item_neighbors_schema,
    neighbor_matrix,
    user_neighbors,
    user_neighbors_schema,
)
from precision_marketing.algorithms.neural_scorer import (
    NeuralScorerModel,
    NeuralScorerSettings,
    NotEnoughTrainingData,
    fit,
    history_schema,
    neural_model_schema,
)
from precision_marketing.algorithms.popularity import popularity_damping
from precision_marketing.algorithms.spectral import (
    SpectralWeights,
    fit_spectral,
    spectral_scores,
)
from precision_marketing.algorithms.tfidf import (
    content_neighbors,
    item_profiles,
    terms,
    user_profiles,
)
from precision_marketing.algorithms.top_items import iterate_top_items, scores_schema
from precision_marketing.algorithms.top_scores import ScoreBlock, iterate_top_scores

__all__ = [
    "Blend",
    "Factors",
    "NeuralScorerModel",
    "NeuralScorerSettings",
    "NotEnoughTrainingData",
    "ScoreBlock",
    "SpectralWeights",
    "content_neighbors",
    "ease_scores",
    "fit",
    "fit_ease",
    "fit_ials",
    "fit_local_ridge",
    "fit_spectral",
    "history_schema",
    "ials_scores",
    "item_neighbors",
    "item_neighbors_schema",
    "item_profiles",
    "iterate_top_items",
    "iterate_top_scores",
    "learn_weights",
    "neighbor_matrix",
    "neural_model_schema",
    "popularity_damping",
    "scores_schema",
    "spectral_scores",
    "terms",
    "trials_schema",
    "user_neighbors",
    "user_neighbors_schema",
    "user_profiles",
]
