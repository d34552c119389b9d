"""The Python side of the language model explorer: what it tells is the core's."""

import numpy as np
import pytest
import traitlets

from softattn_core.explorers import LanguageModelExplorer
from softattn_core.explorers.language_model import read_prompt
from softattn_core.language_model import forward, load_checkpoint, next_word
from softattn_core.language_model.lines import WORDS, encode
from softattn_core.language_model.model import Config, initial_parameters
from softattn_core.translator import rounded


def test_it_follows_its_line():
    explorer, model = LanguageModelExplorer(), load_checkpoint("main")
    explorer.set_state({"prompt": "I love him ->", "said": ["我"], "temperature": 2.0})
    words = "i love him → 我".split()
    assert explorer.line == words
    assert explorer.next_word == pytest.approx(next_word(model, words, temperature=2.0))
    for found, exact in zip(explorer.weights, forward(model, encode([words])).weights, strict=True):
        assert found == pytest.approx(exact[0])
        assert found.sum(axis=-1) == pytest.approx(1)


@pytest.mark.parametrize("text, words", [
    ("", ""), ("I LOVE you!", "i love you"), ("i don't -> ", "i do not →"), ("->→", "→ →"),
    ("i love you → 我爱你", "i love you → 我 爱 你"), ("我在家", "我 在家"), ("爱龙", "爱 龙"),
    ("<eos>", "eos")])
def test_a_prompt_is_read_as_words(text, words):
    assert read_prompt(text) == words.split()


def test_an_unknown_word_is_named():
    with pytest.raises(ValueError, match="dragons"):
        _ = LanguageModelExplorer("i love dragons").next_word


def test_it_takes_other_parameters_rounded_as_the_page_gets_them():
    own = initial_parameters(Config(width=16, blocks=1, heads=2), seed=3)
    explorer = LanguageModelExplorer("i love", own)
    assert explorer.next_word == pytest.approx(next_word(rounded(own), "i love"))
    stored = np.frombuffer(explorer.parameters, "<f2")
    assert (stored == np.concatenate([a.ravel() for a in own.values()]).astype("f2")).all()
    assert (explorer.block, explorer.rules["block"]["max"], explorer.rules["head"]["max"]) == (
        1, 1, 2)


@pytest.mark.parametrize("wrong", [
    {"positions": "none"}, {"network": False}, {"residual": False}, {"norm": False}])
def test_a_model_that_the_page_does_not_mirror_is_an_error(wrong):
    own = initial_parameters(Config(width=8, blocks=1, **wrong))
    with pytest.raises(ValueError, match="rope"):
        LanguageModelExplorer("i", own)


@pytest.mark.parametrize("wrong", [
    {"said": ["dragons"]}, {"temperature": 0}, {"top_k": 0}, {"top_k": len(WORDS) + 1}, {"seed": 0},
    {"place": -2}])
def test_what_the_page_cannot_show_is_an_error(wrong):
    with pytest.raises(traitlets.TraitError):
        LanguageModelExplorer(**wrong)


@pytest.mark.parametrize("wrong", [{"block": 3}, {"head": 2}])
def test_blocks_and_heads_are_those_of_the_model(wrong):
    with pytest.raises(ValueError, match="must be from 1 to"):
        LanguageModelExplorer(**wrong)


def test_the_weights_are_small_enough_for_a_page():
    assert len(LanguageModelExplorer().parameters) < 250_000


def test_the_printed_form_is_short_and_the_same_each_time():
    assert repr(LanguageModelExplorer("i", draw=True, seed=7)) == (
        "LanguageModelExplorer(prompt='i', draw=True, seed=7)")
