"""The Python side of the four explorers about attention: their results are the core's."""

import numpy as np
import pytest
import traitlets

from softattn_core import attend, attention_weights
from softattn_core.explorers import (
    BottleneckExplorer,
    FocusExplorer,
    ThreeStepsExplorer,
    TranslatorExplorer,
)
from softattn_core.explorers.bottleneck import marked
from softattn_core.translator import load_checkpoint, load_scores, rounded
from softattn_core.translator.corpus import SentenceError, held_out_pairs
from softattn_core.translator.model import Config, initial_parameters, translate


def test_focus_follows_its_scores():
    explorer = FocusExplorer()
    weights = dict(zip(explorer.words, explorer.weights, strict=True))
    assert min(weights["吃"], weights["苹果"]) > 5 * max(weights["又"], weights["的"])
    explorer.set_state({"scores": [2, 1], "words": ["a", "b"]})
    assert explorer.weights == pytest.approx(attention_weights([2, 1]))


def test_focus_needs_a_score_and_a_gloss_for_each_word():
    with pytest.raises(ValueError, match="equally many, got 2, 2 and 3"):
        FocusExplorer(["a", "b"], ["c", "d"], [1.0, 2.0, 3.0])


def test_three_steps_follow_the_arrows():
    explorer = ThreeStepsExplorer(h=np.eye(3, 2), s=np.array([1.0, -1.0]), W=[[0, 2], [1, 0]])
    explorer.set_state({"s": [0.5, 3.0]})
    exact = attend([0.5, 3.0], np.eye(3, 2), [[0, 2], [1, 0]])
    assert explorer.scores == pytest.approx(exact.scores)
    assert explorer.weights == pytest.approx(exact.weights)
    assert explorer.context == pytest.approx(exact.context)


@pytest.mark.parametrize("wrong", [
    {"h": np.eye(2)}, {"s": [1.0, 2.0, 3.0]}, {"s": [9.0, 0.0]}, {"W": [[1e3, 0], [0, 1]]},
    {"words": ["a", "b"]}, {"W": [1.0, 2.0]},
])
def test_arrows_that_the_plane_cannot_show_are_an_error(wrong):
    with pytest.raises(traitlets.TraitError):
        ThreeStepsExplorer(**wrong)


def test_bottleneck_reads_the_stored_table():
    explorer = BottleneckExplorer(measure="bleu", length=4)
    table = load_scores()
    for model, value in explorer.values.items():
        runs = [run["bleu"][4] for run in table["runs"] if run["model"] == model]
        curve = explorer.curves["bleu"][model]
        assert value == pytest.approx(np.mean(runs))
        assert (curve["low"][4], curve["high"][4]) == (min(runs), max(runs))
        assert curve["seeds"] == len(runs) >= 1


def test_bottleneck_shows_what_the_stored_models_say():
    explorer = BottleneckExplorer(length=6, sentence=2)
    pair = held_out_pairs()[6][2]
    for model, output in explorer.outputs.items():
        [translation] = translate(load_checkpoint(model), [pair.english])
        assert tuple(word for word, _ in output if word != "□") == translation.chinese
        assert output == marked(translation.chinese, pair.chinese)
        assert all(right for _, right in output) == (translation.chinese == pair.chinese)


@pytest.mark.parametrize("words, reference, expected", [
    ("a b c", "a b c", "a b c"), ("", "a b", "□! □!"), ("a b", "", "a! b!"),
    ("a x c", "a b c", "a x! c"), ("a c", "a b c", "a □! c"), ("a x y c", "a b c", "a x! y! c"),
    ("a x c", "a b1 b2 c", "a x! □! c"),
])
def test_marks(words, reference, expected):
    found = marked(words.split(), reference.split())
    assert " ".join(word + "!" * (not right) for word, right in found) == expected


def test_translator_follows_its_sentence():
    explorer = TranslatorExplorer()
    model = load_checkpoint("attention_h64")
    for text, words in [("I eat apples at home today!", "i eat apples at home today"),
                        ("I DON'T know him", "i do not know him")]:
        explorer.set_state({"sentence": text})
        [exact] = translate(model, [words.split()])
        assert explorer.translation.chinese == exact.chinese
        assert explorer.weights == pytest.approx(exact.weights, rel=1e-12)
        assert explorer.weights.sum(axis=1) == pytest.approx(1)
    explorer.sentence = "I love dragons"
    with pytest.raises(SentenceError, match="dragons"):
        _ = explorer.translation


def test_translator_takes_other_parameters_rounded_as_the_page_gets_them():
    own = initial_parameters(Config(hidden=8, embedding=4), seed=3)
    explorer = TranslatorExplorer("i love you", own)
    [exact] = translate(rounded(own), [["i", "love", "you"]])
    assert explorer.weights == pytest.approx(exact.weights, rel=1e-12)
    stored = np.frombuffer(explorer.parameters, "<f2")
    assert (stored == np.concatenate([a.ravel() for a in own.values()]).astype("f2")).all()


@pytest.mark.parametrize("explorer, printed", [
    (FocusExplorer(["a", "b"], ["c", "d"], [1, 2]), "FocusExplorer(scores=[1.0, 2.0])"),
    (ThreeStepsExplorer(s=(0, 1)), "ThreeStepsExplorer(h=[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]], "
     "s=[0.0, 1.0], W=[[1.0, 1.0], [-1.0, 1.0]])"),
], ids=["focus", "three steps"])
def test_the_printed_form_is_short_and_the_same_each_time(explorer, printed):
    assert repr(explorer) == printed
