"""softattn_core.attention against loops written from the formulas, in float64, in this file."""

import math
import tracemalloc

import numpy as np
import pytest
import scipy.special

from softattn_core import (
    AttentionStep,
    additive_scores,
    attend,
    attention_weights,
    context_vector,
    dot_scores,
    general_scores,
    multi_head_attention,
    scaled_dot_product_attention,
    scaled_dot_scores,
    softmax,
    sparsemax,
    streaming_attention,
)

pytestmark = pytest.mark.filterwarnings("error")

S = np.array([1.0, 3.0])                                  # the decoder state before 爱
H = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]])       # I, love, you


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(dtype)


def attention_by_loops(Q, K, V, allowed=None):
    """softmax(Q K^T / sqrt(d)) V, one number at a time; allowed[i][j] says whether i may see j."""
    weights = np.zeros((len(Q), len(K)))
    context = np.zeros((len(Q), V.shape[1]))
    for i, q in enumerate(Q):
        seen = [j for j in range(len(K)) if allowed is None or allowed[i][j]]
        score = {j: sum(float(a) * float(b) for a, b in zip(q, K[j], strict=True))
                    / math.sqrt(len(q)) for j in seen}
        largest = max(score.values())
        total = sum(math.exp(score[j] - largest) for j in seen)
        for j in seen:
            weights[i, j] = math.exp(score[j] - largest) / total
            context[i] += weights[i, j] * V[j].astype(np.float64)
    return weights, context


# --- step 1: scores ---


def test_scores_of_one_query_by_hand():
    np.testing.assert_allclose(dot_scores(S, H), [1.0, 3.0, 0.2], rtol=1e-15)
    np.testing.assert_allclose(scaled_dot_scores(S, H), np.array([1.0, 3.0, 0.2]) / math.sqrt(2))
    np.testing.assert_allclose(general_scores(S, [[1.0, 0.0], [0.0, 0.5]], H), [1.0, 1.5, -0.4])


def test_scores_are_scaled_by_the_root_of_the_length():
    s, h = np.ones(64), np.ones((2, 64))
    np.testing.assert_array_equal(scaled_dot_scores(s, h), [8.0, 8.0])
    spread = np.std(scaled_dot_scores(normal(200, 256), normal(300, 256)))
    assert spread == pytest.approx(1, abs=0.05)


W, W_S, W_H, V_A = normal(3, 5), normal(4, 3), normal(4, 5), normal(4)
SCORES = {
    "dot": (lambda s, h: dot_scores(s, h), 3, 3, lambda s, h: s @ h),
    "scaled": (lambda s, h: scaled_dot_scores(s, h), 3, 3, lambda s, h: s @ h / math.sqrt(3)),
    "general": (lambda s, h: general_scores(s, W, h), 3, 5,
                lambda s, h: sum(s[a] * W[a, b] * h[b] for a in range(3) for b in range(5))),
    "additive": (lambda s, h: additive_scores(s, h, W_S, W_H, V_A), 3, 5,
                 lambda s, h: sum(V_A[a] * math.tanh(W_S[a] @ s + W_H[a] @ h) for a in range(4))),
}


@pytest.mark.parametrize("kind", SCORES)
def test_every_score_is_that_of_its_pair(kind):
    """For one query, for several, and for a batch of several, against the formula pair by pair."""
    scores, d_s, d_h, formula = SCORES[kind]
    s, h = normal(2, 4, d_s, seed=1), normal(2, 6, d_h, seed=2)
    expected = np.array([[[formula(s_t, h_i) for h_i in h[b]] for s_t in s[b]] for b in range(2)])
    np.testing.assert_allclose(scores(s, h), expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(scores(s[0], h[0]), expected[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(scores(s[0, 0], h[0]), expected[0, 0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(scores(s[:1], h)[1], scores(s[0], h[1]), rtol=1e-12, atol=1e-14)
    one_query = scores(s[0, 0], h)  # the same query for the whole batch
    assert one_query.shape == (2, 6)
    np.testing.assert_allclose(one_query[1], scores(s[0, 0], h[1]), rtol=1e-12, atol=1e-14)


# --- step 2: weights ---


def test_weights_are_the_softmax_of_the_scores():
    scores = normal(2, 3, 4)
    np.testing.assert_array_equal(attention_weights(scores), softmax(scores))
    np.testing.assert_array_equal(attention_weights(scores, temperature=0.5),
                                  softmax(scores, temperature=0.5))


def test_the_mask_acts_on_the_scores_so_that_weights_still_sum_to_1():
    weights = attention_weights([1.0, 3.0, 0.2], mask=[True, False, True])
    np.testing.assert_allclose(weights, [1 / (1 + math.exp(-0.8)), 0, 1 / (1 + math.exp(0.8))])
    np.testing.assert_allclose(
        attention_weights([1.0, 3.0, 0.2], [True, False, True], temperature=2)[[0, 2]],
        softmax([1.0, 0.2], temperature=2))


def test_a_mask_broadcasts_to_a_batch():
    scores = normal(2, 3, 4)
    padding = np.array([[True, True, True, False], [True, True, False, False]])
    weights = attention_weights(scores, padding[:, None, :])
    assert (weights[0, :, 3:] == 0).all() and (weights[1, :, 2:] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-15)
    np.testing.assert_allclose(weights[1, :, :2], softmax(scores[1, :, :2]), rtol=1e-14)


def test_masked_scores_are_never_looked_at():
    np.testing.assert_array_equal(
        attention_weights([np.nan, 1.0, np.inf], mask=[False, True, False]), [0, 1, 0])


# --- step 3: context; the three steps together ---


def test_the_context_is_the_weighted_average():
    weights = softmax(normal(2, 3, 4))
    values = normal(2, 4, 5)
    expected = np.zeros((2, 3, 5))
    for b, t, i in np.ndindex(2, 3, 4):
        expected[b, t] += weights[b, t, i] * values[b, i]
    np.testing.assert_allclose(context_vector(weights, values), expected, rtol=1e-13)
    np.testing.assert_allclose(context_vector(weights[0, 0], values[0]), expected[0, 0], rtol=1e-13)
    np.testing.assert_array_equal(context_vector([0.0, 1.0, 0.0], H), H[1])


def test_attend_at_the_moment_of_love():
    step = attend(S, H)
    assert isinstance(step, AttentionStep)
    np.testing.assert_allclose(step.scores, [1.0, 3.0, 0.2])
    np.testing.assert_allclose(step.weights, [0.1131, 0.8360, 0.0508], atol=5e-5)
    np.testing.assert_allclose(step.context, [0.0623, 0.8563], atol=1e-4)
    assert [len(part) for part in step] == [3, 3, 2]


def test_attend_is_its_three_steps():
    s, h = normal(2, 4, 3), normal(2, 6, 5)
    mask = np.arange(6) < np.array([6, 4])[:, None, None]
    step = attend(s, h, W, mask)
    np.testing.assert_array_equal(step.scores, general_scores(s, W, h))
    np.testing.assert_array_equal(step.weights, attention_weights(general_scores(s, W, h), mask))
    np.testing.assert_array_equal(step.context, context_vector(step.weights, h))
    assert (step.weights[1, :, 4:] == 0).all()


# --- the Transformer's form ---


@pytest.mark.parametrize("n, m", [(1, 1), (5, 5), (3, 7), (7, 3)])
@pytest.mark.parametrize("causal", [False, True])
def test_scaled_dot_product_attention_against_loops(n, m, causal):
    Q, K, V = normal(n, 4), normal(m, 4, seed=1), normal(m, 6, seed=2)
    allowed = np.array([[j <= i or not causal for j in range(m)] for i in range(n)])
    step = scaled_dot_product_attention(Q, K, V, causal=causal)
    weights, context = attention_by_loops(Q, K, V, allowed)
    np.testing.assert_allclose(step.scores, Q @ K.T / 2, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(step.weights, weights, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(step.context, context, rtol=1e-12, atol=1e-14)
    assert (step.weights[~allowed] == 0).all() and (step.weights[allowed] > 0).all()


def test_a_mask_and_the_past_together():
    Q, K, V = normal(6, 4), normal(6, 4, seed=1), normal(6, 3, seed=2)
    mask = np.random.default_rng(3).random((6, 6)) < 0.5
    mask[:, 0] = True
    step = scaled_dot_product_attention(Q, K, V, mask, causal=True)
    weights, context = attention_by_loops(Q, K, V, mask & np.tri(6, dtype=bool))
    np.testing.assert_allclose(step.weights, weights, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(step.context, context, rtol=1e-12, atol=1e-14)


def test_a_batch_is_attended_to_row_by_row():
    Q, K, V = normal(2, 3, 5, 4), normal(2, 1, 6, 4), normal(6, 3)
    mask = np.random.default_rng(4).random((2, 1, 5, 6)) < 0.7
    step = scaled_dot_product_attention(Q, K, V, mask)
    assert step.weights.shape == (2, 3, 5, 6) and step.context.shape == (2, 3, 5, 3)
    for b, head in np.ndindex(2, 3):
        weights, context = attention_by_loops(Q[b, head], K[b, 0], V, mask[b, 0])
        np.testing.assert_allclose(step.weights[b, head], weights, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(step.context[b, head], context, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("heads", [1, 2, 3, 6])
@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_attention_is_the_sum_over_heads(heads, causal):
    """Concatenating the heads and multiplying by W_o adds up head_i times its own rows of W_o."""
    n, d = 5, 6
    X, W_q, W_k, W_v, W_o = (normal(d if i else n, d, seed=i) for i in range(5))
    mask = np.array([[True, False, True, True, True]] * n)
    allowed = mask & np.tri(n, dtype=bool) if causal else mask
    expected = np.zeros((n, d))
    for i in range(heads):
        part = slice(i * d // heads, (i + 1) * d // heads)
        Q, K, V = X @ W_q[:, part], X @ W_k[:, part], X @ W_v[:, part]
        expected += attention_by_loops(Q, K, V, allowed)[1] @ W_o[part]
    computed = multi_head_attention(X, W_q, W_k, W_v, W_o, heads, mask=mask, causal=causal)
    np.testing.assert_allclose(computed, expected, rtol=1e-11, atol=1e-12)


def test_multi_head_attention_of_a_batch():
    X, *weights = normal(3, 5, 6), *(normal(6, 6, seed=i) for i in range(4))
    mask = np.arange(5) < np.array([5, 4, 2])[:, None, None]
    computed = multi_head_attention(X, *weights, heads=2, mask=mask)
    for b in range(3):
        alone = multi_head_attention(X[b], *weights, heads=2, mask=mask[b])
        np.testing.assert_allclose(computed[b], alone, rtol=1e-12, atol=1e-13)


def test_order_is_invisible_without_positions():
    X, *weights = (normal(6, 6, seed=i) for i in range(5))
    order = np.array([3, 1, 5, 0, 4, 2])
    np.testing.assert_allclose(multi_head_attention(X[order], *weights, heads=3),
                               multi_head_attention(X, *weights, heads=3)[order], rtol=1e-11)


# --- streaming ---


@pytest.mark.parametrize("n, m", [(17, 17), (9, 17), (17, 9)])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("spread, tolerance, dtype", [
    (1, 1e-12, np.float64), (100, 1e-9, np.float64), (1, 1e-5, np.float32),
])
def test_streaming_is_full_attention_for_every_block_size(n, m, causal, spread, tolerance, dtype):
    """With the spread of 100, the scores reach 1e4 and more."""
    Q, K = normal(n, 3) * spread, normal(m, 3, seed=1) * spread
    Q, K, V = Q.astype(dtype), K.astype(dtype), normal(m, 4, seed=2, dtype=dtype)
    full = scaled_dot_product_attention(Q, K, V, causal=causal)
    if spread == 100:
        assert np.abs(full.scores).max() > 1e4
    for block_size in range(1, max(n, m) + 2):
        streamed = streaming_attention(Q, K, V, causal=causal, block_size=block_size)
        assert streamed.dtype == dtype
        np.testing.assert_allclose(streamed, full.context, rtol=0, atol=tolerance)


@pytest.mark.parametrize("causal", [False, True])
def test_streaming_with_the_block_size_as_it_comes(causal):
    Q, K, V = (normal(600, 8, seed=i) for i in range(3))
    np.testing.assert_allclose(streaming_attention(Q, K, V, causal=causal),
                               scaled_dot_product_attention(Q, K, V, causal=causal).context,
                               rtol=0, atol=1e-12)


def test_streaming_rescales_when_the_maximum_rises():
    """Each key scores 50 above the last, so that the last one takes all."""
    K = np.arange(8.0)[:, None] * 50
    V = normal(8, 2)
    for block_size in (1, 3, 8):
        np.testing.assert_allclose(streaming_attention([[1.0]], K, V, block_size=block_size),
                                   V[7:], atol=1e-15)


def test_streaming_a_batch():
    Q, K, V = normal(2, 3, 5, 4), normal(2, 1, 6, 4), normal(6, 3)
    np.testing.assert_allclose(streaming_attention(Q, K, V, block_size=2),
                               scaled_dot_product_attention(Q, K, V).context, atol=1e-13)


def test_streaming_stays_finite_with_scores_near_the_largest_float():
    K = np.array([[1e308], [-1e308], [1e308]])
    V = np.array([[1.0], [2.0], [4.0]])
    for block_size in (1, 2, 3):
        np.testing.assert_allclose(streaming_attention([[1.0]], K, V, block_size=block_size), 2.5)


def test_streaming_never_makes_a_tile_in_the_future(monkeypatch):
    """Tiles are counted by their calls of `exp`: one for the weights, one for the rescaling."""
    calls, exp = [], np.exp
    monkeypatch.setattr(np, "exp", lambda *args, **kw: calls.append(1) or exp(*args, **kw))
    X = normal(8, 2)
    streaming_attention(X, X, X, block_size=2)
    everything = len(calls)
    calls.clear()
    streaming_attention(X, X, X, block_size=2, causal=True)
    assert (everything, len(calls)) == (2 * 16, 2 * 10)


def test_streaming_needs_no_n_by_n_matrix():
    Q, K, V = (normal(1024, 8, seed=i, dtype=np.float32) for i in range(3))

    def peak(function):
        tracemalloc.start()
        function()
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return memory

    full = peak(lambda: scaled_dot_product_attention(Q, K, V))
    assert full >= 2 * 1024 * 1024 * 4
    assert peak(lambda: streaming_attention(Q, K, V, block_size=64)) < 0.05 * full


# --- gradients: what training relies on ---


@pytest.mark.parametrize("normalise", [softmax, sparsemax])
def test_the_gradient_through_attention(normalise):
    """d context / d scores = J V, with J the normaliser's Jacobian, against finite differences."""
    scores, values, step = np.array([0.3, 0.1, -0.2, -1.5]), normal(4, 3), 1e-6
    p = normalise(scores)
    if normalise is softmax:
        jacobian = np.diag(p) - np.outer(p, p)
    else:
        support = (p > 0).astype(float)
        assert 1 < support.sum() < 4
        jacobian = np.diag(support) - np.outer(support, support) / support.sum()
    numeric = [(context_vector(normalise(scores + e), values)
                - context_vector(normalise(scores - e), values)) / (2 * step)
               for e in step * np.eye(4)]
    np.testing.assert_allclose(jacobian @ values, numeric, atol=1e-8)


# --- kinds of input ---


def test_float32_stays_float32_and_a_mixture_is_float64():
    s, h, w = (normal(*shape, dtype=np.float32) for shape in [(2, 3), (4, 3), (3, 3)])
    mask = [True, True, False, True]
    results = [dot_scores(s, h), scaled_dot_scores(s, h), general_scores(s, w, h),
               additive_scores(s, h, w, w, w[0]), attention_weights(s, mask[:3]),
               *attend(s, h, w, mask), *scaled_dot_product_attention(s, h, h, mask, causal=True),
               multi_head_attention(h, w, w, w, w, heads=3), streaming_attention(s, h, h)]
    assert {result.dtype for result in results} == {np.dtype(np.float32)}
    assert dot_scores(s, h.astype(np.float64)).dtype == np.float64
    assert dot_scores([1, 2], [[3, 4]]).dtype == np.float64


def test_input_is_left_as_it_was():
    s, h, w = normal(4, 3), normal(4, 3, seed=1), normal(3, 3)
    mask = np.tri(4, dtype=bool)
    before = [array.copy() for array in (s, h, w, mask)]
    attend(s, h, w, mask)
    scaled_dot_product_attention(s, h, h, mask, causal=True)
    multi_head_attention(s, w, w, w, w, heads=3, mask=mask, causal=True)
    streaming_attention(s, h, h, causal=True)
    for array, copy in zip((s, h, w, mask), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_scores_beyond_the_largest_float_are_an_error_and_no_warning():
    huge = np.full((3, 2), 1e200)
    for attention in (attend, lambda s, h: scaled_dot_product_attention(s, h, h),
                      lambda s, h: streaming_attention(s, h, h),
                      lambda s, h: streaming_attention(s, -h, h)):
        with pytest.raises(ValueError, match=r"scores .*finite"):
            attention(huge, huge)


# --- errors ---

X = normal(4, 6)
D = normal(6, 6)
MASK = np.ones((4, 4), dtype=bool)
ERRORS = {
    "h of another length": (lambda: dot_scores(S, [[1.0, 2.0, 3.0]]), r"h must have shape .*d = 2"),
    "h a vector": (lambda: dot_scores(S, S), r"h must have shape \(\.\.\. T_x d\)"),
    "s a number": (lambda: dot_scores(1.0, H), "s must have shape"),
    "s empty": (lambda: dot_scores([], np.zeros((3, 0))), "s must have shape .*got"),
    "no states": (lambda: dot_scores(S, np.zeros((0, 2))), r"h must have shape .*got \(0, 2\)"),
    "s text": (lambda: dot_scores(["a", "b"], H), "s must hold real numbers"),
    "h ragged": (lambda: dot_scores(S, [[1.0], [1.0, 2.0]]), "h must be an array of numbers"),
    "h NaN": (lambda: scaled_dot_scores(S, H * np.nan), "h must be finite"),
    "s infinite": (lambda: scaled_dot_scores([np.inf, 0.0], H), "s must be finite"),
    "batches": (lambda: dot_scores(normal(2, 3, 4), normal(5, 3, 4)), "batch axes of s, h must"),
    "W transposed": (lambda: general_scores(normal(3), normal(5, 3), normal(2, 5)),
                     r"W must have shape \(d_s d_h\), where d_s = 3"),
    "W a batch": (lambda: general_scores(normal(3), normal(1, 3, 5), normal(2, 5)), "W must have"),
    "W complex": (lambda: general_scores(S, np.eye(2) * 1j, H), "W must hold real numbers"),
    "W_s": (lambda: additive_scores(S, H, normal(4, 3), normal(4, 2), V_A), "W_s must have shape"),
    "W_h": (lambda: additive_scores(S, H, normal(4, 2), normal(3, 2), V_A), "W_h must have shape"),
    "v": (lambda: additive_scores(S, H, normal(4, 2), normal(4, 2), V_A[:3]), "v must have shape"),
    "v a matrix": (lambda: additive_scores(S, H, normal(2, 2), normal(2, 2), D[:2, :2]),
                   "v must have shape"),
    "scores NaN": (lambda: attention_weights([np.nan, 1.0]), "scores must be finite"),
    "scores text": (lambda: attention_weights(["a"], [True]), "scores must hold real numbers"),
    "scores empty": (lambda: attention_weights([], []), "mask must be boolean"),
    "scores a number": (lambda: attention_weights(1.0, True), "axis must"),
    "temperature": (lambda: attention_weights([1.0], temperature=0), "temperature must be"),
    "all masked": (lambda: attention_weights([1.0, 2.0], [False, False]), "nothing to attend to"),
    "one row masked": (lambda: attention_weights(np.ones((2, 2)), np.array([[True], [False]])),
                       "nothing to attend to"),
    "mask of numbers": (lambda: attention_weights([1.0, 2.0], [1, 0]), "mask must be boolean"),
    "mask of another length": (lambda: attention_weights([1.0, 2.0], [True] * 3), "mask must fit"),
    "mask larger": (lambda: attention_weights([1.0, 2.0], [[True, True]]), "mask must fit"),
    "weights of another length": (lambda: context_vector([0.5, 0.5], H), r"values must .*T_x = 2"),
    "weights NaN": (lambda: context_vector([np.nan, 0.5, 0.5], H), "weights must be finite"),
    "values a vector": (lambda: context_vector([0.5, 0.5], S), "values must have shape"),
    "attend, all masked": (lambda: attend(S, H, mask=[False] * 3), "nothing to attend to"),
    "K": (lambda: scaled_dot_product_attention(X, X[:, :5], X), r"K must have shape .*d = 6"),
    "V": (lambda: scaled_dot_product_attention(X, X, X[:3]), r"V must have shape .*m = 4"),
    "Q a vector": (lambda: scaled_dot_product_attention(X[0], X, X), "Q must have shape"),
    "causal, mask of numbers": (
        lambda: scaled_dot_product_attention(X, X, X, MASK.astype(int), causal=True),
        "mask must be boolean"),
    "causal, mask too small": (
        lambda: scaled_dot_product_attention(X, X, X, MASK[:3], causal=True), "mask must fit"),
    "causal, the past masked": (
        lambda: scaled_dot_product_attention(X, X, X, ~np.tri(4, dtype=bool), causal=True),
        "nothing to attend to"),
    "heads do not divide": (lambda: multi_head_attention(X, D, D, D, D, 4), r"heads must .*d = 6"),
    "no heads": (lambda: multi_head_attention(X, D, D, D, D, 0), "heads must"),
    "heads a float": (lambda: multi_head_attention(X, D, D, D, D, 2.0), "heads must"),
    "W_o": (lambda: multi_head_attention(X, D, D, D, D[:5], 2), "W_o must have shape"),
    "multi-head mask": (lambda: multi_head_attention(X, D, D, D, D, 2, MASK[:3]), "mask must fit"),
    "no block": (lambda: streaming_attention(X, X, X, block_size=0), "block_size must be"),
    "half a block": (lambda: streaming_attention(X, X, X, block_size=1.5), "block_size must be"),
    "streaming V": (lambda: streaming_attention(X, X, X[:3]), "V must have shape"),
    "streaming NaN": (lambda: streaming_attention(X, X * np.nan, X), "K must be finite"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_bad_input_is_named(case):
    call, message = ERRORS[case]
    with pytest.raises(ValueError, match=message):
        call()


# --- an oracle for the oracle ---


def test_the_loops_agree_with_scipy():
    Q, K, V = normal(3, 4), normal(5, 4, seed=1), normal(5, 2, seed=2)
    weights, context = attention_by_loops(Q, K, V)
    np.testing.assert_allclose(weights, scipy.special.softmax(Q @ K.T / 2, axis=-1), rtol=1e-13)
    np.testing.assert_allclose(context, weights @ V, rtol=1e-12)
