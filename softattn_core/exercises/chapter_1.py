"""The exercises of chapter 1."""

import numpy as np

from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import (
    ALL_SHARE,
    ANOTHER_BASE,
    ARGMAX,
    NOT_NORMALISED,
    ONE_MAXIMUM,
    ONLY_DIVIDED,
    OVERFLOW,
    WRONG_AXIS,
    exp_over_sum,
    one_hot,
    one_maximum,
    over_everything,
    shifted_only,
)
from softattn_core.probability import softmax

Z = np.array([2.0, 1.0, 0.1])
PICTURES = np.array([[2.0, 1.0, 0.1], [0.5, 3.0, 0.2]])
FAR_ROWS = np.array([[1.0, 2.0, 0.5], [1001.0, 1002.0, 1000.0]])

SOFTMAX = Exercise(
    softmax,
    [probe(Z), probe(Z, temperature=0.5), probe(PICTURES), probe(PICTURES, axis=0),
     probe(np.array([1000.0, 999.0, -1000.0])), probe(FAR_ROWS),
     probe(np.array([1000.0, 999.0, -1000.0]), temperature=0.5),
     probe(np.array([-1000.0, 999.0, -1000.0, -1000.0])), probe(np.array([-1000.0, -999.0]))],
    [
        (ARGMAX, lambda z, axis=-1, temperature=1.0: one_hot(z, axis)),
        (NOT_NORMALISED, lambda z, axis=-1, temperature=1.0: np.exp(z / temperature)),
        (NOT_NORMALISED, lambda z, axis=-1, temperature=1.0:
            shifted_only(z / temperature, axis)),
        (ONLY_DIVIDED, lambda z, axis=-1, temperature=1.0: z / z.sum(axis=axis, keepdims=True)),
        ("The temperature is upside down: divide the scores by T, do not multiply.",
         lambda z, axis=-1, temperature=1.0: softmax(z * temperature, axis)),
        ("The temperature changes nothing here: divide the scores by it before the exponential.",
         lambda z, axis=-1, temperature=1.0: softmax(z, axis)),
        (ALL_SHARE, lambda z, axis=-1, temperature=1.0: over_everything(z / temperature)),
        (WRONG_AXIS, lambda z, axis=-1, temperature=1.0: softmax(z, 0, temperature)),
        ("With axis=0 the columns must sum to 1. Do you use the argument axis?",
         lambda z, axis=-1, temperature=1.0: softmax(z, -1, temperature)),
        (OVERFLOW, lambda z, axis=-1, temperature=1.0: exp_over_sum(z / temperature, axis)),
        (ONE_MAXIMUM, lambda z, axis=-1, temperature=1.0: one_maximum(z / temperature, axis)),
    ],
    budget=True,
)


def joined(shares, newcomer):
    """The old shares and the newcomer's, given before the division, as a distribution."""
    together = np.append(shares, newcomer)
    return together / together.sum()


NEWCOMER = Exercise(
    lambda shares: joined(shares, shares.max()),
    [probe(np.array([0.5, 0.3, 0.2])), probe(np.array([0.2, 0.7, 0.1])),
     probe(np.array([0.25, 0.25, 0.25, 0.25])), probe(np.array([0.0, 1.0]))],
    [
        ("Only the best one loses here. Compare the second with the third: their gap to the best "
         "did not change, so neither may their ratio to it.",
         lambda p: np.append(np.where(p == p.max(), p / 2, p), p.max() / 2)),
        ("These do not sum to 1: there is one budget. Divide by the new sum.",
         lambda p: np.append(p, p.max())),
        ("These shares went through softmax as if they were scores. They are exponentials already, "
         "divided by a sum.", lambda p: softmax(np.append(p, p.max()))),
        ("The newcomer's share is that of an average answer. Its score is that of the best.",
         lambda p: joined(p, p.mean())),
        ("Each of the old ones gives up the same amount here. Then ratios change, and no gap did.",
         lambda p: np.append(p - p.max() / (1 + p.max()) / len(p), p.max() / (1 + p.max()))),
        ("The newcomer's share belongs at the end.", lambda p: np.roll(joined(p, p.max()), 1)),
    ],
    budget=True,
)


def rise_to_half(scores, i, total=np.logaddexp.reduce):
    return total(np.delete(scores, i)) - scores[i]


RISE_TO_HALF = Exercise(
    rise_to_half,
    [probe(Z, 1), probe(Z, 0), probe(np.array([2.0, 1.0]), 1), probe(Z + 1000, 2),
     probe(np.array([0.0, -1000.0, -1000.0]), 0), probe(np.array([-1000.0, 0.0, 0.0]), 0)],
    [
        ("This makes it level with the best of the others. With more than two answers that is "
         "less than half.", lambda z, i: rise_to_half(z, i, np.max)),
        ("The sum holds the answer's own exponential, too. Half of the budget is what all the "
         "others get together.", lambda z, i: np.logaddexp.reduce(z) - z[i]),
        ("The sign is turned: this is how many points it is ahead.",
         lambda z, i: -rise_to_half(z, i)),
        ("This is the new score. Asked for are the points to add to the old one.",
         lambda z, i: np.logaddexp.reduce(np.delete(z, i))),
        (ANOTHER_BASE, lambda z, i: np.logaddexp.reduce(np.delete(z, i)) / np.log(2) - z[i]),
        (ANOTHER_BASE, lambda z, i: np.logaddexp.reduce(np.delete(z, i)) / np.log(10) - z[i]),
        ("A share rounded to 0 or to 1, and its odds were lost. Work with the scores.",
         lambda z, i: -np.log(softmax(z)[i] / (1 - softmax(z)[i]))),
        ("The exponentials overflow. Subtract the largest of the others first, and add it again "
         "after the logarithm.",
         lambda z, i: rise_to_half(z, i, lambda others: np.log(np.exp(others).sum()))),
    ],
)

EXERCISES = {
    "softmax": SOFTMAX,
    "newcomer": NEWCOMER,
    "rise_to_half": RISE_TO_HALF,
}
