"""What several exercises share: pieces of mistakes, and the hints at them."""

import numpy as np

from softattn_core.probability import softmax


def exp_over_sum(z, axis=-1, sum_axis=None):
    """Softmax without subtracting the maximum."""
    e = np.exp(z)
    return e / e.sum(axis=axis if sum_axis is None else sum_axis, keepdims=True)


def one_maximum(z, axis=-1):
    """Softmax that subtracts the maximum of the whole array."""
    return exp_over_sum(z - z.max(), axis)


def over_everything(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def without_keepdims(z):
    """Runs on square matrices only; on others NumPy complains, see `described`."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1) if len(z) == len(z.T) else softmax(z)


def shifted_only(z, axis=-1):
    """The exponentials, with the maximum subtracted, and no division."""
    return np.exp(z - z.max(axis=axis, keepdims=True))


def one_hot(z, axis=-1):
    """A 1 at the largest score."""
    return (z == z.max(axis=axis, keepdims=True)).astype(float)


def from_the_wrong_side(weights, h):
    """h @ weights, where the shapes allow it."""
    return weights @ h.T if weights.shape[-1] == h.shape[1] else weights @ h


ARGMAX = "The largest score gets everything: that is argmax. Softmax gives each score a share."
NOT_NORMALISED = "These are the exponentials. Divide them by their sum."
WRONG_AXIS = "Your rows do not sum to 1: which axis did you normalise?"
ALL_SHARE = "All rows share one budget. Sum along the rows only, with axis and keepdims=True."
OVERFLOW = ("For large scores the exponentials overflow. "
            "Subtract the largest score first: softmax does not see the shift.")
ONE_MAXIMUM = ("You subtract the maximum of the whole array. A row far below it rounds to 0 by 0: "
               "subtract each row's own maximum.")
KEEPDIMS = "The sums line up with the columns, not with the rows: keepdims=True is missing."
ANOTHER_BASE = "This logarithm has another base. Take the natural one, np.log."
ONLY_DIVIDED = "These are the scores divided by their sum. Take exponentials first."
NOT_SCALED = "The scores are not scaled: divide them by √d."
BY_D = "The scores are divided by d. It is √d that keeps their size."
BY_SQRT_N = "The scores are divided by the root of the number of keys. d is the length of a query."
