"""The chapters' questions are well formed, their answers computed, and their numbers true."""

import random
import re
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import nbformat
import numpy as np
import pytest
from downloads import course_files
from freshness import code_hash

from softattn_core.explorers import Questions
from softattn_core.explorers.questions import load_questions
from tests.python_lines import named, value
from tests.test_prose import NUMBER, printed, significant_digits

CHAPTERS = Path(__file__).parents[1] / "chapters"
FILES = sorted(CHAPTERS.glob("*.questions.toml"))
NUMBERED = sorted(path.stem for path in CHAPTERS.glob("[0-9]*.ipynb"))


def checked(question):
    """(its names' values, the value of each of its checks): what its Python lines say."""
    names = named(question.get("let", {}))
    entries = [question, *question.get("choices", []), *question.get("slips", [])]
    values = [value(entry["check"], names) for entry in entries if "check" in entry]
    return [names[name] for name in question.get("let", {})], values


def texts(question):
    """Every text that the reader sees. Its numbers are computed, or inputs of the Python lines."""
    entries = [question, *question.get("choices", []), *question.get("slips", [])]
    keys = ("ask", "text", "reason", "wrong")
    return [entry[key] for entry in entries for key in keys if key in entry]


def python_lines(question):
    entries = [question, *question.get("choices", []), *question.get("slips", [])]
    return [*question.get("let", {}).values(),
            *(entry["check"] for entry in entries if "check" in entry)]


def numbers_of(text):
    """[(number, is it a percentage)]: all but 0 and 1, which are the ends of every scale."""
    found = [(match[0].rstrip("% \u00a0"), bool(match[1])) for match in NUMBER.finditer(text)]
    return [(number, percent) for number, percent in found if number not in ("0", "1")]


def change_a_digit(number, chance):
    place = chance.choice([i for i, sign in enumerate(number) if sign.isdigit()])
    other = chance.choice([digit for digit in "23456789" if digit != number[place]])
    return number[:place] + other + number[place + 1:]


def is_rounded(text, value):
    """Is the text the value, at the digits that the text shows?"""
    digits = Decimal(text)
    return Decimal(repr(float(value))).quantize(digits, ROUND_HALF_UP) == digits


def faults(question):
    """What is untrue in a question: the answer, a choice, a slip, or a number in its texts."""
    lets, values = checked(question)
    found = []
    if "choices" in question:
        for choice, holds in zip(question["choices"], values, strict=True):
            if bool(holds) != choice.get("right", False):
                found.append(f"{choice['text']!r}: its check is {bool(holds)}")
    else:
        numbers = [question["answer"], *(slip["number"] for slip in question.get("slips", []))]
        found += [f"{number} is {value}" for number, value in zip(numbers, values, strict=True)
                  if not is_rounded(number, value)]
        found += [f"{number} counts as right" for number in numbers[1:]
                  if abs(float(number) - float(numbers[0])) <= question["tolerance"]]
    evidence = [np.ravel(np.asarray(value, dtype=float)) for value in [*lets, *values]
                if not isinstance(value, (bool, np.bool_))]
    known = [f"{abs(x):.12f}" for x in np.concatenate([*evidence, []]) if np.isfinite(x)]
    known += [match[0] for line in python_lines(question) for match in NUMBER.finditer(line)]
    found += [f"{number} in {text!r}" for text in texts(question)
              for number, percent in numbers_of(text) if not printed(number, percent, known)]
    return found


ALL = [(path, name) for path in FILES for name in load_questions(path)]
EACH = pytest.mark.parametrize("path, name", ALL, ids=[f"{p.name[:2]}-{name}" for p, name in ALL])


@EACH
def test_the_answer_and_the_numbers_of_a_question_are_true(path, name):
    assert faults(load_questions(path)[name]) == []


@EACH
def test_each_wrong_answer_has_a_reason_of_its_own(path, name):
    question = load_questions(path)[name]
    reasons = [entry["reason"] for entry in
               [*question.get("choices", []), *question.get("slips", [])]]
    reasons += [question[key] for key in ("reason", "wrong") if key in question]
    assert len(set(reasons)) == len(reasons) >= 2
    assert all(len(reason.split()) >= 5 for reason in reasons)


@EACH
def test_each_reason_belongs_to_its_own_answer(path, name):
    """Words of each answer's reason stand beside it, and what they say is true."""
    question = load_questions(path)[name]
    names = named(question.get("let", {}))
    entries = question.get("choices") or [question, *question.get("slips", [])]
    for entry in entries:
        words, line = entry["because"]
        assert [other for other in entries if words in other["reason"]] == [entry], words
        assert value(line, names), (words, line)


@EACH
def test_a_right_answer_moved_or_changed_is_found(path, name):
    question = load_questions(path)[name]
    if "answer" in question:
        for seed in range(5):
            changed = change_a_digit(question["answer"], random.Random(seed))
            assert faults(question | {"answer": changed}), changed
    for number in range(len(question.get("choices", []))):
        moved = [{**choice, "right": i == number} for i, choice in enumerate(question["choices"])]
        right = question["choices"][number].get("right", False)
        assert bool(faults(question | {"choices": moved})) != right


def test_a_changed_digit_in_a_text_is_found():
    chance = random.Random(1)
    tried, escaped = 0, []
    for path in FILES:
        source = path.read_text(encoding="utf-8")
        # Texts stand on lines of their own; lines of Python are not the reader's.
        for line in re.findall(r"^(?:ask|text|reason|wrong) = .*$", source, re.MULTILINE):
            for number, _ in numbers_of(line):
                place = rf"(?<![\d.]){re.escape(number)}(?![\d.]\d)"
                changed = re.sub(place, change_a_digit(number, chance), line, count=1)
                assert changed != line
                edited = tomllib.loads(source.replace(line, changed, 1))
                tried += 1
                if not any(map(faults, edited.values())):
                    escaped.append((number, changed))
    # A short number may turn into another true number of the same question.
    assert tried >= 40 and len(escaped) <= tried / 8, escaped
    assert all(significant_digits(number) < 3 for number, _ in escaped), escaped


def shown_in(stem):
    """[(chapter, question)] in the order of the notebook's cells."""
    notebook = nbformat.read(CHAPTERS / f"{stem}.ipynb", as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return re.findall(r'Questions\("(\w+)", "(\w+)"\)', code)


@pytest.mark.parametrize("stem", NUMBERED)
def test_a_chapter_asks_three_to_eight_questions_each_once(stem):
    names = list(load_questions(CHAPTERS / f"{stem}.questions.toml"))
    assert shown_in(stem) == [(stem, name) for name in names]
    assert 3 <= len(names) <= 8


# --- What a teacher may get wrong ----------------------------------------------------------------

GOOD = """
[ratio]
ask = "How much?"
answer = "0.659"
tolerance = 0.02
check = "softmax([2, 1, 0.1])[0]"
reason = "So much."
wrong = "Not so much."
[[ratio.slips]]
number = "0.645"
check = "2 / 3.1"
reason = "Divided."

[shape]
ask = "Which?"
[[shape.choices]]
text = "This"
check = "True"
right = true
reason = "Yes, this."
[[shape.choices]]
text = "That"
check = "False"
reason = "Not that."
"""


@pytest.fixture
def teacher(tmp_path, monkeypatch):
    """teacher(text): the questions of a file with this text, in the folder of the notebook."""
    monkeypatch.chdir(tmp_path)

    def write(text, *names):
        (tmp_path / "mine.questions.toml").write_text(text, encoding="utf-8")
        return Questions("mine", *names)

    return write


@pytest.mark.parametrize("old, new, message", [
    ('answer = "0.659"', 'answer = 0.659', "question 'ratio': 'answer' must be text in quotes"),
    ('answer = "0.659"', 'answer = "0,659"', "question 'ratio': 'answer' must be a number in q"),
    ('tolerance = 0.02', 'tolerance = "0.02"', "question 'ratio': 'tolerance' must be a number"),
    ('wrong = "Not so much."', "", "question 'ratio': 'wrong' is missing"),
    ('wrong = "Not so much."', 'wrng = "Not."', "question 'ratio': 'wrong' is missing"),
    ('ask = "Which?"', 'ask = "Which?"\nanser = "1"', "question 'shape': 'anser' is not a key"),
    ('number = "0.645"', "", "question 'ratio': slip 1: 'number' is missing"),
    ('reason = "Not that."', "", "question 'shape': choice 2: 'reason' is missing"),
    ('reason = "Not that."', 'reason = ""', "choice 2: 'reason' must be text in quotes, not ''"),
    ("right = true", "", "'right = true' must stand in one choice, and stands in 0"),
    ('text = "That"', 'text = "That"\nright = true', "stands in 2"),
    ("right = true", 'right = "yes"', "choice 1: 'right' must be true"),
    ('ask = "How much?"', "ask = How much?", "mine.questions.toml: Invalid value"),
    ("[ratio]\n", 'title = "Mine"\n[ratio]\n', "question 'title': must be a table"),
])
def test_a_malformed_file_names_the_file_the_question_and_the_key(teacher, old, new, message):
    assert GOOD.count(old) >= 1
    with pytest.raises(ValueError, match=r"^mine\.questions\.toml") as error:
        teacher(GOOD.replace(old, new, 1))
    assert message in str(error.value)


def test_unknown_questions_and_missing_files_are_named(teacher):
    with pytest.raises(ValueError, match="has no question 'ration'; it has ratio, shape"):
        teacher(GOOD, "ration")
    with pytest.raises(ValueError, match="is missing: run this in the folder of the chap"):
        Questions("yours")


def test_a_question_prints_without_its_answer_and_reads_without_javascript(teacher):
    one = teacher(GOOD.replace("Which?", "Which `a<b` of 猫?"), "shape")
    assert repr(one) == "Predict. Which `a<b` of 猫?\n  (a) This\n  (b) That"
    assert one.static_reading == (
        '<p><b>Predict.</b> Which <code>a&lt;b</code> of <span lang="zh">猫</span>?</p>'
        '<ol type="a"><li>This</li><li>That</li></ol>'
        "<details><summary>Answer</summary><p>This. Yes, this.</p></details>")
    both = teacher(GOOD)
    assert repr(both).startswith("Predict. How much?\n\nPredict. Which?")
    assert "0.659" not in repr(both)


def test_the_page_does_not_carry_the_checks(teacher):
    for question in teacher(GOOD).questions:
        assert "check" not in str(question)


# --- The site and the zip ------------------------------------------------------------------------

def test_an_edited_question_makes_the_site_execute_its_chapters(tmp_path):
    path = tmp_path / "chapters" / "mine.questions.toml"
    path.parent.mkdir()
    path.write_text(GOOD, encoding="utf-8")
    before = code_hash(tmp_path)
    path.write_text(GOOD.replace("How much?", "How many?"), encoding="utf-8")
    assert code_hash(tmp_path) != before


def test_the_course_to_take_away_has_the_questions():
    names = {name for name, _ in course_files(CHAPTERS.parent, CHAPTERS, "en")}
    assert {f"chapters/{path.name}" for path in FILES} <= names
