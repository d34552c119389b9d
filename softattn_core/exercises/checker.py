"""Tells a right solution from a plausibly wrong one, and finds the hint for the mistake.

An exercise is a reference, probes (arguments to try, the plain ones first) and mistakes. At the
first probe with a wrong result, the mistake that gives just this result lends its hint.
"""

import copy
import re
import warnings
from typing import NamedTuple

import numpy as np

from softattn_core.language import say

BROADCAST = ("Maximum or sum per row? With keepdims=True it stays a column, and lines up with "
             "the rows.")


def first_fault(exercise, solution):
    """What is wrong with the solution, a function, in a sentence or two, or None."""
    for number, probe in enumerate(exercise.probes):
        call = f"{getattr(solution, '__name__', 'your function')}({probe})"
        try:
            result = run(solution, probe)
        except Exception as error:  # the reader's function may raise anything
            return say("{call} raised {error}", call=call, error=described(error))
        if result is None and number == 0:
            return say("The function gives None. Write it, and end it with return.")
        if result is None:
            return say("{call} gives None: there is a way without a return.", call=call)
        if why := fault(result, exercise, probe, call):
            return why
    return None


def described(error):
    said = ": ".join(filter(None, [type(error).__name__, str(error)]))
    # A row's maximum or sum, of shape (n,), met the rows, (n, m).
    lost_axis = re.search(r"broadcast.*\(\d+,\d+\) \(\d+,\)", said)
    return say("{error}. {hint}", error=said, hint=say(BROADCAST)) if lost_axis else said


def run(function, probe):
    """The function's result for a copy of the arguments, its warnings kept silent."""
    arguments, keywords = copy.deepcopy((probe.arguments, probe.keywords))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*arguments, **keywords)


def fault(result, exercise, probe, call):
    """The hint at what is wrong with this result, or None."""
    expected = run(exercise.reference, probe)
    if isinstance(expected, tuple):
        names = exercise.returns
        if not isinstance(result, (tuple, list)) or len(result) != len(expected):
            return say("Return {count} things: {names}.", count=len(names),
                       names=both(map(say, names)))
        result = tuple(result)
    elif isinstance(result, tuple):
        result = list(result)
    try:
        found, right = arrays(result), arrays(expected)
    except (TypeError, ValueError):
        return say("{call} should give numbers, and gives {result}.", call=call,
                   result=repr(result))
    if same(found, right):
        return None
    for why, mistaken in exercise.mistakes:
        if same(found, arrays(run(mistaken, probe))):
            return say(why)
    if shapes(found) != shapes(right):
        return say("{call} has the shape {found} where {right} was expected.", call=call,
                   found=shapes(found), right=shapes(right))
    if any(not np.isfinite(part).all() for part in found):
        return say("{call} gives {found}: nan or inf. Did an exponential overflow, or is it 0 / 0, "
                   "or inf − inf?", call=call, found=shown(found))
    if exercise.budget and sums_to_one(right[0]) and not sums_to_one(found[0]):
        if found[0].ndim == 1:
            return say("{call} gives {found}: these do not sum to 1.", call=call,
                       found=shown(found[:1]))
        return say("{call} gives {found}: rows do not sum to 1. Which axis did you sum over?",
                   call=call, found=shown(found[:1]))
    return say("{call} gives {found} where {right} was expected.", call=call, found=shown(found),
               right=shown(right))


def both(parts):
    return say(" and ").join(parts)


def arrays(result):
    parts = result if isinstance(result, tuple) else (result,)
    return [np.asarray(part, dtype=float) for part in parts]


def same(found, right):
    return shapes(found) == shapes(right) and all(
        np.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True)
        for a, b in zip(found, right, strict=True))


def sums_to_one(weights):
    return np.allclose(weights.sum(axis=-1), 1)


def shapes(parts):
    return both(str(part.shape) for part in parts)


def shown(parts):
    return both(str(np.round(part, 4).tolist()) for part in parts)


class Probe(NamedTuple):
    arguments: tuple
    keywords: dict

    def __str__(self):
        plain = [repr(a.tolist() if isinstance(a, np.ndarray) else a) for a in self.arguments]
        if len(", ".join(plain)) > 150:
            plain = [f"<{'×'.join(map(str, a.shape))}>" if isinstance(a, np.ndarray) else repr(a)
                     for a in self.arguments]
        return ", ".join(plain + [f"{name}={value}" for name, value in self.keywords.items()])


def probe(*arguments, **keywords):
    return Probe(arguments, keywords)


class Exercise(NamedTuple):
    reference: callable
    probes: list  # arguments, from the plain to the demanding
    mistakes: list  # pairs of a hint and the function that makes just this mistake
    budget: bool = False  # the (first) result consists of weights
    returns: tuple = ()  # the names of several results
