"""Which language models are trained: the arms of chapter 7's experiments, how long, which seeds.

The protocol is the translators' (translator/arms.py). An arm's learning rate is the one with the
lowest loss on the development sentences, in nats per word of the translation, after a training of
TRIAL_STEPS from seed 0, at RATES and, where the best was at their end, one further on. For main,
narrow and one_block whole trainings decide it, for there a comparison hangs on it: WHOLE_TRIALS.
The other arms are the narrow model with one change.
"""

from typing import NamedTuple

from softattn_core.language_model.model import MAIN, NARROW
from softattn_core.translator.arms import TRIAL_STEPS, Trial, model_name

# TRIAL_STEPS and Trial belong to every room's arms: train.make asks for them here.
__all__ = ["ARMS", "CHECKPOINTS", "FILMED", "RATES", "RUNS", "TRIALS", "TRIAL_STEPS",
           "Run", "Trial"]

STEPS = 8_000
RATES = (5e-3, 1e-2, 2e-2)

ARMS = {
    "main": MAIN,
    "narrow": NARROW,
    "one_block": MAIN._replace(blocks=1),
    "learned": NARROW._replace(positions="learned"),
    "sinusoidal": NARROW._replace(positions="sinusoidal"),
    "alibi": NARROW._replace(positions="alibi"),
    "no_positions": NARROW._replace(positions="none"),
    "no_network": NARROW._replace(network=False),
    "no_norm": NARROW._replace(norm=False),
    "no_residual": NARROW._replace(residual=False),
}


WHOLE_TRIALS = (
    *(Trial("main", rate, STEPS) for rate in (1e-2, 5e-3, 2.5e-3)),
    *(Trial("narrow", rate, STEPS) for rate in (1e-2, 5e-3)),
    *(Trial("one_block", rate, steps) for steps in (STEPS, 2 * STEPS) for rate in (1e-2, 5e-3)),
)
FURTHER = {  # where the best of RATES was at their end, one further on
    2.5e-3: ("sinusoidal", "alibi", "no_positions", "no_residual"),
    4e-2: ("no_network", "no_norm"),
}
TRIALS = (
    *WHOLE_TRIALS,
    *(Trial(arm, rate) for arm in list(ARMS)[3:] for rate in RATES),
    *(Trial(arm, rate) for rate, further in FURTHER.items() for arm in further),
)


class Run(NamedTuple):
    """One training of the score table."""

    arm: str
    steps: int = STEPS
    seed: int = 0

    @property
    def model(self):
        return model_name(self.arm, self.steps, STEPS)


RUNS = (
    *(Run("main", seed=seed) for seed in range(5)),
    *(Run(arm, steps, seed) for arm, steps in (
        ("narrow", STEPS), ("one_block", STEPS), ("one_block", 2 * STEPS)) for seed in range(3)),
    *(Run(arm, seed=seed) for arm in ("learned", "sinusoidal", "alibi", "no_positions")
      for seed in range(3)),
    *(Run(arm, seed=seed) for arm in ("no_network", "no_norm", "no_residual") for seed in range(2)),
)

CHECKPOINTS = ("main", "narrow", "one_block_16k")  # of these, seed 0 is kept
FILMED = None
