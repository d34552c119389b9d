"""The simplex explorer: every distribution over three classes is a point in a triangle."""

import numpy as np
import traitlets

from softattn_core.explorers.base import Explorer, Score, Temperature, front_end, style
from softattn_core.probability import softmax


class SimplexExplorer(Explorer):
    """Drag the point or the scores; see the path of temperature and one step of learning.

    A point fixes the scores only up to a common shift: dragging it keeps their average.

    >>> explorer = SimplexExplorer(scores=[3.0, 1.0, 0.2], target=1)
    >>> explorer
    SimplexExplorer(scores=[3.0, 1.0, 0.2], temperature=1.0, target=1)
    >>> explorer.probabilities.round(3)
    array([0.836, 0.113, 0.051])
    >>> explorer.gradient.round(3)
    array([ 0.836, -0.887,  0.051])
    >>> explorer.after_step.round(3)  # the bird rises too
    array([0.529, 0.401, 0.071])
    """

    _esm = front_end("scores.js", "value_table.js", "simplex.js")
    _css = style("scores.css", "choices.css", "simplex.css")
    controls = ("scores", "temperature", "target")

    scores = traitlets.List(Score(), minlen=3, maxlen=3).tag(sync=True)
    names = traitlets.List(traitlets.Unicode(), minlen=3, maxlen=3).tag(sync=True)
    temperature = Temperature(1.0).tag(sync=True)
    target = traitlets.Int(0, min=0, max=2).tag(sync=True)

    def __init__(self, scores=(3.0, 1.0, 0.2), names=("cat 猫", "dog 狗", "bird 鸟"),
                 temperature=1.0, target=0):
        super().__init__(scores=list(scores), names=list(names), temperature=temperature,
                         target=target)

    @property
    def probabilities(self):
        """softmax(scores / temperature), as the controls stand now."""
        return softmax(self.scores, temperature=self.temperature)

    @property
    def gradient(self):
        """p - y, the slope of the cross-entropy: with T = 1 that of the scores themselves."""
        return self.probabilities - np.eye(3)[self.target]

    @property
    def after_step(self):
        """The probabilities after one step of gradient descent, z - (p - y)."""
        return softmax(np.subtract(self.scores, self.gradient), temperature=self.temperature)
