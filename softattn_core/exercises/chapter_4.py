"""The exercises of chapter 4."""

import numpy as np

from softattn_core.attention import attend, attention_weights
from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import (
    ARGMAX,
    NOT_NORMALISED,
    OVERFLOW,
    exp_over_sum,
    from_the_wrong_side,
    one_hot,
    shifted_only,
)
from softattn_core.probability import softmax

S_T = np.array([2.0, 1.0])
S_LONG = np.array([2.0, 1.0, -1.0])
H = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]])
H_SQUARE = np.array([[1.5, 0.5], [0.0, 0.5]])
A_BOOK = np.array([[1.0, -1.0], [1.0, 1.0]])
A_WIDE = np.array([[0.0, 2.0, 1.0], [-1.0, 0.5, 0.0]])  # from three numbers to two


def attended(s, h, A, weigh=softmax, mix=lambda weights, h: weights @ h):
    """(weights, context), with another way to weigh the scores, or to mix the states."""
    weights = weigh(h @ (A @ s))
    return weights, mix(weights, h)


def located(s, h, A):
    """The attention to be repaired, where the sentence happens to be as long as a state."""
    weights = softmax(A @ s)
    return weights, weights @ h[:len(weights)]


ATTEND = Exercise(
    lambda s, h, A: attend(s, h, W=A.T)[1:],
    [probe(S_T, H_SQUARE, A_BOOK), probe(S_T, H, A_BOOK), probe(S_LONG, H, A_WIDE),
     probe(1000 * S_T, H, A_BOOK)],
    [
        ("These weights still do not look at h: A @ s alone is the decoder's state in the "
         "encoder's terms. Now compare it with each state.", located),
        ("A is the wrong way round: its rows belong to the encoder's numbers, its columns to the "
         "decoder's.", lambda s, h, A: attended(s, h, A.T)),
        ("A changes nothing here: it stands between s and h.",
         lambda s, h, A: attended(s, h, np.eye(*A.shape))),
        ("These weights are scores. Softmax makes weights of them.",
         lambda s, h, A: attended(s, h, A, weigh=lambda z: z)),
        ("The context was made with the scores. Use the weights.",
         lambda s, h, A: (attended(s, h, A)[0], attended(s, h, A, weigh=lambda z: z)[1])),
        ("The context was made with the exponentials. Use the weights, after the division.",
         lambda s, h, A: (attended(s, h, A)[0], attended(s, h, A, weigh=np.exp)[1])),
        (NOT_NORMALISED, lambda s, h, A: attended(s, h, A, weigh=np.exp)),
        (NOT_NORMALISED, lambda s, h, A: attended(s, h, A, weigh=shifted_only)),
        (ARGMAX, lambda s, h, A: attended(s, h, A, weigh=one_hot)),
        ("The scores are divided by √d. The score of this chapter is not scaled.",
         lambda s, h, A: attended(s, h, A / np.sqrt(h.shape[1]))),
        ("The context comes from the wrong side: weights @ h mixes the states, the rows of h.",
         lambda s, h, A: attended(s, h, A, mix=from_the_wrong_side)),
        ("The context was divided by the number of states. The weights sum to 1 already.",
         lambda s, h, A: attended(s, h, A, mix=lambda weights, h: weights @ h / len(h))),
        ("Weights come first, then the context.", lambda s, h, A: attended(s, h, A)[::-1]),
        (OVERFLOW, lambda s, h, A: attended(s, h, A, weigh=exp_over_sum)),
    ],
    budget=True,
    returns=("weights", "context"),
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
    "masked_weights": MASKED_WEIGHTS,
}
