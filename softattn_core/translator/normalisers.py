"""What turns the scores into weights: softmax, and what can be trained in its place.

    softmax        exp(z_i) / sum_j exp(z_j)          a budget of 1, every word gets something
    sparsemax      max(z_i - tau, 0), summing to 1    a budget of 1, words may get exactly nothing
    relu_sum       max(z_i, 0) / sum_j max(z_j, 0)    a budget of 1; if no score is above 0, none
    softplus_sum   log(1 + exp(z_i)) / their sum      a budget of 1, every word gets something
    relu_n         max(z_i, 0) / n                    no budget, words may get exactly nothing
    sigmoid        1 / (1 + exp(-z_i))                no budget: every word for itself
    sigmoid_shift  1 / (1 + exp(-(z_i - log n)))      the same, begun at 1/n for scores of 0
    raw            z_i                                the scores themselves, also below 0
    uniform        1 / n                              a budget of 1 and no choice

n counts the words that may be looked at. Each is a pair. `weights` makes weights of scores
(..., T_x), where a score of -inf (a masked word) gets exactly 0. `gradient` gives d_scores from
d_weights, the weights and the scores.

ReLU ÷ n is from Wortsman et al. (2023), the shift by -log n from Ramapuram et al. (2024).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from softattn_core.attention import attention_weights
from softattn_core.probability import sparsemax


class Normaliser(NamedTuple):
    """weights(scores) and gradient(d_weights, weights, scores), arrays of shape (..., T_x)."""

    weights: Callable
    gradient: Callable


def softmax_gradient(d_weights, weights, scores):
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


def sparsemax_gradient(d_weights, weights, scores):
    # tau moves with the mean of the scores that keep a weight (Martins & Astudillo 2016, sec. 2.5).
    kept = weights > 0
    mean = (kept * d_weights).sum(axis=-1, keepdims=True) / kept.sum(axis=-1, keepdims=True)
    return kept * (d_weights - mean)


def relu_sum(scores):
    """A row without a score above 0 has nothing to share out: its weights are all 0."""
    positive = np.maximum(scores, 0)
    return positive / _sum_or_1(positive)


def relu_sum_gradient(d_weights, weights, scores):
    change = d_weights - (weights * d_weights).sum(axis=-1, keepdims=True)
    return (scores > 0) * change / _sum_or_1(np.maximum(scores, 0))


def _sum_or_1(positive):
    total = positive.sum(axis=-1, keepdims=True)
    return np.where(total > 0, total, 1).astype(positive.dtype, copy=False)


def softplus_sum(scores):
    positive = np.logaddexp(0, scores)
    return positive / _sum_or_1(positive)


def softplus_sum_gradient(d_weights, weights, scores):
    change = d_weights - (weights * d_weights).sum(axis=-1, keepdims=True)
    return sigmoid(scores) * change / _sum_or_1(np.logaddexp(0, scores))


def _count(scores):
    return (scores > -np.inf).sum(axis=-1, keepdims=True, dtype=scores.dtype)


def relu_n(scores):
    return np.maximum(scores, 0) / _count(scores)


def relu_n_gradient(d_weights, weights, scores):
    return (scores > 0) * d_weights / _count(scores)


def sigmoid(scores):
    return 0.5 * (1 + np.tanh(0.5 * scores))  # the same function, and it cannot overflow


def sigmoid_shift(scores):
    return sigmoid(scores - np.log(_count(scores)))


def sigmoid_gradient(d_weights, weights, scores):
    return d_weights * weights * (1 - weights)  # with the shift as without it


def raw(scores):
    return np.where(scores > -np.inf, scores, 0)


def raw_gradient(d_weights, weights, scores):
    return d_weights * (scores > -np.inf)


def uniform(scores):
    return (scores > -np.inf) / _count(scores)


def uniform_gradient(d_weights, weights, scores):
    return np.zeros_like(weights)  # the scores have no say


NORMALISERS = {
    "softmax": Normaliser(attention_weights, softmax_gradient),
    "sparsemax": Normaliser(sparsemax, sparsemax_gradient),
    "relu_sum": Normaliser(relu_sum, relu_sum_gradient),
    "softplus_sum": Normaliser(softplus_sum, softplus_sum_gradient),
    "relu_n": Normaliser(relu_n, relu_n_gradient),
    "sigmoid": Normaliser(sigmoid, sigmoid_gradient),
    "sigmoid_shift": Normaliser(sigmoid_shift, sigmoid_gradient),
    "raw": Normaliser(raw, raw_gradient),
    "uniform": Normaliser(uniform, uniform_gradient),
}
