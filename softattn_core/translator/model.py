"""A GRU encoder–decoder, with attention or with one fixed vector, and its gradients by hand.

The encoder reads the source words x_1 … x_n (as embedded vectors) into states h_1 … h_n; the
decoder starts from s_0 = h_n and reads the target words before the one to be predicted. Both are
GRUs (Cho et al. 2014), with gates r (what of the old state the proposal sees), z (how much of the
old state stays) and the proposal n:

    r  = sigmoid(W_r x + U_r h + b_r)
    z  = sigmoid(W_z x + U_z h + b_z)
    n  = tanh(W_n x + b_n + r * (U_n h))
    h' = (1 - z) * n + z * h

W, U and b hold the three blocks r, z, n one under the other. At every target word:

    score_i = s_t^T W h_i                        "general"; "dot" is without W
    weights = softmax(scores)                    over the source words; others: normalisers.py
    c_t     = sum_i weight_i h_i                 with attention;  c_t = h_n  without
    logits  = output_W [s_t; c_t] + output_b

The two scores are named as in Luong et al. 2015, section 3.1. A fixed vector that is fed to the
decoder (Cho et al. 2014) stands beside the word in the decoder's input at every step: [y; h_n].

Axes in the comments: B sentences, T_x source words, T_y target words, E embedding, H hidden units,
V_x and V_y words in the vocabularies.
"""

from typing import NamedTuple

import numpy as np

from softattn_core.attention import AttentionStep, context_vector, dot_scores, general_scores
from softattn_core.probability import cross_entropy, cross_entropy_gradient
from softattn_core.translator.corpus import (
    BOS,
    CHINESE_WORDS,
    ENGLISH_WORDS,
    EOS,
    PAD,
    encode_english,
)
from softattn_core.translator.normalisers import NORMALISERS


class Config(NamedTuple):
    """What a model is, apart from the numbers in its parameters.

    hidden and embedding are sizes. normaliser is a key of NORMALISERS, or None for the fixed vector
    in place of attention. score is "general" or "dot". With fed, the fixed vector is also an input
    of the decoder's GRU at every step; with backwards, the encoder reads the source from its last
    word to its first (Sutskever et al. 2014). Both are for the fixed vector only.
    """

    hidden: int = 64
    embedding: int = 32
    normaliser: str | None = "softmax"
    score: str = "general"
    fed: bool = False
    backwards: bool = False


ATTENTION = Config()
FIXED = Config(normaliser=None, fed=True)


class Parameters(dict):
    """The trained arrays by name, and in `config` what the model is besides."""

    def __init__(self, arrays, config):
        super().__init__(arrays)
        self.config = config

    def map(self, function):
        """The same model with function(array) for every array."""
        return Parameters({name: function(array) for name, array in self.items()}, self.config)


def initial_parameters(config=ATTENTION, seed=0, dtype=np.float32):
    """Parameters to start training from: orthogonal recurrent matrices, small others, at random.

    attention_W is so small that the first weights are nearly equal: with scores that are large by
    chance, softmax is sure too early, and more seeds settle on a neighbour of the right word.

    >>> initial_parameters()["attention_W"].shape
    (64, 64)
    """
    rng = np.random.default_rng(seed)
    hidden, embedding = config.hidden, config.embedding

    def matrix(rows, columns):
        return rng.normal(scale=columns**-0.5, size=(rows, columns))

    def orthogonal():
        return np.linalg.qr(rng.normal(size=(hidden, hidden)))[0]

    arrays = {
        "source_embedding": rng.normal(scale=0.5, size=(len(ENGLISH_WORDS), embedding)),
        "target_embedding": rng.normal(scale=0.5, size=(len(CHINESE_WORDS), embedding)),
    }
    for part, inputs in (("encoder", embedding), ("decoder", embedding + config.fed * hidden)):
        arrays[f"{part}_W"] = matrix(3 * hidden, inputs)
        arrays[f"{part}_U"] = np.concatenate([orthogonal() for _ in range(3)])
        arrays[f"{part}_b"] = np.zeros(3 * hidden)
    if config.normaliser and config.score == "general":
        arrays["attention_W"] = 0.1 * matrix(hidden, hidden)
    arrays["output_W"] = matrix(len(CHINESE_WORDS), 2 * hidden)
    arrays["output_b"] = np.zeros(len(CHINESE_WORDS))
    return Parameters(arrays, config).map(lambda array: array.astype(dtype))


# --- the GRU --------------------------------------------------------------------------------------


def gru(x, h, W, U, b, mask=None):
    """All states of a GRU, and the trace its gradient needs.

    x (B, T, E), first state h (B, H), W (3H, E), U (3H, H), b (3H,), mask (B, T), True at words;
    returns states (B, T, H). At padding (mask False) the state stays as it is, so that the last
    state is always the one after the last word.
    """
    H = h.shape[-1]
    from_x = x.swapaxes(0, 1) @ W.T + b  # (T, B, 3H): in the loop, words come first
    if mask is not None:
        from_x[..., H : 2 * H][~mask.T] = 1e3  # z = 1: keep the old state
    T, B = from_x.shape[:2]
    states = np.empty((T + 1, B, H), x.dtype)  # the first one included
    r, z, n, U_n_h = np.empty((4, T, B, H), x.dtype)
    states[0] = h
    for t in range(T):
        from_h = states[t] @ U.T  # (B, 3H)
        gates = _sigmoid(from_x[t, :, : 2 * H] + from_h[:, : 2 * H])
        r[t], z[t], U_n_h[t] = gates[:, :H], gates[:, H:], from_h[:, 2 * H :]
        n[t] = np.tanh(from_x[t, :, 2 * H :] + r[t] * U_n_h[t])
        states[t + 1] = (1 - z[t]) * n[t] + z[t] * states[t]
    return states[1:].swapaxes(0, 1), (states[:-1], r, z, n, U_n_h)


def gru_backward(d_states, trace, x, W, U):
    """Gradients of x, the first state, W, U and b, given those of the states (B, T, H)."""
    h, r, z, n, U_n_h = trace  # (T, B, H) each; h are the old states
    T, B, H = h.shape
    # How the inside of each sigmoid and tanh moves what it feeds:
    # r moves the proposal, z and n the state.
    slope_r = U_n_h * r * (1 - r)
    slope_z = (h - n) * z * (1 - z)
    slope_n = (1 - z) * (1 - n * n)
    d_from_x, d_from_h = np.empty((2, T, B, 3 * H), h.dtype)
    d_h = np.zeros((B, H), h.dtype)
    for t in reversed(range(T)):
        d_h = d_h + d_states[:, t]
        d_n = d_h * slope_n[t]
        d_from_x[t, :, :H] = d_from_h[t, :, :H] = d_n * slope_r[t]
        d_from_x[t, :, H : 2 * H] = d_from_h[t, :, H : 2 * H] = d_h * slope_z[t]
        d_from_x[t, :, 2 * H :] = d_n
        d_from_h[t, :, 2 * H :] = d_n * r[t]
        d_h = d_h * z[t] + d_from_h[t] @ U
    return (
        (d_from_x @ W).swapaxes(0, 1),
        d_h,
        _outer_sum(d_from_x, x.swapaxes(0, 1)),
        _outer_sum(d_from_h, h),
        d_from_x.sum(axis=(0, 1)),
    )


def _sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))  # the same function, and it cannot overflow


def _outer_sum(a, b):
    """The sum over sentences and words of the outer products: (B, T, I), (B, T, J) -> (I, J)."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])


# --- attention ------------------------------------------------------------------------------------


def attention(s, h, W, mask, normaliser="softmax"):
    """The three steps for every decoder state at once: an AttentionStep.

    s (B, T_y, H), h (B, T_x, H), W (H, H) or None for the dot score, mask (B, 1 or T_y, T_x), True
    where it may look; gives scores (-inf where it may not) and weights (B, T_y, T_x), context
    (B, T_y, H).
    """
    scores = dot_scores(s, h) if W is None else general_scores(s, W, h)
    scores = np.where(mask, scores, -np.inf)
    weights = NORMALISERS[normaliser].weights(scores)
    return AttentionStep(scores, weights, context_vector(weights, h))


def attention_backward(d_context, step, s, h, W, normaliser="softmax"):
    """Gradients of s, h and W (None without W), given that of the context (B, T_y, H)."""
    d_weights = d_context @ h.mT  # (B, T_y, T_x)
    d_scores = NORMALISERS[normaliser].gradient(d_weights, step.weights, step.scores)
    d_s, d_h, d_W = d_scores @ h, d_scores.mT @ s, None
    if W is not None:
        d_s, d_h, d_W = d_s @ W.T, d_h @ W, _outer_sum(s, d_s)
    return d_s, d_h + step.weights.mT @ d_context, d_W


# --- the whole model ------------------------------------------------------------------------------


class Forward(NamedTuple):
    """What a forward pass found: h (B, T_x, H), s (B, T_y, H), step, logits (B, T_y, V_y).

    step is the AttentionStep; for the fixed vector its scores and weights are None. The traces are
    for the gradients of the two GRUs.
    """

    h: np.ndarray
    s: np.ndarray
    step: AttentionStep
    logits: np.ndarray
    encoder_trace: tuple
    decoder_trace: tuple

    @property
    def weights(self):
        return self.step.weights


def in_reading_order(config, source):
    """The source words (B, T_x) as the encoder reads them: each row turned round, or as it is.

    >>> in_reading_order(Config(normaliser=None, backwards=True), np.array([[4, 5, 6], [7, 8, 0]]))
    array([[6, 5, 4],
           [8, 7, 0]])
    """
    if not config.backwards:
        return source
    places, lengths = np.arange(source.shape[1]), (source != PAD).sum(axis=1, keepdims=True)
    turned = np.where(places < lengths, lengths - 1 - places, places)
    return np.take_along_axis(source, turned, axis=1)


def encode(parameters, source):
    """States h (B, T_x, H) for source words (B, T_x) in reading order, and the gradient's trace."""
    x = parameters["source_embedding"][source]
    h_0 = np.zeros((len(source), parameters.config.hidden), x.dtype)
    return gru(x, h_0, *_weights_of(parameters, "encoder"), mask=source != PAD)


def decode(parameters, h, mask, s, previous):
    """Read the previous target words (B, T_y), from state s (B, H) on: s, step, logits, trace.

    h (B, T_x, H) are the encoder's states, mask (B, T_x) is True at its words.
    """
    s, trace = gru(_decoder_input(parameters, previous, h), s, *_weights_of(parameters, "decoder"))
    if parameters.config.normaliser:
        W = parameters.get("attention_W")
        step = attention(s, h, W, mask[:, None, :], parameters.config.normaliser)
    else:
        step = AttentionStep(None, None, np.broadcast_to(h[:, -1:], s.shape))
    return s, step, predict(parameters, s, step.context), trace


def _decoder_input(parameters, previous, h):
    y = parameters["target_embedding"][previous]
    if not parameters.config.fed:
        return y
    fixed = np.broadcast_to(h[:, -1:], (*previous.shape, h.shape[-1]))
    return np.concatenate([y, fixed], axis=-1)


def predict(parameters, s, context):
    """Logits (B, T_y, V_y) of the next word from [s; c]."""
    features = np.concatenate([s, context], axis=-1)  # (B, T_y, 2H)
    return features @ parameters["output_W"].T + parameters["output_b"]


def forward(parameters, source, target):
    """Predict every word of a known translation from the words before it.

    source (B, T_x) and target (B, T_y) as made by encode_english and encode_chinese.
    """
    source = in_reading_order(parameters.config, source)
    h, encoder_trace = encode(parameters, source)
    s, step, logits, decoder_trace = decode(
        parameters, h, source != PAD, h[:, -1], previous_words(target)
    )
    return Forward(h, s, step, logits, encoder_trace, decoder_trace)


def previous_words(target):
    """The target words (B, T_y) moved one place to the right, after BOS."""
    return np.concatenate([np.full_like(target[:, :1], BOS), target[:, :-1]], axis=1)


def word_losses(found, target):
    """Cross-entropy in nats of every word of the translations, padding left out: (words,)."""
    real = target != PAD
    return cross_entropy(found.logits[real], target[real])


def loss_and_gradients(parameters, source, target):
    """Mean cross-entropy per target word in nats, and its gradient for every parameter."""
    config = parameters.config
    found = forward(parameters, source, target)
    h, s, step = found.h, found.s, found.step
    real = target != PAD

    d_logits = np.zeros_like(found.logits)
    d_logits[real] = cross_entropy_gradient(found.logits[real], target[real])
    d_logits /= real.sum(dtype=h.dtype)
    gradients = {
        "output_W": _outer_sum(d_logits, np.concatenate([s, step.context], axis=-1)),
        "output_b": d_logits.sum(axis=(0, 1)),
    }
    d_s, d_context = np.split(d_logits @ parameters["output_W"], 2, axis=-1)

    if config.normaliser:
        W = parameters.get("attention_W")
        more_d_s, d_h, d_W = attention_backward(d_context, step, s, h, W, config.normaliser)
        d_s = d_s + more_d_s
        if W is not None:
            gradients["attention_W"] = d_W
    else:
        d_h = np.zeros_like(h)
        d_h[:, -1] = d_context.sum(axis=1)

    previous = previous_words(target)
    y = _decoder_input(parameters, previous, h)
    d_y, d_s_0 = _gru_gradients(gradients, parameters, "decoder", y, d_s, found.decoder_trace)
    d_h[:, -1] += d_s_0  # s_0 = h_n
    if config.fed:
        d_h[:, -1] += d_y[..., config.embedding :].sum(axis=1)
    _embedding_gradient(gradients, parameters, "target", previous, d_y[..., : config.embedding])

    source = in_reading_order(config, source)
    x = parameters["source_embedding"][source]
    d_x, _ = _gru_gradients(gradients, parameters, "encoder", x, d_h, found.encoder_trace)
    _embedding_gradient(gradients, parameters, "source", source, d_x)
    return word_losses(found, target).mean(), gradients


def _gru_gradients(gradients, parameters, part, x, d_states, trace):
    """Fill in the gradients of one GRU's weights; return those of its inputs and first state."""
    W, U, _ = _weights_of(parameters, part)
    d_x, d_first, *d_weights = gru_backward(d_states, trace, x, W, U)
    gradients |= zip((f"{part}_W", f"{part}_U", f"{part}_b"), d_weights, strict=True)
    return d_x, d_first


def _embedding_gradient(gradients, parameters, side, words, d_vectors):
    name = f"{side}_embedding"
    gradients[name] = np.zeros_like(parameters[name])
    np.add.at(gradients[name], words, d_vectors)


def _weights_of(parameters, part):
    return tuple(parameters[f"{part}_{name}"] for name in "WUb")


# --- translating ----------------------------------------------------------------------------------


class Translation(NamedTuple):
    """A translation and where the model looked: one row of weights a word, then one for <eos>.

    weights is (T_y + 1, T_x), or None for the fixed vector; the last row is missing if the model
    was stopped before it said <eos>.
    """

    english: tuple[str, ...]
    chinese: tuple[str, ...]
    weights: np.ndarray | None


def translate(parameters, sentences):
    """Translate sentences (sequences of known words), always taking the likeliest next word.

    A translation ends at <eos>, or else when it is twice as long as its source: in the grammar none
    is longer at all.

    >>> from softattn_core.translator import load_checkpoint
    >>> model = load_checkpoint("attention_h64")
    >>> [translation] = translate(model, [["i", "love", "you"]])
    >>> translation.chinese
    ('我', '爱', '你')
    """
    source = in_reading_order(parameters.config, encode_english(sentences))
    h, _ = encode(parameters, source)
    s, words = h[:, -1], np.full((len(source), 1), BOS)
    all_words, all_weights = [], []
    finished = np.zeros(len(source), bool)
    while len(all_words) < 2 * source.shape[1] and not finished.all():
        s, step, logits, _ = decode(parameters, h, source != PAD, s, words)
        s, words = s[:, 0], logits.argmax(axis=-1)  # (B, H), (B, 1)
        all_words.append(words)
        all_weights.append(step.weights)
        finished |= words[:, 0] == EOS
    numbers = np.concatenate(all_words, axis=1)  # (B, T_y)

    translations = []
    for i, english in enumerate(sentences):
        row = numbers[i, : 2 * len(english)].tolist()
        end = row.index(EOS) if EOS in row else len(row)
        weights = None
        if all_weights[0] is not None:
            steps = all_weights[: min(end + 1, len(row))]
            weights = np.stack([step[i, 0, : len(english)] for step in steps])
        chinese = tuple(CHINESE_WORDS[number] for number in row[:end])
        translations.append(Translation(tuple(english), chinese, weights))
    return translations
