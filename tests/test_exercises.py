"""The checkers tell right from plausibly wrong: each accepts two solutions, and names mistakes."""

import ast
import re
import warnings
from collections import Counter
from pathlib import Path

import nbformat
import numpy as np
import pytest
import scipy.special

import softattn_core
from softattn_core.exercises import EXERCISES, check, hint

CHAPTERS = Path(__file__).parents[1] / "chapters"
NUMBERED = sorted(path.stem for path in CHAPTERS.glob("[0-9]*.ipynb"))


def code_cells(name):
    notebook = nbformat.read(CHAPTERS / f"{name}.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def functions_of(cells):
    """{name: function}: the functions my_… of these cells, as the reader finds them."""
    namespace = {"np": np, "Counter": Counter} | {
        name: getattr(softattn_core, name) for name in softattn_core.__all__}
    for cell in cells:
        functions = [node for node in ast.parse(cell.source).body
                     if isinstance(node, ast.FunctionDef) and node.name.startswith("my_")]
        exec(compile(ast.Module(functions, []), cell.id, "exec"), namespace)
    return {name.removeprefix("my_"): each for name, each in namespace.items()
            if name.startswith("my_")}


SOLUTIONS = functions_of(code_cells("solutions"))


# --- A second solution of each, in another manner ------------------------------------------------

def softmax_by_shares(scores, axis=-1, temperature=1.0):
    """Each share is 1 / Σ e^(z_j − z_i): no maximum is subtracted, and nothing can be 0 by 0."""
    z = np.moveaxis(np.asarray(scores), axis, -1) / temperature
    with np.errstate(over="ignore"):
        shares = 1 / np.exp(z[..., None, :] - z[..., :, None]).sum(axis=-1)
    return np.moveaxis(shares, -1, axis)


def attention_by_loops(s, h, A):
    scores = [sum(h_k[i] * A[i][j] * s[j] for i in range(len(h_k)) for j in range(len(s)))
              for h_k in h]
    weights = softmax_by_shares(scores)
    return list(weights), [sum(w * h_k[j] for w, h_k in zip(weights, h, strict=True))
                           for j in range(len(h[0]))]


def memory_by_reading(n, keep=0.5):
    """Every word is a direction of its own, so that the last state tells what is left of each."""
    h = np.zeros(n)
    for word in np.eye(n):
        h = keep * h + (1 - keep) * word
    return h


def unseen_by_spaces(tests, training):
    texts = [f" {' '.join(sentence)} " for sentence in training]
    return np.array([not any(f" {' '.join(words)} " in text for text in texts)
                     for words in tests])


def share_by_crossing_out(said, right, n):
    left = [right[i:i + n] for i in range(len(right) - n + 1)]
    ours = [said[i:i + n] for i in range(len(said) - n + 1)]
    found = 0
    for run in ours:
        if run in left:
            left.remove(run)
            found += 1
    return found / len(ours)


def sparsemax_by_bisection(scores):
    low, high = min(scores) - 1, max(scores)
    for _ in range(200):
        tau = (low + high) / 2
        low, high = (tau, high) if sum(max(z - tau, 0) for z in scores) > 1 else (low, tau)
    return [max(z - tau, 0) for z in scores]


def causal_by_loops(Q, K, V):
    weights, contexts = np.zeros((len(Q), len(K))), []
    for i in range(len(Q)):
        weights[i, :i + 1] = softmax_by_shares(K[:i + 1] @ Q[i] / np.sqrt(len(Q[i])))
        contexts.append(sum(w * v for w, v in zip(weights[i], V, strict=True)))
    return weights, contexts


def heads_by_einsum(X, W_q, W_k, W_v, W_o, heads):
    n, d = X.shape
    q, k, v = ((X @ W).reshape(n, heads, d // heads) for W in (W_q, W_k, W_v))
    weights = softmax_by_shares(np.einsum("ihd,jhd->hij", q, k) / np.sqrt(d / heads))
    return np.einsum("hij,jhd->ihd", weights, v).reshape(n, d) @ W_o


def streaming_by_logarithms(pieces):
    """Carries the logarithm of the sum, and the context already divided."""
    log_sum, context = -np.inf, 0.0
    for scores, values in pieces:
        piece = np.logaddexp.reduce(scores)
        new = np.logaddexp(log_sum, piece)
        context = np.exp(log_sum - new) * context + np.exp(scores - new) @ values
        log_sum = new
    return context


def training_step_picture_by_picture(W, b, X, truth, rate):
    W_new, b_new = W.copy(), b.copy()
    for x, true in zip(X, truth, strict=True):
        shares = scipy.special.softmax(W @ x + b)
        for i, share in enumerate(shares):
            W_new[i] -= rate * (share - (i == true)) * x / len(X)
            b_new[i] -= rate * (share - (i == true)) / len(X)
    return W_new, b_new


def draw_by_walking(logits, temperature, u):
    for number, share in enumerate(softmax_by_shares(np.array(logits) / temperature)):
        u -= share
        if u < 0:
            return number


def cached_step_by_loops(query, key, value, keys, values):
    keys, values = [*map(list, keys), list(key)], [*map(list, values), list(value)]
    scores = [sum(q * k for q, k in zip(query, row, strict=True)) / len(query) ** 0.5
              for row in keys]
    weights = softmax_by_shares(scores)
    context = [sum(w * row[j] for w, row in zip(weights, values, strict=True))
               for j in range(len(value))]
    return context, keys, values


SECOND = {
    "softmax": softmax_by_shares,
    "newcomer": lambda shares: [
        *(p / (1 + max(shares)) for p in shares), max(shares) / (1 + max(shares))],
    "rise_to_half": lambda z, i: scipy.special.logsumexp([z[j] for j in range(len(z)) if j != i])
        - z[i],
    "reheated": lambda p, T: scipy.special.softmax(scipy.special.log_softmax(
        [np.log(share) / T if share > 0 else -np.inf for share in p])),
    "change": lambda p, v: (np.diag(p) - np.outer(p, p)) @ v,
    "training_step": training_step_picture_by_picture,
    "memory": memory_by_reading,
    "unseen": unseen_by_spaces,
    "share": share_by_crossing_out,
    "attend": attention_by_loops,
    "masked_weights": lambda scores, hidden: np.insert(
        softmax_by_shares(np.delete(scores, hidden)), hidden, 0),
    "linear_memory": lambda h: sum(np.outer(h_i, h_i) for h_i in h),
    "sink_softmax": lambda z: [1 / (np.exp(-z_i) + np.exp(z - z_i).sum()) for z_i in z],
    "sparsemax": sparsemax_by_bisection,
    "causal_attention": causal_by_loops,
    "multi_head": heads_by_einsum,
    "streaming_context": streaming_by_logarithms,
    "draw": draw_by_walking,
    "cached_step": cached_step_by_loops,
}


def test_every_exercise_has_two_solutions():
    assert set(SOLUTIONS) == set(SECOND) == set(EXERCISES)


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("solutions", [SOLUTIONS, SECOND], ids=["printed", "second"])
def test_a_right_solution_is_accepted(name, solutions, capsys):
    check(name, solutions[name])
    assert capsys.readouterr().out == f"{name}: right.\n"


# --- Plausible mistakes, and the words by which each hint is known --------------------------------

def e_over_sum(z, **along):
    e = np.exp(z)
    return e / e.sum(**along)


def stable(z, axis=-1):
    return e_over_sum(z - z.max(axis=axis, keepdims=True), axis=axis, keepdims=True)


def winner(z):
    return (z == z.max(axis=-1, keepdims=True)) * 1.0


def attention(s, h, W, weigh=stable):
    weights = weigh(s @ W @ h.T)
    return weights, weights @ h


def only_first_step(logits, target, rate, steps):
    for _ in range(steps):
        return logits - rate * (stable(logits) - np.eye(len(logits))[target])
    return logits


def zeroed(scores, hidden, renormalise=False):
    weights = stable(scores)
    weights[hidden] = 0
    return weights / weights.sum() if renormalise else weights


def rescored(scores, hidden, value):
    z = scores.copy()
    z[hidden] = value
    return z


def matching_sets(said, right, n):
    ours, theirs = ({tuple(words[i:i + n]) for i in range(len(words) - n + 1)}
                    for words in (said, right))
    return len(ours & theirs) / len(ours)


def unclipped(said, right, n):
    ours, theirs = ([tuple(words[i:i + n]) for i in range(len(words) - n + 1)]
                    for words in (said, right))
    return sum(run in theirs for run in ours) / len(ours)


def future(n, k=0):
    """What is added to the scores to hide the future."""
    return np.where(np.tri(n, k=k), 0, -np.inf)


def causal(Q, K, V, weigh=stable, divisor=None):
    weights = weigh(Q @ K.T / (divisor or np.sqrt(len(Q[0]))) + future(len(Q)))
    return weights, weights @ V


def masked_late(Q, K, V, renormalise=False):
    weights = np.tril(stable(Q @ K.T / np.sqrt(len(Q[0]))))
    weights = weights / weights.sum(axis=1, keepdims=True) if renormalise else weights
    return weights, weights @ V


def heads(X, W_q, W_k, W_v, W_o, heads, split=np.hsplit, divisor=None, weigh=stable):
    parts = zip(*(split(X @ W, heads) for W in (W_q, W_k, W_v)), strict=True)
    return np.hstack([weigh(q @ k.T / (divisor or np.sqrt(len(q[0])))) @ v
                      for q, k, v in parts]) @ W_o


def two_passes(pieces):
    largest = max(z.max() for z, _ in pieces)
    total = sum(np.exp(z - largest).sum() for z, _ in pieces)
    return sum(np.exp(z - largest) @ v for z, v in pieces) / total


def not_brought_along(pieces, total_too=False):
    top, total, context = -np.inf, 0, 0
    for z, v in pieces:
        old, top = top, max(top, z.max())
        if total_too:
            total = total * np.exp(old - top)
        total, context = total + np.exp(z - top).sum(), context + np.exp(z - top) @ v
    return context / total


def walked(shares, u):
    return int(sum(np.cumsum(shares) <= u))


MISTAKES = {
    "softmax": {
        "largest score first": lambda z, axis=-1, temperature=1.0: e_over_sum(
            z / temperature, axis=axis, keepdims=True),
        "each row's own maximum": lambda z, axis=-1, temperature=1.0: e_over_sum(
            (z - z.max()) / temperature, axis=axis, keepdims=True),
        "which axis": lambda z, axis=-1, temperature=1.0: stable(z / temperature, axis=0),
        "the argument axis": lambda z, axis=-1, temperature=1.0: stable(z / temperature),
        "upside down": lambda z, axis=-1, temperature=1.0: stable(z * temperature, axis),
        "temperature changes nothing": lambda z, axis=-1, temperature=1.0: stable(z, axis),
        "argmax": lambda z, axis=-1, temperature=1.0: winner(z),
        "Divide them by their sum": lambda z, axis=-1, temperature=1.0: np.exp(z / temperature),
        "Take exponentials": lambda z, axis=-1, temperature=1.0: z / z.sum(),
        "share one budget": lambda z, axis=-1, temperature=1.0: e_over_sum(
            (z - z.max()) / temperature),
    },
    "newcomer": {
        "Only the best one loses": lambda p: [
            *(share / 2 if i == np.argmax(p) else share for i, share in enumerate(p)),
            max(p) / 2],
        "Divide by the new sum": lambda p: [*p, max(p)],
        "as if they were scores": lambda p: stable(np.array([*p, max(p)])),
        "an average answer": lambda p: [*(p * len(p) / (len(p) + 1)), 1 / (len(p) + 1)],
        "the same amount": lambda p: [
            *(p - max(p) / (1 + max(p)) / len(p)), max(p) / (1 + max(p))],
        "belongs at the end": lambda p: np.array([max(p), *p]) / (1 + max(p)),
    },
    "rise_to_half": {
        "level with the best": lambda z, i: max(np.delete(z, i)) - z[i],
        "the answer's own exponential": lambda z, i: -np.log(stable(z)[i]),
        "how many points it is ahead": lambda z, i: z[i] - scipy.special.logsumexp(
            np.delete(z, i)),
        "the new score": lambda z, i: np.log(np.exp(np.delete(z, i)).sum()),
        "another base": lambda z, i: np.log2(np.exp(np.delete(z, i)).sum()) - z[i],
        "overflow": lambda z, i: np.log(np.exp(np.delete(z, i)).sum()) - z[i],
        "its odds were lost": lambda z, i: np.log(1 - stable(z)[i]) - np.log(stable(z)[i]),
    },
    "reheated": {
        "as if they were logits": lambda p, T: stable(p / T),
        "upside down": lambda p, T: p ** T / (p ** T).sum(),
        "temperature changes nothing": lambda p, T: p / p.sum(),
        "These do not sum to 1": lambda p, T: np.exp(np.log(p) / T),
        "These are logits": lambda p, T: np.log(p) / T,
        "These are the exponentials": lambda p, T: np.exp(p / T),
        "as if T were 0": lambda p, T: winner(p),
    },
    "change": {
        "the plain average": lambda p, v: p * (v - np.mean(v)),
        "The others pay": lambda p, v: p * v,
        "multiply by it": lambda p, v: v - sum(p * v),
        "The sign is turned": lambda p, v: p * (p @ v) - p * v,
        "the diagonal of J": lambda p, v: np.diag(p - p * p) @ v,
        "the slope": lambda p, v: p * np.exp(v) / (p * np.exp(v)).sum() - p,
    },
    "training_step": {
        "This is still the colleague's": functions_of(
            code_cells("02_cat_dog_bird"))["training_step"],
        "its own opinion": lambda W, b, X, truth, rate: training_step_picture_by_picture(
            W, b, X, (X @ W.T + b).argmax(axis=1), rate),
        "climbs": lambda W, b, X, truth, rate: training_step_picture_by_picture(
            W, b, X, truth, -rate),
        "The loss is a mean": lambda W, b, X, truth, rate: training_step_picture_by_picture(
            W, b, X, truth, len(X) * rate),
        "b has stayed": lambda W, b, X, truth, rate: (
            training_step_picture_by_picture(W, b, X, truth, rate)[0], b),
        "softmax alone": lambda W, b, X, truth, rate: (
            lambda G: (W - rate * G.T @ X, b - rate * G.sum(axis=0)))(
            stable(X @ W.T + b) / len(X)),
        "the wrong axis": lambda W, b, X, truth, rate: (
            lambda G: (W - rate * G.T @ X, b - rate * G.sum(axis=0)))(
            (stable(X @ W.T + b, axis=0) - np.eye(len(b))[truth]) / len(X)),
        "Return 2 things": lambda W, b, X, truth, rate: W,
    },
    "memory": {
        "The first word has": lambda n, keep=0.5: memory_by_reading(n, keep)[::-1],
        "swapped": lambda n, keep=0.5: memory_by_reading(n, 1 - keep),
        "keep changes nothing": lambda n, keep=0.5: memory_by_reading(n),
        "once too often": lambda n, keep=0.5: [
            (1 - keep) * keep ** (n - i) for i in range(n)],
        "1 − keep, not of 1": lambda n, keep=0.5: [keep ** (n - 1 - i) for i in range(n)],
        "hold the rest": lambda n, keep=0.5: memory_by_reading(n, keep) / (1 - keep ** n),
        "plain average": lambda n, keep=0.5: [1 / n] * n,
    },
    "unseen": {
        "inside a longer": lambda tests, training: [words not in training for words in tests],
        "True is for": lambda tests, training: ~unseen_by_spaces(tests, training),
        "Compare words, not letters": lambda tests, training: [
            not any(" ".join(words) in " ".join(sentence) for sentence in training)
            for words in tests],
        "not only occur somewhere": lambda tests, training: [
            not any(all(word in sentence for word in words) for sentence in training)
            for words in tests],
        "others may stand between": lambda tests, training: [
            not any(re.search(".*".join(rf"\b{word}\b" for word in words), " ".join(sentence))
                    for sentence in training) for words in tests],
        "not only at the beginning": lambda tests, training: [
            not any(" ".join([*sentence, ""]).startswith(" ".join([*words, ""]))
                    for sentence in training) for words in tests],
        "that go across it": lambda tests, training: unseen_by_spaces(
            tests, [part.split() for sentence in training
                    for part in re.split(r"\band\b", " ".join(sentence))]),
    },
    "share": {
        "the reference's runs": lambda said, right, n: share_by_crossing_out(right, said, n),
        "place by place": lambda said, right, n: sum(
            said[i] == right[i] for i in range(len(said))) / len(said) if n == 1
            else share_by_crossing_out(said, right, n),
        "runs of n words": lambda said, right, n: share_by_crossing_out(said, right, 1),
        "This is a count": lambda said, right, n: round(
            share_by_crossing_out(said, right, n) * (len(said) - n + 1)),
        "len(said) − n + 1": lambda said, right, n: share_by_crossing_out(said, right, n)
            * (len(said) - n + 1) / len(said),
        "at most as often": unclipped,
        "the repeated ones too": matching_sets,
    },
    "attend": {
        "still do not look at h": lambda s, h, A: (
            stable(A @ s), stable(A @ s) @ h[:len(A)]),
        "wrong way round": lambda s, h, A: attention(s, h, A),
        "A changes nothing": lambda s, h, A: attention(s, h, np.eye(2)),
        "These weights are scores": lambda s, h, A: (h @ A @ s, h @ A @ s @ h),
        "made with the scores": lambda s, h, A: (stable(h @ A @ s), h @ A @ s @ h),
        "made with the exponentials": lambda s, h, A: (
            stable(h @ A @ s), np.exp(h @ A @ s) @ h),
        "argmax": lambda s, h, A: attention(s, h, A.T, winner),
        "divided by √d": lambda s, h, A: attention(s / np.sqrt(2), h, A.T),
        "comes from the wrong side": lambda s, h, A: (
            stable(h @ A @ s), (h if len(h) == 2 else h.T) @ stable(h @ A @ s)),
        "number of states": lambda s, h, A: (
            stable(h @ A @ s), (stable(h @ A @ s)[:, None] * h).mean(axis=0)),
        "Weights come first": lambda s, h, A: attention(s, h, A.T)[::-1],
        "overflow": lambda s, h, A: attention(s, h, A.T, e_over_sum),
        "Divide them by their sum": lambda s, h, A: attention(s, h, A.T, np.exp),
        "Return 2 things": lambda s, h, A: attention(s, h, A.T)[1],
        "raised ValueError": lambda s, h, A: (
            stable(A @ s), stable(A @ s) @ (h if len(h) == 3 else h.T @ np.ones(9))),
    },
    "masked_weights": {
        "no longer sum to 1": zeroed,
        "left nothing": lambda z, i: zeroed(z, i, renormalise=True),
        "score of 0": lambda z, i: stable(rescored(z, i, 0)),
        "Nothing is hidden": lambda z, i: stable(z),
        "upside down": lambda z, i: stable(
            np.where(np.arange(len(z)) == i, z, -np.inf)),
        "do not take it out": lambda z, i: stable(np.delete(z, i)),
        "These are scores": lambda z, i: rescored(z, i, -np.inf),
        "argmax": lambda z, i: winner(rescored(z, i, -np.inf)),
        "overflow": lambda z, i: e_over_sum(rescored(z, i, -np.inf)),
    },
    "linear_memory": {
        "grows with them": lambda h: h @ h.T,
        "summed state": lambda h: np.outer(sum(h), sum(h)),
        "sum of the states": lambda h: sum(h),
        "not shares": lambda h: np.mean([np.outer(h_i, h_i) for h_i in h], axis=0),
        "meets every other": lambda h: sum(np.diag(h_i * h_i) for h_i in h),
    },
    "sink_softmax": {
        "the sink's score is not": lambda z: np.exp(z - z.max()) / (1 + np.exp(z - z.max()).sum()),
        "whole budget": stable,
        "thrown away": lambda z: stable(np.array([*z, 0])),
        "argmax": winner,
        "overflow": lambda z: np.exp(z) / (1 + np.exp(z).sum()),
    },
    "sparsemax": {
        "This is softmax": stable,
        "ReLU ÷ sum": lambda z: np.clip(z, 0, None) / np.clip(z, 0, None).sum(),
        "all the scores": lambda z: np.clip(z - (z.sum() - 1) / len(z), 0, None),
        "not cut off": lambda z: z - z.max() + max(sparsemax_by_bisection(z)),
        "are sorted": lambda z: sorted(sparsemax_by_bisection(z), reverse=True),
        "They must fall": lambda z: np.clip(
            z - max((sum(z[:k]) - 1) / k for k in range(1, len(z) + 1)), 0, None),
        "argmax": winner,
    },
    "causal_attention": {
        "Nothing is hidden": lambda Q, K, V: (
            stable(Q @ K.T / np.sqrt(2)), stable(Q @ K.T / np.sqrt(2)) @ V),
        "no longer sum to 1": masked_late,
        "nothing is left of them": lambda Q, K, V: masked_late(Q, K, V, renormalise=True),
        "upside down": lambda Q, K, V: (
            lambda weights: (weights, weights @ V))(
            stable(Q @ K.T / np.sqrt(2) + future(len(Q)).T)),
        "see itself": lambda Q, K, V: (
            lambda weights: (weights, weights @ V))(
            stable(Q @ K.T / np.sqrt(2) + future(len(Q), k=-1))),
        "score of 0": lambda Q, K, V: (
            lambda weights: (weights, weights @ V))(stable(np.tril(Q @ K.T / np.sqrt(2)))),
        "not scaled": lambda Q, K, V: causal(Q, K, V, divisor=1),
        "divided by d": lambda Q, K, V: causal(Q, K, V, divisor=2),
        "number of keys": lambda Q, K, V: causal(Q, K, V, divisor=np.sqrt(3)),
        "one token too many": lambda Q, K, V: (
            lambda weights: (weights, weights @ V))(
            stable(Q @ K.T / np.sqrt(2) + future(len(Q), k=1))),
        "changed places": lambda Q, K, V: causal(K, Q, V),
        "which axis": lambda Q, K, V: causal(Q, K, V, lambda z: stable(z, axis=0)),
        "argmax": lambda Q, K, V: causal(Q, K, V, winner),
        "Divide them by their sum": lambda Q, K, V: causal(Q, K, V, np.exp),
        "from the wrong side": lambda Q, K, V: (
            causal(Q, K, V)[0], causal(Q, K, V if len(V[0]) == 2 else V.T)[1]),
        "Weights come first": lambda Q, K, V: causal(Q, K, V)[::-1],
        "overflow": lambda Q, K, V: causal(
            Q, K, V, lambda z: e_over_sum(z, axis=1, keepdims=True)),
    },
    "multi_head": {
        "some columns of every word": lambda X, q, k, v, o, n: heads(
            X, q, k, v, o, n, split=lambda x, n: x.reshape(n, len(X), -1)),
        "put together wrongly": lambda X, q, k, v, o, n: np.array([
            heads(X, *(W[:, part] for W in (q, k, v)), np.eye(6 // n), 1) for part in
            np.split(np.arange(6), n)]).reshape(X.shape) @ o,
        "heads changes nothing": lambda X, q, k, v, o, n: heads(X, q, k, v, o, 1),
        "not of the whole": lambda X, q, k, v, o, n: heads(X, q, k, v, o, n, divisor=np.sqrt(6)),
        "not scaled": lambda X, q, k, v, o, n: heads(X, q, k, v, o, n, divisor=1),
        "Take its root": lambda X, q, k, v, o, n: heads(X, q, k, v, o, n, divisor=6 / n),
        "W_o is missing": lambda X, q, k, v, o, n: heads(X, q, k, v, np.eye(6), n),
        "X @ W, not X @ W.T": lambda X, q, k, v, o, n: heads(X, q.T, k.T, v.T, o.T, n),
        "side by side": lambda X, q, k, v, o, n: heads(
            X, q, k, v, o, n, split=lambda x, n: [x[:, i::n] for i in range(n)]),
        "on its own": lambda X, q, k, v, o, n: stable(
            (X @ q) @ (X @ k).T / np.sqrt(6 / n)) @ (X @ v) @ o,
        "the shape (": lambda X, q, k, v, o, n: heads(X, q, k, v, o, n)[:, :2],
    },
    "streaming_context": {
        "budget of its own": lambda pieces: np.mean([stable(z) @ v for z, v in pieces], axis=0),
        "last piece": lambda pieces: [stable(z) @ v for z, v in pieces][-1],
        "not divided": lambda pieces: sum(np.exp(z) @ v for z, v in pieces),
        "bring the old sum and": not_brought_along,
        "old context must": lambda pieces: not_brought_along(pieces, total_too=True),
        "overflow": lambda pieces: (lambda sums: sums[1] / sums[0])([
            sum(each) for each in zip(*((np.exp(z).sum(), np.exp(z) @ v) for z, v in pieces),
                                      strict=True)]),
        "a maximum of its own": lambda pieces: (lambda sums: sums[1] / sums[0])([
            sum(each) for each in zip(*((np.exp(z - z.max()).sum(), np.exp(z - z.max()) @ v)
                                        for z, v in pieces), strict=True)]),
        "is forgotten when": lambda pieces: (lambda z, v: stable(np.concatenate(z))
                                             @ np.concatenate(v))(*zip(*pieces, strict=True)),
        "should give numbers": lambda pieces: pieces,
        "raised ZeroDivisionError": two_passes,
    },
    "draw": {
        "u has no say": lambda z, T, u: z.tolist().index(max(z)),
        "The temperature has no say": lambda z, T, u: walked(stable(z), u),
        "upside down": lambda z, T, u: walked(stable(z * T), u),
        "only lose their sum": lambda z, T, u: walked(stable(z) / T, u),
        "Line them up": lambda z, T, u: next(
            (i for i, share in enumerate(stable(z / T)) if share > u), 0),
        "one word too early": lambda z, T, u: max(walked(stable(z / T), u) - 1, 0),
        "counted from 0": lambda z, T, u: walked(stable(z / T), u) + 1,
        "Return its number": lambda z, T, u: stable(z / T)[walked(stable(z / T), u)],
        "sorted": lambda z, T, u: walked(sorted(stable(z / T), reverse=True), u),
        "overflow": lambda z, T, u: walked(np.exp(z / T) / np.exp(z / T).sum(), u),
    },
    "cached_step": {
        "never at itself": functions_of(code_cells("07_language_model"))["cached_step"],
        "divide them by √d": lambda q, k, v, K, V: cached_step_by_loops(
            q * len(q) ** 0.5, k, v, K, V),
        "not kept": lambda q, k, v, K, V: (cached_step_by_loops(q, k, v, K, V)[0], K, V),
        "at the end": lambda q, k, v, K, V: (
            cached_step_by_loops(q, k, v, K, V)[0], [k, *K], [v, *V]),
        "last one's place": lambda q, k, v, K, V: cached_step_by_loops(
            q, k, v, K[:-1], V[:-1]),
        "Return 3 things": lambda q, k, v, K, V: cached_step_by_loops(q, k, v, K, V)[0],
    },
}


@pytest.mark.parametrize("name, words", [(n, w) for n, each in MISTAKES.items() for w in each])
def test_a_mistake_gets_its_own_hint(name, words):
    assert words in (hint(name, MISTAKES[name][words]) or "accepted")


@pytest.mark.parametrize("name", MISTAKES)
def test_hints_of_an_exercise_differ(name):
    hints = [hint(name, mistaken) for mistaken in MISTAKES[name].values()]
    assert len(set(hints)) == len(hints)


def test_every_exercise_has_mistakes():
    assert set(MISTAKES) == set(EXERCISES)


# --- What the reader may hand in besides ----------------------------------------------------------

@pytest.mark.parametrize("solution, words", [
    (lambda scores, axis=-1, temperature=1.0: None, "The function gives None. Write it"),
    (lambda: 1, "([2.0, 1.0, 0.1]) raised TypeError"),
    (lambda scores, **rest: {"a": 1}, "should give numbers, and gives {'a': 1}"),
    (lambda scores, **rest: "abc", "should give numbers, and gives 'abc'"),
    (lambda scores, **rest: scores[:2], "has the shape (2,) where (3,) was expected"),
    (lambda scores, **rest: [scores, [1]], "should give numbers"),
    (lambda scores, **rest: scores / 0, "gives [inf, inf, inf]: nan or inf. Did an"),
    (lambda scores, **rest: 1 // 0, "([2.0, 1.0, 0.1]) raised ZeroDivisionError"),
    (lambda scores, **rest: scores * 0 + 0.2, "gives [0.2, 0.2, 0.2]: these do not sum to 1"),
    (np.array([0.659, 0.242, 0.099]), "without calling it"),
])
def test_anything_gets_a_hint_and_no_traceback(solution, words, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check("softmax", solution)
    printed = capsys.readouterr()
    line = " ".join(printed.out.split())
    assert line.startswith("softmax: not yet. ") and words in line
    assert printed.err == ""


def test_the_call_is_named_as_the_reader_would_write_it():
    def my_softmax(scores, axis=-1, temperature=1.0):
        return scores if temperature == 1 and np.ndim(scores) == 1 else None

    assert hint("softmax", my_softmax).startswith("my_softmax([2.0, 1.0, 0.1]) gives [2.0, ")
    assert hint("softmax", lambda z, axis=-1, temperature=1.0:
                stable(z) if temperature == 1 else None) == (
        "<lambda>([2.0, 1.0, 0.1], temperature=0.5) gives None: there is a way without a return.")


def test_the_reader_may_change_the_arguments():
    def my_softmax(scores, axis=-1, temperature=1.0):
        scores -= scores.max(axis=axis, keepdims=True)
        scores /= temperature
        return e_over_sum(scores, axis=axis, keepdims=True)

    assert hint("softmax", my_softmax) is hint("softmax", my_softmax) is None


def test_an_unknown_exercise_names_the_nearest_or_those_that_exist():
    with pytest.raises(ValueError, match="no exercise 'sofmax'; did you mean 'softmax'"):
        check("sofmax", softattn_core.softmax)
    with pytest.raises(ValueError, match="no exercise 'x'; there are softmax, newcomer, "):
        check("x", softattn_core.softmax)


def test_a_long_call_is_named_by_its_shapes():
    assert hint("multi_head", lambda X: X).startswith("<lambda>(<3×6>, <6×6>, <6×6>, ")


def test_rows_that_met_their_maxima_hear_of_keepdims():
    def without_keepdims(scores, axis=-1, temperature=1.0):
        e = np.exp((scores - scores.max(axis=axis)) / temperature)
        return e / e.sum(axis=axis)

    assert "keepdims=True" in hint("softmax", without_keepdims)
    assert "keepdims" not in hint("softmax", lambda z, axis=-1, temperature=1.0: z[None] @ z[:2])


# --- Right in another form, wrong in a place that is easily overlooked ----------------------------

def single(numbers):
    return np.asarray(numbers, dtype=np.float32)


@pytest.mark.parametrize("name, solution", [
    ("attend", lambda s, h, A: list(attention(s, h, A.T))),
    ("newcomer", lambda p: tuple(stable(np.log([*p, max(p)])))),
    ("softmax", lambda z, axis=-1, temperature=1.0: stable(single(z / temperature), axis)),
    ("multi_head", lambda X, q, k, v, o, n: heads(*map(single, (X, q, k, v, o)), n)),
])
def test_the_form_of_a_right_result_is_free(name, solution):
    assert hint(name, solution) is None


def running(pieces, first=-np.inf, keep=max):
    """One pass with a running maximum: where it begins, and how it meets a piece's own."""
    m, total, context = first, 0.0, 0.0
    for z, v in pieces:
        m, old = keep(m, z.max()), m
        total = total * np.exp(old - m) + np.exp(z - m).sum()
        context = context * np.exp(old - m) + np.exp(z - m) @ v
    return context / total


@pytest.mark.parametrize("name, solution", [
    ("softmax", lambda z, axis=-1, temperature=1.0: e_over_sum(
        z / temperature - z.max(axis=axis, keepdims=True), axis=axis, keepdims=True)),
    ("softmax", lambda z, axis=-1, temperature=1.0: e_over_sum(
        z / temperature - (z / temperature).mean(axis=axis, keepdims=True),
        axis=axis, keepdims=True)),
    ("newcomer", lambda p: stable(np.log([*p, p[0]]))),
    ("rise_to_half", lambda z, i: max(z) + np.log(np.exp(np.delete(z, i) - max(z)).sum()) - z[i]),
    ("rise_to_half", lambda z, i: scipy.special.logsumexp(np.sort(z)[:-1]) - z[i]),
    ("reheated", lambda p, T: stable(np.log(p + 1e-9) / T)),
    ("change", lambda p, v: p * (v - np.median(v))),
    ("training_step", lambda W, b, X, truth, rate: training_step_picture_by_picture(
        W, b, X[:2], truth[:2], rate)),
    ("masked_weights", lambda z, i: stable(rescored(z, i, -100.0))),
    ("sink_softmax", lambda z: np.exp(z - 500) / (np.exp(-500) + np.exp(z - 500).sum())),
    ("share", lambda said, right, n: len(set(said) & set(right)) / len(said)),
    ("causal_attention", lambda Q, K, V: causal(Q, K, V, divisor=np.sqrt(2))),
    ("multi_head", lambda X, q, k, v, o, n: heads(
        X, q, k, v, o, n, weigh=lambda z: e_over_sum(z, axis=1, keepdims=True))),
    ("streaming_context", lambda pieces: running(pieces, keep=lambda m, own: own)),
    ("streaming_context", lambda pieces: running(pieces, first=0.0)),
    ("draw", lambda z, T, u: int((np.cumsum(stable(z / T)) < u - 0.05).sum())),
    ("cached_step", lambda q, k, v, K, V: cached_step_by_loops(
        q * (3 / len(K)) ** 0.5, k, v, K, V)),
])
def test_what_works_by_luck_is_not_accepted(name, solution):
    assert hint(name, solution)


# --- The notebooks -------------------------------------------------------------------------------

STUB = re.compile(r'^check\("(\w+)", my_(\w+)\)$', re.MULTILINE)


def stubs(name):
    return [cell for cell in code_cells(name) if "exercise" in cell.metadata.get("tags", [])]


def checks_in(cells):
    return [found for cell in cells for found in STUB.findall(cell.source)]


def test_every_exercise_is_checked_once_in_its_chapter_and_once_in_the_solutions():
    asked = [found for name in NUMBERED for found in checks_in(stubs(name))]
    assert asked == checks_in(code_cells("solutions")) == [(name, name) for name in EXERCISES]


def test_a_stub_is_not_yet_right():
    """What is to be written says so; what is to be mended gets a hint at its fault."""
    for cell in (cell for name in NUMBERED for cell in stubs(name)):
        [output] = cell.outputs
        written = "\n    return" in cell.source
        assert ("The function gives None. Write it" in output.text) != written, cell.id
        assert "not yet." in output.text, cell.id
