"""Training: Adam, the loop, and the one command that makes everything stored in checkpoints/.

    python -m softattn_core.translator.train [--force] [--jobs 2]

Nothing but `train`, `batches` and what stands under "the translators" knows of translation; the
language model's training, language_model/train.py, is made with the rest.
"""

import argparse
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from softattn_core.translator import STORED, arms, rounded
from softattn_core.translator.corpus import (
    FAMILIAR,
    LENGTH_BINS,
    PAD,
    encode_chinese,
    encode_english,
    held_out_pairs,
    share_of_seen_clauses,
    training_pairs,
)
from softattn_core.translator.evaluate import (
    POSITIONS,
    development_loss,
    table_row,
    weight_rows,
)
from softattn_core.translator.model import (
    ATTENTION,
    FIXED,
    Parameters,
    initial_parameters,
    loss_and_gradients,
)

BATCH = 32
LEARNING_RATE = 8e-3  # of trainings that no trial was made for
LARGEST_GRADIENT = 1.0


class Bar(tqdm):
    """A progress bar that starts no thread to watch over it: a browser's Python has none."""

    monitor_interval = 0


def descend(parameters, loss_and_gradients, batch, rates):
    """Train the parameters, in place; yields after every step the loss that it began with.

    rates are the learning rates, one a step. batch(step) gives what loss_and_gradients(parameters,
    *batch) needs to return the loss and the gradients, a dict with an array for every parameter.
    """
    adam = Adam(parameters)
    for step, rate in enumerate(rates):
        loss, gradients = loss_and_gradients(parameters, *batch(step))
        clip(gradients)
        adam.update(parameters, gradients, rate)
        yield loss


class Training(NamedTuple):
    """Trained parameters, and the loss at every step (nats per target word)."""

    parameters: Parameters
    losses: np.ndarray


def train(
    pairs, config=ATTENTION, steps=2000, seed=0, learning_rate=LEARNING_RATE, watch=None,
    progress=False,
):
    """Train a model on pairs of sentences.

    The same arguments give the same model on the same machine. On another one sums are rounded
    otherwise, and after some hundred steps that makes another model, as another seed does.

    watch(step, parameters), if given, is called before every step and at the end. progress shows a
    bar.
    """
    parameters, losses = initial_parameters(config, seed), []
    rates = [cosine(step, steps, learning_rate) for step in range(steps)]
    # On matrices this small a second BLAS thread only costs time.
    with threadpool_limits(1, user_api="blas"):
        if watch:
            watch(0, parameters)
        descent = descend(parameters, loss_and_gradients, batches(pairs, steps, seed), rates)
        bar = Bar(descent, total=steps, disable=not progress)
        for step, loss in enumerate(bar, start=1):
            losses.append(loss)
            if watch:
                watch(step, parameters)
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
    config = (ATTENTION if attention else FIXED)._replace(hidden=32)
    return train(pairs, config, steps=steps, seed=seed)


def batches(pairs, steps, seed):
    """batch(step): a source and a target array, BATCH neighbours of pairs sorted by length.

    Sorted, so that a batch needs little padding.
    """
    pairs = sorted(pairs, key=lambda pair: len(pair.english))
    source = encode_english([pair.english for pair in pairs])
    target = encode_chinese([pair.chinese for pair in pairs])
    rng = np.random.default_rng(seed)

    def batch(step):
        start = rng.integers(curriculum(step, steps, len(pairs)) - BATCH + 1)
        rows = slice(start, start + BATCH)
        return _trimmed(source[rows]), _trimmed(target[rows])

    return batch


def curriculum(step, steps, count):
    """How many of the sentences, the shortest first, a batch is drawn from: all after a tenth.

    Begun on long sentences, more seeds got stuck before they found the words that move.
    """
    return max(100, int(count * min(1, 10 * (step + 1) / steps)))


def _trimmed(words):
    """Without the columns that are padding in every row."""
    return words[:, : (words != PAD).any(axis=0).sum()]


def cosine(step, steps, learning_rate):
    """The learning rate of a step: it falls along a cosine to 2 % of what it was."""
    falling = 0.5 * (1 + np.cos(np.pi * step / steps))
    return learning_rate * float(0.02 + 0.98 * falling)


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


# --- the translators ------------------------------------------------------------------------------

WATCHED_STEPS = (0, 10, 20, 30, 40, 60, 80, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10_000)
WATCHED_SENTENCES = tuple((english.split(), chinese.split()) for english, chinese in (
    ("i love you", "我 爱 你"),
    ("i am eating a big red apple", "我 正在 吃 一个 大 红 苹果"),
    ("i eat apples at home today", "我 今天 在家 吃 苹果"),
))


def forecast(task):
    """About how many seconds a trial or run takes on one core."""
    config = arms.ARMS[task.arm]
    if config.normaliser:
        return 8 + 0.011 * task.steps
    return 3 + (0.009 if config.hidden == 64 else 0.018) * task.steps


def try_rate(trial):
    """The development loss after a short training."""
    training = train(
        training_pairs(), arms.ARMS[trial.arm], trial.steps, learning_rate=trial.learning_rate
    )
    with threadpool_limits(1, user_api="blas"):
        return round(development_loss(rounded(training.parameters)), 5)


def train_and_evaluate(run, learning_rate):
    """The parameters of a run, its row of the score table (that of them rounded), and its film.

    The film is what load_training_weights gives, or None for a fixed vector.
    """
    config = arms.ARMS[run.arm]
    frames = {}  # by step, the weights of each watched sentence

    def watch(step, parameters):
        if config.normaliser and step in WATCHED_STEPS:
            frames[step] = [
                weight_rows(parameters, english, chinese)[: len(chinese)]
                for english, chinese in WATCHED_SENTENCES
            ]

    start = perf_counter()
    parameters, losses = train(
        training_pairs(), config, run.steps, run.seed, learning_rate, watch
    )
    row = training_facts(run, learning_rate, start, parameters, losses)
    with threadpool_limits(1, user_api="blas"):
        row |= table_row(rounded(parameters))
    if not frames:
        return parameters, row, None
    row["love_row_during_training"] = {
        "step": list(frames), "weights": [_short(frame[0][1], 4) for frame in frames.values()],
    }
    return parameters, row, {"steps": list(frames), "sentences": [
        {"english": english, "chinese": chinese,
         "weights": [_short(frame[i], 3) for frame in frames.values()]}
        for i, (english, chinese) in enumerate(WATCHED_SENTENCES)
    ]}


def head_of_table():
    """What the score table says of all runs together."""
    trained = [pair.english for pair in training_pairs()]
    return {
        "length_bins": LENGTH_BINS,
        "training_bins": FAMILIAR,
        "positions": POSITIONS,
        "early_steps": list(range(0, EARLY, EARLY_STRETCH)),
        "seen_clauses": [
            round(share_of_seen_clauses([pair.english for pair in pairs], trained), 4)
            for pairs in held_out_pairs()
        ],
    }


# --- what is stored -------------------------------------------------------------------------------

STRETCH, EARLY_STRETCH, EARLY = 500, 50, 1000  # steps that a number of a loss curve is the mean of


def make(folder, force=False, jobs=1, room=None):
    """Train and evaluate what is not in the folder yet; with force, everything.

    jobs trainings run at a time, one thread each. Whatever is finished is stored at once. room is
    the module that says how, with the names that stand above under "the translators", and with its
    arms, which say what; it is this module unless another is given.
    """
    room = room or sys.modules[__name__]
    folder.mkdir(parents=True, exist_ok=True)
    stored = Stored(folder, room, force)
    trials = [trial for trial in room.arms.TRIALS if trial not in stored.trials]
    runs = [run for run in room.arms.RUNS if not stored.has(run)]
    seconds = sum(map(room.forecast, (*trials, *runs))) / jobs
    all_trials, all_runs = len(room.arms.TRIALS), len(room.arms.RUNS)
    print(f"{all_trials - len(trials)} of {all_trials} trials and {all_runs - len(runs)} of "
          f"{all_runs} trainings are stored in {folder}.")
    if not seconds:
        print("Nothing to do. --force makes everything anew.")
        return
    print(f"The rest takes about {seconds / 60:.0f} minutes.")
    with Bar(total=round(seconds), unit="s") as bar:
        for trial, loss in _results(room, room.try_rate, [(trial,) for trial in trials], jobs, bar):
            stored.add_trial(trial, loss)
        rated = [(run, stored.learning_rate(run)) for run in runs]
        for run, result in _results(room, room.train_and_evaluate, rated, jobs, bar):
            stored.add_run(run, *result)


def _results(room, function, tasks, jobs, bar):
    """Each trial or run, and what function(*task) made of it, in the order they are done.

    A task is a trial or run with what else the function needs.
    """
    if jobs == 1:
        results = ((task, function(*task)) for task in tasks)
    else:
        results = _in_processes(function, tasks, jobs)
    for (task, *_), result in results:
        bar.set_postfix_str(str(task))
        bar.update(room.forecast(task) / jobs)
        yield task, result


def _in_processes(function, tasks, jobs):
    # Imported here: a browser's Python has no processes.
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(function, *task): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)  # what is not begun is not begun any more
            raise


def training_facts(run, learning_rate, start, parameters, losses):
    """How a row of the table begins: what was trained, how long since start, with which losses."""
    return {
        "model": run.model, **run._asdict(), "config": parameters.config._asdict(),
        "learning_rate": learning_rate, "seconds": round(perf_counter() - start),
        "parameters": sum(array.size for array in parameters.values()),
        **loss_curves(losses),
    }


def _short(array, digits):
    return np.round(array.astype(float), digits).tolist()


def loss_curves(losses):
    """A training's losses, short enough to be stored: see load_scores."""
    return {
        "final_loss": round(float(losses[-STRETCH:].mean()), 6),
        "loss_curve": _short(losses.reshape(-1, STRETCH).mean(axis=1), 6),
        "early_loss": _short(losses[:EARLY].reshape(-1, EARLY_STRETCH).mean(axis=1), 5),
        "first_losses": _short(losses[:20], 5),
    }


class Stored:
    """What is in the folder: the score table, the checkpoints, the film of one run."""

    def __init__(self, folder, room, force=False):
        """Read the table; with force, begin an empty one."""
        self.folder, self.room, self.table = folder, room, folder / "scores.json"
        self.trials, self.rows = {}, {}
        if self.table.exists() and not force:
            stored = json.loads(self.table.read_text(encoding="utf-8"))
            for trial in stored["trials"]:
                loss = trial.pop("development_loss")
                self.trials[room.arms.Trial(**trial)] = loss
            for row in stored["runs"]:
                self.rows[room.arms.Run(row["arm"], row["steps"], row["seed"])] = row

    def has(self, run):
        """Is the run in the table, and its checkpoint there if it is to have one?"""
        return run in self.rows and all(path.exists() for path in self._files(run))

    def _files(self, run):
        if run.seed == 0 and run.model in self.room.arms.CHECKPOINTS:
            yield self.folder / f"{run.model}.npz"
        if run == self.room.arms.FILMED:
            yield self.folder / "training_weights.json"

    def learning_rate(self, run):
        """Of the arm's trials that were as long as the run, or else of the short ones, the best."""
        for steps in (run.steps, self.room.arms.TRIAL_STEPS):
            tried = [trial for trial in self.trials if trial[::2] == (run.arm, steps)]
            if tried:
                return min(tried, key=self.trials.get).learning_rate
        raise KeyError(f"no learning rate was tried for {run.arm}")

    def add_trial(self, trial, loss):
        self.trials[trial] = loss
        self._write_table()

    def add_run(self, run, parameters, row, film):
        self.rows[run] = row
        for path in self._files(run):
            content = as_npz(parameters) if path.suffix == ".npz" else as_json(film)
            write_whole(path, content)
        self._write_table()

    def _write_table(self):
        trials = [{**trial._asdict(), "development_loss": self.trials[trial]}
                  for trial in self.room.arms.TRIALS if trial in self.trials]
        write_whole(self.table, as_json({
            **self.room.head_of_table(),
            "trials": trials,
            "runs": [self.rows[run] for run in self.room.arms.RUNS if run in self.rows],
        }))


def as_npz(parameters):
    """A checkpoint's bytes: the config and float16 arrays, compressed."""
    file, config = io.BytesIO(), json.dumps(parameters.config._asdict())
    arrays = {name: array.astype(np.float16) for name, array in parameters.items()}
    np.savez_compressed(file, config=config, **arrays)
    return file.getvalue()


def as_json(content):
    """A file's bytes; of a list of dicts, each in a line of its own."""
    def text(value):
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return "[\n" + ",\n".join(map(json_line, value)) + "\n]"
        return json_line(value)

    lines = (f"{json_line(key)}: {text(value)}" for key, value in content.items())
    return ("{" + ",\n".join(lines) + "}\n").encode()


def json_line(value):
    return json.dumps(value, ensure_ascii=False)


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


def command(description, stored, room):
    """What a room's command does with what stands after it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--force", action="store_true", help="replace what is stored already")
    parser.add_argument("--jobs", type=int, default=1, help="how many trainings at a time")
    arguments = parser.parse_args()
    make(Path(str(stored)), arguments.force, arguments.jobs, room)


if __name__ == "__main__":
    command("Train the book's translators and score them.", STORED, sys.modules[__name__])
