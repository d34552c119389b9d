"""From scores to probabilities: softmax, the measures built on it, and sparsemax.

Every function takes anything `numpy.asarray` takes. Float32 stays float32; all else is computed in
float64. Bad input is a `ValueError` that names the argument. A score of -inf is legal: it says
"impossible", and its probability is exactly 0.
"""

import numpy as np

# Overflow is foreseen: it gives -inf, and exp(-inf) is the right answer, 0.
_without_warnings = np.errstate(over="ignore", under="ignore", invalid="ignore")


def _as_numbers(name, values):
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array


def _as_floats(name, values):
    array = _as_numbers(name, values)
    return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)


def _check_axis(name, array, axis):
    if not isinstance(axis, (int, np.integer)) or not -array.ndim <= axis < array.ndim:
        raise ValueError(f"axis must be an integer in range for shape {array.shape}, got {axis!r}")
    if array.shape[axis] == 0:
        raise ValueError(f"{name} must not be empty along axis {axis}, got shape {array.shape}")


def _largest_magnitude(name, maximum):
    """The row maxima reveal NaN, +inf, and a row of nothing but -inf: one look at them serves."""
    largest = np.abs(maximum).max(initial=0)
    if not largest < np.inf:
        wrong = maximum[~np.isfinite(maximum)][0]
        raise ValueError(f"{name} must be finite or -inf, and in no row all masked or all -inf "
                         f"(nothing to attend to); got a row with maximum {wrong}")
    return largest


def _shifted(name, scores, axis, temperature=1.0):
    """A new array (z - max z) / T: never above 0, so `exp` of it cannot overflow."""
    z = _as_floats(name, scores)
    _check_axis(name, z, axis)
    if not isinstance(temperature, (int, float, np.number)) or not 0 < temperature < np.inf:
        raise ValueError(f"temperature must be one finite number above 0, got {temperature!r}")
    maximum = z.max(axis=axis, keepdims=True)
    # Huge scores can differ by more than the largest float: then halves are subtracted.
    scale = 2 if _largest_magnitude(name, maximum) > 1e30 else 1
    shifted = z - maximum if scale == 1 else z / 2 - maximum / 2
    if temperature != 1 or scale != 1:
        with np.errstate(over="ignore"):
            shifted /= np.float64(temperature)  # in float32, a tiny temperature would be 0
            shifted *= scale
    return shifted


def _as_distribution(name, probabilities, axis=-1):
    """`probabilities` as floats, once they are known to be none below 0 and to sum to 1."""
    p = _as_floats(name, probabilities)
    _check_axis(name, p, axis)
    # 0.001 lets figures pass that were rounded for print; `not` so that NaN fails too.
    if not ((p >= 0).all() and (abs(p.sum(axis=axis) - 1) <= 1e-3).all()):
        raise ValueError(f"{name} must be 0 or more and sum to 1 along axis {axis}")
    return p


def _target_distribution(target, shape, dtype):
    """One distribution per row: `target` itself, or all of it on the class that `target` names."""
    target = _as_numbers("target", target)
    if target.shape == shape:
        return _as_distribution("target", target).astype(dtype, copy=False)
    if (target.shape != shape[:-1] or target.dtype.kind not in "iu"
            or (target < 0).any() or (target >= shape[-1]).any()):
        raise ValueError(f"target must be probabilities of shape {shape} or class indices of shape "
                         f"{shape[:-1]} from 0 to {shape[-1] - 1}, got {target!r}")
    one_hot = np.zeros(shape, dtype)
    np.put_along_axis(one_hot, target[..., None], 1, axis=-1)
    return one_hot


def softmax(scores, axis=-1, temperature=1.0):
    """Turn scores into probabilities.

        p_i = exp(z_i / T) / sum_j exp(z_j / T)

    The largest score is subtracted first, which changes nothing (numerator and denominator shrink
    by the same factor) and keeps `exp` from overflowing.

    Shapes: any shape with at least one axis; the result has the same, and sums to 1 along `axis`.
    Errors: ValueError for an empty axis, an axis out of range, input that is not real numbers,
    NaN, +inf, a row of nothing but -inf, and a temperature that is not a finite number above 0.
    Source: Bridle (1990), "Probabilistic interpretation of feedforward classification network
    outputs"; temperature: Hinton, Vinyals & Dean (2015), equation 1; why subtracting is safe:
    Blanchard, Higham & Higham (2021), "Accurately computing the log-sum-exp and softmax functions".

    >>> softmax([3.0, 1.0, 0.2]).round(3)  # cat, dog, bird
    array([0.836, 0.113, 0.051])
    >>> softmax([2.0, 1.0, 0.1]).round(3)
    array([0.659, 0.242, 0.099])
    """
    p = _shifted("scores", scores, axis, temperature)
    np.exp(p, out=p)
    p /= p.sum(axis=axis, keepdims=True)
    return p


def log_softmax(scores, axis=-1, temperature=1.0):
    """The logarithm of softmax, accurate even where the probability itself rounds to 0.

        log p_i = z_i / T - log sum_j exp(z_j / T)

    Shapes: the same in and out. Units: nats. Errors: as for `softmax`.
    Source: Blanchard, Higham & Higham (2021), "Accurately computing the log-sum-exp and softmax
    functions".

    >>> log_softmax([3.0, 1.0, 0.2]).round(4)
    array([-0.1791, -2.1791, -2.9791])
    >>> log_softmax([0.0, -1000.0])
    array([    0., -1000.])
    """
    z = _shifted("scores", scores, axis, temperature)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@_without_warnings
def softmax_jacobian(scores, temperature=1.0):
    """How each probability moves when each score does.

        dp_i / dz_j = p_i (delta_ij - p_j) / T        that is    (diag(p) - p p^T) / T

    Shapes: scores (K,) -> (K, K). Every row sums to 0: what one class gains, the others lose.
    Errors: ValueError for scores that are not one-dimensional; else as for `softmax`.
    Source: Bishop (2006), "Pattern recognition and machine learning", equation 4.106.

    >>> softmax_jacobian([3.0, 1.0, 0.2]).round(3)
    array([[ 0.137, -0.095, -0.043],
           [-0.095,  0.1  , -0.006],
           [-0.043, -0.006,  0.048]])
    """
    if np.ndim(scores) != 1:
        raise ValueError(f"scores must have one axis, got shape {np.shape(scores)}")
    p = softmax(scores, temperature=temperature)
    jacobian = np.diag(p) - np.outer(p, p)
    jacobian /= np.float64(temperature)
    return jacobian


def cross_entropy(logits, target):
    """The surprise at the true answer, if softmax(logits) is what was believed.

        L = -sum_i y_i log p_i        for one right class t:    L = -log p_t

    Shapes: logits (..., K); target (...) of class indices, or (..., K) of probabilities, one-hot
    being the plain case; result (...). Units: nats.
    Errors: ValueError for a class index out of range, a target that does not fit the logits or is
    not a distribution; else as for `softmax`.
    Source: Bishop (2006), equation 4.108.

    >>> print(cross_entropy([3.0, 1.0, 0.2], 0).round(4))  # it was a cat
    0.1791
    >>> print(cross_entropy([3.0, 1.0, 0.2], [0, 0, 1]).round(4))  # it was a bird
    2.9791
    """
    z = _shifted("logits", logits, axis=-1)
    y = _target_distribution(target, z.shape, z.dtype)
    # 0 * -inf counts as 0: an impossible class costs nothing as long as it is not the answer.
    return np.log(np.exp(z).sum(axis=-1)) - (y * np.where(y > 0, z, 0)).sum(axis=-1)


def cross_entropy_gradient(logits, target):
    """The slope of the cross-entropy: what was believed minus what is true.

        dL / dz_i = p_i - y_i

    Shapes: logits and target as for `cross_entropy`; result (..., K). Errors: the same.
    Source: Bishop (2006), equation 4.109.

    >>> cross_entropy_gradient([3.0, 1.0, 0.2], 0).round(3)
    array([-0.164,  0.113,  0.051])
    """
    p = np.exp(_shifted("logits", logits, axis=-1))
    p /= p.sum(axis=-1, keepdims=True)
    return p - _target_distribution(target, p.shape, p.dtype)


def entropy(probabilities, axis=-1):
    """How undecided a distribution is: 0 when certain, log K when uniform over K.

        H = -sum_i p_i log p_i        with 0 log 0 = 0

    Shapes: any shape with at least one axis -> the same without `axis`. Units: nats.
    Errors: ValueError for numbers below 0, NaN, rows that do not sum to 1 (within 0.001), an empty
    axis or one out of range.
    Source: Shannon (1948), "A mathematical theory of communication", section 6.

    >>> print(entropy(softmax([3.0, 1.0, 0.2])).round(4))
    0.5477
    >>> print(entropy([1.0, 0.0, 0.0]))
    0.0
    """
    p = _as_distribution("probabilities", probabilities, axis)
    # 0.0 - x, because -x would turn the entropy of a certain outcome into -0.0.
    return 0.0 - (p * np.log(np.where(p > 0, p, 1))).sum(axis=axis)


@_without_warnings
def sparsemax(scores, axis=-1):
    """Turn scores into probabilities, of which some may be exactly 0.

        p_i = max(z_i - tau, 0)        with tau such that the p_i sum to 1

    It is the point of the simplex nearest to z. With the scores sorted, z_(1) >= z_(2) >= ...,
    tau is the largest of (z_(1) + ... + z_(k) - 1) / k: the average rises while a score joins that
    lies above it, and those are the scores that keep a probability.

    Shapes: the same in and out. Errors: as for `softmax`.
    Source: Martins & Astudillo (2016), "From softmax to sparsemax", equations 2 and 3.

    >>> sparsemax([3.0, 1.0, 0.2])
    array([1., 0., 0.])
    >>> sparsemax([1.0, 0.5, -1.0])
    array([0.75, 0.25, 0.  ])
    """
    z = np.moveaxis(_shifted("scores", scores, axis), axis, -1)
    largest_first = -np.sort(-z, axis=-1)
    k = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    tau = ((largest_first.cumsum(axis=-1) - 1) / k).max(axis=-1, keepdims=True)
    return np.moveaxis(np.maximum(z - tau, 0), -1, axis)
