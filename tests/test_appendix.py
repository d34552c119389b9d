"""The appendix: glossary entries lead somewhere, and the cheat sheet says what code says."""

import doctest
import re

import nbformat
import pytest

from tests.test_prose import CHAPTERS, NUMBER, NUMBERED, numbers_of, printed, sections

GLOSSARY = (CHAPTERS / "glossary.md").read_text(encoding="utf-8")
CHEAT_SHEET = (CHAPTERS / "cheat_sheet.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^### (.+)\n\n((?:(?!#).+\n+)+)", GLOSSARY, flags=re.M))


def slug(heading):
    """The address of a heading, as MyST makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path):
    return {slug(heading) for heading, _, _ in sections(nbformat.read(path, as_version=4))}


def test_every_heading_of_the_glossary_is_an_entry():
    assert len(ENTRIES) == GLOSSARY.count("\n### ") >= 30


@pytest.mark.parametrize("term", ENTRIES)
def test_an_entry_has_a_definition_both_languages_and_its_section(term):
    definition, line = ENTRIES[term].strip().split("\n\n")
    assert len(definition.split()) >= 5 and definition.endswith(".")
    assert re.search("[\u4e00-\u9fff]", line) or term in ("BLEU", "Transformer")
    [(number, chapter, anchor)] = re.findall(r"\[chapter (\d)\]\((.+\.ipynb)#(.+)\)$", line)
    assert chapter.startswith(f"0{number}_") and anchor in anchors(CHAPTERS / chapter)


def test_the_chapters_link_to_every_entry_and_to_no_other():
    cells = [cell for path in NUMBERED for cell in nbformat.read(path, as_version=4).cells]
    linked = {anchor for cell in cells
              for anchor in re.findall(r"\(glossary\.md#([^)]+)\)", cell.source)}
    assert linked == {slug(term) for term in ENTRIES}


def test_the_code_of_the_cheat_sheet_prints_what_it_says():
    code = CHEAT_SHEET.replace("```", "")  # the fence would count as output
    test = doctest.DocTestParser().get_doctest(code, {}, "cheat sheet", None, 0)
    assert len(test.examples) >= 10
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_numbers_of_the_cheat_sheet_are_printed_beside_them():
    for part in re.split("^## ", CHEAT_SHEET, flags=re.M):
        wanted = [example.want for example in doctest.DocTestParser().get_examples(part)]
        outputs = [match[0].replace(",", "") for want in wanted for match in NUMBER.finditer(want)]
        for number, percent in numbers_of(part):
            assert printed(number, percent, outputs), number
