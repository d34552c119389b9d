"""The softmax explorer: two to six scores, and what becomes of them."""

import traitlets

from softattn_core.explorers.base import Explorer, Score, Temperature, front_end, style
from softattn_core.probability import softmax


class SoftmaxExplorer(Explorer):
    """Scores with sliders and names, a temperature, and the arithmetic from z to p.

    >>> explorer = SoftmaxExplorer(scores=[2.0, 1.0, 0.1])
    >>> explorer
    SoftmaxExplorer(scores=[2.0, 1.0, 0.1], temperature=1.0)
    >>> explorer.probabilities.round(3)
    array([0.659, 0.242, 0.099])
    """

    _esm = front_end("bars.js", "scores.js", "value_table.js", "softmax.js")
    _css = style("scores.css", "softmax.css")
    controls = ("scores", "names", "temperature")

    scores = traitlets.List(Score(), minlen=2, maxlen=6).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    temperature = Temperature(1.0).tag(sync=True)

    def __init__(self, scores=(2.0, 1.0, 0.1), names=("A", "B", "C"), temperature=1.0):
        super().__init__(scores=list(scores), names=list(names), temperature=temperature)

    @property
    def probabilities(self):
        """softmax(scores / temperature), as the sliders stand now."""
        return softmax(self.scores, temperature=self.temperature)
