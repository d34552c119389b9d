"""The language model in NumPy: a training step against PyTorch's, and a word with the cache.

    python -m benchmarks.bench_language_model

Forward pass, gradients, clipping and Adam, for the same batches, turn and turn about, one thread. A
ratio below 1 means that NumPy is faster. PyTorch is not among the book's requirements; without it
only the NumPy step is timed.
"""

from statistics import median
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.side_by_side import compare, numpy_step, torch, torch_step, versions
from softattn_core.language_model import generate, load_checkpoint
from softattn_core.language_model.lines import ARROW, LONGEST_LINE
from softattn_core.language_model.model import (
    MAIN,
    NARROW,
    initial_parameters,
    loss_and_gradients,
    sinusoids,
)
from softattn_core.language_model.train import LEARNING_RATE, batches
from softattn_core.translator.corpus import LENGTH_BINS, held_out_pairs, training_pairs
from softattn_core.translator.train import BATCH

STEPS = 60


def torch_step_of(config):
    """The same model from torch's own parts, started from the same parameters."""
    F = torch.nn.functional
    arrays = initial_parameters(config)
    p = {name: torch.nn.Parameter(torch.from_numpy(array)) for name, array in arrays.items()}
    width = config.width // config.heads
    waves = sinusoids(np.arange(LONGEST_LINE), width).astype(np.float32)
    sin, cos = torch.from_numpy(waves).chunk(2, dim=-1)

    def turned(x):
        first, second = x.chunk(2, dim=-1)
        s, c = sin[: x.shape[-2]], cos[: x.shape[-2]]
        return torch.cat([first * c - second * s, first * s + second * c], dim=-1)

    def norm(x, gain):
        return F.rms_norm(x, (config.width,), p[gain], eps=1e-6)

    def loss_of(tokens, counted):
        tokens, counts = torch.from_numpy(tokens), torch.from_numpy(counted[:, 1:])
        x = F.embedding(tokens[:, :-1], p["embedding"])
        for block in (f"block{number}" for number in range(1, config.blocks + 1)):
            read = norm(x, f"{block}_norm_1")
            q, k, v = ((read @ p[f"{block}_W_{kind}"]).unflatten(-1, (config.heads, width))
                       .transpose(1, 2) for kind in "qkv")
            mixed = F.scaled_dot_product_attention(turned(q), turned(k), v, is_causal=True)
            x = x + mixed.transpose(1, 2).flatten(2) @ p[f"{block}_W_o"]
            inner = torch.relu(norm(x, f"{block}_norm_2") @ p[f"{block}_W_1"])
            x = x + inner @ p[f"{block}_W_2"]
        logits = norm(x, "norm") @ p["output_W"]
        return F.cross_entropy(logits[counts], tokens[:, 1:][counts])

    return torch_step(list(p.values()), loss_of, LEARNING_RATE)


def training_steps(config):
    steps = {"NumPy": numpy_step(initial_parameters(config), loss_and_gradients, LEARNING_RATE)}
    if torch:
        steps["PyTorch"] = torch_step_of(config)
    batch = batches(training_pairs(4000), STEPS, seed=0)
    compare(f"width {config.width}", steps, (batch(step) for step in range(STEPS)))


def one_word(length_bin):
    """Time per word of whole lines, the reading of the prompt included, with the cache and not."""
    model, seconds = load_checkpoint("main"), {True: [], False: []}
    for pair in held_out_pairs()[length_bin][:10]:
        for cache, times in seconds.items():
            start = process_time()
            said = generate(model, [*pair.english, ARROW], cache=cache)
            times.append((process_time() - start) / (len(said) + 1))  # <eos> is a word too
    kept, anew = (median(times) * 1e3 for times in seconds.values())
    low, high = LENGTH_BINS[length_bin]
    print(f"{f'{low}–{high} words':>12}: with the cache {kept:.2f} ms a word, "
          f"without {anew:.2f} ms, with / without {kept / anew:.2f}")


def main():
    print(f"language model, {versions()}, one thread, one run\n")
    print(f"one training step at batch {BATCH}")
    for config in (MAIN, NARROW):
        training_steps(config)
    print("\none generated word, two blocks of width 64")
    for length_bin in (1, 7):
        one_word(length_bin)


if __name__ == "__main__":
    with threadpool_limits(1, user_api="blas"):
        if torch:
            torch.set_num_threads(1)
        main()
