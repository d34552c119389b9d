"""Formulas: what latex2mathml does not understand stops the build instead of reaching the page."""

import pytest
from docutils import nodes
from docutils.utils import new_document
from mathml import WithItsPunctuation, to_mathml


def test_a_fraction_is_a_fraction():
    assert "<mfrac><mn>1</mn><mn>2</mn></mfrac>" in to_mathml(r"\frac12", "inline")


@pytest.mark.parametrize("latex", [r"\nosuchmacro x", "a & b", r"x \\ y"])
def test_what_the_converter_pretends_to_understand_is_an_error(latex):
    with pytest.raises(ValueError, match="cannot turn into MathML"):
        to_mathml(latex, "inline")


def test_bold_letters_and_digits_are_characters_of_their_own():
    assert ">𝐳<" in to_mathml(r"\mathbf{z}", "inline")
    assert ">𝟏<" in to_mathml(r"\mathbf{1}", "inline")


def test_names_are_set_apart_from_what_follows_but_not_from_a_bracket():
    assert to_mathml(r"\log x", "inline").count("mspace") == 1
    assert to_mathml(r"\operatorname{softmax}(x)", "inline").count("mspace") == 0
    assert "<mi>softmax</mi>" in to_mathml(r"\operatorname{softmax}(x)", "inline")


def test_a_formula_keeps_the_signs_beside_it_on_its_line():
    parts = [nodes.Text("numbers ("), nodes.math("", "T"), nodes.Text(", "), nodes.math("", "d"),
             nodes.Text(" here)."), nodes.math("", "x")]
    document = new_document("page")
    document += nodes.paragraph("", "", *parts)
    WithItsPunctuation(document).run()
    wholes = [one.astext() for one in document.findall(nodes.inline)]
    assert wholes == ["(T,"], "the others have a space or another word beside them"
    assert document.astext() == "numbers (T, d here).x"
