"""The Chinese book as it is built: the same numbers, no English left, and the way to its twin."""

import re
from collections import Counter

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.site.conftest import PAGES, ROOT
from tools.chinese import CHINESE
from tools.translation_rules import english_left

COMPLETE = CHINESE / "complete" / "chapters"
NOTEBOOKS = [page for page in PAGES if (ROOT / f"{page}.ipynb").is_file()]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[-+]\d+)?")
# What is no sentence of the book, in either language.
CODE = "pre, code, math, script, style"
BLOCKS = "article :is(p, li, h1, h2, h3, h4, td, th, summary, button, figcaption, label)"


def said(cell):
    """The text that a cell prints or shows."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "")
             for output in cell.outputs]
    return "".join(texts)


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_the_chinese_notebooks_print_the_same_numbers(page):
    english, chinese = (nbformat.read(path, as_version=4).cells for path in
                        (ROOT / f"{page}.ipynb", COMPLETE / f"{page.rpartition('/')[2]}.ipynb"))
    compared = 0
    for before, after in zip(english, chinese, strict=True):
        if before.cell_type == "code" and "exercise" not in before.metadata.get("tags", []):
            numbers = [Counter(NUMBER.findall(said(cell))) for cell in (before, after)]
            assert numbers[0] == numbers[1], after.source
            compared += bool(numbers[0])
    assert compared >= 3


def prose(page):
    """The blocks of text in a page's article."""
    soup = BeautifulSoup(page.page.content(), "html.parser")
    for node in soup.select(CODE):
        node.decompose()
    return [" ".join(block.get_text(" ").split()) for block in soup.select(BLOCKS)]


def test_no_english_sentence_is_left(seen, page_name):
    if not page_name.startswith("zh/") or page_name.endswith("references"):
        pytest.skip("English by right")
    texts = prose(seen)
    assert len(texts) > 10
    assert [run for text in texts for run in english_left(text)] == []
