"""The Chinese book as it is built: the same numbers, no English left, and the way to its twin."""

import json
import re
import zipfile
from collections import Counter

import nbformat
import pytest

from tests.site.conftest import BOTH, PAGES, ROOT
from tools.chinese import CHINESE, SPEAK
from tools.translation_rules import english_left

COMPLETE = CHINESE / "complete" / "chapters"
NOTEBOOKS = [page for page in PAGES if (ROOT / f"{page}.ipynb").is_file()]
CHINESE_PAGES = [page for page in BOTH if page.startswith("zh/")]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[-+]\d+)?")
# What is no sentence of the book, in either language.
CODE = "pre, code, math, script, style"
BLOCKS = "article :is(p, li, h1, h2, h3, h4, td, th, summary, button, figcaption, label)"
TEXTS = """([blocks, code]) => [...document.querySelectorAll(blocks)].map((block) => {
  const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const said = [];
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (!parentElement.closest(code)) said.push(data);
  }
  return said.join(" ").trim().replace(/\\s+/g, " ");
})"""


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


@pytest.mark.parametrize("page_name", [page for page in CHINESE_PAGES
                                       if not page.endswith("references")], scope="session")
def test_no_english_sentence_is_left(seen):
    texts = seen.page.evaluate(TEXTS, [BLOCKS, CODE])
    assert len(texts) > 10
    assert [run for text in texts for run in english_left(text)] == []


def test_an_emphasis_is_seen(seen, page_name):
    """Characters are not slanted, so they have to be bolder than what stands around them."""
    alike = seen.page.locator("article em").evaluate_all("""(all) => all.filter((em) => {
        const [own, around] = [em, em.parentElement].map((node) => getComputedStyle(node));
        return own.fontStyle === around.fontStyle && own.fontWeight === around.fontWeight;
    }).map((em) => em.textContent)""")
    assert alike == []


def test_every_page_leads_to_its_twin(seen, site_url, page_name):
    chinese = page_name.startswith("zh/")
    twin = page_name.removeprefix("zh/") if chinese else f"zh/{page_name}"
    assert seen.page.locator("html").get_attribute("lang") == ("zh-CN" if chinese else "en")
    link, head = seen.page.locator("a.sa-twin"), seen.page.locator("link[rel=alternate][hreflang]")
    for each in (link, head):
        assert each.evaluate("(link) => link.href") == f"{site_url}/{twin}.html"
        assert each.get_attribute("hreflang") == ("en" if chinese else "zh-CN")
    assert link.inner_text() == ("English" if chinese else "中文") and link.is_visible()


# Docutils has other rules for what is no letter of English.
OTHERWISE = {"id1": "attention-1", "velickovic-and-others-2024": "veličković-and-others-2024"}


@pytest.mark.parametrize("page_name", CHINESE_PAGES, scope="session")
def test_a_place_has_the_same_name_in_both_books(seen, site_dir, page_name):
    """So a bookmark, or a link from elsewhere, holds in both, and leads to the same place."""
    twin = (site_dir / f"{page_name.removeprefix('zh/')}.html").read_text(encoding="utf-8")
    english = re.findall(r'<section[^>]* id="([^"]+)"', twin)
    chinese = seen.page.locator("article section").evaluate_all(
        "(all) => all.map((section) => section.id)")
    assert chinese == [OTHERWISE.get(name, name) for name in english] != []


def test_the_course_to_take_away_is_chinese_and_answers_no_prediction(site_dir):
    files = {}
    for book in (".", "zh"):
        with zipfile.ZipFile(site_dir / book / "downloads" / "softattn-course.zip") as course:
            files[book] = {name: course.read(name) for name in course.namelist()
                           if not name.endswith(".claims.toml")}
    assert files["."].keys() == files["zh"].keys()
    assert "在这个文件夹里运行" in files["zh"]["softattn-course/README.md"].decode()
    code = {name: [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
            for name, content in files["zh"].items() if name.endswith(".ipynb")}
    assert len(code) == len(NOTEBOOKS)
    for name, cells in code.items():
        assert "".join(cells[0]["source"]).endswith(SPEAK), name
    same = {name for name in files["."] if files["."][name] == files["zh"][name]}
    assert not any(name.endswith((".ipynb", ".md", ".questions.toml")) for name in same)
    code = code["softattn-course/chapters/01_softmax.ipynb"]
    answers = [cell for cell in code if "reveal" in cell["metadata"].get("tags", [])]
    assert len(answers) > 5 and not any(cell["outputs"] for cell in answers)
    assert sum(bool(cell["outputs"]) for cell in code) > 10
    assert code[1]["execution_count"] == 2
