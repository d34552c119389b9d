"""The exercises of chapter 4."""

import numpy as np

from softattn_core.attention import attend, attention_weights
from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import (
    ALL_SHARE,
    ARGMAX,
    KEEPDIMS,
    NOT_NORMALISED,
    ONE_MAXIMUM,
    OVERFLOW,
    WRONG_AXIS,
    exp_over_sum,
    from_the_wrong_side,
    one_hot,
    one_maximum,
    over_everything,
    shifted_only,
    without_keepdims,
)
from softattn_core.probability import softmax

S_T = np.array([2.0, 1.0])
H = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]])
H_SQUARE = np.array([[1.5, 0.5], [0.0, 1.0]])
W_BOOK = np.array([[0.0, 1.0], [1.0, 1.0]])
W_SKEW = np.array([[0.0, 2.0], [-1.0, 0.5]])  # not its own transpose
S_ALL = np.array([[-3.0, 3.0], [2.0, 1.0], [4.0, -3.0]])


def attended(s, h, W, weigh=softmax, mix=lambda weights, h: weights @ h):
    """(weights, context), with another way to weigh the scores, or to mix the states."""
    weights = weigh(np.asarray(s) @ W @ h.T)
    return weights, mix(weights, h)


ATTENTION_MISTAKES = [
    ("W stands on the wrong side: the score is sᵀWh, not hᵀWs.",
     lambda s, h, W: attended(s, h, W.T)),
    ("W changes nothing here: the score is sᵀWh.",
     lambda s, h, W: attended(s, h, np.eye(len(W)))),
    ("These weights are scores. Softmax makes weights of them.",
     lambda s, h, W: attended(s, h, W, weigh=lambda z: z)),
    ("The context was made with the scores. Use the weights.",
     lambda s, h, W: (attended(s, h, W)[0], attended(s, h, W, weigh=lambda z: z)[1])),
    ("The context was made with the exponentials. Use the weights, after the division.",
     lambda s, h, W: (attended(s, h, W)[0], attended(s, h, W, weigh=np.exp)[1])),
    (NOT_NORMALISED, lambda s, h, W: attended(s, h, W, weigh=np.exp)),
    (NOT_NORMALISED, lambda s, h, W: attended(s, h, W, weigh=shifted_only)),
    (ARGMAX, lambda s, h, W: attended(s, h, W, weigh=one_hot)),
    ("The scores are divided by d. The score of this chapter, sᵀWh, is not scaled.",
     lambda s, h, W: attended(s, h, W / h.shape[1])),
    ("The scores are divided by √d. The score of this chapter, sᵀWh, is not scaled.",
     lambda s, h, W: attended(s, h, W / np.sqrt(h.shape[1]))),
    ("The context comes from the wrong side: weights @ h mixes the states, the rows of h.",
     lambda s, h, W: attended(s, h, W, mix=from_the_wrong_side)),
    ("The context was divided by the number of states. The weights sum to 1 already.",
     lambda s, h, W: attended(s, h, W, mix=lambda weights, h: weights @ h / len(h))),
    ("Weights come first, then the context.", lambda s, h, W: attended(s, h, W)[::-1]),
    (OVERFLOW, lambda s, h, W: attended(s, h, W, weigh=exp_over_sum)),
]

ATTEND = Exercise(
    lambda s, h, W: attend(s, h, W=W)[1:],
    [probe(S_T, H, W_BOOK), probe(S_T, H, W_SKEW), probe(S_T, H_SQUARE, W_SKEW),
     probe(1000 * S_T, H, W_SKEW)],
    ATTENTION_MISTAKES,
    budget=True,
    returns=("weights", "context"),
)

ATTEND_ALL = Exercise(
    lambda S, h, W: attend(S, h, W=W)[1:],
    [probe(S_ALL[:2], H, W_BOOK), probe(S_ALL, H, W_SKEW), probe(S_ALL[:2], H_SQUARE, W_SKEW),
     probe(1000 * S_ALL, H, W_SKEW), probe(np.array([[0.5, 1.0], [900.0, 800.0]]), H, W_SKEW)],
    [
        (WRONG_AXIS + " Each decoder state, a row, has a budget of 1.",
         lambda S, h, W: attended(S, h, W, weigh=lambda z: softmax(z, axis=0))),
        (ALL_SHARE, lambda S, h, W: attended(S, h, W, weigh=over_everything)),
        (KEEPDIMS, lambda S, h, W: attended(S, h, W, weigh=without_keepdims)),
        (ONE_MAXIMUM, lambda S, h, W: attended(S, h, W, weigh=one_maximum)),
        *ATTENTION_MISTAKES,
    ],
    budget=True,
    returns=("weights", "contexts"),
)


def masked_weights(scores, hidden):
    return attention_weights(scores, np.arange(len(scores)) != hidden)


def hidden_after(scores, hidden, normalise=False):
    """The weights with a hole in them, filled up again or not."""
    weights = softmax(scores)
    weights[hidden] = 0
    return weights / weights.sum() if normalise else weights


def with_score(scores, hidden, value):
    scores[hidden] = value
    return scores


MASKED_WEIGHTS = Exercise(
    masked_weights,
    [probe(np.array([1.0, 3.0, 0.2]), 1), probe(np.array([1.0, 3.0, 0.2]), 0),
     probe(np.array([1.0, 1000.0, 0.2]), 1), probe(np.array([1000.0, 999.0, 0.2]), 2),
     probe(np.array([-1000.0, -2.0, -999.0]), 1)],
    [
        ("The weights no longer sum to 1: the word was hidden after the softmax. "
         "Hide its score, before it.", hidden_after),
        ("The word was hidden after the softmax, and its large score left nothing for the others. "
         "Hide its score, before it.", lambda z, i: hidden_after(z, i, normalise=True)),
        ("A score of 0 hides nothing: e to the power of 0 is 1. Use −np.inf.",
         lambda z, i: softmax(with_score(z, i, 0.0))),
        ("Nothing is hidden yet: these are the weights of all words.", lambda z, i: softmax(z)),
        ("The mask is upside down: all but the hidden word are hidden.",
         lambda z, i: np.eye(len(z))[i]),
        ("The hidden word keeps its place, with a weight of 0: do not take it out.",
         lambda z, i: softmax(np.delete(z, i))),
        ("These are scores. Softmax makes weights of them.",
         lambda z, i: with_score(z, i, -np.inf)),
        (NOT_NORMALISED, lambda z, i: np.exp(with_score(z, i, -np.inf))),
        (NOT_NORMALISED, lambda z, i: shifted_only(with_score(z, i, -np.inf))),
        ("This score hides too little, where all others are lower still. Use −np.inf.",
         lambda z, i: softmax(with_score(z, i, -100.0))),
        (ARGMAX, lambda z, i: one_hot(with_score(z, i, -np.inf))),
        (OVERFLOW, lambda z, i: exp_over_sum(with_score(z, i, -np.inf))),
    ],
    budget=True,
)

EXERCISES = {
    "attend": ATTEND,
    "attend_all": ATTEND_ALL,
    "masked_weights": MASKED_WEIGHTS,
}
