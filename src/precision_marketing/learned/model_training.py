"""Train the neural scorer and its simpler opponent on labelled candidates."""

import logging
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from precision_marketing.algorithms.learned.logistic_regression import fit_logistic
from precision_marketing.algorithms.learned.model_records import (
    neural_model_schema,
    records,
)
from precision_marketing.algorithms.learned.neural_model import NeuralScorerModel
from precision_marketing.algorithms.learned.neural_scorer import (
    NeuralScorerSettings,
    fit_ensembles,
)
from precision_marketing.algorithms.learned.permutation_importance import (
    group_importance,
)
from precision_marketing.algorithms.learned.training_data import TrainingData
from precision_marketing.algorithms.learned.training_rows import NotEnoughTrainingData
from precision_marketing.learned.feature_groups import groups_of
from precision_marketing.learned.labelled_candidates import (
    LabelledCandidates,
    read_labelled,
)

_log = logging.getLogger(__name__)


def train(
    candidate_features: Any,
    settings: Mapping[str, float],
    logistic_settings: Mapping[str, float],
) -> pa.Table:
    """Return the models trained on the `train` window, as one long table.

    Three times: on all users, which is what `test` and `serve` are scored with, and on
    each half of them, so that every user of `train` can be scored by models that have
    not seen her labels.

    Parameters
    ----------
    candidate_features : duckdb.DuckDBPyRelation
        As for `read_labelled`.
    settings : mapping
        Fields of `NeuralScorerSettings`, and maximum_training_rows.
    logistic_settings : mapping
        penalty, as of `fit_logistic`.

    Returns
    -------
    pyarrow.Table
        `neural_model_schema`: what `NeuralScorerModel.to_table` and
        `LogisticModel.to_table` give, of a half with the scorer `<name>_half_0` or
        `_half_1`, and records of type importance and importance_baseline (name is the
        feature group, seed the permutation); without rows where a half cannot train a
        network.
    """
    own = {
        name: value
        for name, value in settings.items()
        if name in NeuralScorerSettings.__dataclass_fields__
    }
    network_settings = NeuralScorerSettings(**own)
    rows = read_labelled(candidate_features, settings["maximum_training_rows"])
    parts = (0, 1, None)
    try:
        data = [_training_data(rows, half) for half in parts]
    except NotEnoughTrainingData as reason:
        # As text: a kept log record would keep the error, and what it holds open.
        _log.warning("The neural scorer was not trained: %s.", str(reason))
        return neural_model_schema.empty_table()
    logistic = [
        fit_logistic(
            of_part,
            penalty=logistic_settings["penalty"],
            negatives_per_positive=network_settings.negatives_per_positive,
            seed=network_settings.seed,
        )
        for of_part in data
    ]
    networks = fit_ensembles(list(zip(data, logistic, strict=True)), network_settings)
    tables = _importance_records(networks[-1], data[-1], network_settings.seed)
    for half, network, regression in zip(parts, networks, logistic, strict=True):
        suffix = "" if half is None else half_suffix(half)
        tables.append(network.to_table(f"neural{suffix}"))
        tables.append(regression.to_table(f"logistic_regression{suffix}"))
    return pa.concat_tables(tables)


def half_suffix(number: int) -> str:
    """Return what is put behind a scorer's name for the models of one half."""
    return f"_half_{number}"


def _training_data(rows: LabelledCandidates, half: int | None) -> TrainingData:
    """Return the rows of a half of the users, or of all.

    Raises NotEnoughTrainingData.
    """
    return TrainingData.prepared(
        rows.features,
        rows.feature_names,
        rows.labels,
        rows.users,
        rows.items,
        rows.is_holdout,
        subset=None if half is None else rows.halves == half,
        negative_share=rows.negative_share,
    )


def _importance_records(
    model: NeuralScorerModel, data: TrainingData, seed: int
) -> list[pa.Table]:
    """Return the records of the permutation importance of the feature groups."""
    importance = group_importance(model, data, groups_of(data.feature_names), seed=seed)
    tables = []
    for group, found in importance.items():
        baseline = [found.ndcg_at_10]
        tables.append(records("neural", "importance_baseline", baseline, name=[group]))
        tables += [
            records("neural", "importance", [drop], seed=permutation, name=[group])
            for permutation, drop in enumerate(found.drops)
        ]
    return tables
