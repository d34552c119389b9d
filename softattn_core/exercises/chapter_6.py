"""The exercises of chapter 6."""

import numpy as np

from softattn_core.attention import (
    multi_head_attention,
    scaled_dot_product_attention,
    scaled_dot_scores,
)
from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import (
    ALL_SHARE,
    ARGMAX,
    BY_D,
    BY_SQRT_N,
    KEEPDIMS,
    NOT_NORMALISED,
    NOT_SCALED,
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


def heads_of_words(X, W_q, W_k, W_v, W_o, heads):
    """The function as chapter 6 hands it out: it cuts the rows where it should cut the columns."""
    q, k, v = ((X @ W).reshape(heads, len(X), -1) for W in (W_q, W_k, W_v))
    found = scaled_dot_product_attention(q, k, v).context
    return np.concatenate(list(found), axis=1) @ W_o


MULTI_HEAD = Exercise(
    multi_head_attention,
    [probe(X_SIX, *W_SIX, 2), probe(X_SIX, *W_SIX, 3), probe(X_SIX, *W_SIX, 1),
     probe(100 * X_SIX, *W_SIX, 2)],
    [
        ("A head must get some columns of every word. Give split a matrix whose numbers name their "
         "places, and look at what each head gets.", heads_of_words),
        ("The heads are right, and put together wrongly: side by side they make the columns.",
         lambda X, q, k, v, o, heads: heads_of(
             X, q, k, v, o, heads, join=lambda parts: np.reshape(parts, X.shape))),
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
    "causal_attention": CAUSAL_ATTENTION,
    "multi_head": MULTI_HEAD,
    "streaming_context": STREAMING_CONTEXT,
}
