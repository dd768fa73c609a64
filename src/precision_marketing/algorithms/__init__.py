"""The algorithms: numpy and scipy in, arrow out; nothing here knows dbt."""

from precision_marketing.algorithms._model_records import (
    neural_model_schema,
    records,
)
from precision_marketing.algorithms._neural_model import (
    Network,
    NeuralScorerModel,
    calibrated,
    history_schema,
)
from precision_marketing.algorithms._training_data import TrainingData
from precision_marketing.algorithms._training_rows import NotEnoughTrainingData
from precision_marketing.algorithms.blend import Blend, learn_weights, trials_schema
from precision_marketing.algorithms.candidate_similarity import (
    neighbor_similarities,
    text_similarities,
)
from precision_marketing.algorithms.common_users import common_user_counts
from precision_marketing.algorithms.ease import ease_scores, fit_ease
from precision_marketing.algorithms.group_attribution import (
    GroupContributions,
    Layers,
    LinearNetwork,
    group_contributions,
)
from precision_marketing.algorithms.ials import Factors, fit_ials, ials_scores
from precision_marketing.algorithms.item_embedding import embedding_scores, unit_rows
from precision_marketing.algorithms.linear_svm import (
    Choices,
    fit_ranking_svm,
    pair_differences,
    sample_choices,
)
from precision_marketing.algorithms.list_blend import (
    BlendedLists,
    blend_lists,
    scale_lists,
)
from precision_marketing.algorithms.local_ridge import fit_local_ridge
from precision_marketing.algorithms.logistic_regression import (
    LogisticModel,
    fit_logistic,
)
from precision_marketing.algorithms.markov_attribution import (
    JourneyCounts,
    RemovalEffects,
    removal_effects,
)
from precision_marketing.algorithms.naive_bayes import term_log_odds, term_shares
from precision_marketing.algorithms.neighbors import (
    item_neighbors,
    item_neighbors_schema,
    neighbor_matrix,
    user_neighbors,
    user_neighbors_schema,
)
from precision_marketing.algorithms.neural_scorer import (
    NeuralScorerSettings,
    fit,
    fit_networks,
)
from precision_marketing.algorithms.next_basket import next_basket_neighbors
from precision_marketing.algorithms.permutation_importance import (
    GroupImportance,
    group_importance,
)
from precision_marketing.algorithms.popularity import popularity_damping
from precision_marketing.algorithms.propensity import (
    PropensityModel,
    fit_propensity,
    propensity_model_schema,
)
from precision_marketing.algorithms.spectral import (
    SpectralWeights,
    fit_spectral,
    spectral_scores,
)
from precision_marketing.algorithms.text import names, pieces, terms
from precision_marketing.algorithms.tfidf import (
    combined_profiles,
    content_neighbors,
    term_counts,
    tfidf_lengths,
    tfidf_weights,
    user_profiles,
)
from precision_marketing.algorithms.top_items import iterate_top_items, scores_schema
from precision_marketing.algorithms.top_scores import ScoreBlock, iterate_top_scores

__all__ = [
    "Blend",
    "BlendedLists",
    "Choices",
    "Factors",
    "GroupContributions",
    "GroupImportance",
    "JourneyCounts",
    "Layers",
    "LinearNetwork",
    "LogisticModel",
    "Network",
    "NeuralScorerModel",
    "NeuralScorerSettings",
    "NotEnoughTrainingData",
    "PropensityModel",
    "RemovalEffects",
    "ScoreBlock",
    "SpectralWeights",
    "TrainingData",
    "blend_lists",
    "calibrated",
    "combined_profiles",
    "common_user_counts",
    "content_neighbors",
    "ease_scores",
    "embedding_scores",
    "fit",
    "fit_ease",
    "fit_ials",
    "fit_local_ridge",
    "fit_logistic",
    "fit_networks",
    "fit_propensity",
    "fit_ranking_svm",
    "fit_spectral",
    "group_contributions",
    "group_importance",
    "history_schema",
    "ials_scores",
    "item_neighbors",
    "item_neighbors_schema",
    "iterate_top_items",
    "iterate_top_scores",
    "learn_weights",
    "names",
    "neighbor_matrix",
    "neighbor_similarities",
    "neural_model_schema",
    "next_basket_neighbors",
    "pair_differences",
    "pieces",
    "popularity_damping",
    "propensity_model_schema",
    "records",
    "removal_effects",
    "sample_choices",
    "scale_lists",
    "scores_schema",
    "spectral_scores",
    "term_counts",
    "term_log_odds",
    "term_shares",
    "terms",
    "text_similarities",
    "tfidf_lengths",
    "tfidf_weights",
    "trials_schema",
    "unit_rows",
    "user_neighbors",
    "user_neighbors_schema",
    "user_profiles",
]
