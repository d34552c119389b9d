"""Training: the one command that makes what is stored in checkpoints/.

    python -m softattn_core.language_model.train [--force] [--jobs 2]

The loop, its schedule, the command and the files are those of the translators, translator/train.py.
"""

import sys
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from softattn_core.language_model import STORED, arms
from softattn_core.language_model.evaluate import development_loss, table_row
from softattn_core.language_model.lines import PAD, encode, line_of
from softattn_core.language_model.model import NARROW, initial_parameters, loss_and_gradients
from softattn_core.translator import rounded
from softattn_core.translator.corpus import FAMILIAR, LENGTH_BINS, training_pairs
from softattn_core.translator.train import (
    BATCH,
    Bar,
    command,
    cosine,
    curriculum,
    descend,
    training_facts,
)

LEARNING_RATE = 1e-2  # of trainings that no trial was made for


def train(pairs, config=NARROW, steps=2000, seed=0, learning_rate=LEARNING_RATE, progress=False):
    """Train a language model on the lines of these pairs: parameters, and the loss of every step.

    Every word of a line counts, English and Chinese, the arrow and <eos>.
    """
    parameters = initial_parameters(config, seed)
    rates = [cosine(step, steps, learning_rate) for step in range(steps)]
    with threadpool_limits(1, user_api="blas"):
        descent = descend(parameters, loss_and_gradients, batches(pairs, steps, seed), rates)
        losses = list(Bar(descent, total=steps, disable=not progress))
    return parameters, np.array(losses)


def batches(pairs, steps, seed):
    """batch(step): tokens (B, T) and which of them count, neighbours of lines sorted by length."""
    tokens = encode(sorted(map(line_of, pairs), key=len))
    rng = np.random.default_rng(seed)

    def batch(step):
        start = rng.integers(curriculum(step, steps, len(tokens)) - BATCH + 1)
        rows = tokens[start : start + BATCH]
        rows = rows[:, (rows != PAD).any(axis=0)]
        return rows, rows != PAD

    return batch


def train_small(steps=1000, seed=0):
    """A training to watch: the narrow model on lines of one clause, some seconds.

    >>> _, losses = train_small(steps=20)
    >>> bool(losses[-1] < losses[0])
    True
    """
    pairs = training_pairs(count=2000, max_words=8, max_clauses=1)
    return train(pairs, NARROW, steps, seed, progress=steps > 100)


# --- what the command makes -----------------------------------------------------------------------


def forecast(task):
    """About how many seconds a trial or run takes on one core."""
    config = arms.ARMS[task.arm]
    return 10 + task.steps * config.blocks * (0.0125 if config.width == 64 else 0.0065)


def try_rate(trial):
    """The development loss after a training."""
    parameters, _ = train(training_pairs(), arms.ARMS[trial.arm], trial.steps,
                          learning_rate=trial.learning_rate)
    with threadpool_limits(1, user_api="blas"):
        return round(development_loss(rounded(parameters)), 6)


def train_and_evaluate(run, learning_rate):
    """The parameters of a run, and its row of the score table (that of them rounded); no film."""
    start = perf_counter()
    parameters, losses = train(
        training_pairs(), arms.ARMS[run.arm], run.steps, run.seed, learning_rate
    )
    row = training_facts(run, learning_rate, start, parameters, losses)
    with threadpool_limits(1, user_api="blas"):
        return parameters, row | table_row(rounded(parameters)), None


def head_of_table():
    """What the score table says of all runs together."""
    return {"length_bins": LENGTH_BINS, "training_bins": FAMILIAR}


def main():
    command("Train the book's language models and score them.", STORED, sys.modules[__name__])


if __name__ == "__main__":
    main()
