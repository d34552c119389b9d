"""Softmax and attention in NumPy, small enough to read in one sitting.

The maths is in `probability` and `attention`; all of it can be imported from here.
"""

import logging
import sys

from softattn_core.attention import (
    AttentionStep,
    additive_scores,
    attend,
    attention_weights,
    context_vector,
    dot_scores,
    general_scores,
    multi_head_attention,
    scaled_dot_product_attention,
    scaled_dot_scores,
    streaming_attention,
)
from softattn_core.probability import (
    cross_entropy,
    cross_entropy_gradient,
    entropy,
    log_softmax,
    softmax,
    softmax_jacobian,
    sparsemax,
)

__version__ = "0.1.0"
__all__ = [
    "AttentionStep",
    "additive_scores",
    "attend",
    "attention_weights",
    "context_vector",
    "cross_entropy",
    "cross_entropy_gradient",
    "dot_scores",
    "entropy",
    "general_scores",
    "log_softmax",
    "multi_head_attention",
    "scaled_dot_product_attention",
    "scaled_dot_scores",
    "softmax",
    "softmax_jacobian",
    "sparsemax",
    "streaming_attention",
]

if sys.platform == "emscripten":
    # A browser's Python never has matplotlib's font cache, and every chapter would begin with
    # a warning about it.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
