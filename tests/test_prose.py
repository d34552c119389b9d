"""Prose and code agree: every number of the text was printed by its own section, or is cited.

Sections run from one heading to the next. A number counts from three significant digits on; it
must equal a number printed in its section, rounded to the digits shown (83.6 % is 0.836).
"""

import random
import re
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import nbformat
import pytest
import yaml

CHAPTERS = Path(__file__).parents[1] / "chapters"
NOTEBOOKS = sorted(CHAPTERS.glob("*.ipynb"))
NUMBERED = [path for path in NOTEBOOKS if path.stem[:2].isdigit()]
CITED = yaml.safe_load((Path(__file__).parent / "cited_numbers.yml").read_text(encoding="utf-8"))
CORE_PATH_WORDS = 2300
# What the chapters had before their revision, boxes and exercises included: they may teach more, in
# no more words. A chapter that is not named here gets the most that one had.
WORDS_IN_ALL = {
    "01_softmax": 2190,
    "02_cat_dog_bird": 2508,
    "03_bottleneck": 2836,
    "04_attention": 2996,
    "05_meeting": 3290,
    "06_transformer": 3441,
}

NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?!\w)(\s?%)?")
EXPONENT = re.compile(r"\de([+-]?\d+)")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
CITATION = re.compile(r"\[[^\]]*\]\(references\.md[^)]*\)")


def plain(markdown):
    """The sentences: no code blocks, tags, addresses or citations (their years are names)."""
    text = re.sub(r"```.*?```", " ", markdown, flags=re.S)
    text = LINK.sub(r"\1", CITATION.sub(" ", text))
    return re.sub(r"<[^>]+>", " ", text).replace("{,}", ",")


def significant_digits(number):
    digits = number.replace(",", "")
    digits = digits.replace(".", "").lstrip("0") if "." in digits else digits.strip("0")
    return len(digits)


def numbers_of(markdown):
    """The numbers of the prose that need a source, as (digits, is a percentage)."""
    found = [(match[0], bool(match[1])) for match in NUMBER.finditer(plain(markdown))]
    cleaned = [(text.rstrip("% \u00a0"), percent) for text, percent in found]
    return [(text, percent) for text, percent in cleaned if significant_digits(text) >= 3]


def decimals(number):
    return len(number.partition(".")[2])


def printed(number, percent, outputs):
    """Is the number in the outputs, at this precision or better?"""
    value, places = Decimal(number.replace(",", "")), decimals(number)
    if percent:
        value, places = value / 100, places + 2
    for output in outputs:
        exact = decimals(output) >= places or Decimal(output) == value
        step = Decimal(1).scaleb(-places)
        if exact and Decimal(output).quantize(step, ROUND_HALF_UP) == value:
            return True
    return False


def sections(notebook):
    """[(heading, prose, numbers printed)], from one heading to the next.

    What a question prints is no evidence: some of its answers are meant to be wrong.
    """
    parts = [["(top)", "", []]]
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for piece in re.split(r"^(?=#+ )", cell.source, flags=re.M):
                if heading := re.match(r"#+ (.*)", piece):
                    parts.append([heading[1], "", []])
                parts[-1][1] += "\n" + piece
        elif "Questions(" not in cell.source:
            for output in cell.get("outputs", []):
                text = output.get("text") or output.get("data", {}).get("text/plain", "")
                found = [match[0].rstrip("% \u00a0") for match in NUMBER.finditer(text)]
                parts[-1][2] += [number.replace(",", "") for number in found]
                parts[-1][2] += [number.lstrip("+-") for number in EXPONENT.findall(text)]
                parts[-1][2] += re.findall(r"(?<![\w.])\d+\.(?!\d)", text)
    return parts


def unsupported(notebook, cited):
    """[(section, number)] that neither the section's outputs nor the cited figures have."""
    missing = []
    for heading, prose, outputs in sections(notebook):
        allowed = {str(number) for number in cited.get(heading, {})}
        for number, percent in numbers_of(prose):
            if number not in allowed and not printed(number, percent, outputs):
                missing.append((heading, number))
    return missing


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_number_in_the_prose_was_printed_or_is_cited(path):
    assert unsupported(read(path), CITED.get(path.stem, {})) == []


def test_cited_numbers_are_used_and_say_where_they_come_from():
    for stem, by_section in CITED.items():
        prose = {heading: text for heading, text, _ in sections(read(CHAPTERS / f"{stem}.ipynb"))}
        for heading, numbers in by_section.items():
            used = {number for number, _ in numbers_of(prose[heading])}
            for number, source in numbers.items():
                assert str(number) in used and len(source) > 10, (stem, heading, number)


def swap_a_digit(number, chance):
    """The number with one digit changed to another."""
    places = [i for i, sign in enumerate(number) if sign.isdigit() and (i > 0 or len(number) > 1)]
    place = chance.choice(places)
    other = chance.choice([digit for digit in "123456789" if digit != number[place]])
    return number[:place] + other + number[place + 1 :]


def claimed(path):
    """What the chapter's claims quote: tests/test_claims.py finds a change in it by itself."""
    file = path.with_suffix(".claims.toml")
    claims = tomllib.loads(file.read_text(encoding="utf-8"))["claim"] if file.exists() else []
    return [claim["says"] for claim in claims]


def test_fifty_changed_digits_are_all_found():
    chance = random.Random(1)
    places = [
        (path, i, number)
        for path in NOTEBOOKS
        for i, cell in enumerate(read(path).cells) if cell.cell_type == "markdown"
        for number, _ in numbers_of(cell.source)
    ]
    escaped = []
    for path, i, number in chance.choices(places, k=50):
        notebook = read(path)
        changed = swap_a_digit(number, chance)
        source = notebook.cells[i].source
        notebook.cells[i].source = re.sub(rf"(?<![\d.]){re.escape(number)}(?!\d)", changed, source)
        now = notebook.cells[i].source
        assert now != source, (path.stem, number)
        told = any(piece in source and piece not in now for piece in claimed(path))
        if not told and not unsupported(notebook, CITED.get(path.stem, {})):
            escaped.append((path.stem, number, changed))
    # One may land on another true number: where the section prints 20.0855 and the document's
    # 20.085 is quoted beside it, a changed digit can turn the second into the first.
    assert len(escaped) <= 1, escaped


def test_a_percentage_is_compared_too():
    cell = nbformat.v4.new_markdown_cell("# A\n\n83.6 % sure.")
    code = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text="0.8360")])
    notebook = nbformat.v4.new_notebook(cells=[cell, code])
    assert unsupported(notebook, {}) == []
    cell.source = cell.source.replace("83.6", "86.3")
    assert unsupported(notebook, {}) == [("A", "86.3")]


def markdown_of(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def words(markdown):
    return len(plain(markdown).split())


def core_words(notebook):
    """Words of the core path: no boxes to open, no code, nothing from the exercises on."""
    core = re.split(r"^## Exercises", markdown_of(notebook), flags=re.M)[0]
    return words(re.sub(r"<details>.*?</details>", " ", core, flags=re.S))


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_core_path_takes_at_most_twenty_minutes(path):
    assert 500 < core_words(read(path)) <= CORE_PATH_WORDS


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_no_chapter_grows_in_all(path):
    most = WORDS_IN_ALL.get(path.stem, max(WORDS_IN_ALL.values()))
    assert words(markdown_of(read(path))) <= most


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_chapter_opens_and_ends_as_every_chapter_does(path):
    headings = [heading for heading, _, _ in sections(read(path))]
    opening = sections(read(path))[1][1]
    for line in ("**What you will do.**", "**What you will be able to say afterwards.**",
                 "**What you need.**"):
        assert line in opening
    assert "What to remember" in headings and "Exercises" in headings and "Sources" in headings
    assert sum(heading.startswith("Exercise ") for heading in headings) in (3, 4, 5)
