"""The exercises of chapter 7."""

import numpy as np

from softattn_core.exercises.checker import Exercise, probe
from softattn_core.exercises.mistakes import NOT_SCALED, OVERFLOW, exp_over_sum
from softattn_core.probability import softmax

LOGITS = np.array([2.0, 1.0, 0.1, -1.0])
# With these, T = 2 and u = 0.68, every mistake below draws a word of its own.
MANY = np.array([-2.2, 1.7, 1.7, -1.8, -1.6, 0.3, 0.5, 0.3, -0.2])


def draw(logits, temperature, u):
    """The first word whose probability and those before it add up to more than u."""
    shares = softmax(logits, temperature=temperature)
    return int(np.searchsorted(shares.cumsum(), u, side="right"))


def on(shares, u):
    return int((shares.cumsum() <= u).sum())


DRAW = Exercise(
    draw,
    [probe(MANY, 2.0, 0.68), probe(LOGITS, 1.0, 0.1), probe(LOGITS, 1.0, 0.7),
     probe(LOGITS, 1.0, 0.95),
     probe(LOGITS, 2.0, 0.6), probe(LOGITS, 0.5, 0.9), probe(LOGITS[::-1], 1.0, 0.2),
     probe(1000 * LOGITS[::-1], 1.0, 0.3)],
    [
        (OVERFLOW, lambda z, T, u: on(exp_over_sum(z / T), u)),
        ("This is always the likeliest word: u has no say.",
         lambda z, T, u: int(np.argmax(z))),
        ("The temperature has no say: divide the logits by it, before the softmax.",
         lambda z, T, u: on(softmax(z), u)),
        ("The temperature is upside down: divide the logits by it.",
         lambda z, T, u: on(softmax(z * T), u)),
        ("A temperature divides logits. Divided probabilities only lose their sum.",
         lambda z, T, u: on(softmax(z) / T, u)),
        ("This is the first word whose own probability is more than u. Line them up: add the "
         "probabilities of the words before.",
         lambda z, T, u: int(np.argmax(softmax(z, temperature=T) > u))),
        ("This is one word too early: the word that u falls on is the first whose sum is more "
         "than u.", lambda z, T, u: max(0, draw(z, T, u) - 1)),
        ("Words are counted from 0.", lambda z, T, u: draw(z, T, u) + 1),
        ("This is the word's probability. Return its number.",
         lambda z, T, u: softmax(z, temperature=T)[draw(z, T, u)]),
        ("The words were sorted. Each keeps its number.",
         lambda z, T, u: on(np.sort(softmax(z, temperature=T))[::-1], u)),
    ],
)


def cached_step(query, key, value, keys, values):
    """The new word's context, and what is kept from now on."""
    keys, values = np.vstack([keys, key]), np.vstack([values, value])
    weights = softmax(keys @ query / np.sqrt(len(query)))
    return weights @ values, keys, values


def blind_step(query, key, value, keys, values):
    """The function as chapter 7 hands it out: the word does not see itself."""
    weights = softmax(keys @ query / np.sqrt(len(query)))
    return weights @ values, np.vstack([keys, key]), np.vstack([values, value])


def unscaled_step(query, key, value, keys, values):
    return cached_step(query * np.sqrt(len(query)), key, value, keys, values)


def forgetful_step(query, key, value, keys, values):
    return cached_step(query, key, value, keys, values)[0], keys, values


def first_step(query, key, value, keys, values):
    """The new word put before those that were kept."""
    keys, values = np.vstack([key, keys]), np.vstack([value, values])
    return softmax(keys @ query / np.sqrt(len(query))) @ values, keys, values


def replacing_step(query, key, value, keys, values):
    """The new word in the place of the last one that was kept."""
    return cached_step(query, key, value, keys[:-1], values[:-1])


QUERY, KEY, VALUE = np.array([[2.0, 2.0], [1.0, 0.0], [0.5, 3.0]])
KEYS = np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]])
VALUES = np.array([[0.0, 2.0], [2.0, 0.0], [1.0, 2.0]])
CACHED_STEP = Exercise(
    cached_step,
    [probe(QUERY, KEY, VALUE, KEYS, VALUES), probe(-QUERY, KEY, VALUE, KEYS, VALUES),
     probe(QUERY, 1000 * KEY, VALUE, KEYS, VALUES),
     probe(QUERY, KEY, VALUE, KEYS[1:2], VALUES[1:2])],
    [
        ("The new word looks at all words before it, and never at itself. Which line is too late?",
         blind_step),
        (NOT_SCALED, unscaled_step),
        ("The context is right. But the new key and value are not kept, and the next word will "
         "not see this one.", forgetful_step),
        ("The new word was put before the others. It belongs at the end, where it stands in the "
         "line.", first_step),
        ("The new word takes the last one's place, and that is forgotten.", replacing_step),
    ],
    returns=("the context", "the keys", "the values"),
)

EXERCISES = {"draw": DRAW, "cached_step": CACHED_STEP}
