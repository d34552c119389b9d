"""The language model explorer: the trained Transformer runs in the page and goes on with a line."""

import re

import traitlets

from softattn_core.explorers.base import Explorer, Temperature, front_end, style
from softattn_core.explorers.translator import constant
from softattn_core.language_model import forward, load_checkpoint, next_word
from softattn_core.language_model.lines import ARROW, LONGEST_LINE, WORDS, encode
from softattn_core.translator import corpus, rounded

# The first leaves several words to choose from; after an arrow the model is certain.
EXAMPLES = ("we drink", "the doctor", f"i love you {ARROW}", f"i eat apples at home today {ARROW}")
HAN = "[\u4e00-\u9fff]"
# Chinese is typed without spaces: the longest words that the model knows, then what is left.
CHINESE = re.compile("|".join([*sorted(filter(re.compile(HAN).match, WORDS), key=len, reverse=True),
                               ".+"]))


def read_prompt(text):
    """The words of a line that somebody typed, known to the model or not.

    >>> read_prompt("I love you! -> 我爱你")
    ['i', 'love', 'you', '→', '我', '爱', '你']
    """
    words = []
    for part in re.split("(→|->)", text):
        if part in ("→", "->"):
            words.append(ARROW)
            continue
        for word in corpus.tokenise(part):
            words += CHINESE.findall(word) if re.search(HAN, word) else [word]
    return words


class LanguageModelExplorer(Explorer):
    """Begin a line; read what could come next, and where the model looks to find it.

    `said` are the words that the model, or the reader, has added to the `prompt`. The page draws
    with `temperature` among the `top_k` likeliest words if `draw`, by `seed`; else it takes the
    likeliest. `block` and `head` are those whose weights are shown, for the word at `place` (0 is
    <bos>, -1 the last).
    `parameters` are those of a model with positions "rope", network, residual ways and norms;
    without them, the stored ones. The page gets them as float16, row by row, in the order of
    `shapes`.

    >>> explorer = LanguageModelExplorer("i love you →")
    >>> explorer
    LanguageModelExplorer(prompt='i love you →')
    >>> next(iter(explorer.next_word))
    '我'
    >>> [weights.shape for weights in explorer.weights]  # <bos> i love you → in two blocks
    [(1, 5, 5), (1, 5, 5)]
    """

    _esm = front_end("bars.js", "parameters.js", "words.js", "strokes.js", "play.js", "grid.js",
                     "heat_map.js", "value_table.js", "language_model.js")
    _css = style("scores.css", "choices.css", "words.css", "heat_map.css", "language_model.css")
    controls = ("prompt", "said", "temperature", "draw", "top_k", "seed", "block", "head", "place")

    prompt = traitlets.Unicode().tag(sync=True)
    said = traitlets.List(traitlets.Enum(WORDS), maxlen=LONGEST_LINE).tag(sync=True, usual=[])
    temperature = Temperature(1.0).tag(sync=True, usual=1.0)
    draw = traitlets.Bool(False).tag(sync=True, usual=False)
    top_k = traitlets.Int(len(WORDS), min=1, max=len(WORDS)).tag(sync=True, usual=len(WORDS))
    seed = traitlets.Int(1, min=1, max=999_999).tag(sync=True, usual=1)
    block = traitlets.Int(2, min=1).tag(sync=True, usual=2)
    head = traitlets.Int(1, min=1).tag(sync=True, usual=1)
    place = traitlets.Int(-1, min=-1, max=LONGEST_LINE).tag(sync=True, usual=-1)
    parameters = traitlets.Bytes(read_only=True).tag(sync=True)
    shapes = traitlets.List(read_only=True).tag(sync=True)
    config = traitlets.Dict(read_only=True).tag(sync=True)
    words = constant(traitlets.List, list(WORDS))
    contractions = constant(traitlets.Dict, corpus.CONTRACTIONS)
    longest = constant(traitlets.Int, LONGEST_LINE)
    most_english = constant(traitlets.Int, corpus.MAX_TRAINING_WORDS)
    examples = constant(traitlets.List, list(EXAMPLES))

    def __init__(self, prompt=EXAMPLES[0], parameters=None, **values):
        self._model = rounded(parameters or load_checkpoint("main"))
        config = self._model.config
        if config.positions != "rope" or not (config.network and config.residual and config.norm):
            raise ValueError("parameters must be those of a model with rope positions, network, "
                             f"residual ways and norms, got {config}")
        arrays = self._model.values()
        self.set_trait("parameters", b"".join(a.astype("<f2").tobytes() for a in arrays))
        # A list: on its way to the page a notebook's dicts are sorted by name.
        self.set_trait("shapes", [(name, a.shape) for name, a in self._model.items()])
        self.set_trait("config", {"blocks": config.blocks, "heads": config.heads})
        super().__init__(prompt=prompt, **{"block": config.blocks} | values)
        for name, most in (("block", config.blocks), ("head", config.heads)):
            if getattr(self, name) > most:
                raise ValueError(f"{name} must be from 1 to {most}, got {getattr(self, name)}")
            self.rules = self.rules | {name: self.rules[name] | {"max": most}}

    @property
    def line(self):
        """The words of the line, the prompt's and those said since."""
        return [*read_prompt(self.prompt), *self.said]

    @property
    def next_word(self):
        """The probability of every word to come next, as in language_model.next_word."""
        return next_word(self._model, self.line, temperature=self.temperature)

    @property
    def weights(self):
        """For each block, where each word of the line looks: (heads, T, T), <bos> first."""
        return [array[0] for array in forward(self._model, encode([self.line])).weights]
