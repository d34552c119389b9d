"""The training explorer: how attention learns where to look, step by step."""

import numpy as np
import traitlets

from softattn_core import translator
from softattn_core.explorers.base import Explorer, front_end, style


def constant():
    """A list that the page needs and nobody changes."""
    return traitlets.List(read_only=True).tag(sync=True)


def loss_around(step, run):
    """The training loss in nats a word, as a mean, and the first and last step that it is of."""
    for name, stretch in (("first_losses", 1), ("early_loss", 50), ("loss_curve", 500)):
        if step < stretch * len(run[name]):
            break
    at = min(step // stretch, len(run[name]) - 1)
    return [run[name][at], at * stretch, at * stretch + stretch - 1]


class TrainingExplorer(Explorer):
    """The attention weights of a few sentences at the training steps that were stored.

    `at` is the number of the stored step, 0 for the untrained model. `training_weights` are what
    load_training_weights() gives, `run` is the row of load_scores() with the losses of that
    training.

    >>> weights = {"steps": [0, 60], "sentences": [{"english": ["love"], "chinese": ["爱"],
    ...                                             "weights": [[[1.0]], [[1.0]]]}]}
    >>> run = {"first_losses": [4.2], "early_loss": [3.1, 1.2], "loss_curve": [1.0]}
    >>> explorer = TrainingExplorer(1, weights, run)
    >>> explorer, explorer.losses[1]  # the mean of steps 50 to 99
    (TrainingExplorer(at=1), [1.2, 50, 99])
    """

    _esm = front_end("play.js", "grid.js", "heat_map.js", "training.js")
    _css = style("heat_map.css", "training.css")
    controls = ("at",)

    at = traitlets.Int(min=0).tag(sync=True)
    steps = constant()
    losses = constant()
    sentences = constant()

    def __init__(self, at=0, training_weights=None, run=None):
        found = training_weights or translator.load_training_weights()
        run = run or translator.load_scores()["runs"][0]
        last = len(found["steps"]) - 1
        if not 0 <= at <= last:
            raise ValueError(f"at must be from 0 to {last}, got {at}")
        self.set_trait("steps", list(found["steps"]))
        self.set_trait("losses", [loss_around(step, run) for step in found["steps"]])
        self.set_trait("sentences", found["sentences"])
        super().__init__(at=at)
        self.rules = {"at": self.rules["at"] | {"max": last}}

    @property
    def weights(self):
        """Each sentence's weights at this step: a row a Chinese word, a column an English one."""
        return [np.array(sentence["weights"][self.at]) for sentence in self.sentences]
