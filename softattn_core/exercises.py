"""Checks the reader's own solutions, and names the likely mistake.

An exercise is a reference, probes (arguments to try, the plain ones first) and mistakes. At the
first probe with a wrong result, the mistake that gives just this result lends its hint.
"""

import copy
import difflib
import re
import textwrap
import warnings
from collections import Counter
from typing import NamedTuple

import numpy as np

from softattn_core.attention import (
    attend,
    attention_weights,
    multi_head_attention,
    scaled_dot_product_attention,
    scaled_dot_scores,
)
from softattn_core.probability import (
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    softmax,
    sparsemax,
)


def check(name, solution):
    """Print whether `solution`, a function, solves the exercise; if not, a hint why not.

    >>> check("softmax", softmax)
    softmax: right.
    >>> check("softmax", lambda scores, axis=-1, temperature=1.0: np.exp(scores))
    softmax: not yet. These are the exponentials. Divide them by their sum.

    ValueError for an exercise that is not in the book.
    """
    why = hint(name, solution)
    print(textwrap.fill(f"{name}: right." if why is None else f"{name}: not yet. {why}", 76))


def hint(name, solution):
    """What is wrong with the solution, in a sentence or two, or None."""
    if name not in EXERCISES:
        near = difflib.get_close_matches(str(name), EXERCISES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(EXERCISES)}"
        raise ValueError(f"there is no exercise {name!r}{meant}")
    if not callable(solution):
        return f'Give the function itself, without calling it: check("{name}", my_{name}).'
    exercise = EXERCISES[name]
    for number, probe in enumerate(exercise.probes):
        call = f"{getattr(solution, '__name__', 'your function')}({probe})"
        try:
            result = run(solution, probe)
        except Exception as error:  # the reader's function may raise anything
            return f"{call} raised {described(error)}"
        if result is None and number == 0:
            return "The function gives None. Write it, and end it with return."
        if result is None:
            return f"{call} gives None: there is a way without a return."
        if why := fault(result, exercise, probe, call):
            return why
    return None


def described(error):
    said = ": ".join(filter(None, [type(error).__name__, str(error)]))
    # A row's maximum or sum, of shape (n,), met the rows, (n, m).
    lost_axis = re.search(r"broadcast.*\(\d+,\d+\) \(\d+,\)", said)
    return f"{said}. {BROADCAST}" if lost_axis else said


def run(function, probe):
    """The function's result for a copy of the arguments, its warnings kept silent."""
    arguments, keywords = copy.deepcopy((probe.arguments, probe.keywords))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*arguments, **keywords)


def fault(result, exercise, probe, call):
    """The hint at what is wrong with this result, or None."""
    expected = run(exercise.reference, probe)
    if isinstance(expected, tuple):
        names = exercise.returns
        if not isinstance(result, (tuple, list)) or len(result) != len(expected):
            return f"Return {len(names)} things: {' and '.join(names)}."
        result = tuple(result)
    elif isinstance(result, tuple):
        result = list(result)
    try:
        found, right = arrays(result), arrays(expected)
    except (TypeError, ValueError):
        return f"{call} should give numbers, and gives {result!r}."
    if same(found, right):
        return None
    for why, mistaken in exercise.mistakes:
        if same(found, arrays(run(mistaken, probe))):
            return why
    if shapes(found) != shapes(right):
        return f"{call} has the shape {shapes(found)} where {shapes(right)} was expected."
    if any(not np.isfinite(part).all() for part in found):
        return (f"{call} gives {shown(found)}: nan or inf. Did an exponential overflow, "
                "or is it 0 / 0, or inf − inf?")
    if exercise.budget and sums_to_one(right[0]) and not sums_to_one(found[0]):
        sums = ("these do not sum to 1." if found[0].ndim == 1
                else "rows do not sum to 1. Which axis did you sum over?")
        return f"{call} gives {shown(found[:1])}: {sums}"
    return f"{call} gives {shown(found)} where {shown(right)} was expected."


def arrays(result):
    parts = result if isinstance(result, tuple) else (result,)
    return [np.asarray(part, dtype=float) for part in parts]


def same(found, right):
    return shapes(found) == shapes(right) and all(
        np.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True)
        for a, b in zip(found, right, strict=True))


def sums_to_one(weights):
    return np.allclose(weights.sum(axis=-1), 1)


def shapes(parts):
    return " and ".join(str(part.shape) for part in parts)


def shown(parts):
    return " and ".join(str(np.round(part, 4).tolist()) for part in parts)


class Probe(NamedTuple):
    arguments: tuple
    keywords: dict

    def __str__(self):
        plain = [repr(a.tolist() if isinstance(a, np.ndarray) else a) for a in self.arguments]
        if len(", ".join(plain)) > 150:
            plain = [f"<{'×'.join(map(str, a.shape))}>" if isinstance(a, np.ndarray) else repr(a)
                     for a in self.arguments]
        return ", ".join(plain + [f"{name}={value}" for name, value in self.keywords.items()])


def probe(*arguments, **keywords):
    return Probe(arguments, keywords)


class Exercise(NamedTuple):
    reference: callable
    probes: list  # arguments, from the plain to the demanding
    mistakes: list  # pairs of a hint and the function that makes just this mistake
    budget: bool = False  # the (first) result consists of weights
    returns: tuple = ()  # the names of several results


# --- Pieces of mistakes -------------------------------------------------------------------------

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


ARGMAX = "The largest score gets everything: that is argmax. Softmax gives each score a share."
NOT_NORMALISED = "These are the exponentials. Divide them by their sum."
WRONG_AXIS = "Your rows do not sum to 1: which axis did you normalise?"
ALL_SHARE = "All rows share one budget. Sum along the rows only, with axis and keepdims=True."
OVERFLOW = ("For large scores the exponentials overflow. "
            "Subtract the largest score first: softmax does not see the shift.")
ONE_MAXIMUM = ("You subtract the maximum of the whole array. A row far below it rounds to 0 by 0: "
               "subtract each row's own maximum.")
KEEPDIMS = "The sums line up with the columns, not with the rows: keepdims=True is missing."
BROADCAST = ("Maximum or sum per row? With keepdims=True it stays a column, and lines up with "
             "the rows.")
ONLY_DIVIDED = "These are the scores divided by their sum. Take exponentials first."

Z = np.array([2.0, 1.0, 0.1])
PICTURES = np.array([[2.0, 1.0, 0.1], [0.5, 3.0, 0.2]])
FAR_ROWS = np.array([[1.0, 2.0, 0.5], [1001.0, 1002.0, 1000.0]])
SQUARE = np.array([[2.0, 1.0, 0.1], [0.5, 3.0, 0.2], [1.0, 1.5, -1.0]])

# --- Chapter 1 -----------------------------------------------------------------------------------

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

# --- Chapter 2 -----------------------------------------------------------------------------------

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

# --- Chapter 3 -----------------------------------------------------------------------------------

WORDS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])


def states(vectors, keep=0.5, start=0.0):
    h, every = start * vectors[0], []
    for x in vectors:
        h = keep * h + (1 - keep) * x
        every.append(h)
    return np.array(every)


STATES = Exercise(
    states,
    [probe(WORDS), probe(WORDS, keep=0.9)],
    [
        ("Old and new are swapped: keep belongs to the old state, 1 − keep to the new word.",
         lambda x, keep=0.5: states(x, 1 - keep)),
        ("The argument keep changes nothing here.", lambda x, keep=0.5: states(x)),
        ("The state begins with zeros, not with the first word.",
         lambda x, keep=0.5: states(x, keep, start=1.0)),
        ("This is the last state alone. Keep the state after each word.",
         lambda x, keep=0.5: states(x, keep)[-1]),
        ("All states are the same: h was changed in place, and one array appended each time. "
         "Write h = …, which makes a new one.",
         lambda x, keep=0.5: np.tile(states(x, keep)[-1], (len(x), 1))),
        ("The zeros at the beginning are not the state after a word.",
         lambda x, keep=0.5: np.vstack([0 * x[:1], states(x, keep)])),
        ("The sentence is read backwards.", lambda x, keep=0.5: states(x[::-1], keep)),
        ("The old state is not made smaller: multiply it by keep.",
         lambda x, keep=0.5: np.cumsum((1 - keep) * x, axis=0)),
    ],
)

SAID, RIGHT = "我 正在 吃 红 梨".split(), "我 正在 吃 红 苹果".split()
SHORT, LONG = "我 吃".split(), "我 今天 吃 苹果".split()
MOVED, REPEATED = "今天 我 吃 苹果".split(), "我 我 我 吃".split()


def runs(words, n):
    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))


def share(said, right, n):
    return (runs(said, n) & runs(right, n)).total() / runs(said, n).total()


SHARE = Exercise(
    share,
    [probe(SAID, RIGHT, 1), probe(SAID, RIGHT, 2), probe(MOVED, LONG, 1), probe(SHORT, LONG, 1),
     probe(REPEATED, "我 苹果 梨".split(), 1), probe(REPEATED, "我 我 吃".split(), 1),
     probe(SAID, RIGHT, 3)],
    [
        ("This is the share of the reference's runs. Divide by the number in the translation.",
         lambda said, right, n: share(right, said, n)),
        ("This compares place by place. A run may stand anywhere in the reference.",
         lambda said, right, n: np.mean([said[i:i + n] == right[i:i + n]
                                         for i in range(len(said) - n + 1)])),
        ("Single words are compared. Make runs of n words.",
         lambda said, right, n: share(said, right, 1)),
        ("This is a count. Divide it by the number of runs in the translation.",
         lambda said, right, n: (runs(said, n) & runs(right, n)).total()),
        ("Divide by the number of runs, which is len(said) − n + 1.",
         lambda said, right, n: (runs(said, n) & runs(right, n)).total() / len(said)),
        ("我 我 我 gets too much: a run counts at most as often as the reference has it.",
         lambda said, right, n: sum(count for run, count in runs(said, n).items()
                                    if run in runs(right, n)) / runs(said, n).total()),
        ("我 我 我 counts once here: each run of the translation counts, the repeated ones too.",
         lambda said, right, n: len(runs(said, n) & runs(right, n)) / len(runs(said, n))),
    ],
)

# --- Chapter 4 -----------------------------------------------------------------------------------

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


def from_the_wrong_side(weights, h):
    """h @ weights, where the shapes allow it."""
    return weights @ h.T if weights.shape[-1] == h.shape[1] else weights @ h


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

# --- Chapter 5 -----------------------------------------------------------------------------------

NOT_SCALED = "The scores are not scaled: divide them by √d."
BY_D = "The scores are divided by d. It is √d that keeps their size."
BY_SQRT_N = "The scores are divided by the root of the number of keys. d is the length of a query."

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

# --- Chapter 6 -----------------------------------------------------------------------------------

Q_BOOK = np.array([[1.0, 0.0], [2.0, 2.0], [2.0, 1.0]])
K_BOOK = np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]])
V_BOOK = np.array([[0.0, 2.0], [2.0, 0.0], [1.0, 2.0]])
V_SQUARE = np.array([[0.0, 2.0, 1.0], [2.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
Q_FOUR, K_FOUR = (np.round(f(np.arange(12)).reshape(4, 3), 2) for f in (np.cos, np.sin))
TOWERING = np.array([[0.0, 1.0], [2.0, 0.0], [1000.0, 1000.0]])


def causal(Q, K, V, divisor=None, weigh=softmax, hide=-np.inf, seen=None, mix=None):
    """Causal attention with one thing done otherwise."""
    past = np.tri(len(Q), len(K), dtype=bool) if seen is None else seen(len(Q))
    scores = Q @ K.T / (np.sqrt(Q.shape[1]) if divisor is None else divisor)
    weights = weigh(np.where(past, scores, hide))
    return weights, (weights @ V if mix is None else mix(weights, V))


def masked_after(Q, K, V, normalise=False):
    weights = softmax(scaled_dot_scores(Q, K)) * np.tri(len(Q), len(K))
    weights = weights / weights.sum(axis=1, keepdims=True) if normalise else weights
    return weights, weights @ V


CAUSAL_ATTENTION = Exercise(
    lambda Q, K, V: scaled_dot_product_attention(Q, K, V, causal=True)[1:],
    [probe(Q_BOOK, K_BOOK, V_BOOK), probe(Q_BOOK, K_BOOK, V_SQUARE),
     probe(Q_BOOK, TOWERING, V_BOOK), probe(1000 * Q_BOOK, K_BOOK, V_BOOK),
     probe(-1000 * Q_BOOK, K_BOOK, V_BOOK), probe(Q_FOUR, K_FOUR, np.eye(4))],
    [
        ("Nothing is hidden: the future takes part.",
         lambda Q, K, V: scaled_dot_product_attention(Q, K, V)[1:]),
        ("The rows no longer sum to 1: the mask came after the softmax. "
         "Hide the scores, before it.", masked_after),
        ("The mask came after the softmax. Where a future score towers over the others, "
         "nothing is left of them: hide the scores, before it.",
         lambda Q, K, V: masked_after(Q, K, V, normalise=True)),
        ("The mask is upside down: here each row sees itself and the future.",
         lambda Q, K, V: causal(Q, K, V, seen=lambda n: np.tri(n, dtype=bool).T)),
        ("A row may see itself too, not only what came before it.",
         lambda Q, K, V: causal(Q, K, V, weigh=exp_over_sum,
                                seen=lambda n: np.tri(n, k=-1, dtype=bool))),
        ("A score of 0 hides nothing: e to the power of 0 is 1. Use −np.inf.",
         lambda Q, K, V: causal(Q, K, V, hide=0.0)),
        (NOT_SCALED, lambda Q, K, V: causal(Q, K, V, divisor=1)),
        (BY_D, lambda Q, K, V: causal(Q, K, V, divisor=Q.shape[1])),
        (BY_SQRT_N, lambda Q, K, V: causal(Q, K, V, divisor=np.sqrt(len(K)))),
        (WRONG_AXIS, lambda Q, K, V: causal(Q, K, V, weigh=lambda z: softmax(z, axis=0))),
        (ARGMAX, lambda Q, K, V: causal(Q, K, V, weigh=one_hot)),
        (NOT_NORMALISED, lambda Q, K, V: causal(Q, K, V, weigh=np.exp)),
        (NOT_NORMALISED, lambda Q, K, V: causal(Q, K, V, weigh=shifted_only)),
        (ONE_MAXIMUM, lambda Q, K, V: causal(Q, K, V, weigh=one_maximum)),
        (ALL_SHARE, lambda Q, K, V: causal(Q, K, V, weigh=over_everything)),
        (KEEPDIMS, lambda Q, K, V: causal(Q, K, V, weigh=without_keepdims)),
        ("Each row sees one token too many: the next one.",
         lambda Q, K, V: causal(Q, K, V, seen=lambda n: np.tri(n, k=1, dtype=bool))),
        ("Queries and keys have changed places: the scores are Q @ K.T.",
         lambda Q, K, V: causal(K, Q, V)),
        ("The contexts come from the wrong side: weights @ V mixes the values, the rows of V.",
         lambda Q, K, V: causal(Q, K, V, mix=from_the_wrong_side)),
        ("Weights come first, then the contexts.", lambda Q, K, V: causal(Q, K, V)[::-1]),
        (OVERFLOW, lambda Q, K, V: causal(Q, K, V, weigh=exp_over_sum)),
    ],
    budget=True,
    returns=("weights", "contexts"),
)

X_SIX = np.round(np.cos(np.arange(18)).reshape(3, 6), 2)
W_SIX = [np.round(np.sin(np.arange(36) * step).reshape(6, 6), 2) for step in (1, 2, 3, 5)]


def heads_of(X, W_q, W_k, W_v, W_o, heads, columns=None, divisor=None, join=np.hstack):
    """Multi-head attention with one thing done otherwise."""
    width = X.shape[1] // heads
    columns = columns or (lambda i: slice(i * width, (i + 1) * width))
    parts = []
    for i in range(heads):
        q, k, v = ((X @ W)[:, columns(i)] for W in (W_q, W_k, W_v))
        parts.append(softmax(q @ k.T / (divisor or np.sqrt(q.shape[1]))) @ v)
    return join(parts) @ W_o


MULTI_HEAD = Exercise(
    multi_head_attention,
    [probe(X_SIX, *W_SIX, 2), probe(X_SIX, *W_SIX, 3), probe(X_SIX, *W_SIX, 1),
     probe(100 * X_SIX, *W_SIX, 2)],
    [
        ("The argument heads changes nothing here: each head has its own columns.",
         lambda X, q, k, v, o, heads: multi_head_attention(X, q, k, v, o, 1)),
        ("d in √d is the width of a head, not of the whole.",
         lambda X, q, k, v, o, heads: heads_of(X, q, k, v, o, heads,
                                               divisor=np.sqrt(X.shape[1]))),
        (NOT_SCALED, lambda X, q, k, v, o, heads: heads_of(X, q, k, v, o, heads, divisor=1)),
        ("The scores are divided by the width of a head. Take its root.",
         lambda X, q, k, v, o, heads: heads_of(X, q, k, v, o, heads,
                                               divisor=X.shape[1] // heads)),
        ("W_o is missing: it mixes what the heads found.",
         lambda X, q, k, v, o, heads: heads_of(X, q, k, v, np.eye(len(o)), heads)),
        ("The matrices act from the right: X @ W, not X @ W.T.",
         lambda X, q, k, v, o, heads: heads_of(X, q.T, k.T, v.T, o.T, heads)),
        ("A head's columns stand side by side: head i has the columns from i · d/heads on.",
         lambda X, q, k, v, o, heads: heads_of(X, q, k, v, o, heads,
                                               columns=lambda i: slice(i, None, heads))),
        ("Each head must attend on its own. Here one set of weights serves all.",
         lambda X, q, k, v, o, heads: softmax(
             (X @ q) @ (X @ k).T / np.sqrt(X.shape[1] // heads)) @ (X @ v) @ o),
        ("The heads stand in the wrong order.",
         lambda X, q, k, v, o, heads: heads_of(X, q, k, v, o, heads,
                                               join=lambda parts: np.hstack(parts[::-1]))),
    ],
)


class Stream:
    """Pieces of scores and values, to be gone through once."""

    def __init__(self, *pieces):
        self.pieces = [(np.array(scores), np.array(values)) for scores, values in pieces]
        self.given = ()

    def __iter__(self):
        return self

    def __next__(self):
        for part in self.given:  # forgotten at once
            part.fill(np.nan)
        if not self.pieces:
            raise StopIteration
        self.given = self.pieces.pop(0)
        return self.given

    def __repr__(self):
        return f"iter({[(scores.tolist(), values.tolist()) for scores, values in self.pieces]})"


RISING = [([0.0, 1.0], [[1.0, 0.0], [0.0, 1.0]]), ([3.0], [[2.0, 2.0]]),
          ([2.0, 4.0], [[-1.0, 0.0], [1.0, 5.0]])]
FALLING = RISING[::-1]
LARGE = [([1000.0], [[1.0, 0.0]]), ([1001.0, 0.0], [[0.0, 1.0], [5.0, 5.0]])]


def streamed(pieces, weigh=softmax, keep=np.copy):
    """Gathers the pieces first; without a copy, the earlier ones are gone by then."""
    scores, values = zip(*((keep(z), keep(v)) for z, v in pieces), strict=True)
    return weigh(np.concatenate(scores)) @ np.concatenate(values)


def without_rescaling(pieces, of_sum=True, of_context=True):
    """One pass with a running maximum; the old sum or context is not brought to the new one."""
    m, total, context = -np.inf, 0.0, 0.0
    for scores, values in pieces:
        new = max(m, scores.max())
        e = np.exp(scores - new)
        total = total * (np.exp(m - new) if of_sum else 1) + e.sum()
        context = context * (np.exp(m - new) if of_context else 1) + e @ values
        m = new
    return context / total


def own_maxima(pieces):
    """Exponentials relative to each piece's own maximum, added up as if they were alike."""
    total = context = 0.0
    for scores, values in pieces:
        e = np.exp(scores - scores.max())
        total, context = total + e.sum(), context + e @ values
    return context / total


STREAMING_CONTEXT = Exercise(
    streamed,
    [probe(Stream(*FALLING)), probe(Stream(*RISING)), probe(Stream(*LARGE)),
     probe(Stream(*LARGE[::-1])), probe(Stream(([0.0], [[1.0, 0.0]]), *LARGE)),
     probe(Stream(*LARGE, ([0.0], [[1.0, 0.0]]))),
     probe(Stream(([-1000.0], [[1.0, 0.0]]), ([-999.0], [[0.0, 1.0]])))],
    [
        ("For large scores the exponentials overflow. Keep a running maximum, and subtract it.",
         lambda pieces: streamed(pieces, weigh=exp_over_sum)),
        ("Each piece has a budget of its own here. Divide once, at the end, by the sum of all.",
         lambda pieces: np.mean([softmax(z) @ v for z, v in pieces], axis=0)),
        ("Each piece has a budget of its own here. Divide once, at the end, by the sum of all.",
         lambda pieces: np.sum([softmax(z) @ v for z, v in pieces], axis=0)),
        ("This is the last piece alone.",
         lambda pieces: [softmax(z) @ v for z, v in pieces][-1]),
        ("This is not divided by the sum of the exponentials.",
         lambda pieces: streamed(pieces, weigh=np.exp)),
        ("When the maximum rises, bring the old sum and the old context to it: "
         "multiply both by e to the power of old − new.",
         lambda pieces: without_rescaling(pieces, of_sum=False, of_context=False)),
        ("When the maximum rises, the old sum must be brought to it as well.",
         lambda pieces: without_rescaling(pieces, of_sum=False)),
        ("When the maximum rises, the old context must be brought to it as well.",
         lambda pieces: without_rescaling(pieces, of_context=False)),
        (ARGMAX, lambda pieces: streamed(pieces, weigh=one_hot)),
        ("Each piece has a maximum of its own here. One maximum must serve all: keep the largest "
         "so far, and bring the old sum and context to it.", own_maxima),
        ("A piece is forgotten when the next one is asked for. Use each as it comes.",
         lambda pieces: streamed(pieces, weigh=over_everything, keep=np.asarray)),
        ("The running sums are not divided: the context is the one divided by the other.",
         lambda pieces: streamed(pieces, weigh=shifted_only)),
    ],
)

EXERCISES = {
    "softmax": SOFTMAX,
    "softmax_of_rows": SOFTMAX_OF_ROWS,
    "log_softmax": LOG_SOFTMAX,
    "cross_entropy": CROSS_ENTROPY,
    "cross_entropy_gradient": GRADIENT,
    "descent": DESCENT,
    "states": STATES,
    "share": SHARE,
    "attend": ATTEND,
    "attend_all": ATTEND_ALL,
    "masked_weights": MASKED_WEIGHTS,
    "scaled_weights": SCALED_WEIGHTS,
    "predict": PREDICT,
    "sparsemax": SPARSEMAX,
    "causal_attention": CAUSAL_ATTENTION,
    "multi_head": MULTI_HEAD,
    "streaming_context": STREAMING_CONTEXT,
}
