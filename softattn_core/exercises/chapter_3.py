"""The exercises of chapter 3."""

from collections import Counter

import numpy as np

from softattn_core.exercises.checker import Exercise, probe


def memory(n, keep=0.5):
    """How much of each of n words is in the toy memory's last state."""
    return (1 - keep) * keep ** np.arange(n)[::-1]


MEMORY = Exercise(
    memory,
    [probe(3), probe(1), probe(3, keep=0.9), probe(6, keep=0.75)],
    [
        ("The first word has the largest share here. Each later word makes it smaller.",
         lambda n, keep=0.5: memory(n, keep)[::-1]),
        ("Old and new are swapped: keep belongs to the old state, 1 − keep to the new word.",
         lambda n, keep=0.5: memory(n, 1 - keep)),
        ("The argument keep changes nothing here.", lambda n, keep=0.5: memory(n)),
        ("The last word has been halved once too often: after it comes no word.",
         lambda n, keep=0.5: keep * memory(n, keep)),
        ("Each word comes in with a share of 1 − keep, not of 1.",
         lambda n, keep=0.5: memory(n, keep) / (1 - keep)),
        ("These shares were made to sum to 1. The zeros of the beginning hold the rest.",
         lambda n, keep=0.5: memory(n, keep) / memory(n, keep).sum()),
        ("Each word has the same share here. That is a plain average, which knows no order.",
         lambda n, keep=0.5: np.full(n, 1 / n)),
    ],
)


def stands_in(words, sentence):
    return any(sentence[i:i + len(words)] == words for i in range(len(sentence)))


def stands_in_with_gaps(words, sentence):
    rest = iter(sentence)
    return all(word in rest for word in words)


def unseen(tests, training, seen=stands_in):
    return [not any(seen(words, sentence) for sentence in training) for words in tests]


APPLES, TEA, PEARS = "he eats apples".split(), "we drink tea".split(), "you eat pears".split()
TRAINED = ["he eats apples and we drink tea".split(), "she reads books".split(), TEA]
NEIGHBOURS = ["she eats pears today".split(), "you and we eat big pears".split()]

UNSEEN = Exercise(
    unseen,
    [probe([APPLES, TEA, PEARS], TRAINED),
     probe(["he eats pears".split(), PEARS, "pears eat you".split()], NEIGHBOURS),
     probe([APPLES, "apples and we".split(), ["drink", "tea"]], TRAINED)],
    [
        ("A test sentence may stand inside a longer training sentence. Whole sentences are not all "
         "there is to compare.", lambda tests, training: unseen(tests, training, list.__eq__)),
        ("True is for a sentence that may be used: one that stands in no training sentence.",
         lambda tests, training: [not new for new in unseen(tests, training)]),
        ("Compare words, not letters: “he eats pears” stands inside “she eats pears today” as "
         "letters only.", lambda tests, training: unseen(
             tests, training, lambda words, sentence: " ".join(words) in " ".join(sentence))),
        ("The words must stand side by side and in this order, not only occur somewhere.",
         lambda tests, training: unseen(
             tests, training, lambda words, sentence: set(words) <= set(sentence))),
        ("The words must stand side by side: here others may stand between them.",
         lambda tests, training: unseen(tests, training, stands_in_with_gaps)),
        ("The sentence may stand in the middle or at the end, too, not only at the beginning.",
         lambda tests, training: unseen(
             tests, training, lambda words, sentence: sentence[:len(words)] == words)),
        ("Cut at “and”, a training sentence loses the runs of words that go across it.",
         lambda tests, training: unseen(
             tests, [clause.split() for sentence in training
                     for clause in " ".join(sentence).split(" and ")])),
    ],
)


SAID, RIGHT = "我 正在 吃 红 梨".split(), "我 正在 吃 红 苹果".split()
SHORT, LONG = "我 吃".split(), "我 今天 吃 苹果".split()
MOVED, REPEATED = "今天 我 吃 苹果".split(), "我 我 我 吃".split()


def runs(words, n):
    return Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1))


def share(said, right, n):
    return (runs(said, n) & runs(right, n)).total() / runs(said, n).total()


SHARE = Exercise(
    share,
    [probe(SAID, RIGHT, 1), probe(SAID, RIGHT, 2), probe(MOVED, LONG, 1), probe(SHORT, LONG, 1),
     probe(REPEATED, "我 苹果 梨".split(), 1), probe(REPEATED, "我 我 吃".split(), 1),
     probe(SAID, RIGHT, 3)],
    [
        ("This is the share of the reference's runs. Divide by the number in the translation.",
         lambda said, right, n: share(right, said, n)),
        ("This compares place by place. A run may stand anywhere in the reference.",
         lambda said, right, n: np.mean([said[i:i + n] == right[i:i + n]
                                         for i in range(len(said) - n + 1)])),
        ("Single words are compared. Make runs of n words.",
         lambda said, right, n: share(said, right, 1)),
        ("This is a count. Divide it by the number of runs in the translation.",
         lambda said, right, n: (runs(said, n) & runs(right, n)).total()),
        ("Divide by the number of runs, which is len(said) − n + 1.",
         lambda said, right, n: (runs(said, n) & runs(right, n)).total() / len(said)),
        ("我 我 我 gets too much: a run counts at most as often as the reference has it.",
         lambda said, right, n: sum(count for run, count in runs(said, n).items()
                                    if run in runs(right, n)) / runs(said, n).total()),
        ("我 我 我 counts once here: each run of the translation counts, the repeated ones too.",
         lambda said, right, n: len(runs(said, n) & runs(right, n)) / len(runs(said, n))),
    ],
)

EXERCISES = {
    "memory": MEMORY,
    "unseen": UNSEEN,
    "share": SHARE,
}
