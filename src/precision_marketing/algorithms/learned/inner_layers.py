"""A network's layers behind the first, for sums of parts of the first; compiled.

The matrix products are BLAS; what stands between them is one pass over memory each.
"""

import numpy as np

from precision_marketing.algorithms.kernels.compiled import compiled, compiled_reordered

# A plain 0.0 would make double precision of what it meets.
_ZERO = np.float32(0.0)


def add_logits(
    low: np.ndarray,
    offsets: np.ndarray,
    network,
    scratch: list[np.ndarray],
    logits: np.ndarray,
) -> None:
    """Add to `logits` the network's output for first-layer sums `low + offsets`.

    Parameters
    ----------
    low : array of float32, shape (n_subsets, n_rows, n_units)
    offsets : array of float32, shape (n_rows, n_units)
    network : Layers
        As in `group_contributions`, in float32; without hidden layers the sums are the
        logits.
    scratch : list of array of float32
        Per hidden layer, shape (n_subsets * n_rows, n_units of it); overwritten.
    logits : array of float32, shape (n_subsets * n_rows,)
    """
    if not scratch:
        logits += (low + offsets).reshape(-1)
        return
    _relu_of_sum(low, offsets, scratch[0].reshape(low.shape))
    for number in range(1, len(scratch)):
        np.matmul(scratch[number - 1], network.weights[number], out=scratch[number])
        if number < len(scratch) - 1:
            _add_and_relu(scratch[number], network.biases[number])
    # The only hidden layer has its bias already.
    last_bias = network.biases[-2]
    if len(scratch) == 1:
        last_bias = np.zeros_like(last_bias)
    _add_last(
        scratch[-1],
        last_bias,
        np.ascontiguousarray(network.weights[-1][:, 0]),
        network.biases[-1][0],
        logits,
    )


@compiled
def _relu_of_sum(low, offsets, result):
    """Write max(0, low + offsets) to `result`."""
    for subset in range(low.shape[0]):
        for row in range(low.shape[1]):
            for unit in range(low.shape[2]):
                value = low[subset, row, unit] + offsets[row, unit]
                result[subset, row, unit] = max(value, _ZERO)


@compiled
def _add_and_relu(sums, biases):
    """Replace `sums` by max(0, sums + biases)."""
    for row in range(sums.shape[0]):
        for unit in range(sums.shape[1]):
            sums[row, unit] = max(sums[row, unit] + biases[unit], _ZERO)


@compiled_reordered
def _add_last(sums, biases, weights, bias, logits):
    """Add to `logits` the last layer's output of max(0, sums + biases)."""
    for row in range(sums.shape[0]):
        total = _ZERO
        for unit in range(sums.shape[1]):
            total += max(sums[row, unit] + biases[unit], _ZERO) * weights[unit]
        logits[row] += total + bias
