"""The book's explorers: widgets that run on the static page, and in Jupyter with Python behind.

    SoftmaxExplorer(scores=(2.0, 1.0, 0.1), names=("A", "B", "C"), temperature=1.0)
    SimplexExplorer(scores=(3.0, 1.0, 0.2), names=("cat 猫", "dog 狗", "bird 鸟"),
                    temperature=1.0, target=0)
    FocusExplorer(words=…, glosses=…, scores=…)         a sentence and what each word gets
    BottleneckExplorer(measure="exact_match", length=3, sentence=0)     quality by source length
    ThreeStepsExplorer(h=…, s=…, W=…, words=…)          scores, weights and context in the plane
    TranslatorExplorer(sentence="i love you", compact=False)   a trained model, in the page
    TrainingExplorer(at=0)      where a translator looks while it is trained
    LanguageModelExplorer(prompt="we drink")    a trained Transformer goes on with a line
    AttentionMatrixExplorer(words=…, Q=…, K=…, V=…, mask="scores", scaled=True, row=1)
    NormaliserExplorer(scores=(-3.0, 1.0, 3.4), names=("I", "love", "you"))  softmax and the others
    Questions("01_softmax", "overflow")    questions of a chapter, from the file beside it
"""

from softattn_core.explorers.attention_matrix import AttentionMatrixExplorer
from softattn_core.explorers.bottleneck import BottleneckExplorer
from softattn_core.explorers.focus import FocusExplorer
from softattn_core.explorers.language_model import LanguageModelExplorer
from softattn_core.explorers.normalisers import NormaliserExplorer
from softattn_core.explorers.questions import Questions
from softattn_core.explorers.simplex import SimplexExplorer
from softattn_core.explorers.softmax import SoftmaxExplorer
from softattn_core.explorers.three_steps import ThreeStepsExplorer
from softattn_core.explorers.training import TrainingExplorer
from softattn_core.explorers.translator import TranslatorExplorer

__all__ = [
    "AttentionMatrixExplorer",
    "BottleneckExplorer",
    "FocusExplorer",
    "LanguageModelExplorer",
    "NormaliserExplorer",
    "Questions",
    "SimplexExplorer",
    "SoftmaxExplorer",
    "ThreeStepsExplorer",
    "TrainingExplorer",
    "TranslatorExplorer",
]
