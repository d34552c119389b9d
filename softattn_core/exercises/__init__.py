"""Checks the reader's own solutions, and names the likely mistake."""

import difflib
import textwrap

from softattn_core.exercises import (
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_5,
    chapter_6,
    chapter_7,
)
from softattn_core.exercises.checker import first_fault
from softattn_core.language import say, spoken

EXERCISES = {  # in the order of the book
    **chapter_1.EXERCISES,
    **chapter_2.EXERCISES,
    **chapter_3.EXERCISES,
    **chapter_4.EXERCISES,
    **chapter_5.EXERCISES,
    **chapter_6.EXERCISES,
    **chapter_7.EXERCISES,
}


def check(name, solution):
    """Print whether `solution`, a function, solves the exercise; if not, a hint why not.

    >>> import numpy as np
    >>> from softattn_core import softmax
    >>> check("softmax", softmax)
    softmax: right.
    >>> check("softmax", lambda scores, axis=-1, temperature=1.0: np.exp(scores))
    softmax: not yet. These are the exponentials. Divide them by their sum.

    ValueError for an exercise that is not in the book.
    """
    why = hint(name, solution)
    said = (say("{name}: right.", name=name) if why is None
            else say("{name}: not yet. {why}", name=name, why=why))
    print(textwrap.fill(said, 76 if spoken() == "en" else 38))


def hint(name, solution):
    """What is wrong with the solution, in a sentence or two, or None."""
    if name not in EXERCISES:
        near = difflib.get_close_matches(str(name), EXERCISES, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(EXERCISES)}"
        raise ValueError(f"there is no exercise {name!r}{meant}")
    if not callable(solution):
        return say('Give the function itself, without calling it: check("{name}", my_{name}).',
                   name=name)
    return first_fault(EXERCISES[name], solution)
