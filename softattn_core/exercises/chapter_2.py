"""The exercises of chapter 2."""

import numpy as np

from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import OVERFLOW, exp_over_sum
from softattn_core.probability import (
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    softmax,
)

CAT = np.array([3.0, 1.0, 0.2])
RULED_OUT = np.array([0.0, -1000.0])

CROSS_ENTROPY = Exercise(
    cross_entropy,
    [probe(CAT, 0), probe(CAT, 1), probe(CAT, 2), probe(RULED_OUT, 1), probe(CAT + 1000, 1),
     probe(np.array([-1000.0, 3.0, 1000.0]), 2)],
    [
        ("The sign is turned: the loss is −log p, and never below 0.",
         lambda z, t: -cross_entropy(z, t)),
        ("This is the probability of the true class. The loss is −log of it.",
         lambda z, t: softmax(z)[t]),
        ("This is 1 − p. The loss is −log p.", lambda z, t: 1 - softmax(z)[t]),
        ("This logarithm has another base. Take the natural one, np.log.",
         lambda z, t: cross_entropy(z, t) / np.log(2)),
        ("This logarithm has another base. Take the natural one, np.log.",
         lambda z, t: cross_entropy(z, t) / np.log(10)),
        ("This is the loss of the likeliest class. The one that counts is the true class, target.",
         lambda z, t: cross_entropy(z, int(np.argmax(z)))),
        ("The loss is that of the true class alone: no sum or mean over the classes.",
         lambda z, t: cross_entropy(z, t) / len(z)),
        ("The loss is that of the true class alone: no sum or mean over the classes.",
         lambda z, t: -log_softmax(z).sum()),
        ("A probability rounded to 0 before its logarithm was taken. "
         "Use LSE(z) − z[target]: then no probability is needed.",
         lambda z, t: -np.log(softmax(z)[t])),
        ("The maximum was subtracted inside log-sum-exp only. Add it again, or subtract it from "
         "z[target] too.", lambda z, t: np.log(np.exp(z - z.max()).sum()) - z[t]),
        ("Log-sum-exp overflows for large logits. Subtract the largest logit first.",
         lambda z, t: np.log(np.exp(z).sum()) - z[t]),
        ("The exponentials overflow. Subtract the largest logit first.",
         lambda z, t: -np.log(exp_over_sum(z)[t])),
    ],
)

TRUE_CLASS = "Take 1 off at the true class, target, not at the likeliest one."

GRADIENT = Exercise(
    cross_entropy_gradient,
    [probe(CAT, 1), probe(CAT, 0), probe(CAT + 1000, 2),
     probe(np.array([-1000.0, 3.0, 1000.0]), 1)],
    [
        ("The sign is turned: the gradient is p − y, not y − p.",
         lambda z, t: -cross_entropy_gradient(z, t)),
        ("This is p. Take 1 off at the true class.", lambda z, t: softmax(z)),
        (TRUE_CLASS, lambda z, t: cross_entropy_gradient(z, int(np.argmax(z)))),
        ("This uses the logits where the probabilities belong: softmax is missing.",
         lambda z, t: z - np.eye(len(z))[t]),
        ("No division by the number of classes: there is one picture.",
         lambda z, t: cross_entropy_gradient(z, t) / len(z)),
        (OVERFLOW, lambda z, t: exp_over_sum(z) - np.eye(len(z))[t]),
    ],
)


def descent(logits, target, rate, steps, sign=-1, result=lambda z: z):
    z = np.array(logits, dtype=float)
    for _ in range(steps):
        z = z + sign * rate * cross_entropy_gradient(z, target)
    return result(z)


DESCENT = Exercise(
    descent,
    [probe(CAT, 1, 1.0, 1), probe(CAT, 1, 0.5, 1), probe(CAT, 1, 1.0, 3), probe(CAT, 2, 1.0, 0)],
    [
        ("This climbs: the loss grows. Step against the gradient, z − rate · (p − y).",
         lambda z, t, r, n: descent(z, t, r, n, sign=1)),
        ("These are the probabilities. The logits are asked for.",
         lambda z, t, r, n: descent(z, t, r, n, result=softmax)),
        ("The rate changes nothing here: multiply the gradient by it.",
         lambda z, t, r, n: descent(z, t, 1.0, n)),
        ("The same gradient is used at every step. Compute it anew from the new logits.",
         lambda z, t, r, n: z - n * r * cross_entropy_gradient(z, t)),
        ("Only one step is made. Repeat it, and return after the loop, not in it.",
         lambda z, t, r, n: descent(z, t, r, 1)),
        ("That is one step too many.", lambda z, t, r, n: descent(z, t, r, n + 1)),
        ("That is one step too few.", lambda z, t, r, n: descent(z, t, r, n - 1)),
    ],
)

EXERCISES = {
    "cross_entropy": CROSS_ENTROPY,
    "cross_entropy_gradient": GRADIENT,
    "descent": DESCENT,
}
