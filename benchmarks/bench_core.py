"""softmax against scipy.special.softmax: the same arrays, turn and turn about, one thread.

    python benchmarks/bench_core.py

A ratio above 1 means that ours is faster. Checks of the input are included.
"""

from statistics import median
from time import perf_counter

import numpy as np
import scipy
from scipy.special import softmax as scipy_softmax
from threadpoolctl import threadpool_limits

from softattn_core import softmax

SHAPES = [(3,), (10,), (100,), (1000,), (32, 10), (10_000, 3), (256, 256), (1024, 1024),
          (4096, 4096)]
SECONDS_PER_ROW = 0.6


def compare(scores, axis):
    """Median seconds of one call: ours, scipy's, and the median of their ratio."""
    calls = max(1, 20_000 // (scores.size + 300))  # so many that the clock's grain does not matter

    def seconds(function):
        start = perf_counter()
        for _ in range(calls):
            function(scores, axis=axis)
        return (perf_counter() - start) / calls

    pairs, end = [], perf_counter() + SECONDS_PER_ROW
    while len(pairs) < 3 or (len(pairs) < 200 and perf_counter() < end):
        pairs.append((seconds(softmax), seconds(scipy_softmax)))
    ours, theirs = zip(*pairs, strict=True)
    return median(ours), median(theirs), median(b / a for a, b in pairs)


def main():
    print(f"softmax, NumPy {np.__version__}, SciPy {scipy.__version__}, one thread\n")
    print(f"{'shape':>14} {'axis':>5} {'dtype':>8} {'ours, µs':>12} {'scipy, µs':>12} {'ratio':>6}")
    for shape in SHAPES:
        for axis in (-1, 0) if len(shape) == 2 else (-1,):
            for dtype in (np.float32, np.float64):
                scores = np.random.default_rng(0).normal(size=shape).astype(dtype)
                ours, theirs, ratio = compare(scores, axis)
                print(f"{' x '.join(map(str, shape)):>14} {axis:>5} {np.dtype(dtype).name:>8} "
                      f"{ours * 1e6:12.1f} {theirs * 1e6:12.1f} {ratio:6.2f}")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
