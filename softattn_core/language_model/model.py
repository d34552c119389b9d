"""A decoder-only Transformer, and its gradients by hand.

Every word is a vector x of d numbers, the residual stream. It starts as the word's embedding, each
block adds to it twice, and at the end it is compared with every word of the vocabulary:

    x      = embedding[word]
    x      = x + attention(norm(x))                 the words before, and the word itself, mixed
    x      = x + max(norm(x) W_1, 0) W_2            each word by itself
    logits = norm(x) output_W                       one for every word that could come next

    norm(x) = gain * x / sqrt(mean(x^2))            RMSNorm (Zhang & Sennrich 2019, equation 4)
    attention: queries, keys and values are norm(x) W_q, W_k, W_v, cut into heads;
               softmax(Q K^T / sqrt(d / heads)) V, causal; the heads side by side times W_o

Attention sees no order, so positions come in by one of these (`Config.positions`):

    rope        queries and keys are turned by an angle that grows with the position, so that their
                dot product depends on the distance (Su et al. 2021, equation 34)
    learned     a trained vector per position is added to the embedding
    sinusoidal  a fixed one is (Vaswani et al. 2017, section 3.5)
    alibi       every score is lowered in proportion to the distance (Press et al. 2022, section 3)
    none        the causal mask alone

Axes in the comments: ... for any batch axes, T words, d width, V words in the vocabulary.
"""

from typing import NamedTuple

import numpy as np

from softattn_core.attention import scaled_dot_product_attention
from softattn_core.language_model.lines import LONGEST_LINE, WORDS
from softattn_core.probability import cross_entropy, cross_entropy_gradient
from softattn_core.translator.model import Parameters

POSITIONS = ("rope", "learned", "sinusoidal", "alibi", "none")


class Config(NamedTuple):
    """What a model is made of."""

    width: int = 64
    blocks: int = 2
    heads: int = 1
    positions: str = "rope"
    network: bool = True
    residual: bool = True
    norm: bool = True


MAIN = Config()
NARROW = Config(width=32)


def initial_parameters(config=MAIN, seed=0, dtype=np.float32):
    """Random parameters to start training from.

    >>> parameters = initial_parameters(Config(width=32, blocks=1))
    >>> parameters["block1_W_q"].shape, sum(array.size for array in parameters.values())
    ((32, 32), 23776)
    """
    rng, d = np.random.default_rng(seed), config.width

    def matrix(rows, columns, scale=1.0):
        return rng.normal(scale=scale * rows**-0.5, size=(rows, columns))

    arrays = {"embedding": rng.normal(scale=0.5, size=(len(WORDS), d))}
    if config.positions == "learned":
        arrays["position_embedding"] = rng.normal(scale=0.1, size=(LONGEST_LINE, d))
    for block in _blocks(config):
        arrays |= {f"{block}_norm_1": np.ones(d)} if config.norm else {}
        arrays |= {f"{block}_W_{name}": matrix(d, d) for name in "qkv"}
        # What a block adds starts small, so that at first the stream is the embedding.
        arrays[f"{block}_W_o"] = matrix(d, d, scale=0.5)
        if config.network:
            arrays |= {f"{block}_norm_2": np.ones(d)} if config.norm else {}
            arrays[f"{block}_W_1"] = matrix(d, 4 * d)
            arrays[f"{block}_W_2"] = matrix(4 * d, d, scale=0.5)
    arrays |= {"norm": np.ones(d)} if config.norm else {}
    arrays["output_W"] = matrix(d, len(WORDS))
    return Parameters({name: array.astype(dtype) for name, array in arrays.items()}, config)


def _blocks(config):
    return [f"block{number}" for number in range(1, config.blocks + 1)]


# --- forward --------------------------------------------------------------------------------------


class Block(NamedTuple):
    """One block's way through: what attention got and gave, and the network's inner numbers."""

    x: np.ndarray  # (..., T, d): the stream as the block found it
    normed: np.ndarray  # (..., T, d): what attention reads
    queries: np.ndarray  # (..., heads, T, d / heads), positions included; so are the keys
    keys: np.ndarray
    values: np.ndarray
    scores: np.ndarray  # (..., heads, T, T)
    weights: np.ndarray
    context: np.ndarray  # (..., T, d): the heads side by side
    between: np.ndarray  # (..., T, d): the stream after attention
    normed_between: np.ndarray  # (..., T, d): what the network reads
    inner: np.ndarray | None  # (..., T, 4d): after the ReLU; None without a network
    out: np.ndarray  # (..., T, d): the stream as the block leaves it


class Forward(NamedTuple):
    """What a forward pass found.

    logits (..., T, V): for the word after each; weights: one array (..., heads, T, T) per block;
    blocks: everything in between, one `Block` each; x and normed (..., T, d): the stream at the
    end, before and after the last norm.
    """

    logits: np.ndarray
    weights: tuple
    blocks: tuple
    x: np.ndarray
    normed: np.ndarray


def forward(parameters, tokens, kept=None):
    """Logits of the next word at every place of tokens (..., T), and how they came about.

    kept, if given, is a list of (keys, values), one pair per block, of words read before: tokens
    then goes on after them, and the list is extended in place. An empty list begins one. This is
    the KV cache: what is kept need not be computed again, for no later word changes it.
    """
    config, tokens = parameters.config, np.asarray(tokens)
    before = kept[0][0].shape[-2] if kept else 0
    places = np.arange(before, before + tokens.shape[-1])
    if config.positions == "learned" and places[-1] >= LONGEST_LINE:
        raise ValueError(f"this model has {LONGEST_LINE} positions, got {places[-1] + 1} words")
    x = parameters["embedding"][tokens]
    if config.positions == "learned":
        x = x + parameters["position_embedding"][places]
    if config.positions == "sinusoidal":
        x = x + sinusoids(places, config.width).astype(x.dtype)
    blocks = []
    for number, name in enumerate(_blocks(config)):
        past = kept[number] if kept else None
        blocks.append(_block_forward(parameters, name, x, places, past))
        x = blocks[-1].out
    if kept is not None:
        kept[:] = [(block.keys, block.values) for block in blocks]
    normed = _norm(x, parameters.get("norm"))
    weights = tuple(block.weights for block in blocks)
    return Forward(normed @ parameters["output_W"], weights, tuple(blocks), x, normed)


def _block_forward(parameters, name, x, places, past):
    config = parameters.config
    normed = _norm(x, parameters.get(f"{name}_norm_1"))
    queries, keys, values = (
        _split(normed @ parameters[f"{name}_W_{kind}"], config.heads) for kind in "qkv"
    )
    queries, keys = _with_positions(queries, keys, places, config)
    if past:
        keys, values = (np.concatenate(pair, axis=-2) for pair in zip(past, (keys, values),
                                                                        strict=True))
    # A query may look at all that is kept, and at its own line up to itself.
    mask = np.arange(keys.shape[-2]) <= places[:, None]
    step = scaled_dot_product_attention(queries, keys, values, mask)
    context = _join(step.context)
    added = context @ parameters[f"{name}_W_o"]
    between = x + added if config.residual else added
    if not config.network:
        return Block(x, normed, queries, keys, values, step.scores, step.weights, context,
                     between, between, None, between)
    normed_between = _norm(between, parameters.get(f"{name}_norm_2"))
    inner = np.maximum(normed_between @ parameters[f"{name}_W_1"], 0)
    added = inner @ parameters[f"{name}_W_2"]
    out = between + added if config.residual else added
    return Block(x, normed, queries, keys, values, step.scores, step.weights, context,
                 between, normed_between, inner, out)


def _split(x, heads):  # (..., T, d) -> (..., heads, T, d / heads)
    return x.reshape(*x.shape[:-1], heads, -1).swapaxes(-3, -2)


def _join(x):  # (..., heads, T, d / heads) -> (..., T, d)
    x = x.swapaxes(-3, -2)
    return x.reshape(*x.shape[:-2], -1)


def _root_mean_square(x):
    return np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-6)


def _norm(x, gain):
    return x if gain is None else gain * x / _root_mean_square(x)


# --- positions ------------------------------------------------------------------------------------


def sinusoids(places, width):
    """The fixed position vectors, (T, width): waves, each slower than the last.

    >>> sinusoids(np.array([0, 1]), 4).round(2)
    array([[0.  , 0.  , 1.  , 1.  ],
           [0.84, 0.01, 0.54, 1.  ]])
    """
    angles = places[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)


def rotated(x, places, backwards=False):
    """Each pair (x_i, x_{i + d/2}) turned by the angle place / 10000^(2i/d): (..., T, d).

    The dot product of two rotated vectors depends on their places through the distance alone.

    >>> x, y = np.random.default_rng(0).normal(size=(2, 1, 8))
    >>> near, far = [(rotated(x, np.array([p])) * rotated(y, np.array([p + 3]))).sum()
    ...              for p in (0, 50)]
    >>> bool(np.isclose(near, far))
    True
    """
    half = x.shape[-1] // 2
    wave = sinusoids(places, x.shape[-1]).astype(x.dtype)
    sin, cos = wave[:, :half], wave[:, half:]
    if backwards:
        sin = -sin
    first, second = x[..., :half], x[..., half:]
    return np.concatenate([first * cos - second * sin, first * sin + second * cos], axis=-1)


def _with_positions(queries, keys, places, config):
    if config.positions == "rope":
        return rotated(queries, places), rotated(keys, places)
    if config.positions == "alibi":
        return _with_distance(queries, keys, places)
    return queries, keys


def _with_distance(queries, keys, places):
    """One number more in every query and key, so that each score gets slope * (j - i).

    Softmax does not see slope * i, the same for all keys of a query: slope * j is enough. The
    slopes fall from head to head, 1/2, 1/4, ..., and for a single head it is 1/16.
    """
    *_, heads, _, d = queries.shape
    slopes = 0.5 ** (np.arange(1, heads + 1) if heads > 1 else np.array([4]))
    root = (d + 1) ** 0.5  # the scores are divided by it instead of the root of d
    slope = np.broadcast_to(slopes[:, None, None] * root, (*queries.shape[:-1], 1))
    place = np.broadcast_to(places[:, None], (*keys.shape[:-1], 1))
    scaled = queries * (root / d**0.5)
    return tuple(np.concatenate(pair, axis=-1).astype(queries.dtype)
                 for pair in ((scaled, slope), (keys, place)))


# --- gradients ------------------------------------------------------------------------------------


def loss_and_gradients(parameters, tokens, counted):
    """Mean cross-entropy in nats over the counted words, and its gradient for every parameter.

    tokens (B, T); counted (B, T) is True at the words that are to be predicted, each from those
    before it. The first word of a line has none before it and never counts.
    """
    found = forward(parameters, tokens[:, :-1])
    targets, counts = tokens[:, 1:], counted[:, 1:]
    if not counts.any():
        raise ValueError("counted must be True at one word at least, the first of a line excepted")
    loss = cross_entropy(found.logits[counts], targets[counts]).mean()
    d_logits = np.zeros_like(found.logits)
    d_logits[counts] = cross_entropy_gradient(found.logits[counts], targets[counts])
    d_logits /= counts.sum(dtype=d_logits.dtype)

    gradients = {"output_W": _outer_sum(found.normed, d_logits)}
    d_x = d_logits @ parameters["output_W"].T
    d_x = _norm_backward(gradients, parameters, "norm", found.x, d_x)
    for name, block in reversed(list(zip(_blocks(parameters.config), found.blocks, strict=True))):
        d_x = _block_backward(gradients, parameters, name, block, d_x)
    gradients["embedding"] = np.zeros_like(parameters["embedding"])
    np.add.at(gradients["embedding"], tokens[:, :-1], d_x)
    if "position_embedding" in parameters:
        gradients["position_embedding"] = np.zeros_like(parameters["position_embedding"])
        gradients["position_embedding"][: d_x.shape[1]] = d_x.sum(axis=0)
    return loss, gradients


def _block_backward(gradients, parameters, name, block, d_out):
    """The gradient of the stream before the block, given that after it."""
    config, d_between = parameters.config, d_out
    if config.network:
        gradients[f"{name}_W_2"] = _outer_sum(block.inner, d_out)
        d_inner = (d_out @ parameters[f"{name}_W_2"].T) * (block.inner > 0)
        gradients[f"{name}_W_1"] = _outer_sum(block.normed_between, d_inner)
        d_normed = d_inner @ parameters[f"{name}_W_1"].T
        d_between = _norm_backward(gradients, parameters, f"{name}_norm_2", block.between, d_normed)
        d_between = d_between + d_out if config.residual else d_between

    gradients[f"{name}_W_o"] = _outer_sum(block.context, d_between)
    d_context = _split(d_between @ parameters[f"{name}_W_o"].T, config.heads)
    d_queries, d_keys, d_values = _attention_backward(block, d_context)
    places = np.arange(d_context.shape[-2])
    if config.positions == "rope":
        d_queries, d_keys = (rotated(d, places, backwards=True) for d in (d_queries, d_keys))
    if config.positions == "alibi":  # the extra number is fixed; the rest was scaled
        d = d_keys.shape[-1] - 1
        d_queries, d_keys = d_queries[..., :-1] * ((d + 1) / d) ** 0.5, d_keys[..., :-1]
    d_normed = 0
    for kind, d_projected in zip("qkv", map(_join, (d_queries, d_keys, d_values)), strict=True):
        gradients[f"{name}_W_{kind}"] = _outer_sum(block.normed, d_projected)
        d_normed = d_normed + d_projected @ parameters[f"{name}_W_{kind}"].T
    d_x = _norm_backward(gradients, parameters, f"{name}_norm_1", block.x, d_normed)
    return d_x + d_between if config.residual else d_x


def _attention_backward(block, d_context):
    """Gradients of queries, keys and values (..., heads, T, d / heads)."""
    weights = block.weights
    d_weights = d_context @ block.values.mT  # (..., heads, T, T)
    d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))
    d_scores /= block.keys.shape[-1] ** 0.5
    return d_scores @ block.keys, d_scores.mT @ block.queries, weights.mT @ d_context


def _norm_backward(gradients, parameters, name, x, d_normed):
    """The gradient of what was normed; that of the gain is filled in."""
    if name not in parameters:
        return d_normed
    root = _root_mean_square(x)
    unit = x / root
    gradients[name] = (d_normed * unit).sum(axis=tuple(range(x.ndim - 1)))
    d_unit = d_normed * parameters[name]
    return (d_unit - unit * (d_unit * unit).mean(axis=-1, keepdims=True)) / root


def _outer_sum(a, b):
    """The sum over lines and words of the outer products: (B, T, I), (B, T, J) -> (I, J)."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])
