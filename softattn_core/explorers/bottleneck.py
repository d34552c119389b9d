"""The bottleneck explorer: how well models with and without attention do on longer sentences."""

from difflib import SequenceMatcher

import numpy as np
import traitlets

from softattn_core.explorers.base import Explorer, front_end, style
from softattn_core.translator import corpus, load_checkpoint, load_scores
from softattn_core.translator.model import translate

# By size, then by thousands of training steps, where these are not 10. Shown are those stored.
CURVES = ("attention_h64", "fixed_h64_2k", "fixed_h64", "fixed_h64_20k",
          "fixed_h128_2k", "fixed_h128", "fixed_h128_20k")
TRANSLATORS = ("attention_h64", "fixed_h64")
SENTENCES = 3  # of each length group, the first held-out ones


def summary(runs):
    """Mean, smallest and largest over the seeds (the rows), for each length: three lists."""
    runs = np.array(runs)
    return {"mean": runs.mean(axis=0).tolist(), "low": runs.min(axis=0).tolist(),
            "high": runs.max(axis=0).tolist(), "seeds": len(runs)}


def marked(words, reference):
    """The words with True where they stand as in the reference; "□" for each word left out.

    >>> marked("我 爱 猫".split(), "我 不 爱 你".split())
    [['我', True], ['□', False], ['爱', True], ['猫', False]]
    """
    result = []
    for kind, i, j, m, n in SequenceMatcher(None, words, reference, False).get_opcodes():
        result += [[word, kind == "equal"] for word in words[i:j]]
        result += [["□", False]] * max(0, (n - m) - (j - i))
    return result


def examples():
    """Held-out sentences of every length group, as the stored models translate them."""
    pairs = [pair for group in corpus.held_out_pairs() for pair in group[:SENTENCES]]
    models = {name: load_checkpoint(name) for name in TRANSLATORS}
    outputs = {name: translate(model, [pair.english for pair in pairs])
               for name, model in models.items()}
    rows = [{"english": pair.english, "reference": pair.chinese,
             "outputs": {name: marked(outputs[name][i].chinese, pair.chinese) for name in models}}
            for i, pair in enumerate(pairs)]
    return [rows[i:i + SENTENCES] for i in range(0, len(rows), SENTENCES)]


class BottleneckExplorer(Explorer):
    """Quality by source length over all seeds, and held-out sentences to read in both versions.

    `measure` is "exact_match" (0 to 1) or "bleu" (0 to 100); `length` counts the length groups
    from 0, `sentence` the sentences of a group; `arms` are the models whose curves are shown: the
    reader adds others. The numbers are those of the stored score table.

    >>> explorer = BottleneckExplorer(length=3)
    >>> explorer
    BottleneckExplorer(measure='exact_match', length=3, sentence=0)
    >>> list(explorer.values)
    ['attention_h64', 'fixed_h64']
    """

    _esm = front_end("value_table.js", "bottleneck.js")
    _css = style("choices.css", "bottleneck.css")
    controls = ("measure", "length", "sentence", "arms")

    measure = traitlets.Enum(("exact_match", "bleu"), "exact_match").tag(sync=True)
    length = traitlets.Int(0, min=0, max=len(corpus.LENGTH_BINS) - 1).tag(sync=True)
    sentence = traitlets.Int(0, min=0, max=SENTENCES - 1).tag(sync=True)
    arms = traitlets.List(traitlets.Enum(CURVES)).tag(sync=True, usual=list(TRANSLATORS))
    models = traitlets.List(help="the stored models, in order").tag(sync=True)
    labels = traitlets.List(help="the source lengths of each group").tag(sync=True)
    trained = traitlets.Int(help="how many length groups occur in training").tag(sync=True)
    curves = traitlets.Dict(help="by measure, then model").tag(sync=True)
    sentences = traitlets.List(help="by length group").tag(sync=True)

    def __init__(self, measure="exact_match", length=3, sentence=0,
                 arms=TRANSLATORS):
        table = load_scores()
        runs = {model: [run for run in table["runs"] if run["model"] == model] for model in CURVES}
        runs = {model: found for model, found in runs.items() if found}
        super().__init__(
            measure=measure, length=length, sentence=sentence, arms=list(arms), models=list(runs),
            labels=[f"{low}–{high}" for low, high in table["length_bins"]],
            trained=sum(high <= corpus.MAX_TRAINING_WORDS for _, high in table["length_bins"]),
            curves={name: {model: summary([run[name] for run in found])
                           for model, found in runs.items()}
                    for name in ("exact_match", "bleu")},
            sentences=examples())

    @property
    def values(self):
        """By shown model, the mean over its seeds at the reading line."""
        curves = self.curves[self.measure]
        return {model: curves[model]["mean"][self.length] for model in self.arms}

    @property
    def outputs(self):
        """By model, the chosen sentence's translation: its words, True where they are right."""
        return self.sentences[self.length][self.sentence]["outputs"]
