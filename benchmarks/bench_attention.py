"""Full and streaming attention: time and peak memory, turn and turn about, one thread.

    python benchmarks/bench_attention.py

d = 64, float32. Where PyTorch is installed, its scaled_dot_product_attention runs beside them.
"""

import tracemalloc
from statistics import median
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from softattn_core import scaled_dot_product_attention, streaming_attention

try:
    import torch
except ImportError:
    torch = None

LENGTHS = [256, 512, 1024, 2048, 4096, 8192]
SECONDS_PER_LENGTH = 3


def contenders(Q, K, V):
    functions = {
        "full": lambda: scaled_dot_product_attention(Q, K, V).context,
        "streaming": lambda: streaming_attention(Q, K, V),
        "block 512": lambda: streaming_attention(Q, K, V, block_size=512),
        "causal": lambda: streaming_attention(Q, K, V, causal=True),
    }
    if torch is not None:
        tensors = [torch.from_numpy(array)[None, None] for array in (Q, K, V)]
        attention = torch.nn.functional.scaled_dot_product_attention
        functions["torch"] = lambda: attention(*tensors)
    return functions


def seconds(function):
    start = perf_counter()
    function()
    return perf_counter() - start


def timed(functions):
    """Rounds of one call each; a list of seconds for each function."""
    times, end = {name: [] for name in functions}, perf_counter() + SECONDS_PER_LENGTH
    while len(times["full"]) < 3 or (len(times["full"]) < 50 and perf_counter() < end):
        for name, function in functions.items():
            times[name].append(seconds(function))
    return times


def ratio(times, over, under):
    return median(a / b for a, b in zip(times[over], times[under], strict=True))


def peak_bytes(function):
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main():
    print(f"attention, d = 64, float32, one thread, NumPy {np.__version__}, "
          + (f"PyTorch {torch.__version__}" if torch else "PyTorch not installed"))
    print("streaming: block_size 256, the default; causal: the same, with causal=True")
    print("peak: the most that a call holds at one time, its result included\n")
    names = ["full", "streaming", "block 512", "causal", "torch"]
    print(f"{'':>5}{'time, ms':>55}{'ratio of times':>33}{'peak, MB':>22}{'ratio':>11}")
    print(f"{'n':>5}" + "".join(f"{head:>11}" for head in [
        *names, "full/str.", "str./torch", "512/torch", "full", "streaming", "str./full"]))
    for n in LENGTHS:
        functions = contenders(*np.random.default_rng(0).normal(size=(3, n, 64)).astype(np.float32))
        seconds(functions["streaming"])  # a first call to warm up
        times = timed(functions)
        peaks = [peak_bytes(functions[name]) for name in ("full", "streaming")]
        cells = [f"{median(times[name]) * 1e3:.1f}" if name in times else "-" for name in names]
        cells += [f"{ratio(times, 'full', 'streaming'):.2f}"]
        cells += [f"{ratio(times, name, 'torch'):.2f}" if torch else "-"
                  for name in ("streaming", "block 512")]
        cells += [*(f"{peak / 1e6:.1f}" for peak in peaks), f"{peaks[1] / peaks[0]:.1%}"]
        print(f"{n:>5}" + "".join(f"{cell:>11}" for cell in cells), flush=True)


if __name__ == "__main__":
    if torch is not None:
        torch.set_num_threads(1)
    with threadpool_limits(1):
        main()
