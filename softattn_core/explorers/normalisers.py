"""The normalisers explorer: the same scores through softmax and through what could stand there."""

import numpy as np
import traitlets

from softattn_core.explorers.base import Explorer, Score, front_end, style
from softattn_core.probability import softmax, sparsemax
from softattn_core.translator.normalisers import relu_n, relu_sum, softplus_sum, uniform


def divided_by_sum(scores):
    """z / Σz, NaN where the scores sum to 0."""
    total = scores.sum()
    return scores / total if total != 0 else np.full_like(scores, np.nan)


NORMALISERS = {
    "softmax": softmax,
    "sparsemax": sparsemax,
    "divided": divided_by_sum,
    "relu_sum": relu_sum,
    "softplus_sum": softplus_sum,
    "relu_n": relu_n,
    # Softmax over z and 0, as in chapter 1: right to the last digit even where it is almost 0.
    "sigmoid": lambda scores: softmax([scores, np.zeros_like(scores)], axis=0)[0],
    "sigmoid_shift": lambda scores: NORMALISERS["sigmoid"](scores - np.log(len(scores))),
    "raw": np.copy,
    "argmax": lambda scores: np.eye(len(scores))[scores.argmax()],
    "uniform": uniform,
}


class NormaliserExplorer(Explorer):
    """Scores with sliders; for each normaliser the weights, their sum, and what is lost.

    >>> explorer = NormaliserExplorer(scores=[1.0, 3.0, 0.2])
    >>> explorer
    NormaliserExplorer(scores=[1.0, 3.0, 0.2])
    >>> explorer.weights["softmax"].round(3)
    array([0.113, 0.836, 0.051])
    >>> explorer.weights["divided"].round(3)
    array([0.238, 0.714, 0.048])
    >>> round(explorer.sums["sigmoid"], 3)
    2.233
    """

    _esm = front_end("bars.js", "scores.js", "normalisers.js")
    _css = style("scores.css", "choices.css", "normalisers.css")
    controls = ("scores", "names", "beside")

    scores = traitlets.List(Score(), minlen=2, maxlen=6).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    beside = traitlets.Enum([name for name in NORMALISERS if name != "softmax"], "sigmoid",
                            help="what stands beside softmax on a phone").tag(
                                sync=True, usual="sigmoid")

    def __init__(self, scores=(-3.0, 1.0, 3.4), names=("I", "love", "you")):
        if len(scores) != len(names):
            raise ValueError(f"scores and names must be equally many, got {len(scores)} and "
                             f"{len(names)}")
        super().__init__(scores=list(scores), names=list(names))

    @property
    def weights(self):
        """{normaliser: weights}, as the sliders stand now; NaN where it cannot say."""
        scores = np.array(self.scores)
        return {name: weights(scores) for name, weights in NORMALISERS.items()}

    @property
    def sums(self):
        """{normaliser: sum of its weights}: 1 where there is a budget."""
        return {name: float(weights.sum()) for name, weights in self.weights.items()}
