"""What the language model reads: lines of the toy grammar, English → Chinese, as word numbers.

    <bos> i love you → 我 爱 你 <eos>

One vocabulary holds both languages. Translating is nothing but going on with a line that ends in →.
"""

import numpy as np

from softattn_core.translator.corpus import CHINESE_WORDS, ENGLISH_WORDS, MAX_WORDS

ARROW = "→"
SPECIAL = ("<pad>", "<bos>", "<eos>", ARROW)
WORDS = (*SPECIAL, *ENGLISH_WORDS[1:], *(word for word in CHINESE_WORDS if word[0] != "<"))
WORD_IDS = {word: number for number, word in enumerate(WORDS)}
PAD, BOS, EOS = (WORD_IDS[word] for word in SPECIAL[:3])
# <bos>, the longest sentence, the arrow, and its translation: in the grammar none is longer.
LONGEST_LINE = 2 * MAX_WORDS + 2


def line_of(pair):
    """A pair of sentences as one line of words, ended by <eos>.

    >>> from softattn_core.translator.corpus import Pair
    >>> " ".join(line_of(Pair(("i", "love", "you"), ("我", "爱", "你"), (0, 1, 2))))
    'i love you → 我 爱 你 <eos>'
    """
    return (*pair.english, ARROW, *pair.chinese, "<eos>")


def encode(lines):
    """Lines (word sequences) as word numbers, <bos> first, padded at the end: (B, T).

    A word that the vocabulary does not have is a ValueError.

    >>> encode([["i", "love"], ["i"]])[:, 0].tolist() == [BOS, BOS]
    True
    """
    unknown = sorted({word for line in lines for word in line} - set(WORDS))
    if unknown:
        raise ValueError(f"words that the model does not know: {', '.join(map(repr, unknown))}")
    tokens = np.full((len(lines), 1 + max(map(len, lines), default=0)), PAD)
    tokens[:, 0] = BOS
    for row, line in zip(tokens, lines, strict=True):
        row[1 : 1 + len(line)] = [WORD_IDS[word] for word in line]
    return tokens


def after_arrow(tokens):
    """True at the words after the arrow, <eos> included: the translation's part of each line.

    >>> from softattn_core.translator.corpus import Pair
    >>> tokens = encode([line_of(Pair(("i", "love", "you"), ("我", "爱", "你"), (0, 1, 2)))])
    >>> after_arrow(tokens)[0].astype(int).tolist()  # <bos> i love you → 我 爱 你 <eos>
    [0, 0, 0, 0, 0, 1, 1, 1, 1]
    """
    seen = np.cumsum(tokens == WORD_IDS[ARROW], axis=-1) > 0
    return seen & (tokens != WORD_IDS[ARROW]) & (tokens != PAD)
