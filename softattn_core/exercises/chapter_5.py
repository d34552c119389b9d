"""The exercises of chapter 5."""

import numpy as np

from softattn_core.attention import attention_weights, scaled_dot_scores
from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import (
    ARGMAX,
    BY_D,
    BY_SQRT_N,
    NOT_NORMALISED,
    NOT_SCALED,
    OVERFLOW,
    exp_over_sum,
    one_hot,
    shifted_only,
)
from softattn_core.probability import softmax, sparsemax

QUERY = np.array([3.0, 1.0, 2.0, 2.0])
KEYS = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [0.5, 0.5, 1.0, -1.0]])


def scaled(q, K, factor=1.0, weigh=softmax):
    return weigh(factor * scaled_dot_scores(q, K))


SCALED_WEIGHTS = Exercise(
    lambda q, K: attention_weights(scaled_dot_scores(q, K)),
    [probe(QUERY, KEYS), probe(QUERY[:3], KEYS[:2, :3]), probe(1000 * QUERY, KEYS),
     probe(-1000 * QUERY, KEYS[:2])],
    [
        (NOT_SCALED, lambda q, K: softmax(K @ q)),
        (NOT_NORMALISED, lambda q, K: scaled(q, K, weigh=shifted_only)),
        (BY_D, lambda q, K: softmax(K @ q / len(q))),
        (BY_SQRT_N, lambda q, K: softmax(K @ q / np.sqrt(len(K)))),
        ("√d stands on the wrong side: divide by it, do not multiply.",
         lambda q, K: softmax(K @ q * np.sqrt(len(q)))),
        ("√d comes too late: divide the scores by it, before the softmax.",
         lambda q, K: softmax(K @ q) / np.sqrt(len(q))),
        ("These are scores. Softmax makes weights of them.", lambda q, K: scaled_dot_scores(q, K)),
        (NOT_NORMALISED, lambda q, K: scaled(q, K, weigh=np.exp)),
        (ARGMAX, lambda q, K: scaled(q, K, weigh=one_hot)),
        (OVERFLOW, lambda q, K: scaled(q, K, weigh=exp_over_sum)),
    ],
    budget=True,
)

PLACES, VALUES = np.array([0.0, 1.0, 3.0]), np.array([1.0, 2.0, 6.0])


def regression(x, places, values, width, score=lambda r: -r**2 / 2, weigh=softmax):
    return weigh(score((x - places) / width)) @ values


PREDICT = Exercise(
    regression,
    [probe(1.0, PLACES, VALUES, 1.0), probe(1.0, PLACES, VALUES, 3.0),
     probe(1.0, PLACES, VALUES, 0.5), probe(1000.0, PLACES, VALUES, 1.0)],
    [
        ("The half is missing: the score is −(x − place)² / (2 width²).",
         lambda x, a, y, w: regression(x, a, y, w, score=lambda r: -r**2)),
        ("The distance is not squared.",
         lambda x, a, y, w: regression(x, a, y, w, score=lambda r: -abs(r))),
        ("The distance is not squared.",
         lambda x, a, y, w: regression(x, a, y, w, score=lambda r: -abs(r) / 2)),
        ("The sign is turned: far places get most.",
         lambda x, a, y, w: regression(x, a, y, w, score=lambda r: r**2 / 2)),
        ("The width is upside down: divide the distance by it.",
         lambda x, a, y, w: regression(x, a, y, 1 / w)),
        ("The width is squared with the distance: (x − place)² / (2 width²).",
         lambda x, a, y, w: regression(x, a, y, np.sqrt(w))),
        ("The width changes nothing here.", lambda x, a, y, w: regression(x, a, y, 1.0)),
        ("This is the nearest value alone. The others count too, by their weights.",
         lambda x, a, y, w: regression(x, a, y, w, weigh=one_hot)),
        ("The weights do not sum to 1: divide by the sum of the bells.",
         lambda x, a, y, w: regression(x, a, y, w, weigh=np.exp)),
        ("Far away, all bells round to 0, and it is 0 by 0. Take softmax of the scores.",
         lambda x, a, y, w: regression(x, a, y, w, weigh=exp_over_sum)),
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
    "scaled_weights": SCALED_WEIGHTS,
    "predict": PREDICT,
    "sparsemax": SPARSEMAX,
}
