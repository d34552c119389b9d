"""A training step of the translator in NumPy against the same model in PyTorch, one thread.

    python benchmarks/bench_translator.py

Forward pass, gradients, clipping and Adam, for the same batches, turn and turn about. A ratio below
1 means that NumPy is faster. PyTorch is not among the book's requirements; without it only the
NumPy step is timed.
"""

from statistics import median
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

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
from softattn_core.translator.train import BATCH, LEARNING_RATE, Adam, clip

try:
    import torch
except ImportError:
    torch = None

STEPS = 60


def batches():
    """The same batches of near-equal length as in training."""
    pairs = sorted(training_pairs(4000), key=lambda pair: len(pair.english))
    rng = np.random.default_rng(0)
    for start in rng.integers(len(pairs) - BATCH + 1, size=STEPS):
        rows = pairs[start : start + BATCH]
        yield encode_english([p.english for p in rows]), encode_chinese([p.chinese for p in rows])


def numpy_step(config):
    parameters = initial_parameters(config)
    adam = Adam(parameters)

    def step(source, target):
        loss, gradients = loss_and_gradients(parameters, source, target)
        clip(gradients)
        adam.update(parameters, gradients, LEARNING_RATE)
        return loss

    return step


def torch_step(config):
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
    adam = torch.optim.Adam(parameters, lr=LEARNING_RATE, betas=(Adam.beta_1, Adam.beta_2))

    def step(source, target):
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
        loss = torch.nn.functional.cross_entropy(logits[y != PAD], y[y != PAD])
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()
        return loss.item()

    return step


def compare(config):
    steps = {"NumPy": numpy_step(config)}
    if torch:
        steps["PyTorch"] = torch_step(config)
    seconds = {name: [] for name in steps}
    for number, (source, target) in enumerate(batches()):
        losses = []
        for name, step in steps.items():
            start = perf_counter()
            losses.append(step(source, target))
            seconds[name].append(perf_counter() - start)
        if number == 0 and torch:  # the same model, or the comparison is worth nothing
            assert abs(losses[0] - losses[1]) < 1e-3, losses
    arm = "attention" if config.normaliser else "fixed"
    times = ", ".join(f"{name} {median(s) * 1e3:5.1f} ms" for name, s in seconds.items())
    ratio = ""
    if torch:
        # The first steps warm up.
        both = zip(seconds["NumPy"][5:], seconds["PyTorch"][5:], strict=True)
        ratio = f", NumPy / PyTorch {median(a / b for a, b in both):.2f}"
    print(f"{arm:>10}: one training step at batch {BATCH}: {times}{ratio}")


def time_one_translation():
    parameters = initial_parameters(dtype=np.float64)
    words = ["i", "am", "eating", "a", "big", "red", "apple"]
    translate(parameters, [words])
    seconds = []
    for _ in range(20):
        start = perf_counter()
        translate(parameters, [words])
        seconds.append(perf_counter() - start)
    print(f"{'translate':>10}: {len(words)} words, at most {2 * len(words)} decoder steps: "
          f"{median(seconds) * 1e3:.1f} ms")


def main():
    version = f"PyTorch {torch.__version__}" if torch else "PyTorch is not installed"
    print(f"translator, NumPy {np.__version__}, {version}, one thread, one run\n")
    if torch:
        torch.set_num_threads(1)
    for config in (ATTENTION, FIXED._replace(fed=False)):
        compare(config)
    time_one_translation()


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        main()
