"""Steps of Adam on a network of relu layers, in single precision."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from scipy.special import expit

from precision_marketing.algorithms.learned.logistic_regression import LogisticModel

# Strength of the L2 penalty on all weights but the biases, as scikit-learn's `alpha`.
_PENALTY = 1e-4
_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.999, 1e-8


class NetworkTrainer:
    """A network and what Adam keeps of its gradients; its arrays are written over.

    A step is that of scikit-learn's `MLPClassifier` (relu, binary cross-entropy, Adam,
    L2 penalty of 1e-4) on the same rows, to single precision, in half the time: nothing
    is copied, checked or converted on the way. Source: Kingma, Ba (2015), "Adam",
    algorithm 1.

    Parameters
    ----------
    n_inputs : int
    hidden_layers : iterable of int
        Units of each hidden layer; the output is one logit.
    learning_rate : float
        Adam's step size, > 0.
    generator : numpy.random.Generator
        Draws the first weights: uniform within sqrt(6 / (inputs + outputs)) of a layer.
        Source: Glorot, Bengio (2010), equation 16.
    used : array of int, optional
        Places of the inputs that are given; the others are taken to be 0. All of them
        where it is left out.

    Examples
    --------
    >>> trainer = NetworkTrainer(1, (8,), 0.1, np.random.default_rng(0))
    >>> inputs = np.array([[1.0], [-1.0]], np.float32)
    >>> for _ in range(50):
    ...     trainer.step(inputs, np.array([1, 0], np.float32))
    >>> expit(trainer.logits(inputs)).round(1).tolist()
    [1.0, 0.0]
    """

    def __init__(
        self,
        n_inputs: int,
        hidden_layers: Iterable[int],
        learning_rate: float,
        generator: np.random.Generator,
        used: np.ndarray | None = None,
    ) -> None:
        self._n_inputs = n_inputs
        self._used = np.arange(n_inputs) if used is None else used
        drawn = list(pairwise((n_inputs, *hidden_layers, 1)))
        self._shapes = [(self._used.size, drawn[0][1]), *drawn[1:]]
        count = sum((inputs + 1) * outputs for inputs, outputs in self._shapes)
        self._learning_rate = learning_rate
        self._parameters, self._gradients = np.zeros((2, count), np.float32)
        self._first, self._second, self._update = np.zeros((3, count), np.float32)
        self._steps = 0
        self.weights, self.biases = self._layers(self._parameters)
        self._weight_gradients, self._bias_gradients = self._layers(self._gradients)
        self._buffers: list[np.ndarray] = []
        for layer, shape in enumerate(drawn):
            bound = np.sqrt(6.0 / sum(shape))
            # Of all inputs, so that those not given change no other's weights.
            weights = generator.uniform(-bound, bound, shape)
            self.weights[layer][:] = weights if layer else weights[self._used]
            self.biases[layer][:] = generator.uniform(-bound, bound, shape[1])

    def start_as(self, regression: LogisticModel) -> None:
        """Let the first two units of each of two hidden layers be the regression.

        One unit passes on the logit's positive, the other its negative part, and
        neither any other's.
        """
        first, second, last = self.weights
        signs = np.array([1.0, -1.0])
        first[:, :2] = np.outer(regression.coefficients[self._used], signs)
        self.biases[0][:2] = regression.intercept * signs
        second[:2, :] = 0.0
        second[:, :2] = 0.0
        second[[0, 1], [0, 1]] = 1.0
        self.biases[1][:2] = 0.0
        last[:2, 0] = signs
        self.biases[2][:] = 0.0

    def whole_weights(self) -> list[np.ndarray]:
        """Return the weights of each layer, 0 for inputs that are not given."""
        first = np.zeros((self._n_inputs, self._shapes[0][1]), np.float32)
        first[self._used] = self.weights[0]
        return [first, *self.weights[1:]]

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """Return the logit of each row.

        Parameters
        ----------
        inputs : array of float32, shape (n, inputs that are given)
            Scaled features.

        Returns
        -------
        array of float32, shape (n,)
            Written over by the next call.
        """
        return self._forward(inputs)[-1][:, 0]

    def step(self, inputs: np.ndarray, labels: np.ndarray) -> None:
        """Take one step against the mean gradient of some rows.

        Parameters
        ----------
        inputs : array of float32, shape (n, inputs that are given)
            Scaled features.
        labels : array of float32, shape (n,)
            0 or 1.
        """
        outputs = self._forward(inputs)
        errors = expit(outputs[-1])
        errors -= labels[:, np.newaxis]
        errors /= np.float32(len(inputs))
        share = np.float32(_PENALTY / len(inputs))
        for layer in reversed(range(len(self.weights))):
            below = outputs[layer - 1] if layer else inputs
            gradient = self._weight_gradients[layer]
            np.matmul(below.T, errors, out=gradient)
            gradient += share * self.weights[layer]
            np.sum(errors, axis=0, out=self._bias_gradients[layer])
            if layer:
                is_active = below > 0
                # What the layer below has put out is not needed any more.
                errors = np.matmul(errors, self.weights[layer].T, out=below)
                errors *= is_active
        self._move()

    def _forward(self, inputs: np.ndarray) -> list[np.ndarray]:
        """Return each layer's output; the last is the logit."""
        if not self._buffers or len(self._buffers[0]) < len(inputs):
            self._buffers = [
                np.empty((len(inputs), outputs), np.float32)
                for _, outputs in self._shapes
            ]
        outputs = [buffer[: len(inputs)] for buffer in self._buffers]
        for layer, output in enumerate(outputs):
            below = outputs[layer - 1] if layer else inputs
            np.matmul(below, self.weights[layer], out=output)
            output += self.biases[layer]
            if layer < len(outputs) - 1:
                np.maximum(output, np.float32(0), out=output)
        return outputs

    def _move(self) -> None:
        """Move the parameters along the gradients, as Adam does."""
        self._steps += 1
        self._first *= np.float32(_FIRST_DECAY)
        self._first += np.float32(1 - _FIRST_DECAY) * self._gradients
        self._second *= np.float32(_SECOND_DECAY)
        np.square(self._gradients, out=self._update)
        self._second += np.float32(1 - _SECOND_DECAY) * self._update
        rate = (
            self._learning_rate
            * np.sqrt(1 - _SECOND_DECAY**self._steps)
            / (1 - _FIRST_DECAY**self._steps)
        )
        np.sqrt(self._second, out=self._update)
        self._update += np.float32(_EPSILON)
        np.divide(self._first, self._update, out=self._update)
        self._update *= np.float32(rate)
        self._parameters -= self._update

    def _layers(self, values: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return weights and biases as views of one array."""
        weights, biases, start = [], [], 0
        for inputs, outputs in self._shapes:
            end = start + inputs * outputs
            weights.append(values[start:end].reshape(inputs, outputs))
            biases.append(values[end : end + outputs])
            start = end + outputs
        return weights, biases
