"""Citations say what references.bib says, and the words of a link name what it leads to."""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from pybtex.database import parse_file

from tests.test_appendix import ENTRIES, slug

ROOT = Path(__file__).parents[1]
BIB = parse_file(ROOT / "references.bib").entries
REFERENCES = (ROOT / "chapters" / "references.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "index.md", *sorted((ROOT / "chapters").glob("*.md")),
         *sorted((ROOT / "chapters").glob("*.ipynb"))]
EACH = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
WORK, GLOSSARY = r"references\.md#", r"glossary\.md#"
CHAPTER = r"(?=0\d_\w+\.ipynb)"
PAGE = r"(?=(?:cheat_sheet|for_teachers|glossary|references)\.md(?!#))"
SOLUTION = r"solutions\.ipynb#"
# Works without an identifier of their own: older books and papers, and what stands on a site alone.
WITHOUT_IDENTIFIER = {"boltzmann-1868", "gibbs-1902", "goodfellow-bengio-and-courville-2016",
                      "luce-1959", "mcfadden-1974", "radford-and-others-2018", "watson-1964"}
# Links whose words describe the entry of the glossary, in place of naming it.
DESCRIBED = {"alignment", "simplex", "scaled-dot-product", "positional-encoding", "one-hot",
             "weight"}
# A work that the text describes at its link.
DESCRIBED_WORKS = {"**linear attention**": "katharopoulos-and-others-2020"}


def listed(names):
    """A, B and C."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def family(person):
    return " ".join([*person.prelast_names, *person.last_names])


def called(entry):
    """How the text calls a work: all of up to three authors, or the first and others; the year."""
    names = [family(person) for person in entry.persons["author"]]
    short = listed(names) if len(names) <= 3 else f"{names[0]} and others"
    return entry.fields.get("shorthand", f"{short} {entry.fields['year']}")


def identifier(fields):
    """The link that ends the entry on the page."""
    if "eprint" in fields:
        return f"[arXiv:{fields['eprint']}](https://arxiv.org/abs/{fields['eprint']})"
    if "doi" in fields:
        return f"[doi:{fields['doi']}](https://doi.org/{fields['doi']})"
    return f"[{site(fields['url'])}]({fields['url']})" if "url" in fields else ""


def site(url):
    return url.split("/")[2].removeprefix("www.")


def line(entry):
    """The work as the page of references gives it."""
    names = [" ".join([*person.first_names, *person.middle_names, family(person)])
             for person in entry.persons["author"]]
    parts = [f"*{entry.fields['title']}*", entry.fields.get("howpublished", ""),
             identifier(entry.fields)]
    return f"{listed(names)}. " + " ".join(part for part in parts if part)


@cache
def text(path):
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def links(path, target):
    """[(words, what follows the target)] of the page's links to it."""
    return re.findall(rf"\[([^\]]+)\]\((?:chapters/)?{target}([^)]*)\)", text(path))


def each_with(target):
    """The pages with such links: only there is something to compare."""
    pages = [path for path in PAGES if links(path, target)]
    assert pages, f"no page links to {target}"
    return pytest.mark.parametrize("path", pages, ids=lambda path: path.name)


# --- References ----------------------------------------------------------------------------------

def test_the_page_of_references_says_what_the_source_says():
    page = dict(re.findall(r"^## (.+)\n\n(.+)$", REFERENCES, flags=re.M))
    assert page == {called(entry): line(entry) for entry in BIB.values()}


def test_page_and_source_have_one_order_by_the_first_author():
    headings = re.findall(r"^## (.+)", REFERENCES, flags=re.M)
    assert headings == [called(entry) for entry in BIB.values()]
    first = [family(entry.persons["author"][0]).casefold() for entry in BIB.values()]
    assert first == sorted(first)


@pytest.mark.parametrize("key", BIB)
def test_a_work_has_an_identifier_of_its_year(key):
    fields = BIB[key].fields
    assert ("doi" in fields or "eprint" in fields) != (key in WITHOUT_IDENTIFIER)
    if "eprint" in fields:
        assert fields["eprint"].startswith(f"{int(fields['year']) % 100:02}")


@each_with(WORK)
def test_a_citation_names_the_work_that_it_leads_to(path):
    names = {slug(called(entry)): called(entry) for entry in BIB.values()}
    for words, anchor in links(path, WORK):
        assert names[anchor] == words or DESCRIBED_WORKS.get(words) == anchor, (words, anchor)


@EACH
def test_a_work_named_without_a_link_is_one_of_the_references(path):
    name = r"[A-ZŁ][\w’'-]+"
    cited = re.findall(rf"{name}(?:(?:, {name})* and (?:{name}|others)) (?:19|20)\d\d", text(path))
    names = {called(entry) for entry in BIB.values()}
    assert [words for words in cited if words not in names] == []


# --- Links to chapters, the glossary and the solutions -------------------------------------------

def title(path):
    return re.search(r"^# (.+)", text(path), flags=re.M)[1]


@each_with(CHAPTER)
def test_a_link_to_a_chapter_has_its_number_or_its_title(path):
    for words, rest in links(path, CHAPTER):
        chapter = ROOT / "chapters" / rest.partition("#")[0]
        number = re.fullmatch(r"(?:.*\bchapter )?(\d)(?:\D.*)?", words, flags=re.I)
        named = int(number[1]) == int(chapter.name[:2]) if number else words == title(chapter)
        assert named, (words, rest)


@each_with(PAGE)
def test_a_link_to_another_page_has_its_name(path):
    for words, page in links(path, PAGE):
        name = page.removesuffix(".md")
        assert words.lower() in (name.replace("_", " "), f"{name}.md"), (words, page)


@each_with(GLOSSARY)
def test_a_link_to_the_glossary_has_a_word_of_its_entry(path):
    begins = {slug(term): {word[:4] for word in re.findall(r"\w+", term.lower())}
              for term in ENTRIES}
    for words, anchor in links(path, GLOSSARY):
        shared = begins[anchor] & {word[:4] for word in re.findall(r"\w+", words.lower())}
        assert shared or anchor in DESCRIBED, (words, anchor)


@each_with(SOLUTION)
def test_a_solution_is_linked_from_its_own_exercise(path):
    for section in re.split(r"^(?=#+ )", text(path), flags=re.M):
        heading = section.partition("\n")[0].partition(": ")[2]
        for anchor in re.findall(rf"\]\({SOLUTION}([^)]+)\)", section):
            assert anchor == slug(heading), (heading, anchor)
