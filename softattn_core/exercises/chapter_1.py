"""The exercises of chapter 1."""

import numpy as np

from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import (
    ALL_SHARE,
    ARGMAX,
    KEEPDIMS,
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
    without_keepdims,
)
from softattn_core.probability import log_softmax, softmax

Z = np.array([2.0, 1.0, 0.1])
PICTURES = np.array([[2.0, 1.0, 0.1], [0.5, 3.0, 0.2]])
FAR_ROWS = np.array([[1.0, 2.0, 0.5], [1001.0, 1002.0, 1000.0]])
SQUARE = np.array([[2.0, 1.0, 0.1], [0.5, 3.0, 0.2], [1.0, 1.5, -1.0]])

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

SOFTMAX_OF_ROWS = Exercise(
    softmax,
    [probe(PICTURES), probe(SQUARE), probe(FAR_ROWS)],
    [
        (ARGMAX, one_hot),
        (NOT_NORMALISED, np.exp),
        (NOT_NORMALISED, shifted_only),
        (ONLY_DIVIDED, lambda z: z / z.sum(axis=1, keepdims=True)),
        (ALL_SHARE, over_everything),
        (WRONG_AXIS, lambda z: softmax(z, axis=0)),
        (KEEPDIMS, without_keepdims),
        (OVERFLOW, exp_over_sum),
        (ONE_MAXIMUM, one_maximum),
    ],
    budget=True,
)

LOG_SOFTMAX = Exercise(
    log_softmax,
    [probe(Z), probe(np.array([0.0, -800.0])), probe(np.array([1000.0, 999.0])),
     probe(np.array([-1000.0, -998.0, 1000.0]))],
    [
        ("These are the probabilities. Their logarithms are asked for.", softmax),
        ("The sign is turned: logarithms of probabilities are never above 0.",
         lambda z: -log_softmax(z)),
        ("This logarithm has another base. Take the natural one, np.log.",
         lambda z: log_softmax(z) / np.log(2)),
        ("This logarithm has another base. Take the natural one, np.log.",
         lambda z: log_softmax(z) / np.log(10)),
        ("The maximum was subtracted inside log-sum-exp only. Add it again, "
         "or subtract it from every score.", lambda z: z - np.log(np.exp(z - z.max()).sum())),
        ("The maximum was subtracted; the logarithm of the sum is still missing.",
         lambda z: z - z.max()),
        ("The probability rounded to 0 before its logarithm was taken. "
         "Use z − LSE(z): then no probability is needed.", lambda z: np.log(softmax(z))),
        ("Log-sum-exp overflows for large scores. Subtract the largest score first.",
         lambda z: z - np.log(np.exp(z).sum())),
        ("Log-sum-exp overflows for large scores. Subtract the largest score first.",
         lambda z: np.log(exp_over_sum(z))),
    ],
)

EXERCISES = {
    "softmax": SOFTMAX,
    "softmax_of_rows": SOFTMAX_OF_ROWS,
    "log_softmax": LOG_SOFTMAX,
}
