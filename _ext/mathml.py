"""Formulas become MathML while the book is built, so no script has to typeset them in the page.

A formula that latex2mathml does not understand comes out as stray text, not as an error. Here it
is an error: the build names the page and the formula.
"""

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import SphinxError

# What latex2mathml leaves in its output when it gives up on a piece of LaTeX.
NOT_UNDERSTOOD = re.compile(r"<m[ino][^>]*>(\\[a-zA-Z]*|&)</m|linebreak=|mathvariant=\"[^n]")
# Browsers have no mathvariant="bold": the bold letters and digits are characters of their own.
BOLD_START = {"A": 0x1D400, "a": 0x1D41A, "0": 0x1D7CE}


def to_mathml(latex, display):
    """MathML for one formula; ValueError where the converter only pretends to understand it."""
    mathml = re.sub(r' mathvariant="bold">(.)<', bold, convert(latex, display=display))
    if NOT_UNDERSTOOD.search(mathml):
        raise ValueError(f"cannot turn into MathML: {latex}")
    return mathml


def bold(match):
    character = match[1]
    first = "A" if character.isupper() else "a" if character.isalpha() else "0"
    return f">{chr(BOLD_START[first] + ord(character) - ord(first))}<"


def render(translator, node, display):
    try:
        return to_mathml(node.astext(), display)
    except Exception as error:
        raise SphinxError(f"{translator.builder.current_docname}: {error}") from error


def visit_inline(translator, node):
    translator.body.append(f'<span class="math">{render(translator, node, "inline")}</span>')
    raise nodes.SkipNode


def visit_block(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(render(translator, node, "block"))
    if node.get("number"):
        translator.body.append(f'<span class="eqno">({node["number"]})</span>')
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
