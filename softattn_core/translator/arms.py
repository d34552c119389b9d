"""Which models are trained: the arms of the book's experiments, how long, and from which seeds.

An arm is a Config under a name. Its learning rate is the one with the lowest development loss, on
sentences of their own, after a trial: TRIAL_STEPS from seed 0, at RATES and, where the largest was
the best, at twice that. Where the training loss is still above 0.01 at the end of the whole
training, half that rate is tried in a whole training too, and the better taken: WHOLE_TRIALS. (A
longer training can want a smaller rate. The most telling cases: 0.032 was the best rate for the
plain fixed vector after 2,000 steps and the worst after 10,000; softplus ÷ sum fell short at 0.008,
the best of the short trials, and not at 0.004.) The test sentences have no say in any of this.

How long is long enough? Attention's loss is as good as 0 after 10,000 steps. The fixed vector's is
not; and as the learning rate follows a cosine, every curve is flat at its end, so that the end of a
curve says little. Therefore the fixed vector is trained for 2,000, 10,000 and 20,000 steps, and the
table keeps all curves.
"""

from typing import NamedTuple

from softattn_core.translator.model import ATTENTION, FIXED
from softattn_core.translator.normalisers import NORMALISERS

STEPS = 10_000
TRIAL_STEPS = 2_000
RATES = (4e-3, 8e-3, 1.6e-2)

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


class Trial(NamedTuple):
    """A training from seed 0 for its development loss."""

    arm: str
    learning_rate: float
    steps: int = TRIAL_STEPS


WHOLE_TRIALS = (
    *(Trial("fixed_h64", rate, STEPS) for rate in (1.6e-2, 8e-3, 4e-3)),
    *(Trial("fixed_plain_h64", rate, STEPS) for rate in (3.2e-2, 1.6e-2, 8e-3)),
    *(Trial("fixed_h64", rate, 2 * STEPS) for rate in (1.6e-2, 8e-3)),
    *(Trial("fixed_h128", rate, STEPS) for rate in (1.6e-2, 8e-3)),
    *(Trial("fixed_h128", rate, 2 * STEPS) for rate in (1.6e-2, 8e-3)),
    *(Trial(arm, rate, STEPS)
      for arm in ("fixed_backwards_h64", "uniform_h64") for rate in (1.6e-2, 8e-3)),
    *(Trial("softplus_sum_h64", rate, STEPS) for rate in (8e-3, 4e-3)),
)
TRIALS = (
    *(Trial(arm, rate) for arm in ARMS for rate in RATES),
    *(Trial(arm, 3.2e-2) for arm in ("fixed_h64", "fixed_h128", "fixed_plain_h64")),
    *WHOLE_TRIALS,
)


class Run(NamedTuple):
    """One training of the score table."""

    arm: str
    steps: int = STEPS
    seed: int = 0

    @property
    def model(self):
        return model_name(self.arm, self.steps, STEPS)


def model_name(arm, steps, usual):
    """The arm's name, with the steps in thousands unless they are the usual ones.

    >>> model_name("dot_h64", 10_000, usual=10_000), model_name("dot_h64", 2_000, usual=10_000)
    ('dot_h64', 'dot_h64_2k')
    """
    return arm if steps == usual else f"{arm}_{steps // 1000}k"


def _runs(arm, steps=STEPS, seeds=3):
    return [Run(arm, steps, seed) for seed in range(seeds)]


RUNS = (
    *_runs("attention_h64", seeds=5),
    *_runs("attention_h64", 2_000),
    *_runs("fixed_h64", seeds=5),
    *_runs("fixed_h64", 2_000),
    *_runs("fixed_h64", 20_000),
    *_runs("fixed_h128"),
    *_runs("fixed_h128", 2_000),
    *_runs("fixed_h128", 20_000),
    *_runs("fixed_plain_h64"),
    *_runs("fixed_plain_h64", 2_000),
    *_runs("fixed_backwards_h64"),
    *_runs("dot_h64"),
    *(run for name in OTHERS for run in _runs(f"{name}_h64")),
)

# Of these, seed 0 is kept: every arm after 10,000 steps, and what more training makes of memory.
CHECKPOINTS = (*ARMS, "fixed_h64_2k", "fixed_h128_20k")
FILMED = Run("attention_h64")  # its weights are noted as it is trained: training_weights.json
