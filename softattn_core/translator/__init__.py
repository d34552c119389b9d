"""A small English–Chinese translator, built from this package's own softmax and attention.

corpus.py        the language: a grammar with gold alignments, and what a reader may type
model.py         the GRU encoder–decoder with and without attention, gradients by hand
normalisers.py   what makes weights of scores: softmax, and what was trained in its place
train.py         Adam, the loop, and the command that makes what is stored in checkpoints/
evaluate.py      exact match, BLEU, alignment, the trust test
"""

import json
from importlib.resources import files

import numpy as np

STORED = files(__name__) / "checkpoints"


def rounded(parameters):
    """Parameters as a checkpoint keeps them: rounded to float16, for computing in float64."""
    return {name: a.astype(np.float16).astype(np.float64) for name, a in parameters.items()}


def load_checkpoint(name):
    """The parameters of a stored model: "attention_h64", "fixed_h64" or "fixed_h128".

    With other normalisers: "sparsemax_h64", "relu_sum_h64", "sigmoid_h64" and "uniform_h64".

    >>> load_checkpoint("attention_h64")["attention_W"].shape
    (64, 64)
    """
    with (STORED / f"{name}.npz").open("rb") as file, np.load(file) as arrays:
        return {key: array.astype(np.float64) for key, array in arrays.items()}


def load_scores():
    """The score table: {"length_bins": [[3, 5], …], "runs": [one dict per trained model, …], …}.

    Models with a normaliser other than softmax have their runs under "normalisers".

    >>> load_scores()["runs"][0]["model"]
    'attention_h64'
    """
    return json.loads((STORED / "scores.json").read_text(encoding="utf-8"))
