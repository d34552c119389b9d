"""What comes next: the probabilities of one word, and a whole line, word by word."""

import numpy as np

from softattn_core.language_model.lines import EOS, LONGEST_LINE, WORDS, encode
from softattn_core.language_model.model import forward
from softattn_core.probability import softmax


def next_word(parameters, words, temperature=1.0):
    """The probability of every word of the vocabulary to come next, the likeliest first.

        softmax(logits / temperature)

    words: a list of words, or one text with spaces between them; empty for the start of a line.
    Errors: ValueError for a word that the vocabulary does not have, or a temperature not above 0.

    >>> from softattn_core.language_model import load_checkpoint
    >>> model = load_checkpoint("main")
    >>> word, probability = next(iter(next_word(model, "i love you → 我").items()))
    >>> word, round(probability, 2)
    ('爱', 1.0)
    """
    logits = forward(parameters, encode([_words(words)])).logits[0, -1]
    probabilities = softmax(logits, temperature=temperature)
    order = np.argsort(-probabilities, kind="stable")
    return {WORDS[number]: float(probabilities[number]) for number in order}


def generate(parameters, words, temperature=0.0, top_k=None, rng=None, cache=True):
    """The words with which the model goes on, up to <eos> or the longest line it was trained on.

    temperature 0 always takes the likeliest word; above 0 a word is drawn from
    softmax(logits / temperature), with top_k from the k likeliest words alone, by rng (a NumPy
    Generator). With cache, keys and values of the words before are kept instead of computed anew.
    Errors: ValueError for unknown words, a temperature below 0, or top_k below 1.

    >>> from softattn_core.language_model import load_checkpoint
    >>> generate(load_checkpoint("main"), "i love you →")
    ['我', '爱', '你']
    """
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, got {top_k!r}")
    if not 0 <= temperature < np.inf:
        raise ValueError(f"temperature must be 0 or a finite number above, got {temperature!r}")
    rng = rng or np.random.default_rng()
    line, kept, said = encode([_words(words)]), [], []
    unread = line
    while line.shape[1] < LONGEST_LINE:
        logits = forward(parameters, unread, kept if cache else None).logits[0, -1]
        number = _choose(logits, temperature, top_k, rng)
        if number == EOS:
            break
        said.append(WORDS[number])
        line = np.append(line, [[number]], axis=1)
        unread = line[:, -1:] if cache else line
    return said


def _choose(logits, temperature, top_k, rng):
    if temperature == 0:
        return int(logits.argmax())
    if top_k is not None and top_k < logits.size:
        logits = np.where(logits >= np.sort(logits)[-top_k], logits, -np.inf)
    return int(rng.choice(logits.size, p=softmax(logits, temperature=temperature)))


def _words(words):
    return words.split() if isinstance(words, str) else list(words)
