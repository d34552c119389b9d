"""Formulas become MathML while the book is built, so no script has to typeset them in the page.

A formula that latex2mathml does not understand comes out as stray text, not as an error. Here it
is an error: the build names the page and the formula.
"""

import re
import xml.etree.ElementTree as ET

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform

# What latex2mathml leaves in its output when it gives up on a piece of LaTeX.
NOT_UNDERSTOOD = re.compile(r"<m[ino][^>]*>(\\[a-zA-Z]*|&)</m|linebreak=|mathvariant=\"[^n]")
NAMESPACE = "http://www.w3.org/1998/Math/MathML"
# Browsers have no mathvariant="bold": the bold letters and digits are characters of their own.
BOLD_START = {"A": 0x1D400, "a": 0x1D41A, "0": 0x1D7CE}

# Signs that stay on the line of the formula that they follow or open.
OPENING = re.compile(r"[(\[“（]+$")
CLOSING = re.compile(r"^[.,;:!?)\]”’，。；：）]+")


def to_mathml(latex, display):
    """MathML for one formula; ValueError where the converter only pretends to understand it."""
    mathml = re.sub(r' mathvariant="bold">(.)<', bold, convert(latex, display=display))
    if NOT_UNDERSTOOD.search(mathml):
        raise ValueError(f"cannot turn into MathML: {latex}")
    return space_names(mathml)


def is_name(element):
    """Is this a function's name, such as log, by itself or with an index below it?"""
    head = element if len(element) == 0 else element[0]
    word = (head.text or "").isalpha() and len(head.text) > 1
    return word and head.tag.endswith(("}mi", "}mo"))


def space_names(mathml):
    """A thin space after a function's name, unless a bracket follows: log x, softmax(z)."""
    ET.register_namespace("", NAMESPACE)
    tree = ET.fromstring(mathml)
    for row in tree.iter(f"{{{NAMESPACE}}}mrow"):
        for place, element in reversed(list(enumerate(row))):
            if not is_name(element):
                continue
            (element if len(element) == 0 else element[0]).tag = f"{{{NAMESPACE}}}mi"
            following = row[place + 1].text if place + 1 < len(row) else ")"
            if following not in ("(", ")", ",", "="):
                row.insert(place + 1, ET.Element(f"{{{NAMESPACE}}}mspace", width="0.167em"))
    return ET.tostring(tree, encoding="unicode")


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


class WithItsPunctuation(SphinxPostTransform):
    """A line does not end between a formula in the text and the sign that belongs to it."""

    default_priority = 900
    formats = ("html",)

    def run(self):
        for formula in list(self.document.findall(nodes.math)):
            parent, place = formula.parent, formula.parent.index(formula)
            before = split_off(OPENING, parent, place - 1)
            after = split_off(CLOSING, parent, place + 1)
            if before or after:
                parent[place] = nodes.inline("", "", nodes.Text(before), formula,
                                             nodes.Text(after), classes=["sa-whole"])


def split_off(pattern, parent, at):
    """Takes what the pattern finds out of the text that is the parent's child there, if it is."""
    if not 0 <= at < len(parent) or not isinstance(parent[at], nodes.Text):
        return ""
    text = parent[at].astext()
    found = pattern.search(text)
    if not found:
        return ""
    parent[at] = nodes.Text(text[:found.start()] + text[found.end():])
    return found[0]


def setup(app):
    app.add_post_transform(WithItsPunctuation)
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
