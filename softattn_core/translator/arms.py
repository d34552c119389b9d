"""Which models are trained: the arms of the book's experiments, how long, and from which seeds.

An arm is a Config under a name. Its learning rate is chosen by short trainings (TRIAL_STEPS, seed
0): FIRST_RATE is doubled or halved until neither lowers the loss on the development sentences any
more. The test sentences have no say in it.

When is a model trained to the end? After STEPS = 10,000 steps, if the training loss of its last
1,000 steps is less than 2 % under that of the 1,000 before; all curves are in the score table. The
learning rate falls along a cosine, so that every curve is flat at its end: therefore the fixed
vector, whose loss depends on the number of steps, is also trained for 2,000 and for 20,000.
"""

from typing import NamedTuple

from softattn_core.translator.model import ATTENTION, FIXED
from softattn_core.translator.normalisers import NORMALISERS

STEPS = 10_000
TRIAL_STEPS = 2_000
FIRST_RATE = 8e-3

OTHERS = tuple(name for name in NORMALISERS if name != "softmax")
ARMS = {
    "attention_h64": ATTENTION,
    "fixed_h64": FIXED,
    "fixed_h128": FIXED._replace(hidden=128),
    "fixed_plain_h64": FIXED._replace(fed=False),
    "fixed_backwards_h64": FIXED._replace(backwards=True),
    "dot_h64": ATTENTION._replace(score="dot"),
    **{f"{name}_h64": ATTENTION._replace(normaliser=name) for name in OTHERS},
}


class Run(NamedTuple):
    """One training of the score table."""

    arm: str
    steps: int = STEPS
    seed: int = 0

    @property
    def model(self):
        """The arm's name, with the steps in thousands unless they are STEPS."""
        return self.arm if self.steps == STEPS else f"{self.arm}_{self.steps // 1000}k"


def _runs(arm, steps=STEPS, seeds=3):
    return [Run(arm, steps, seed) for seed in range(seeds)]


RUNS = (
    *_runs("attention_h64", seeds=5),
    *_runs("fixed_h64", seeds=5),
    *_runs("fixed_h64", 2_000),
    *_runs("attention_h64", 2_000),
    *_runs("fixed_plain_h64"),
    *_runs("fixed_plain_h64", 2_000),
    *_runs("fixed_h128", 2_000),
    *_runs("fixed_h128"),
    *_runs("fixed_h64", 20_000),
    *_runs("dot_h64"),
    *_runs("fixed_backwards_h64"),
    *(run for name in OTHERS for run in _runs(f"{name}_h64")),
    *_runs("fixed_h128", 20_000),
)

# Of these, seed 0 is kept: every arm after 10,000 steps, and what more training makes of memory.
CHECKPOINTS = (*ARMS, "fixed_h64_2k", "fixed_h128_20k")
