"""The exercises of chapter 2."""

import numpy as np

from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import NOT_NORMALISED, one_hot
from softattn_core.probability import cross_entropy_gradient, softmax

CAT = np.array([0.836, 0.113, 0.051])
RULED_OUT = np.array([0.75, 0.25, 0.0])


def powered(p, power):
    """The shares raised to a power, as a distribution."""
    raised = p ** power
    return raised / raised.sum()


REHEATED = Exercise(
    lambda p, T: powered(p, 1 / T),
    [probe(CAT, 2.0), probe(CAT, 0.5), probe(CAT, 1.0), probe(RULED_OUT, 2.0),
     probe(RULED_OUT, 0.25)],
    [
        ("These shares went through softmax as if they were logits. Which logits have them for "
         "shares? Their logarithms have.", lambda p, T: softmax(p / T)),
        ("The temperature is upside down: at T = 2 the shares come closer to each other.",
         lambda p, T: powered(p, T)),
        ("The temperature changes nothing here: a common factor cancels in the division.",
         lambda p, T: p / T / (p / T).sum()),
        ("These do not sum to 1. The constant in logits = log p + constant is not known, but the "
         "division makes it cancel.", lambda p, T: p ** (1 / T)),
        ("These are logits. Softmax makes shares of them.", lambda p, T: np.log(p) / T),
        (NOT_NORMALISED, lambda p, T: np.exp(p / T)),
        ("The largest takes everything, as if T were 0.", lambda p, T: one_hot(p)),
    ],
    budget=True,
)


def change(p, v, average=lambda p, v: p @ v):
    return p * (v - average(p, v))


CHANGE = Exercise(
    change,
    [probe(CAT, np.array([0.0, 1.0, 0.0])), probe(CAT, np.array([-0.8, 0.9, -0.1])),
     probe(CAT, np.array([5.0, 5.0, 5.0])), probe(RULED_OUT, np.array([1.0, 2.0, 9.0]))],
    [
        ("This is the plain average of v. A class with a large share counts for more in it: "
         "weigh by the shares.", lambda p, v: change(p, v, lambda p, v: v.mean())),
        ("The others pay, too: without the average, a common shift would change the shares.",
         lambda p, v: p * v),
        ("Each share's change is in proportion to the share: multiply by it.",
         lambda p, v: v - p @ v),
        ("The sign is turned.", lambda p, v: -change(p, v)),
        ("This treats each class as if it were alone, with p (1 − p): the diagonal of J. "
         "The other entries are missing.", lambda p, v: p * (1 - p) * v),
        ("v moves the logits here, and the shares are computed anew. Asked for is the slope, J v.",
         lambda p, v: softmax(np.log(p) + v) - p),
    ],
)


def training_step(W, b, X, truth, rate, residuals=None, mean=True, moved_b=True):
    """One step of gradient descent on W and b, with one thing done otherwise."""
    Z = X @ W.T + b
    G = cross_entropy_gradient(Z, truth) if residuals is None else residuals(Z, truth)
    G = G / len(X) if mean else G
    return W - rate * G.T @ X, b - rate * moved_b * G.sum(axis=0)


def from_every_row(Z, truth):
    """`G[:, truth] -= 1` takes 1 off in whole columns: each that is true of some picture."""
    G = softmax(Z)
    G[:, truth] -= 1
    return G


def from_the_winners(Z, truth):
    return cross_entropy_gradient(Z, Z.argmax(axis=1))


W_BOOK = np.array([[1.0, 1.0], [1.0, 0.0], [-1.8, 1.0]])
ONE, TWO = np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [-1.0, 0.5]])
FOUR = np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, 1.0], [2.0, -1.0]])

TRAINING_STEP = Exercise(
    training_step,
    [probe(W_BOOK, np.zeros(3), ONE, np.array([1]), 0.1),
     probe(W_BOOK, np.zeros(3), TWO, np.array([1, 2]), 0.1),
     probe(W_BOOK, np.array([0.5, 0.0, -0.5]), FOUR, np.array([1, 2, 2, 0]), 1.0)],
    [
        ("This is still the colleague's step. Take two pictures, and print what the rows of G sum "
         "to: each should give 0.",
         lambda *step: training_step(*step, residuals=from_every_row)),
        ("The 1 comes off at the winner. It belongs to the true class: a model that learns from "
         "its own opinion learns nothing new.",
         lambda *step: training_step(*step, residuals=from_the_winners)),
        ("This climbs: the loss grows. Step against the gradient.",
         lambda W, b, X, truth, rate: training_step(W, b, X, truth, -rate)),
        ("The loss is a mean: divide by the number of pictures.",
         lambda *step: training_step(*step, mean=False)),
        ("b has stayed where it was.", lambda *step: training_step(*step, moved_b=False)),
        ("No 1 was taken off: G is softmax alone.",
         lambda *step: training_step(*step, residuals=lambda Z, truth: softmax(Z))),
        ("Softmax runs along the wrong axis here: each picture, a row, has a budget of 1.",
         lambda *step: training_step(*step, residuals=lambda Z, truth: (
             softmax(Z, axis=0) - np.eye(Z.shape[1])[truth]))),
    ],
    returns=("W", "b"),
)

EXERCISES = {
    "reheated": REHEATED,
    "change": CHANGE,
    "training_step": TRAINING_STEP,
}
