"""What folds the answers of predictions: numbers, frames, folds, and what it refuses."""

import re

import pytest
from predictions import WORDS, Folder
from sphinx.errors import SphinxError


def markdown(text, *tags):
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": text}


def code(text, *tags, **more):
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": text} | more


def folded(*cells, language="en"):
    """(the sources of the rewritten cells, the keys of the predictions that can be settled)"""
    folder = Folder("01_mine", WORDS[language])
    return [cell["source"] for cell in folder.fold(list(cells))], folder.keys


QUESTION = code('Questions("01_mine", "ratio")', "remove-input")
QUOTED = markdown("Text.\n\n> **Predict.** What will\n> it be?\n\nMore.")


def test_a_question_and_what_answers_it():
    sources, keys = folded(QUESTION, code("print(1)", "reveal"), markdown("One.", "reveal"),
                           markdown("Text."))
    assert keys == ["01_mine/ratio"]
    assert sources == [
        '<div class="sa-prediction" id="prediction-1" data-key="01_mine/ratio">'
        '<p class="sa-label">Prediction 1</p>',
        'Questions("01_mine", "ratio")',
        "</div>",
        '<details class="sa-reveal" data-key="01_mine/ratio"><summary>See what happens</summary>',
        "print(1)",
        "One.",
        "</details>",
        "Text."]


def test_a_quotation_is_framed_like_a_question():
    [text], keys = folded(QUOTED)
    assert re.fullmatch(
        r'Text\.\n\n<div class="sa-prediction" id="prediction-1" data-key="01_mine/1">'
        r'<p class="sa-label">Prediction 1</p>\n\nWhat will\nit be\?\n\n</div>\n\n\nMore\.', text)
    assert keys == [], "nothing on the page can settle it"


def test_predictions_are_numbered_through_the_chapter():
    sources, keys = folded(QUOTED, code("1", "reveal"), QUESTION,
                           markdown("> **Predict.** Another?"), code("2", "reveal"))
    numbers = re.findall("Prediction (\\d)", "".join(sources))
    assert numbers == ["1", "2", "3"]
    assert len(keys) == 3 and keys[1] == "01_mine/ratio"
    folds = re.findall('sa-reveal" data-key="(.*?)"', "".join(sources))
    assert folds == [keys[0], keys[2]]
    assert sources[-1] == "</details>"


def test_an_explorer_may_stand_between_a_prediction_and_its_answer():
    sources, keys = folded(QUOTED, code("SoftmaxExplorer()"), markdown("So it is.", "reveal"))
    assert len(keys) == 1 and sources[-3].startswith('<details class="sa-reveal"')


def test_in_chinese():
    sources, _ = folded(markdown("> **预测。** 会怎样？"), code("1", "reveal"), language="zh")
    assert "预测 1" in sources[0] and "看看结果" in sources[1]


def test_the_setup_runs_and_is_not_shown():
    folder = Folder("01_mine", WORDS["en"])
    [cell] = folder.fold([code("import numpy", "kept", id="setup")])
    assert cell["metadata"]["tags"] == ["kept", "remove-cell"]


@pytest.mark.parametrize("cells, message", [
    ([code("1", "reveal")], "cell 1: tagged reveal, without a prediction before it"),
    ([QUOTED, code("1", "reveal"), markdown("Text."), code("2", "reveal")], "cell 4: tagged"),
    ([QUOTED, markdown("## Next", "reveal")], "cell 2: a heading in a cell tagged reveal"),
    ([code('Questions("01_mine")')], "must name one question"),
    ([code('Questions("01_mine", "a", "b")')], "must name one question"),
])
def test_what_cannot_be_folded_is_named(cells, message):
    with pytest.raises(SphinxError, match=f"01_mine.*{re.escape(message)}"):
        folded(*cells)
