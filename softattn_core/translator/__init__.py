"""A small English–Chinese translator, built from this package's own softmax and attention.

corpus.py        the language: a grammar with gold alignments, and what a reader may type
model.py         the GRU encoder–decoder with and without attention, gradients by hand
normalisers.py   what makes weights of scores: softmax, and what was trained in its place
arms.py          which models are trained, how long and from which seeds
train.py         Adam, the loop, and the command that makes what is stored in checkpoints/
evaluate.py      exact match, BLEU, alignment, the trust test
"""

import json
from importlib.resources import files

import numpy as np

from softattn_core.translator.model import Config, Parameters

STORED = files(__name__) / "checkpoints"


def rounded(parameters):
    """Parameters as a checkpoint keeps them: rounded to float16, for computing in float64."""
    return parameters.map(lambda array: array.astype(np.float16).astype(np.float64))


def load_checkpoint(name):
    """The Parameters of a stored model, seed 0 of an arm: arrays by name, and their config.

    The names are those of arms.CHECKPOINTS, "attention_h64", "fixed_h64" and "fixed_h128" among
    them.

    >>> load_checkpoint("attention_h64")["attention_W"].shape
    (64, 64)
    """
    return read_checkpoint(STORED / f"{name}.npz", Config)


def read_checkpoint(path, config_type):
    """The Parameters in a file that train.as_npz made, in float64."""
    with path.open("rb") as file, np.load(file) as stored:
        config = config_type(**json.loads(str(stored["config"])))
        arrays = {key: stored[key].astype(np.float64) for key in stored if key != "config"}
    return Parameters(arrays, config)


def load_scores():
    """The score table, a dict.

    length_bins      [[3, 5], …], in source words; training_bins are the first so many of them
    positions        [1, 2, …], the words of a translation that right_at tells of
    seen_clauses     by bin: the share of the test sentences' clauses that occur in training
    early_steps      [0, 50, …]: where the stretches of early_loss begin
    trials           how the learning rates were chosen, one dict a training from seed 0:
                     arm, learning_rate, steps, development_loss
    runs             one dict a trained model

    A run has model (the arm, with its steps in thousands after it unless they are 10,000), arm,
    config, steps, seed, learning_rate, seconds and parameters (how many numbers are trained); of
    the training loss, in nats per word, final_loss (the mean of the last 500 steps), loss_curve
    (means of 500 steps each), early_loss (means of 50 steps each, of the first 1,000) and
    first_losses (the first 20); what evaluate.table_row measures; and, with attention,
    love_row_during_training: {"step": […], "weights": [[i, love, you], …]}.

    >>> load_scores()["runs"][0]["model"]
    'attention_h64'
    """
    return json.loads((STORED / "scores.json").read_text(encoding="utf-8"))


def load_training_weights():
    """How attention comes to look at the right word: the weights of seed 0 as it is trained.

    {"steps": [0, …, 10000], "sentences": [{"english": […], "chinese": […], "weights": …}, …]},
    weights [steps][T_y][T_x] to three decimals, for each word of the right translation.

    >>> found = load_training_weights()
    >>> found["sentences"][0]["english"], found["steps"][:3]
    (['i', 'love', 'you'], [0, 10, 20])
    """
    return json.loads((STORED / "training_weights.json").read_text(encoding="utf-8"))
