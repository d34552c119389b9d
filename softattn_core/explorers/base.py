"""What all explorers share: how their files become one widget, and how they print."""

import re
from functools import partial
from pathlib import Path

import anywidget
import traitlets

from softattn_core.language import spoken

HERE = Path(__file__).parent
SHARED = ("numerics.js", "strings.js", "address.js", "ui.js")
# Between two files: here the site cuts, to store what widgets share once a page.
SEAM = "\n/**/\n"
# An entry of strings.js, without its indentation: `key: { en: "…", zh: "…" },`
SENTENCE = re.compile(r"^(?P<key>\w+): \{\s*en: .*?\},\n", re.MULTILINE | re.DOTALL)

# What one says in both languages.
BOTH = re.compile(r'\{\s*en: ?("(?:[^"\\]|\\.)*"),\s*zh: ?("(?:[^"\\]|\\.)*"),?\s*\}')

# Strings, templates and regular expressions of JavaScript, whose spaces mean something.
KEPT = r'"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|(?:(?<=[(=] )|(?<=\())/(?!/)(?:[^/\\\n]|\\.)+/'

# The same limits as in ui.js. Scores stay finite: JSON, in which widgets speak, has no infinity.
Score = partial(traitlets.Float, min=-1e6, max=1e6)
Temperature = partial(traitlets.Float, min=0.05, max=20)


def front_end(*names):
    """The shared files and the explorer's own as one ES module, with the sentences that it says.

    The last of its own files has the explorer's name; the others it shares with some.

    Pages run it from a blob URL, where a relative `import` would fail.
    """
    files = [HERE / file for file in (*SHARED, *names)]
    python = files[-1].with_suffix(".py")
    code = "".join(path.read_text(encoding="utf-8") for path in (*files, python))
    module = SEAM.join(map(slim, files))
    said = SENTENCE.sub(lambda found: found[0] if f'"{found["key"]}"' in code else "", module)
    return SEAM.join(map(squeeze, said.split(SEAM)))


def style(*names):
    """The style of all explorers, and those of these files, without needless spaces."""
    files = [slim(HERE / name) for name in ("explorers.css", *names)]
    plain = (re.sub(r" ?([{};,]|(?<=\w):) ?", r"\1", text) for text in files)
    return SEAM.join(re.sub(r";?}\n*", "}", text) for text in plain)


def in_one_language(code, language):
    """The code of a page of this language ("en" or "zh"), which needs no sentence in the other."""
    return BOTH.sub(rf"{{{language}:\{1 + (language == 'zh')}}}", code)


def always_chinese(code):
    """The code of a Chinese notebook, whose page (Jupyter's) may be in any language."""
    return BOTH.sub(r"{en:\2,zh:\2}", code)


def slim(path):
    """A file without indentation and lines of comment: every page carries it."""
    comment = r"^\s*((//.*|/\*.*\*/)\n)?"
    return re.sub(comment, "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def squeeze(code):
    """JavaScript without the spaces that mean nothing, nor comments at the end of a line."""
    loose = rf"({KEPT})| *//[^\n]*| ?([=<>&|?:,;*{{}}()[\]]+) ?"
    return re.sub(loose, lambda found: found[1] or found[2] or "", code)


def rule(trait):
    """What values a trait takes, for the page, which checks by it what an address brings."""
    if isinstance(trait, traitlets.List):
        return {"each": rule(trait._trait), "least": trait._minlen, "most": trait._maxlen}
    if isinstance(trait, traitlets.Bool):
        return {"values": [False, True]}
    if isinstance(trait, traitlets.Enum):
        return {"values": list(trait.values)}
    if isinstance(trait, traitlets.Unicode):
        return {}
    return {"min": trait.min, "max": trait.max, "whole": isinstance(trait, traitlets.Int)}


class Explorer(anywidget.AnyWidget):
    """A widget whose `controls` name the traits that a reader can set.

    Reset brings them back; a link to a state carries them.
    """

    _css = style()
    controls = ()
    initial = traitlets.Dict(help="what Reset returns to").tag(sync=True)
    rules = traitlets.Dict(help="what values each control takes").tag(sync=True)

    def __init__(self, **values):
        super().__init__(**values)
        if spoken() != "en":
            self._esm = always_chinese(self._esm)
        self.initial = {name: getattr(self, name) for name in self.controls}
        self.rules = {name: rule(self.traits()[name]) for name in self.controls}

    def __repr__(self):
        # Not the names, which are long, nor what a trait says is usual.
        shown = (name for name in self.controls if name != "names"
                 and getattr(self, name) != self.trait_metadata(name, "usual", None))
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__name__}({values})"


class StepExplorer(Explorer):
    """An explorer whose `step` is an AttentionStep: each of several queries has a row in it."""

    @property
    def scores(self):
        """How well each key, or state, fits the query; before any mask."""
        return self.step.scores

    @property
    def weights(self):
        """What softmax, and a mask if there is one, makes of the scores."""
        return self.step.weights

    @property
    def context(self):
        """The values, or states, averaged by the weights."""
        return self.step.context
