"""Nothing of the Chinese document is missing: document_map.csv names a section for each statement.

A row holds the statement's place in the document, its number there, the statement in our words,
the chapter and section that say it, and a phrase of that section that shows it. Rows without a
section belong to chapters that are not in the table of contents yet.
"""

import csv
from pathlib import Path

import nbformat

from tools.check_site import pages

from .test_prose import sections

ROOT = Path(__file__).parents[1]
MAP = (ROOT / "tests" / "document_map.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(MAP.splitlines()))
TOC = pages()
# How many statements each part of the document makes, counted in the document.
STATEMENTS = {
    "标题": 1,
    "概述": 2,
    "一": 1,
    "一.1": 8,
    "一.2": 6,
    "一.3": 7,
    "一.4": 8,
    "二": 1,
    "二.1": 3,
    "二.2": 6,
    "二.3": 14,
    "二.4": 4,
    "三": 5,
    "总结": 4,
}


def text_of(chapter):
    """{heading: Markdown below it} of a chapter."""
    path = ROOT / chapter
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
    else:
        cell = nbformat.v4.new_markdown_cell(path.read_text(encoding="utf-8"))
        notebook = nbformat.v4.new_notebook(cells=[cell])
    return {heading: prose for heading, prose, _ in sections(notebook)}


def test_every_statement_of_the_document_has_its_row():
    for place, count in STATEMENTS.items():
        numbers = [int(row["number"]) for row in ROWS if row["place"] == place]
        assert numbers == list(range(1, count + 1)), place
    assert {row["place"] for row in ROWS} == set(STATEMENTS)


def test_every_row_holds_to_its_section():
    for row in ROWS:
        if row["chapter"].rpartition(".")[0] not in TOC:
            continue
        assert row["phrase"], f"{row['chapter']} must say: {row['statement']}"
        section = text_of(row["chapter"])[row["section"]]
        assert row["phrase"] in section, (row["section"], row["phrase"])
