"""The last page: each box of the Transformer leads to the section that took it apart."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from front_page import causal_picture

from .test_prose import sections

CHAPTERS = Path(__file__).parents[1] / "chapters"
NOTEBOOK = nbformat.read(CHAPTERS / "reading_the_transformer.ipynb", as_version=4)
# What each section must say to be the right one.
TOLD = {
    "Embedding": "embedding|learned table",
    "Positional encoding": "add a vector",
    "Multi-head self-attention": "heads",
    "Masked self-attention": "−∞|-inf",
    "Cross-attention": "query|queries|decoder",
    "Add & norm": "residual",
    "Feed-forward network": "ReLU",
    "Linear": "logit",
    "Softmax": "softmax",
}


def given(name):
    """The labels or links that the notebook gives its figure."""
    values = {}
    for cell in NOTEBOOK.cells:
        if cell.id in ("labels", "links"):
            exec(cell.source, values)
    return values[name]


def boxes():
    """{label: link} of the figure."""
    links = given("links")
    return {label.replace("-\n", "-").replace("\n", " "): links[kind]
            for kind, label in given("labels").items()}


def slug(heading):
    """As MyST makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_list_has_the_links_of_the_figure():
    [text] = [cell.source for cell in NOTEBOOK.cells if cell.id == "boxes"]
    listed = re.findall(r"^- \*\*(.*?)\*\* \(\[chapter \d\]\((.*?)\)\)", text, flags=re.M)
    assert dict(listed) == boxes()


@pytest.mark.parametrize("label", TOLD)
def test_a_box_leads_to_the_section_that_took_it_apart(label):
    file, _, anchor = boxes()[label].partition("#")
    chapter = nbformat.read(CHAPTERS / file, as_version=4)
    found = {slug(heading): text for heading, text, _ in sections(chapter)}
    assert anchor in found
    assert re.search(TOLD[label], found[anchor]), f"{file}#{anchor} says nothing of it"


def test_every_box_is_told_of():
    assert set(boxes()) == set(TOLD)


def test_every_page_with_a_number_has_its_card_on_the_front_page():
    root = CHAPTERS.parent
    parts = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    pages = [page["file"] for part in parts if "numbered" in part for page in part["chapters"]]
    text = (root / "index.md").read_text(encoding="utf-8")
    cards = re.findall(r"```\{chapter\} (\w+)\n\[([^\]]+)\]\((.+?)\.ipynb\)", text)
    assert [link for _, _, link in cards] == pages
    for name, title, link in cards:
        assert link == f"chapters/{name}"
        first = nbformat.read(root / f"{link}.ipynb", as_version=4).cells[0].source
        assert first.startswith(f"# {title}\n") or first == f"# {title}"


def test_no_row_of_the_masked_picture_sees_what_comes_after_it():
    rects = re.findall(r'x="([\d.]+)" y="([\d.]+)".*?fill-opacity="([\d.]+)"', causal_picture())
    assert len(rects) == 36
    cells = sorted((float(y), float(x), float(shade)) for x, y, shade in rects)
    shades = np.array([shade for *_, shade in cells]).reshape(6, 6)
    unseen = shades == shades.min()
    assert (unseen == ~np.tri(6, dtype=bool)).all()
