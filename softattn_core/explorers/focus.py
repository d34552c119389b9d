"""The focus explorer: a sentence, a score for each word, and the attention each word gets."""

import traitlets

from softattn_core.attention import attention_weights
from softattn_core.explorers.base import Explorer, Score, front_end, style

CHINESE = {
    "glosses": "I|right now|eat|one|both|big|and|red|(particle)|apple".split("|"),
    "scores": [1.0, 0.5, 3.0, 0.0, -2.0, 1.0, -2.0, 1.0, -2.0, 3.0],
    "words": "我 正在 吃 一个 又 大 又 红 的 苹果".split(),
}
ENGLISH = {
    "glosses": "我|正在|吃|一个|大|红|苹果".split("|"),
    "scores": [1.0, -1.0, 3.0, -2.0, 1.0, 1.0, 3.0],
    "words": "I am eating a big red apple".split(),
}


class FocusExplorer(Explorer):
    """The words of a sentence share attention: raise one word's score, and the others get less.

    >>> explorer = FocusExplorer()
    >>> explorer
    FocusExplorer(scores=[1.0, 0.5, 3.0, 0.0, -2.0, 1.0, -2.0, 1.0, -2.0, 3.0])
    >>> explorer.weights.round(3)
    array([0.053, 0.032, 0.391, 0.019, 0.003, 0.053, 0.003, 0.053, 0.003,
           0.391])
    """

    _esm = front_end("bars.js", "scores.js", "focus.js")
    _css = style("scores.css", "focus.css")
    # The words come last: the page draws new tiles when they change.
    controls = ("glosses", "scores", "words")

    words = traitlets.List(traitlets.Unicode(), minlen=2, maxlen=20).tag(sync=True)
    glosses = traitlets.List(traitlets.Unicode(), help="a translation of each word").tag(sync=True)
    scores = traitlets.List(Score()).tag(sync=True)
    sentences = traitlets.Dict(help="the sentences to choose from").tag(sync=True)

    def __init__(self, words=CHINESE["words"], glosses=CHINESE["glosses"],
                 scores=CHINESE["scores"]):
        if not len(words) == len(glosses) == len(scores):
            raise ValueError(f"words, glosses and scores must be equally many, got {len(words)}, "
                             f"{len(glosses)} and {len(scores)}")
        super().__init__(words=list(words), glosses=list(glosses), scores=list(scores),
                         sentences={"chinese": CHINESE, "english": ENGLISH})

    def __repr__(self):
        return f"FocusExplorer(scores={self.scores!r})"

    @property
    def weights(self):
        """attention_weights(scores): each word's share of the attention, all together 1."""
        return attention_weights(self.scores)
