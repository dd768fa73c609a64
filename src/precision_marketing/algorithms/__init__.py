"""The algorithms: numpy and scipy in, arrow out; nothing here knows dbt."""

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
from precision_marketing.algorithms.tfidf import (
    content_neighbors,
    item_profiles,
    terms,
    user_profiles,
)
from precision_marketing.algorithms.top_items import iterate_top_items, scores_schema

__all__ = [
    "NeuralScorerModel",
    "NeuralScorerSettings",
    "NotEnoughTrainingData",
    "content_neighbors",
    "fit",
    "history_schema",
    "item_neighbors",
    "item_neighbors_schema",
    "item_profiles",
    "iterate_top_items",
    "neighbor_matrix",
    "neural_model_schema",
    "popularity_damping",
    "scores_schema",
    "terms",
    "user_neighbors",
    "user_neighbors_schema",
    "user_profiles",
]
