"""Attention in three steps (scores, weights, context) and what the Transformer makes of them.

Rows are items: `s` holds one decoder state per row, `h` one encoder state per row. A single query
may be a plain vector. All arrays may carry leading batch axes, which broadcast as in `np.matmul`.
Float32 stays float32; all else is computed in float64. Bad input is a `ValueError` that names the
argument. The examples translate "I love you" at the moment of 爱: h1, h2, h3 and one decoder state.
"""

from typing import NamedTuple

import numpy as np

from softattn_core.probability import _as_floats, _largest_magnitude, _without_warnings, softmax


class AttentionStep(NamedTuple):
    """What one round of attention computes: scores (before any mask), weights and context."""

    scores: np.ndarray
    weights: np.ndarray
    context: np.ndarray


def _checked(**arguments):
    """Finite float arrays whose shapes fit: `s, h = _checked(s=(s, "... d"), h=(h, "... T_x d"))`.

    A name in a shape stands for the same length everywhere, "..." for any leading axes.
    """
    arrays, lengths = [], {}
    for name, (values, expected) in arguments.items():
        array, axes = _as_floats(name, values), expected.removeprefix("... ").split()
        shape = array.shape[-len(axes):] if "..." in expected else array.shape
        lengths = dict(zip(axes, shape, strict=False)) | lengths
        if list(shape) != [lengths.get(axis) for axis in axes] or 0 in shape:
            where = ", ".join(f"{axis} = {length}" for axis, length in lengths.items())
            raise ValueError(f"{name} must have shape ({expected}), where {where or 'none is 0'}; "
                             f"got {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got NaN or infinity")
        arrays.append(array)
    try:
        np.broadcast_shapes(*(array.shape[:-2] for array in arrays))
    except ValueError as error:
        raise ValueError(f"batch axes of {', '.join(arguments)} must fit: {error}") from None
    return arrays


def _checked_mask(mask, shape):
    """`mask` spread to the shape of the scores, once it is known to be boolean and to fit."""
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise ValueError(f"mask must be boolean (True = may attend), got {mask.dtype}")
    try:
        return np.broadcast_to(mask, shape)
    except ValueError:
        raise ValueError(f"mask must fit scores of shape {shape}, got {mask.shape}") from None


@_without_warnings
def dot_scores(s, h):
    """Score each encoder state by its dot product with the decoder state.

        score(s, h_i) = s^T h_i

    Shapes: s (d,) or (..., T_y, d); h (..., T_x, d) -> (T_x,) or (..., T_y, T_x).
    Errors: ValueError for shapes that do not fit, input that is not real numbers, NaN, infinity.
    Source: Luong, Pham & Manning (2015), section 3.1, "dot".

    >>> h = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]]  # I, love, you
    >>> dot_scores([1.0, 3.0], h)
    array([1. , 3. , 0.2])
    """
    s, h = _checked(s=(s, "... d"), h=(h, "... T_x d"))
    return s @ h.mT


@_without_warnings
def scaled_dot_scores(s, h):
    """Dot scores divided by the square root of the length d, so that their spread stays near 1.

        score(s, h_i) = s^T h_i / sqrt(d)

    Shapes and errors: as for `dot_scores`.
    Source: Vaswani et al. (2017), "Attention is all you need", section 3.2.1.

    >>> scaled_dot_scores([1.0, 3.0], [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]]).round(3)
    array([0.707, 2.121, 0.141])
    """
    s, h = _checked(s=(s, "... d"), h=(h, "... T_x d"))
    return (s / s.shape[-1] ** 0.5) @ h.mT  # fewer numbers to divide than in the scores


@_without_warnings
def general_scores(s, W, h):
    """Score each encoder state by a learned product with the decoder state.

        score(s, h_i) = s^T W h_i

    Shapes: s (d_s,) or (..., T_y, d_s); W (d_s, d_h); h (..., T_x, d_h) -> (T_x,) or
    (..., T_y, T_x). Errors: as for `dot_scores`.
    Source: Luong, Pham & Manning (2015), section 3.1, "general".

    >>> W = [[1.0, 0.0], [0.0, 0.5]]
    >>> general_scores([1.0, 3.0], W, [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]])
    array([ 1. ,  1.5, -0.4])
    """
    s, W, h = _checked(s=(s, "... d_s"), W=(W, "d_s d_h"), h=(h, "... T_x d_h"))
    return s @ W @ h.mT


@_without_warnings
def additive_scores(s, h, W_s, W_h, v):
    """Score each encoder state by a small network that sees it beside the decoder state.

        score(s, h_i) = v^T tanh(W_s s + W_h h_i)

    Shapes: s (d_s,) or (..., T_y, d_s); h (..., T_x, d_h); W_s (d_a, d_s); W_h (d_a, d_h);
    v (d_a,) -> (T_x,) or (..., T_y, T_x). Errors: as for `dot_scores`.
    Source: Bahdanau, Cho & Bengio (2014), appendix A.1.2.

    >>> h = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]]
    >>> additive_scores([1.0, 3.0], h, W_s=[[0.0, 0.5]], W_h=[[-0.5, 0.5]], v=[2.0]).round(3)
    array([1.523, 1.928, 1.951])
    """
    s, h, W_s, W_h, v = _checked(
        s=(s, "... d_s"), h=(h, "... T_x d_h"),
        W_s=(W_s, "d_a d_s"), W_h=(W_h, "d_a d_h"), v=(v, "d_a"))
    queries, keys = s @ W_s.T, h @ W_h.T
    if s.ndim > 1:
        keys = keys[..., None, :, :]  # every query meets every key: (..., T_y, T_x, d_a)
    return np.tanh(queries[..., None, :] + keys) @ v


def attention_weights(scores, mask=None, temperature=1.0):
    """Turn scores into weights: softmax over the items, those masked out left at exactly 0.

        alpha_i = softmax(scores / T)_i        a masked score counts as -inf

    The mask acts on the scores, before softmax, so that the weights still sum to 1.

    Shapes: scores (..., T_x) -> the same; mask boolean, True = may attend, broadcast to the scores.
    Errors: ValueError for a mask that is not boolean or does not fit, a row with nothing to attend
    to; else as for `softmax`.
    Source: Bahdanau, Cho & Bengio (2014), equation 6; masks: Vaswani et al. (2017), section 3.2.3.

    >>> attention_weights([1.0, 3.0, 0.2]).round(3)
    array([0.113, 0.836, 0.051])
    >>> attention_weights([1.0, 3.0, 0.2], mask=[True, False, True]).round(3)
    array([0.69, 0.  , 0.31])
    """
    if mask is not None:
        scores = _as_floats("scores", scores)
        scores = np.where(_checked_mask(mask, scores.shape), scores, -np.inf)
    return softmax(scores, temperature=temperature)


def context_vector(weights, values):
    """Average the values by the weights.

        c = sum_i alpha_i v_i        in chapter 4 the values are the encoder states h_i themselves

    Shapes: weights (T_x,) or (..., T_y, T_x); values (..., T_x, d_v) -> (d_v,) or (..., T_y, d_v).
    Errors: as for `dot_scores`. That the weights sum to 1 is not asked for: what happens if they
    do not can be tried.
    Source: Bahdanau, Cho & Bengio (2014), equation 5.

    >>> h = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]]
    >>> context_vector([0.113, 0.836, 0.051], h).round(3)
    array([0.062, 0.856])
    """
    weights, values = _checked(weights=(weights, "... T_x"), values=(values, "... T_x d_v"))
    return weights @ values


def attend(s, h, W=None, mask=None):
    """The three steps in a row: score the encoder states, weigh them, average them.

        scores = s^T W h_i  (without W: s^T h_i),  weights = softmax(scores),  c = sum_i alpha_i h_i

    Shapes: s (d,) or (..., T_y, d); h (..., T_x, d); W and mask as above -> an `AttentionStep`.
    Errors: as for `general_scores` and `attention_weights`.
    Source: Luong, Pham & Manning (2015), section 3.1.

    >>> step = attend([1.0, 3.0], [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]])
    >>> step.scores, step.weights.round(3), step.context.round(3)
    (array([1. , 3. , 0.2]), array([0.113, 0.836, 0.051]), array([0.062, 0.856]))
    """
    scores = dot_scores(s, h) if W is None else general_scores(s, W, h)
    weights = attention_weights(scores, mask)
    return AttentionStep(scores, weights, context_vector(weights, h))


def scaled_dot_product_attention(Q, K, V, mask=None, causal=False):
    """Attention as in the Transformer: queries look at keys and take home values.

        softmax(Q K^T / sqrt(d)) V

    With `causal`, query i may attend to keys 0 ... i only. Where the numbers of queries and keys
    differ, both are counted from the start, as PyTorch's function of the same name does.

    Shapes: Q (..., n, d), K (..., m, d), V (..., m, d_v) -> an `AttentionStep` of scores and
    weights (..., n, m) and context (..., n, d_v); mask as for `attention_weights`.
    Errors: as for `dot_scores` and `attention_weights`.
    Source: Vaswani et al. (2017), equation 1.

    >>> X = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> scaled_dot_product_attention(X, X, X, causal=True).weights.round(3)
    array([[1.   , 0.   , 0.   ],
           [0.33 , 0.67 , 0.   ],
           [0.248, 0.248, 0.503]])
    """
    Q, K, V = _checked(Q=(Q, "... n d"), K=(K, "... m d"), V=(V, "... m d_v"))
    scores = scaled_dot_scores(Q, K)
    if causal:
        up_to_now = np.tri(*scores.shape[-2:], dtype=bool)
        mask = up_to_now if mask is None else up_to_now & _checked_mask(mask, scores.shape)
    weights = attention_weights(scores, mask)
    return AttentionStep(scores, weights, context_vector(weights, V))


@_without_warnings
def multi_head_attention(X, W_q, W_k, W_v, W_o, heads, mask=None, causal=False):
    """Several attentions side by side, each in its own part of the space, then mixed.

        head_i = softmax(Q_i K_i^T / sqrt(d / heads)) V_i        result = [head_1 ... head_h] W_o

    with Q = X W_q, K = X W_k, V = X W_v; head i has the columns i d/heads ... (i + 1) d/heads - 1.

    Shapes: X (..., n, d), each W (d, d), mask (n, n) or with batch axes (..., n, n) -> (..., n, d).
    Errors: ValueError for heads that do not divide d; else as for `scaled_dot_product_attention`.
    Source: Vaswani et al. (2017), section 3.2.2.

    >>> X, I = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]
    >>> multi_head_attention(X, I, I, I, I, heads=2, causal=True).round(3)
    array([[1.   , 0.   ],
           [0.5  , 0.731],
           [0.845, 0.845]])
    """
    X, W_q, W_k, W_v, W_o = _checked(
        X=(X, "... n d"), W_q=(W_q, "d d"), W_k=(W_k, "d d"), W_v=(W_v, "d d"), W_o=(W_o, "d d"))
    *batch, n, d = X.shape
    if not isinstance(heads, (int, np.integer)) or heads < 1 or d % heads:
        raise ValueError(f"heads must be an integer that divides d = {d}, got {heads!r}")
    if mask is not None:
        mask = _checked_mask(mask, (*batch, n, n))[..., None, :, :]  # the same for every head

    def split(projected):  # (..., n, d) -> (..., heads, n, d / heads)
        return projected.reshape(*batch, n, heads, d // heads).swapaxes(-3, -2)

    Q, K, V = split(X @ W_q), split(X @ W_k), split(X @ W_v)
    context = scaled_dot_product_attention(Q, K, V, mask, causal).context
    return context.swapaxes(-3, -2).reshape(X.shape) @ W_o


@_without_warnings
def streaming_attention(Q, K, V, causal=False, block_size=256):
    """The context of `scaled_dot_product_attention`, without ever holding all n x m scores.

    Tile by tile, exp(score) * value and exp(score) are summed for each query, the scores taken
    relative to m, the largest so far. When a tile raises m to m', both sums shrink by exp(m - m').
    Their quotient at the end is the softmax average itself, no approximation.

    Shapes: Q (..., n, d), K (..., m, d), V (..., m, d_v) -> (..., n, d_v). `causal` as above; tiles
    that lie in the future are never made. Memory: the result and a few tiles of block_size^2
    numbers; 512 can be faster where the processor's cache holds it.
    Errors: ValueError for a block_size below 1; else as for `dot_scores`.
    Source: Milakov & Gimelshein (2018), "Online normalizer calculation for softmax", algorithm 3;
    Rabe & Staats (2021), "Self-attention does not need O(n^2) memory".

    >>> X = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    >>> streaming_attention(X, X, X, causal=True, block_size=2).round(3)
    array([[1.   , 0.   ],
           [0.33 , 0.67 ],
           [0.752, 0.752]])
    """
    Q, K, V = _checked(Q=(Q, "... n d"), K=(K, "... m d"), V=(V, "... m d_v"))
    if not isinstance(block_size, (int, np.integer)) or block_size < 1:
        raise ValueError(f"block_size must be an integer of at least 1, got {block_size!r}")
    n, m, d = Q.shape[-2], K.shape[-2], Q.shape[-1]
    batch = np.broadcast_shapes(*(array.shape[:-2] for array in (Q, K, V)))
    context = np.zeros((*batch, n, V.shape[-1]), np.result_type(Q, K, V))
    for i in range(0, n, block_size):
        queries = Q[..., i:i + block_size, :] / d**0.5
        maximum, total, sums = -np.inf, 0.0, context[..., i:i + block_size, :]
        for j in range(0, min(m, i + block_size) if causal else m, block_size):
            scores = queries @ K[..., j:j + block_size, :].mT
            if causal and i == j:
                np.copyto(scores, -np.inf, where=~np.tri(*scores.shape[-2:], dtype=bool))
            previous, maximum = maximum, np.maximum(maximum, scores.max(axis=-1, keepdims=True))
            scores, shrink = np.exp(scores - maximum, out=scores), np.exp(previous - maximum)
            total = total * shrink + scores.sum(axis=-1, keepdims=True)
            sums[...] = sums * shrink + scores @ V[..., j:j + block_size, :]
        _largest_magnitude("scores Q K^T", maximum)
        sums /= total  # in place: these are rows of the context
    return context
