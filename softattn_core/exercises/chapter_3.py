"""The exercises of chapter 3."""

from collections import Counter

import numpy as np

from softattn_core.exercises.checker import Exercise, probe

WORDS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])


def states(vectors, keep=0.5, start=0.0):
    h, every = start * vectors[0], []
    for x in vectors:
        h = keep * h + (1 - keep) * x
        every.append(h)
    return np.array(every)


STATES = Exercise(
    states,
    [probe(WORDS), probe(WORDS, keep=0.9)],
    [
        ("Old and new are swapped: keep belongs to the old state, 1 − keep to the new word.",
         lambda x, keep=0.5: states(x, 1 - keep)),
        ("The argument keep changes nothing here.", lambda x, keep=0.5: states(x)),
        ("The state begins with zeros, not with the first word.",
         lambda x, keep=0.5: states(x, keep, start=1.0)),
        ("This is the last state alone. Keep the state after each word.",
         lambda x, keep=0.5: states(x, keep)[-1]),
        ("All states are the same: h was changed in place, and one array appended each time. "
         "Write h = …, which makes a new one.",
         lambda x, keep=0.5: np.tile(states(x, keep)[-1], (len(x), 1))),
        ("The zeros at the beginning are not the state after a word.",
         lambda x, keep=0.5: np.vstack([0 * x[:1], states(x, keep)])),
        ("The sentence is read backwards.", lambda x, keep=0.5: states(x[::-1], keep)),
        ("The old state is not made smaller: multiply it by keep.",
         lambda x, keep=0.5: np.cumsum((1 - keep) * x, axis=0)),
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
    "states": STATES,
    "share": SHARE,
}
