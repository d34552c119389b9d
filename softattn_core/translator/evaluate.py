"""How good are the translations, and does the model look where it should?"""

from collections import Counter
from math import exp, log
from typing import NamedTuple

import numpy as np

from softattn_core.translator.corpus import (
    FAMILIAR,
    PAD,
    development_pairs,
    encode_chinese,
    encode_english,
    held_out_pairs,
    trained_pairs_by_length,
)
from softattn_core.translator.model import attention, forward, predict, translate, word_losses

POSITIONS = (1, 2, 3, 5, 10, 20)  # the words of a translation whose share of right ones is told


def exact_match(candidates, references):
    """The share of translations (word sequences) that are the reference, word for word.

    >>> exact_match(["我 爱 你".split(), "我 爱 我".split()], ["我 爱 你".split()] * 2)
    0.5
    """
    pairs = list(zip(candidates, references, strict=True))
    return sum(list(candidate) == list(reference) for candidate, reference in pairs) / len(pairs)


def bleu(candidates, references):
    """BLEU-4 of a set of translations (word sequences), one reference each, from 0 to 100.

        BLEU = 100 · min(1, e^(1 - r/c)) · (p_1 p_2 p_3 p_4)^(1/4)

    p_n is the share of the candidates' runs of n words that the reference has too (each counted at
    most as often as the reference has it), over all sentences together; c and r are the numbers of
    words in all candidates and references. Lengths n that no candidate is long enough for are left
    out of the mean. Nothing is smoothed: if some p_n is 0, BLEU is 0.

    One sentence, one wrong word at its end: of 5 words 4 are right, of 4 pairs 3, of 3 triples 2,
    of 2 runs of four 1; 100 · (4/5 · 3/4 · 2/3 · 1/2)^(1/4) = 100 · 0.2^(1/4) = 66.87.

    >>> bleu(["我 正在 吃 红 梨".split()], ["我 正在 吃 红 苹果".split()])  # doctest: +ELLIPSIS
    66.87...

    Source: Papineni et al. (2002), "BLEU", section 2.3.
    """
    right, made = Counter(), Counter()
    for candidate, reference in zip(candidates, references, strict=True):
        for n in range(1, 5):
            ours, theirs = _runs(candidate, n), _runs(reference, n)
            right[n] += (ours & theirs).total()
            made[n] += ours.total()
    lengths = [n for n in made if made[n]]
    if not lengths or any(right[n] == 0 for n in lengths):
        return 0.0
    brevity = min(0.0, 1 - sum(map(len, references)) / made[1])
    return 100 * exp(brevity + sum(log(right[n] / made[n]) for n in lengths) / len(lengths))


def _runs(words, n):
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def right_at(position, candidates, references):
    """The share of translations whose word at this position (1 is the first) is the reference's.

    Of the references that have so many words; None if there is none.

    >>> right_at(3, ["我 爱 你".split(), "我 爱".split()], ["我 爱 你".split()] * 2)
    0.5
    """
    right = [
        list(candidate[position - 1 : position]) == [reference[position - 1]]
        for candidate, reference in zip(candidates, references, strict=True)
        if len(reference) >= position
    ]
    return sum(right) / len(right) if right else None


class Score(NamedTuple):
    """How good translations are: exact match from 0 to 1, BLEU from 0 to 100.

    right_at has a share for each of POSITIONS, length is the number of words over that of the
    references.
    """

    exact_match: float
    bleu: float
    right_at: list
    length: float


def score(parameters, pairs):
    """The Score of a model's translations of these pairs' English."""
    translations = translate(parameters, [pair.english for pair in pairs])
    candidates = [translation.chinese for translation in translations]
    references = [pair.chinese for pair in pairs]
    return Score(
        exact_match(candidates, references),
        bleu(candidates, references),
        [right_at(position, candidates, references) for position in POSITIONS],
        sum(map(len, candidates)) / sum(map(len, references)),
    )


def development_loss(parameters):
    """Cross-entropy per target word, in nats, on development sentences of FAMILIAR lengths.

    The model is given the right translation up to each word. Settings are chosen by this number.
    """
    losses = []
    for pairs in development_pairs()[:FAMILIAR]:
        source, target, _ = _encode(pairs)
        losses.append(word_losses(forward(parameters, source, target), target))
    return float(np.concatenate(losses).mean())


def love_row(parameters):
    """The weights of i, love and you when the model is to say 爱 in 我 爱 你: (3,).

    >>> from softattn_core.translator import load_checkpoint
    >>> love_row(load_checkpoint("attention_h64")).argmax()  # love
    np.int64(1)
    """
    return weight_rows(parameters, ["i", "love", "you"], ["我", "爱", "你"])[1]


def weight_rows(parameters, english, chinese):
    """The weights for every word of a right translation and for <eos>: (T_y + 1, T_x)."""
    return forward(parameters, encode_english([english]), encode_chinese([chinese])).weights[0]


def alignment_accuracy(parameters, pairs):
    """How often the largest weight is on the word that the Chinese word translates.

    Largest without its sign, which only raw scores have. The model is given the right translation
    up to each word, so that every word counts.
    """
    source, target, gold = _encode(pairs)
    looked_at = abs(forward(parameters, source, target).weights).argmax(axis=-1)  # (B, T_y)
    return float((looked_at == gold)[gold >= 0].mean())


class Focus(NamedTuple):
    """How narrowly a model looks: means over the words of the right translations.

    largest is the largest weight's share of its row's sum, words the number of source words that
    hold 95 % of that sum, total the sum itself, and empty the share of rows whose weights are all 0
    (they count as 0 in the first two). Shares are of the weights without their signs, which only
    raw scores have.
    """

    largest: float
    words: float
    total: float
    empty: float


def focus(parameters, pairs):
    """The focus of a model on these pairs, given the right translation up to each word."""
    source, target, gold = _encode(pairs)
    weights = forward(parameters, source, target).weights[gold >= 0]  # (words, T_x)
    sizes = abs(weights)
    total = sizes.sum(axis=1)
    shares = sizes / np.where(total > 0, total, 1)[:, None]
    held = -np.sort(-shares, axis=1).cumsum(axis=1)  # by the first word, the first two, ...
    words = np.where(total > 0, 1 + (held < 0.95).sum(axis=1), 0)
    return Focus(*map(float, (shares.max(axis=1).mean(), words.mean(), weights.sum(axis=1).mean(),
                              (total == 0).mean())))


class TrustTest(NamedTuple):
    """How often the next word changed, from 0 to 1, when one encoder state was hidden."""

    most_attended: float
    random_other: float


def trust_test(parameters, pairs, seed=0):
    """Do the weights say which states matter? Hide one state from attention and see.

    At every word of the right translations the score of one encoder state is set to -inf: of the
    one with the largest weight, and, for comparison, of a random other one. Reported is how often
    the predicted word is then another one than before. Nothing else about the decoder changes.

    After Serrano & Smith (2019), "Is attention interpretable?", section 4.
    """
    source, target, gold = _encode(pairs)
    found = forward(parameters, source, target)
    before = found.logits.argmax(axis=-1)
    lengths = (source != PAD).sum(axis=1)[:, None]  # (B, 1)
    top = abs(found.weights).argmax(axis=-1)  # (B, T_y)
    # A random place among the others: those from the top one on move up by one.
    other = (np.random.default_rng(seed).random(top.shape) * (lengths - 1)).astype(int)
    other += other >= top

    def changed(hidden):
        places = np.arange(source.shape[1])
        mask = (source != PAD)[:, None, :] & (places != hidden[..., None])  # (B, T_y, T_x)
        W, normaliser = parameters.get("attention_W"), parameters.config.normaliser
        context = attention(found.s, found.h, W, mask, normaliser).context
        after = predict(parameters, found.s, context).argmax(axis=-1)
        return float((after != before)[gold >= 0].mean())

    return TrustTest(most_attended=changed(top), random_other=changed(other))


def _encode(pairs):
    """Arrays source (B, T_x), target and gold (B, T_y); gold is -1 at <eos> and padding."""
    source = encode_english([pair.english for pair in pairs])
    target = encode_chinese([pair.chinese for pair in pairs])
    gold = np.full_like(target, -1)
    for row, pair in zip(gold, pairs, strict=True):
        row[: len(pair.alignment)] = pair.alignment
    return source, target, gold


def table_row(parameters):
    """What the score table holds of one parameters, rounded as it is stored there.

    For each of LENGTH_BINS exact match, BLEU, words right by position and length (see Score);
    exact match on training sentences by length; the loss on development sentences. With attention
    also the 爱 row, and alignment accuracy, focus and the trust test over the held-out sentences
    within the lengths of training.
    """
    scores = [score(parameters, pairs) for pairs in held_out_pairs()]
    row = {
        "exact_match": [s.exact_match for s in scores],
        "bleu": [round(s.bleu, 2) for s in scores],
        "right_at": [[None if r is None else round(r, 4) for r in s.right_at] for s in scores],
        "length": [round(s.length, 4) for s in scores],
        "training_exact_match": [
            score(parameters, pairs).exact_match for pairs in trained_pairs_by_length()
        ],
        "development_loss": round(development_loss(parameters), 5),
    }
    if parameters.config.normaliser:
        pairs = [pair for pairs in held_out_pairs()[:FAMILIAR] for pair in pairs]
        row["love_row"] = [round(float(weight), 6) for weight in love_row(parameters)]
        row["alignment"] = round(alignment_accuracy(parameters, pairs), 4)
        for name, measure in (("trust_test", trust_test), ("focus", focus)):
            found = measure(parameters, pairs)._asdict()
            row[name] = {part: round(value, 4) for part, value in found.items()}
    return row
