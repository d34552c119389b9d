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

    score_i = s_t^T W h_i                        Luong et al. 2015, equation 8, "general"
    weights = softmax(scores)                    over the source words; others: normalisers.py
    c_t     = sum_i weight_i h_i                 with attention;  c_t = h_n  without
    logits  = output_W [s_t; c_t] + output_b

The parameters are a dict of arrays, and their names say what the model is: it has attention with
softmax if there is an "attention_W" among them, with sparsemax if there is an
"attention_W_sparsemax", and so on for all of normalisers.py; without any, the fixed vector.

Axes in the comments: B sentences, T_x source words, T_y target words, E embedding, H hidden units,
V_x and V_y words in the vocabularies.
"""

from typing import NamedTuple

import numpy as np

from softattn_core.attention import AttentionStep, context_vector, general_scores
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

MATRICES = {"softmax": "attention_W"} | {
    name: f"attention_W_{name}" for name in NORMALISERS if name != "softmax"
}


def initial_parameters(
    hidden=64, attention=True, seed=0, embedding=32, dtype=np.float32, normaliser="softmax"
):
    """Random parameters to start training from: orthogonal recurrent matrices, small others.

    attention_W is so small that the first weights are nearly equal: with scores that are large by
    chance, softmax is sure too early, and more seeds settle on a neighbour of the right word.

    >>> parameters = initial_parameters()
    >>> parameters["attention_W"].shape
    (64, 64)
    """
    rng = np.random.default_rng(seed)

    def matrix(rows, columns):
        return rng.normal(scale=columns**-0.5, size=(rows, columns))

    def orthogonal():
        return np.linalg.qr(rng.normal(size=(hidden, hidden)))[0]

    parameters = {
        "source_embedding": rng.normal(scale=0.5, size=(len(ENGLISH_WORDS), embedding)),
        "target_embedding": rng.normal(scale=0.5, size=(len(CHINESE_WORDS), embedding)),
    }
    for part in ("encoder", "decoder"):
        parameters[f"{part}_W"] = matrix(3 * hidden, embedding)
        parameters[f"{part}_U"] = np.concatenate([orthogonal() for _ in range(3)])
        parameters[f"{part}_b"] = np.zeros(3 * hidden)
    if attention:
        parameters[MATRICES[normaliser]] = 0.1 * matrix(hidden, hidden)
    parameters["output_W"] = matrix(len(CHINESE_WORDS), 2 * hidden)
    parameters["output_b"] = np.zeros(len(CHINESE_WORDS))
    return {name: array.astype(dtype) for name, array in parameters.items()}


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


def normaliser_of(parameters):
    """The model's normaliser, by name: a key of NORMALISERS, or None for the fixed vector.

    >>> normaliser_of(initial_parameters(normaliser="sparsemax"))
    'sparsemax'
    """
    return next((name for name, matrix in MATRICES.items() if matrix in parameters), None)


def attention(s, h, W, mask, normaliser="softmax"):
    """The three steps for every decoder state at once: an AttentionStep.

    s (B, T_y, H), h (B, T_x, H), W (H, H), mask (B, 1 or T_y, T_x), True where it may look; gives
    scores (-inf where it may not) and weights (B, T_y, T_x), context (B, T_y, H).
    """
    scores = np.where(mask, general_scores(s, W, h), -np.inf)
    weights = NORMALISERS[normaliser].weights(scores)
    return AttentionStep(scores, weights, context_vector(weights, h))


def attention_backward(d_context, scores, weights, s, h, W, normaliser="softmax"):
    """Gradients of s, h and W, given that of the context (B, T_y, H)."""
    d_weights = d_context @ h.mT  # (B, T_y, T_x)
    d_scores = NORMALISERS[normaliser].gradient(d_weights, weights, scores)
    d_s = d_scores @ (h @ W.T)
    d_h = weights.mT @ d_context + d_scores.mT @ (s @ W)
    return d_s, d_h, _outer_sum(s, d_scores @ h)


# --- the whole model ------------------------------------------------------------------------------


class Forward(NamedTuple):
    """What a forward pass found: h (B, T_x, H), s, context (B, T_y, H), logits (B, T_y, V_y).

    scores and weights are (B, T_y, T_x), or None for the fixed vector.
    """

    h: np.ndarray
    s: np.ndarray
    scores: np.ndarray | None
    weights: np.ndarray | None
    context: np.ndarray
    logits: np.ndarray
    traces: tuple


def encode(parameters, source):
    """States h (B, T_x, H) for source words (B, T_x), and the trace for the gradient."""
    x = parameters["source_embedding"][source]
    h_0 = np.zeros((len(source), parameters["encoder_U"].shape[1]), x.dtype)
    return gru(x, h_0, *_weights_of(parameters, "encoder"), mask=source != PAD)


def decode(parameters, h, mask, s, previous):
    """Read the previous target words (B, T_y), from state s (B, H) on; see Forward.

    h (B, T_x, H) are the encoder's states, mask (B, T_x) is True at its words.
    """
    y = parameters["target_embedding"][previous]
    s, trace = gru(y, s, *_weights_of(parameters, "decoder"))
    normaliser = normaliser_of(parameters)
    if normaliser:
        W = parameters[MATRICES[normaliser]]
        step = attention(s, h, W, mask[:, None, :], normaliser)
    else:
        step = AttentionStep(None, None, np.broadcast_to(h[:, -1:], s.shape))
    return Forward(h, s, *step, predict(parameters, s, step.context), (trace,))


def predict(parameters, s, context):
    """Logits (B, T_y, V_y) of the next word from [s; c]."""
    features = np.concatenate([s, context], axis=-1)  # (B, T_y, 2H)
    return features @ parameters["output_W"].T + parameters["output_b"]


def forward(parameters, source, target):
    """Predict every word of a known translation from the words before it.

    source (B, T_x) and target (B, T_y) as made by encode_english and encode_chinese.
    """
    h, trace = encode(parameters, source)
    found = decode(parameters, h, source != PAD, h[:, -1], previous_words(target))
    return found._replace(traces=(trace, *found.traces))


def previous_words(target):
    """The target words (B, T_y) moved one place to the right, after BOS."""
    return np.concatenate([np.full_like(target[:, :1], BOS), target[:, :-1]], axis=1)


def loss_and_gradients(parameters, source, target):
    """Mean cross-entropy per target word in nats, and its gradient for every parameter."""
    h, s, scores, weights, context, logits, (encoder_trace, decoder_trace) = forward(
        parameters, source, target
    )
    real = target != PAD
    loss = cross_entropy(logits[real], target[real]).mean()

    d_logits = np.zeros_like(logits)
    d_logits[real] = cross_entropy_gradient(logits[real], target[real]) / real.sum(dtype=h.dtype)
    gradients = {
        "output_W": _outer_sum(d_logits, np.concatenate([s, context], axis=-1)),
        "output_b": d_logits.sum(axis=(0, 1)),
    }
    d_s, d_context = np.split(d_logits @ parameters["output_W"], 2, axis=-1)

    normaliser = normaliser_of(parameters)
    if normaliser:
        matrix = MATRICES[normaliser]
        more_d_s, d_h, gradients[matrix] = attention_backward(
            d_context, scores, weights, s, h, parameters[matrix], normaliser
        )
        d_s = d_s + more_d_s
    else:
        d_h = np.zeros_like(h)
        d_h[:, -1] = d_context.sum(axis=1)

    previous = previous_words(target)
    d_s_0 = _gru_gradients(
        gradients, parameters, "decoder", "target_embedding", previous, d_s, decoder_trace
    )
    d_h[:, -1] += d_s_0  # s_0 = h_n
    _gru_gradients(gradients, parameters, "encoder", "source_embedding", source, d_h, encoder_trace)
    return loss, gradients


def _gru_gradients(gradients, parameters, part, embedding, words, d_states, trace):
    """Fill in the gradients of one GRU and its embedding; return that of its first state."""
    W, U, _ = _weights_of(parameters, part)
    d_x, d_first, *d_weights = gru_backward(d_states, trace, parameters[embedding][words], W, U)
    gradients |= zip((f"{part}_W", f"{part}_U", f"{part}_b"), d_weights, strict=True)
    gradients[embedding] = np.zeros_like(parameters[embedding])
    np.add.at(gradients[embedding], words, d_x)
    return d_first


def _weights_of(parameters, part):
    return parameters[f"{part}_W"], parameters[f"{part}_U"], parameters[f"{part}_b"]


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
    source = encode_english(sentences)
    h, _ = encode(parameters, source)
    s, words = h[:, -1], np.full((len(source), 1), BOS)
    all_words, all_weights = [], []
    finished = np.zeros(len(source), bool)
    while len(all_words) < 2 * source.shape[1] and not finished.all():
        step = decode(parameters, h, source != PAD, s, words)
        s, words = step.s[:, 0], step.logits.argmax(axis=-1)  # (B, H), (B, 1)
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
