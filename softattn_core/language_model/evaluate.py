"""How good is it, how sure is it, and what is lost without one of its heads?"""

import numpy as np

from softattn_core.language_model.lines import ARROW, EOS, WORDS, after_arrow, encode, line_of
from softattn_core.language_model.model import forward
from softattn_core.probability import cross_entropy, entropy, softmax
from softattn_core.translator.corpus import FAMILIAR, development_pairs, held_out_pairs
from softattn_core.translator.evaluate import exact_match
from softattn_core.translator.model import Parameters


def translations(parameters, pairs):
    """What the model says after the arrow, for each pair's English; always the likeliest word.

    Sentences of one length are translated side by side. A translation that does not end is cut when
    it is longer than its source: in the grammar none is.
    """
    said = {}
    for length in {len(pair.english) for pair in pairs}:
        english = sorted({pair.english for pair in pairs if len(pair.english) == length})
        unread, kept, numbers = encode([(*words, ARROW) for words in english]), [], []
        while len(numbers) <= length and not _all_ended(numbers):
            unread = forward(parameters, unread, kept).logits[:, -1:].argmax(axis=-1)  # (B, 1)
            numbers.append(unread)
        for words, row in zip(english, np.concatenate(numbers, axis=1).tolist(), strict=True):
            end = row.index(EOS) if EOS in row else len(row)
            said[words] = tuple(WORDS[number] for number in row[:end])
    return [said[pair.english] for pair in pairs]


def _all_ended(numbers):
    return bool(numbers) and (np.concatenate(numbers, axis=1) == EOS).any(axis=1).all()


def exact_match_of(parameters, pairs):
    """The share of pairs whose Chinese the model says word for word."""
    return exact_match(translations(parameters, pairs), [pair.chinese for pair in pairs])


def uncertainty(parameters, pairs):
    """The mean entropy in nats of the next word: (within the English, within the Chinese)."""
    tokens = encode([line_of(pair) for pair in pairs])
    found = entropy(softmax(forward(parameters, tokens[:, :-1]).logits))
    chinese = after_arrow(tokens)[:, 1:]
    english = ~chinese & (np.cumsum(tokens == EOS, axis=1)[:, 1:] == 0) & (tokens[:, 1:] > EOS)
    return float(found[english].mean()), float(found[chinese].mean())


def development_loss(parameters):
    """Mean cross-entropy in nats per word of the translation, on development sentences.

    Only those of lengths that occur in training, as for the translators.
    """
    losses = []
    for pairs in development_pairs()[:FAMILIAR]:
        tokens = encode([line_of(pair) for pair in pairs])
        chinese = after_arrow(tokens)[:, 1:]
        logits = forward(parameters, tokens[:, :-1]).logits[chinese]
        losses.append(cross_entropy(logits, tokens[:, 1:][chinese]))
    return float(np.concatenate(losses).mean())


def without_head(parameters, block, head, kind="silent"):
    """The same model with one head changed; blocks and heads are counted from 1.

    "silent" takes its part out of W_o, so that it adds nothing to the stream. "uniform" takes its
    part out of W_q, so that all its scores are 0 and it looks at every word before alike.
    """
    width = parameters.config.width // parameters.config.heads
    part = slice((head - 1) * width, head * width)
    name, place = {
        "silent": (f"block{block}_W_o", (part, slice(None))),
        "uniform": (f"block{block}_W_q", (slice(None), part)),
    }[kind]
    changed = parameters[name].copy()
    changed[place] = 0
    return Parameters(parameters | {name: changed}, parameters.config)


def table_row(parameters):
    """What the score table holds of one model: exact match by length, and how sure it is.

    uncertainty is that of `uncertainty` on the sentences of the second bin, 6 to 10 words.
    """
    return {
        "exact_match": [exact_match_of(parameters, pairs) for pairs in held_out_pairs()],
        "uncertainty": [round(nats, 4) for nats in uncertainty(parameters, held_out_pairs()[1])],
    }
