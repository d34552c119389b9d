"""A language model small enough to see through, built from this package's softmax and attention.

lines.py      what it reads: one line per pair of sentences, i love you → 我 爱 你 <eos>
model.py      the decoder-only Transformer, gradients by hand
generate.py   the next word, and the next, and the next
arms.py       which models are trained, how long and from which seeds
evaluate.py   exact match by length, how uncertain it is, what is lost without a head
train.py      the command that makes what is stored in checkpoints/
"""

import json
from importlib.resources import files

from softattn_core.language_model.generate import generate, next_word
from softattn_core.language_model.model import Config, forward, loss_and_gradients
from softattn_core.translator import read_checkpoint

__all__ = ["forward", "generate", "load_checkpoint", "load_scores", "loss_and_gradients",
           "next_word"]

STORED = files(__name__) / "checkpoints"


def load_checkpoint(name):
    """The Parameters of a stored model, seed 0 of an arm: those of arms.CHECKPOINTS, "main" first.

    >>> load_checkpoint("main").config.blocks
    2
    """
    return read_checkpoint(STORED / f"{name}.npz", Config)


def load_scores():
    """The score table: {"length_bins": [[3, 5], …], "runs": [one dict per trained model, …]}.

    >>> load_scores()["runs"][0]["model"]
    'main'
    """
    return json.loads((STORED / "scores.json").read_text(encoding="utf-8"))
