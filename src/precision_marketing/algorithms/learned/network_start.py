"""A network that starts as a logistic regression, to learn what it misses."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from precision_marketing.algorithms.learned.logistic_regression import LogisticModel


def start_as(classifier: MLPClassifier, start: LogisticModel) -> None:
    """Let the first two units of each layer pass on the regression's logit.

    One unit its positive, the other its negative part, and neither any other's.
    """
    first, second, last = classifier.coefs_
    biases = classifier.intercepts_
    signs = np.array([1.0, -1.0])
    first[:, :2] = np.outer(start.coefficients, signs)
    biases[0][:2] = start.intercept * signs
    second[:2, :] = 0.0
    second[:, :2] = 0.0
    second[[0, 1], [0, 1]] = 1.0
    biases[1][:2] = 0.0
    last[:2, 0] = signs
    biases[2][:] = 0.0
