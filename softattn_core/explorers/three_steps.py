"""The three-steps explorer: scores, weights and context of three words in the plane."""

from functools import partial

import numpy as np
import traitlets

from softattn_core.attention import attend
from softattn_core.explorers.base import StepExplorer, front_end, style

# The same limits as in three_steps.js: arrows stay on the drawn part of the plane.
Coordinate = partial(traitlets.Float, min=-3.5, max=3.5)
Entry = partial(traitlets.Float, min=-100, max=100)


def rows(trait, count):
    """A list of `count` lists of two numbers."""
    pair = traitlets.List(trait(), minlen=2, maxlen=2)
    return traitlets.List(pair, minlen=count, maxlen=count).tag(sync=True)


class ThreeStepsExplorer(StepExplorer):
    """Drag three encoder states h and the decoder state s; W weighs their score s^T W h.

    `stage` is the step up to which the picture is drawn: 1 scores, 2 weights, 3 the context.

    >>> explorer = ThreeStepsExplorer()
    >>> explorer.scores, explorer.weights.round(3), explorer.context.round(3)
    (array([1. , 3. , 0.2]), array([0.113, 0.836, 0.051]), array([0.062, 0.856]))
    """

    _esm = front_end("play.js", "three_steps.js")
    _css = style("three_steps.css")
    controls = ("h", "s", "W", "stage")

    h = rows(Coordinate, 3)
    s = traitlets.List(Coordinate(), minlen=2, maxlen=2).tag(sync=True)
    W = rows(Entry, 2)
    stage = traitlets.Int(min=1, max=3).tag(sync=True, usual=3)
    words = traitlets.List(traitlets.Unicode(), minlen=3, maxlen=3).tag(sync=True)

    def __init__(self, h=((1.0, 0.0), (0.0, 1.0), (-1.0, 0.4)), s=(2.0, 1.0),
                 W=((1.0, 1.0), (-1.0, 1.0)), words=("I", "love", "you"), stage=3):
        h, s, W = (np.asarray(values, float).tolist() for values in (h, s, W))
        super().__init__(h=h, s=s, W=W, words=list(words), stage=stage)

    @property
    def step(self):
        """attend(s, h, W): scores, weights and context, as the arrows stand now."""
        return attend(self.s, self.h, self.W)
