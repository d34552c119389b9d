"""The translator explorer: the trained network runs in the page and shows where it looks."""

from copy import copy

import traitlets

from softattn_core.explorers.base import Explorer, front_end, style
from softattn_core.translator import corpus, load_checkpoint, rounded
from softattn_core.translator.model import translate


def constant(trait, value):
    """A trait that the page needs and nobody changes."""
    return trait(value, read_only=True).tag(sync=True)


class TranslatorExplorer(Explorer):
    """Type an English sentence; read its Chinese, and where the model looked for each word of it.

    `temperature` divides the scores of attention: 1 is as trained; the higher, the more it looks
    everywhere at once.
    `parameters` are those of a model with attention; without them, the stored ones. The page gets
    them as float16, row by row, in the order of `shapes`. A `compact` explorer leaves out the
    heat-map and the list of words.

    >>> explorer = TranslatorExplorer("I love you!")
    >>> explorer
    TranslatorExplorer(sentence='I love you!')
    >>> explorer.translation.chinese
    ('我', '爱', '你')
    >>> explorer.weights.shape  # 我 爱 你 <eos> by i love you
    (4, 3)
    """

    _esm = front_end("parameters.js", "words.js", "strokes.js", "grid.js", "heat_map.js",
                     "translator.js")
    _css = style("words.css", "heat_map.css", "translator.css")
    controls = ("sentence", "temperature")

    sentence = traitlets.Unicode().tag(sync=True)
    temperature = traitlets.Float(min=1, max=1000).tag(sync=True, usual=1.0)
    compact = traitlets.Bool(read_only=True).tag(sync=True)
    parameters = traitlets.Bytes(read_only=True).tag(sync=True)
    shapes = traitlets.List(read_only=True).tag(sync=True)
    english = constant(traitlets.List, list(corpus.ENGLISH_WORDS))
    chinese = constant(traitlets.List, list(corpus.CHINESE_WORDS))
    contractions = constant(traitlets.Dict, corpus.CONTRACTIONS)
    grammar = constant(traitlets.Dict, corpus.grammar_rules())
    max_words = constant(traitlets.Int, corpus.MAX_WORDS)
    examples = constant(traitlets.List, list(corpus.DEMONSTRATIONS))

    def __init__(self, sentence=corpus.DEMONSTRATIONS[0], parameters=None, temperature=1.0,
                 compact=False):
        self._model = rounded(parameters or load_checkpoint("attention_h64"))
        arrays = self._model.values()
        self.set_trait("parameters", b"".join(a.astype("<f2").tobytes() for a in arrays))
        # A list: on its way to the page a notebook's dicts are sorted by name.
        self.set_trait("shapes", [(name, a.shape) for name, a in self._model.items()])
        self.set_trait("compact", compact)
        super().__init__(sentence=sentence, temperature=temperature)

    @property
    def translation(self):
        """The sentence's Translation; a SentenceError, if the model can not read it."""
        # The score s^T W h over T is s^T (W / T) h.
        model = copy(self._model)
        model["attention_W"] = model["attention_W"] / self.temperature
        return translate(model, [corpus.read_sentence(self.sentence)])[0]

    @property
    def weights(self):
        """One row of weights for each Chinese word and for <eos>, one column an English word."""
        return self.translation.weights
