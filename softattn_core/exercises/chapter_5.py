"""The exercises of chapter 5."""

import numpy as np

from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import ARGMAX, OVERFLOW, exp_over_sum, one_hot
from softattn_core.probability import softmax, sparsemax

H_THREE = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]])
H_SQUARE = np.array([[2.0, 1.0], [0.0, 3.0]])
H_WIDE = np.round(np.cos(np.arange(12)).reshape(4, 3), 2)


def linear_memory(h):
    return h.T @ h


LINEAR_MEMORY = Exercise(
    linear_memory,
    [probe(H_THREE), probe(H_SQUARE), probe(H_WIDE)],
    [
        ("This has a row for every word: it grows with them. Add up one d × d table a word.",
         lambda h: h @ h.T),
        ("This is the table of the summed state. Make a table of each state, and sum the tables.",
         lambda h: np.outer(h.sum(axis=0), h.sum(axis=0))),
        ("This is the sum of the states. Which of them a query likes is lost in it.",
         lambda h: h.sum(axis=0)),
        ("No division by the number of words: raw scores are not shares.",
         lambda h: h.T @ h / len(h)),
        ("Only a state's squares are here. Every number of it meets every other.",
         lambda h: np.diag((h**2).sum(axis=0))),
    ],
)


def sink_softmax(scores):
    return softmax(np.append(scores, 0.0))[:-1]


def sink_left_behind(scores):
    """The function as chapter 5 hands it out: the sink's score is not shifted with the others."""
    e = np.exp(scores - scores.max())
    return e / (1 + e.sum())


SINK_SOFTMAX = Exercise(
    sink_softmax,
    [probe(np.array([0.0, -1.0, -2.0])), probe(np.array([3.0, 1.0, 0.2])),
     probe(np.array([-3.0, -5.0])), probe(np.array([3000.0, 2999.0])),
     probe(np.array([-1000.0, -1001.0]))],
    [
        ("The words' scores are shifted by their maximum, and the sink's score is not. A shift "
         "changes nothing only if all scores make it.", sink_left_behind),
        ("This is softmax without a sink: the words still get the whole budget.", softmax),
        ("The sink's share is thrown away: as many weights as scores.",
         lambda z: softmax(np.append(z, 0.0))),
        (ARGMAX, one_hot),
        (OVERFLOW, lambda z: exp_over_sum(np.append(z, 0.0))[:-1]),
    ],
)


def lowered(z, tau):
    return np.maximum(z - tau, 0)


SPARSEMAX = Exercise(
    sparsemax,
    [probe(np.array([0.2, 1.6, -2.0, 1.5])), probe(np.array([0.2, 0.0, 0.4])),
     probe(np.array([1.0, 3.0, 0.2])), probe(np.array([1000.0, 999.5, 3.0]))],
    [
        ("This is softmax, which never says 0.", softmax),
        ("This is ReLU ÷ sum. Sparsemax lowers all scores by τ first.",
         lambda z: lowered(z, 0) / lowered(z, 0).sum()),
        ("τ was made with all the scores. Take the largest of the candidates, one for each k.",
         lambda z: lowered(z, (z.sum() - 1) / len(z))),
        ("This is not cut off at 0: a weight is max(z − τ, 0).",
         lambda z: z - (z - sparsemax(z))[z.argmax()]),
        ("These weights are sorted. They belong in the order of the scores.",
         lambda z: np.sort(sparsemax(z))[::-1]),
        ("The scores are not sorted when τ is made. They must fall.",
         lambda z: lowered(z, max((z.cumsum() - 1) / np.arange(1, len(z) + 1)))),
        (ARGMAX, one_hot),
    ],
    budget=True,
)

EXERCISES = {
    "linear_memory": LINEAR_MEMORY,
    "sink_softmax": SINK_SOFTMAX,
    "sparsemax": SPARSEMAX,
}
