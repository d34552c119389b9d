"""Training: Adam, the loop, and the one command that makes everything stored in checkpoints/.

    python -m softattn_core.translator.train [--force]
"""

import argparse
import io
import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from softattn_core.translator import STORED, rounded
from softattn_core.translator.corpus import (
    LENGTH_BINS,
    PAD,
    encode_chinese,
    encode_english,
    training_pairs,
)
from softattn_core.translator.evaluate import love_row, table_row
from softattn_core.translator.model import initial_parameters, loss_and_gradients

BATCH = 32
LEARNING_RATE = 8e-3
LARGEST_GRADIENT = 1.0


class Bar(tqdm):
    """A progress bar that starts no thread to watch over it: a browser's Python has none."""

    monitor_interval = 0


class Training(NamedTuple):
    """A trained model, and its loss at every step (nats per target word)."""

    parameters: dict
    losses: np.ndarray


def train(
    pairs, hidden=64, attention=True, steps=2000, seed=0, watch=None, progress=False,
    normaliser="softmax",
):
    """Train a model on pairs of sentences; the same arguments give the same model.

    watch(step, parameters), if given, is called before every step. progress shows a bar.
    """
    # Sorted by length, so that a batch of neighbours needs little padding.
    pairs = sorted(pairs, key=lambda pair: len(pair.english))
    source = encode_english([pair.english for pair in pairs])
    target = encode_chinese([pair.chinese for pair in pairs])
    parameters = initial_parameters(hidden, attention, seed, normaliser=normaliser)
    adam = Adam(parameters)
    rng = np.random.default_rng(seed)
    losses = []
    # On matrices this small a second BLAS thread only costs time.
    with threadpool_limits(1, user_api="blas"):
        bar = Bar(range(steps), disable=not progress)
        for step in bar:
            if watch:
                watch(step, parameters)
            start = rng.integers(shortest(step, steps, len(pairs)) - BATCH + 1)
            rows = slice(start, start + BATCH)
            loss, gradients = loss_and_gradients(
                parameters, _trimmed(source[rows]), _trimmed(target[rows])
            )
            clip(gradients)
            adam.update(parameters, gradients, cosine(step, steps))
            losses.append(loss)
            if step % 50 == 0:
                bar.set_postfix(loss=f"{loss:.3f}")
    return Training(parameters, np.array(losses))


def train_small(attention=True, steps=300, seed=0):
    """A training to watch: one-clause sentences of at most 8 words and 32 units, a few seconds.

    >>> losses = train_small(steps=20).losses
    >>> bool(losses[-1] < losses[0])
    True
    """
    pairs = training_pairs(count=2000, max_words=8, max_clauses=1)
    return train(pairs, hidden=32, attention=attention, steps=steps, seed=seed)


def shortest(step, steps, count):
    """How many of the sentences, the shortest first, a batch is drawn from: all after a tenth.

    Begun on long sentences, more seeds got stuck before they found the words that move.
    """
    return max(100, int(count * min(1, 10 * (step + 1) / steps)))


def _trimmed(words):
    """Without the columns that are padding in every row."""
    return words[:, : (words != PAD).any(axis=0).sum()]


def cosine(step, steps):
    """The learning rate: it falls along a cosine, from LEARNING_RATE to 2 % of it."""
    falling = 0.5 * (1 + np.cos(np.pi * step / steps))
    return LEARNING_RATE * float(0.02 + 0.98 * falling)


def clip(gradients):
    """Scale the gradients, in place, so that all together are no longer than LARGEST_GRADIENT."""
    norm = float(np.sqrt(sum((g * g).sum() for g in gradients.values())))
    if norm > LARGEST_GRADIENT:
        for gradient in gradients.values():
            gradient *= LARGEST_GRADIENT / norm


class Adam:
    """Steps scaled by running means of the gradient and of its square (Kingma & Ba 2015).

    beta_2 is 0.98 instead of the usual 0.999, with which more seeds got stuck.
    """

    beta_1, beta_2, epsilon = 0.9, 0.98, 1e-8

    def __init__(self, parameters):
        self.step = 0
        self.mean = {name: np.zeros_like(array) for name, array in parameters.items()}
        self.square = {name: np.zeros_like(array) for name, array in parameters.items()}

    def update(self, parameters, gradients, learning_rate):
        """Change the parameters in place."""
        self.step += 1
        scale_1, scale_2 = 1 - self.beta_1**self.step, 1 - self.beta_2**self.step
        for name, gradient in gradients.items():
            mean, square = self.mean[name], self.square[name]
            mean += (1 - self.beta_1) * (gradient - mean)
            square += (1 - self.beta_2) * (gradient * gradient - square)
            parameters[name] -= (
                learning_rate * (mean / scale_1) / (np.sqrt(square / scale_2) + self.epsilon)
            )


# --- what is stored ---


class Run(NamedTuple):
    """One training of the score table; of each model, seed 0 is kept as a checkpoint."""

    model: str
    attention: bool
    hidden: int
    seed: int
    normaliser: str = "softmax"


RUNS = (
    *(Run("attention_h64", True, 64, seed) for seed in range(5)),
    *(Run("fixed_h64", False, 64, seed) for seed in range(5)),
    *(Run("fixed_h128", False, 128, seed) for seed in range(3)),
    *(
        Run(f"{normaliser}_h64", True, 64, seed, normaliser)
        for normaliser in ("sparsemax", "relu_sum", "sigmoid", "uniform")
        for seed in range(3)
    ),
)
SECONDS = {64: 35, 128: 60}  # of a training and its evaluation, by hidden size: for the forecast
WATCHED_STEPS = (0, 10, 20, 30, 40, 60, 80, 100, 150, 200, 300, 500, 1000)


def make(folder, force=False):
    """Train and evaluate what is not in the folder yet; with force, everything."""
    table = folder / "scores.json"
    rows = {}
    if table.exists():
        stored = json.loads(table.read_text(encoding="utf-8"))
        rows = {(row["model"], row["seed"]): row for row in stored["runs"] + stored["normalisers"]}

    def is_made(run):
        checkpoint = folder / f"{run.model}.npz"
        return (run.model, run.seed) in rows and (run.seed > 0 or checkpoint.exists())

    to_do = [run for run in RUNS if force or not is_made(run)]
    print(f"{len(RUNS) - len(to_do)} of {len(RUNS)} trainings are stored in {folder}.")
    if not to_do:
        print("Nothing to do. --force makes everything anew.")
        return
    minutes = sum(SECONDS[run.hidden] for run in to_do) / 60
    print(f"{len(to_do)} to do: about {minutes:.0f} minutes on one core.")
    folder.mkdir(parents=True, exist_ok=True)
    pairs = training_pairs()
    for number, run in enumerate(to_do, start=1):
        print(f"{number}/{len(to_do)}  {run.model}, seed {run.seed}")
        parameters, row = train_and_evaluate(run, pairs)
        rows[run.model, run.seed] = row
        if run.seed == 0:
            write_whole(folder / f"{run.model}.npz", as_npz(parameters))
        write_whole(table, as_json(rows))


def train_and_evaluate(run, pairs):
    """The parameters of a run, and its row of the score table: that of the rounded parameters."""
    watched = {"step": [], "weights": []}

    def watch(step, parameters):
        if run.attention and step in WATCHED_STEPS:
            watched["step"].append(step)
            watched["weights"].append([round(float(w), 4) for w in love_row(parameters)])

    with threadpool_limits(1, user_api="blas"):
        parameters, _ = train(
            pairs, run.hidden, run.attention, seed=run.seed, watch=watch, progress=True,
            normaliser=run.normaliser,
        )
        row = {"model": run.model, "seed": run.seed, **table_row(rounded(parameters))}
    if run.attention:
        row["love_row_during_training"] = watched
    return parameters, row


def as_npz(parameters):
    """A checkpoint's bytes: float16, compressed."""
    file = io.BytesIO()
    np.savez_compressed(file, **{name: a.astype(np.float16) for name, a in parameters.items()})
    return file.getvalue()


def as_json(rows):
    """The score table's bytes, one run a line; the normalisers other than softmax by themselves.

    rows {(model, seed): row}.
    """
    made = [run for run in RUNS if (run.model, run.seed) in rows]
    runs, normalisers = (
        ",\n".join(
            json.dumps(rows[run.model, run.seed], ensure_ascii=False)
            for run in made
            if (run.normaliser == "softmax") == softmax
        )
        for softmax in (True, False)
    )
    bins = json.dumps(LENGTH_BINS)
    return (
        f'{{"length_bins": {bins}, "runs": [\n{runs}\n], "normalisers": [\n{normalisers}\n]}}\n'
    ).encode()


def write_whole(path, content):
    """Write a file whole or not at all: nobody ever sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)  # mkstemp makes files that only their owner may read
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main():
    parser = argparse.ArgumentParser(description="Train the book's translators and score them.")
    parser.add_argument("--force", action="store_true", help="replace what is stored already")
    make(Path(str(STORED)), parser.parse_args().force)


if __name__ == "__main__":
    main()
