"""A training step in NumPy beside the same in PyTorch: what the benchmarks of both models share."""

from statistics import median
from time import process_time

import numpy as np

from softattn_core.translator.train import Adam, clip

try:
    import torch
except ImportError:
    torch = None

WARM_UP = 5  # steps that are not counted


def versions():
    """What is compared, for the first line of a report."""
    if not torch:
        return f"NumPy {np.__version__}, PyTorch is not installed"
    return f"NumPy {np.__version__}, PyTorch {torch.__version__}"


def numpy_step(parameters, loss_and_gradients, rate):
    """step(*batch): gradients, clipping and Adam; gives the loss."""
    adam = Adam(parameters)

    def step(*batch):
        loss, gradients = loss_and_gradients(parameters, *batch)
        clip(gradients)
        adam.update(parameters, gradients, rate)
        return loss

    return step


def torch_step(tensors, loss_of, rate):
    """step(*batch): the same in PyTorch, for the loss that loss_of(*batch) makes of the tensors."""
    adam = torch.optim.Adam(tensors, lr=rate, betas=(Adam.beta_1, Adam.beta_2))

    def step(*batch):
        loss = loss_of(*batch)
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tensors, 1.0)
        adam.step()
        return loss.item()

    return step


def compare(label, steps, batches):
    """Print the median time of each of steps (name: step), and of the first by the second.

    They take the same batches, turn and turn about. A first loss that differs is an AssertionError:
    then the models are not the same, and the comparison is worth nothing.
    """
    seconds = {name: [] for name in steps}
    for number, batch in enumerate(batches):
        losses = []
        for name, step in steps.items():
            start = process_time()
            losses.append(step(*batch))
            seconds[name].append(process_time() - start)
        assert number or np.ptp(losses) < 1e-3, losses
    seconds = {name: times[WARM_UP:] for name, times in seconds.items()}
    text = ", ".join(f"{name} {median(s) * 1e3:5.1f} ms" for name, s in seconds.items())
    if len(seconds) == 2:
        ratio = median(a / b for a, b in zip(*seconds.values(), strict=True))
        text += f", {' / '.join(seconds)} {ratio:.2f}"
    print(f"{label:>12}: {text}")
