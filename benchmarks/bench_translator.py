"""A training step of the translator in NumPy against the same model in PyTorch, one thread.

    python -m benchmarks.bench_translator

Forward pass, gradients, clipping and Adam, for the same batches, turn and turn about. A ratio below
1 means that NumPy is faster. PyTorch is not among the book's requirements; without it only the
NumPy step is timed.
"""

from statistics import median
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.side_by_side import compare, numpy_step, torch, torch_step, versions
from softattn_core.translator.corpus import (
    CHINESE_WORDS,
    ENGLISH_WORDS,
    PAD,
    encode_chinese,
    encode_english,
    training_pairs,
)
from softattn_core.translator.model import (
    ATTENTION,
    FIXED,
    initial_parameters,
    loss_and_gradients,
    previous_words,
    translate,
)
from softattn_core.translator.train import BATCH, LEARNING_RATE

STEPS = 60


def batches():
    """The same batches of near-equal length as in training."""
    pairs = sorted(training_pairs(4000), key=lambda pair: len(pair.english))
    rng = np.random.default_rng(0)
    for start in rng.integers(len(pairs) - BATCH + 1, size=STEPS):
        rows = pairs[start : start + BATCH]
        yield encode_english([p.english for p in rows]), encode_chinese([p.chinese for p in rows])


def torch_step_of(config):
    """The same model from torch's own parts, started from the same parameters."""
    arrays = initial_parameters(config)
    start = {name: torch.from_numpy(array) for name, array in arrays.items()}
    hidden, embedding, attention = config.hidden, config.embedding, config.normaliser
    embed, grus = {}, {}
    for part, side in (("encoder", "source"), ("decoder", "target")):
        words = ENGLISH_WORDS if side == "source" else CHINESE_WORDS
        embed[part] = torch.nn.Embedding(len(words), embedding)
        grus[part] = torch.nn.GRU(embedding, hidden, batch_first=True)
        with torch.no_grad():
            embed[part].weight.copy_(start[f"{side}_embedding"])
            grus[part].weight_ih_l0.copy_(start[f"{part}_W"])
            grus[part].weight_hh_l0.copy_(start[f"{part}_U"])
            grus[part].bias_ih_l0.copy_(start[f"{part}_b"])
            grus[part].bias_hh_l0.zero_()  # torch's second bias, which the NumPy model does without
    output = torch.nn.Linear(2 * hidden, len(CHINESE_WORDS))
    with torch.no_grad():
        output.weight.copy_(start["output_W"])
        output.bias.copy_(start["output_b"])
    W = torch.nn.Parameter(start["attention_W"]) if attention else None
    for gru in grus.values():
        gru.bias_hh_l0.requires_grad_(False)
    modules = [*embed.values(), *grus.values(), output]
    parameters = [p for module in modules for p in module.parameters() if p.requires_grad]
    parameters += [W] if attention else []

    def loss_of(source, target):
        x, y = torch.from_numpy(source), torch.from_numpy(target)
        mask = x != PAD
        lengths = mask.sum(1)
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            embed["encoder"](x), lengths, batch_first=True, enforce_sorted=False
        )
        h, last = grus["encoder"](packed)
        h, _ = torch.nn.utils.rnn.pad_packed_sequence(h, batch_first=True)
        previous = torch.from_numpy(previous_words(target))
        s, _ = grus["decoder"](embed["decoder"](previous), last)
        if attention:
            scores = (s @ W @ h.mT).masked_fill(~mask[:, None, :], -torch.inf)
            context = scores.softmax(-1) @ h
        else:
            context = last[0][:, None].expand_as(s)
        logits = output(torch.cat([s, context], -1))
        return torch.nn.functional.cross_entropy(logits[y != PAD], y[y != PAD])

    return torch_step(parameters, loss_of, LEARNING_RATE)


def training_steps(config):
    steps = {"NumPy": numpy_step(initial_parameters(config), loss_and_gradients, LEARNING_RATE)}
    if torch:
        steps["PyTorch"] = torch_step_of(config)
    compare("attention" if config.normaliser else "fixed", steps, batches())


def time_one_translation():
    parameters = initial_parameters(dtype=np.float64)
    words = ["i", "am", "eating", "a", "big", "red", "apple"]
    translate(parameters, [words])
    seconds = []
    for _ in range(20):
        start = perf_counter()
        translate(parameters, [words])
        seconds.append(perf_counter() - start)
    print(f"{'translate':>12}: {len(words)} words, at most {2 * len(words)} decoder steps: "
          f"{median(seconds) * 1e3:.1f} ms")


def main():
    print(f"translator, {versions()}, one thread, one run\n")
    print(f"one training step at batch {BATCH}")
    for config in (ATTENTION, FIXED._replace(fed=False)):
        training_steps(config)
    time_one_translation()


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        if torch:
            torch.set_num_threads(1)
        main()
