"""The attention-matrix explorer: tokens attend to each other, masked rightly, wrongly or not."""

from functools import partial

import numpy as np
import traitlets

from softattn_core.attention import (
    AttentionStep,
    attention_weights,
    context_vector,
    dot_scores,
    scaled_dot_scores,
)
from softattn_core.explorers.base import StepExplorer, front_end, style

MOST = 6
# The same limits as in attention_matrix.js.
Entry = partial(traitlets.Float, min=-100, max=100)


def pairs():
    """A list of two numbers for each token."""
    pair = traitlets.List(Entry(), minlen=2, maxlen=2)
    return traitlets.List(pair, minlen=2, maxlen=MOST).tag(sync=True)


class AttentionMatrixExplorer(StepExplorer):
    """Each token has a query in Q, a key in K and a value in V; the matrix says who looks at whom.

    `mask` is "scores" (causal, as it should be), "weights" (causal, but set to 0 after softmax:
    the mistake to look at) or "none"; `scaled` divides scores by the square root of d = 2. `row` is
    the token whose arithmetic is shown, `column` the one that it looks at in the chosen cell.

    >>> explorer = AttentionMatrixExplorer()
    >>> explorer.weights.round(3)
    array([[1.   , 0.   , 0.   ],
           [0.196, 0.804, 0.   ],
           [0.074, 0.62 , 0.306]])
    >>> AttentionMatrixExplorer(mask="weights").weights.sum(axis=-1).round(3)
    array([0.14 , 0.554, 1.   ])
    """

    _esm = front_end("bars.js", "grid.js", "attention_matrix.js")
    _css = style("scores.css", "choices.css", "heat_map.css", "attention_matrix.css")
    controls = ("words", "Q", "K", "V", "mask", "scaled", "row", "column")

    words = traitlets.List(traitlets.Unicode(), minlen=2, maxlen=MOST).tag(sync=True)
    Q = pairs()
    K = pairs()
    V = pairs()
    mask = traitlets.Enum(("none", "scores", "weights")).tag(sync=True)
    scaled = traitlets.Bool().tag(sync=True)
    row = traitlets.Int(min=0, max=MOST - 1).tag(sync=True)
    column = traitlets.Int(min=0, max=MOST - 1).tag(sync=True, usual=1)

    def __init__(self, words=("I", "love", "you"), Q=((1, 0), (2, 2), (2, 1)),
                 K=((0, 1), (2, 0), (1, 1)), V=((0, 2), (2, 0), (1, 2)),
                 mask="scores", scaled=True, row=1, column=1):
        if not len(words) == len(Q) == len(K) == len(V):
            raise ValueError("words, Q, K and V must be equally many, got "
                             f"{len(words)}, {len(Q)}, {len(K)} and {len(V)}")
        Q, K, V = (np.asarray(rows, float).tolist() for rows in (Q, K, V))
        super().__init__(words=list(words), Q=Q, K=K, V=V, mask=mask, scaled=scaled, row=row,
                         column=column)

    @property
    def step(self):
        """Scores (before any mask), weights and context, as the controls stand now."""
        scores = (scaled_dot_scores if self.scaled else dot_scores)(self.Q, self.K)
        up_to_now = np.tri(len(self.words), dtype=bool)
        weights = attention_weights(scores, up_to_now if self.mask == "scores" else None)
        if self.mask == "weights":
            weights = weights * up_to_now  # the mistake: softmax has already shared the budget out
        return AttentionStep(scores, weights, context_vector(weights, self.V))
