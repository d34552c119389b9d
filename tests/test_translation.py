"""The Chinese edition keeps step with the English one, and with itself.

    python tools/translation.py

names what waits, and which page's catalogue to open.
"""

import ast
import json

import nbformat
import polib
import pytest

from softattn_core import language
from tools import chinese, translation, translation_rules
from tools.check_site import ROOT, pages
from tools.messages import in_code, in_markdown, in_notebook, in_questions
from tools.translation import BOOK, catalogue, sources, updated, waiting, wrong
from tools.translation_rules import faults, turned_round, words_of

PAGES = [BOOK, *pages()]


# --- The catalogues ------------------------------------------------------------------------------

@pytest.mark.parametrize("page", PAGES)
def test_no_message_waits_for_its_translation(page):
    assert waiting(page) == []


@pytest.mark.parametrize("page", PAGES)
def test_no_message_is_left_over(page):
    assert [entry.msgid for entry in catalogue(page)] == [entry.msgid for entry in updated(page)]


@pytest.mark.parametrize("page", PAGES)
def test_a_translation_keeps_what_it_must_and_is_well_set(page):
    assert wrong(page) == []


def test_an_edited_paragraph_waits_and_shows_the_old_translation(monkeypatch):
    entries = [("The scores are shared out.", "分数被分成份额。"), ("Another.", "另一句。")]
    known = polib.POFile()
    known.extend([polib.POEntry(msgid=english, msgstr=chinese) for english, chinese in entries])
    monkeypatch.setattr(translation, "catalogue", lambda page: known)
    now = {"The scores are shared out at last.": "paragraph", "Another.": "paragraph",
           "Quite new.": "paragraph"}
    monkeypatch.setattr(translation, "messages", lambda page: now)
    assert waiting("mine") == ["The scores are shared out at last.", "Quite new."]
    edited, same, new = updated("mine")
    assert edited.fuzzy and edited.previous_msgid == "The scores are shared out."
    assert edited.msgstr == "分数被分成份额。" and same.msgstr == "另一句。" and new.msgstr == ""


def test_what_waits_stands_in_english_in_the_chinese_book():
    said = {"First.": "第一。"}
    assert in_markdown("First.\n\nSecond.", lambda message, _: said.get(message, message)) == (
        "第一。\n\nSecond.")


# --- What is a message ---------------------------------------------------------------------------

def noted(walk, text):
    found = []
    walk(text, lambda message, kind: (found.append((message, kind)), message)[1])
    return found


def test_the_messages_of_markdown():
    text = "\n".join([
        "# A title", "", "One", "paragraph.", "", "$$x^2$$", "", "- a list", "- of two", "",
        "<details>", '<summary style="x">More</summary>', "", "Within.", "", "</details>", "",
        "```sh", "make book", "```", "", "```{chapter} 01", "In a card.", "```"])
    assert noted(in_markdown, text) == [
        ("# A title", "heading"), ("One\nparagraph.", "paragraph"), ("- a list\n- of two", "list"),
        ("More", "summary"), ("Within.", "paragraph"), ("In a card.", "paragraph")]
    assert in_markdown(text, lambda message, kind: message) == text


def test_the_messages_of_code():
    code = "\n".join([
        'Questions("01_softmax", "first_ratio")', 'lines(x, role="scores", title="A title")',
        'print(f"sum {x:.3f}", stored["runs"])  # why', 'kinds = {"uniform": "uniform"}',
        'print(f"{name}: {x}", end=", ")', '"""Your code here."""', 'x = "T = 1"', 'load("a_b")'])
    assert noted(in_code, code) == [
        ("A title", "code"), ("sum {x:.3f}", "code"), ("why", "comment"), ("uniform", "code"),
        ("{name}: {x}", "code"), (", ", "code"), ("Your code here.", "code")]
    assert in_code(code, lambda message, kind: message) == code
    assert in_code('print("one", "two")', lambda message, kind: message[::-1]) == (
        'print("eno", "owt")')


def test_the_messages_of_questions():
    text = '[ratio]\nask = "How \\"much\\"?"\ncheck = "1 / 2"\nbecause = ["How", "True"]\n'
    assert noted(in_questions, text) == [('How "much"?', "question ratio: ask")]
    assert in_questions(text, lambda message, kind: f"{message}!") == (
        '[ratio]\nask = "How \\"much\\"?!"\ncheck = "1 / 2"\n')


@pytest.mark.parametrize("page", pages())
def test_nothing_is_lost_on_the_way(page):
    for path, walk in sources(page):
        text = path.read_text(encoding="utf-8")
        again = walk(text, lambda message, kind: message)
        if walk is in_notebook:
            assert again == nbformat.reads(text, as_version=4)
        elif walk is in_questions:
            text = "".join(line for line in text.splitlines(keepends=True)
                           if not line.startswith("because = "))
            assert again == text
        else:
            assert again == text


# --- The rules, each broken once -----------------------------------------------------------------

GOOD = ("The **score** is $z$, 0.5 by `f`: see [chapter 1](01.ipynb).",
        "**分数**是 $z$，由 `f` 得 0.5：见[第 1 章](01.ipynb)。")


def test_a_good_translation_has_no_faults():
    assert faults(*GOOD, "paragraph") == []


@pytest.mark.parametrize(("old", "new", "fault"), [
    ("0.5", "0.6", "numbers"), ("$z$", "$y$", "formulas"), ("`f`", "`g`", "inline code"),
    ("(01.ipynb)", "(02.ipynb)", "link targets"), ("**分数**", "分数", "emphasis"),
    ("**分数**是", "**分数。**是", "emphasis"), ("：见", ":见", "half-width punctuation"),
    ("是 $z$", "是$z$", "no space between"), ("得 0.5", "得0.5", "no space between"),
    ("，由", "，，由", "repeated punctuation"), ("，由", " ，由", "a space beside"),
    ("，由", "(由)", "half-width parentheses"), ("是 $z$", "\"是\" $z$", "straight quotes"),
    ("分数", "成绩", "'score' is 分数"), ("。", "，and so on it goes。", "English left"),
    ("，由", "\n由", "a line break"), ("，由", "   由", "several spaces"),
    ("0.5：见[第 1 章]", "1：见[第 0.5 章]", "change places: numbers"),
])
def test_a_rule_notices(old, new, fault):
    english, chinese_text = GOOD
    assert old in chinese_text
    broken = chinese_text.replace(old, new)
    assert any(each.startswith(fault) for each in faults(english, broken, "paragraph")), broken


def test_more_rules_notice():
    assert faults("- one\n- two", "- 一、二", "list")[0].startswith("list items")
    assert faults("## Two", "### 二", "heading")[0].startswith("heading marks")
    assert faults("| a | b |", "| 甲乙 |", "table")[0].startswith("cells of a table")
    assert faults("<b>one</b>", "一", "paragraph")[0].startswith("tags")
    assert faults("sum {x:.3f}", "总和 {y:.3f}", "code")[0].startswith("fields")
    assert faults("{name:13} words", "{name:9} 个词", "code") == []
    for english in ("It is no sum.", "It doesn't end.", "Nothing is left.", "It ends without one."):
        assert faults(english, "结束了。", "paragraph")[0].startswith("a negation is lost"), english
        assert faults(english, "没有结束。", "paragraph") == []
    assert faults("All of it.", "Everything.", "paragraph")[0].startswith("no Chinese")
    english = "It is no row. Before: rows, after: columns."
    assert faults(english, "不是行。之前是行，之后是列。", "paragraph") == []
    assert faults(english, "不是行。之前是列，之后是行。", "paragraph") == [
        "change places: rows? and columns?"]
    assert faults(english, "不是行。之后是行，之前是列。", "paragraph") == [
        "change places: before and after(?:wards)?"]


def test_no_order_is_excused_that_is_the_english_one(monkeypatch):
    """Every piece under `reordered` in terms.toml is still needed."""
    pairs = [(entry.msgid, entry.msgstr) for page in pages() for entry in catalogue(page)]
    excused = translation_rules.decided()["reordered"]
    monkeypatch.setitem(translation_rules.decided(), "reordered", [])
    out_of_order = [words_of(text) for english, text in [*pairs, *language.chinese().items()]
                    if list(turned_round(english, text))]
    assert [piece for piece in excused if not any(piece in text for text in out_of_order)] == []


# --- The Chinese notebooks -----------------------------------------------------------------------

class Wordless(ast.NodeTransformer):
    """Code without what its strings say; a field of an f-string stays, but for its width."""

    def visit_Constant(self, node):
        return ast.Constant(value="") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node):
        fields = [self.visit(part.value) for part in node.values
                  if isinstance(part, ast.FormattedValue)]
        return ast.List(elts=fields, ctx=ast.Load())


def wordless(source):
    return ast.dump(Wordless().visit(ast.parse(source.replace(chinese.SPEAK, ""))))


@pytest.mark.parametrize("page", [page for page in pages() if (ROOT / f"{page}.ipynb").is_file()])
def test_the_code_is_the_same_but_for_its_words(page):
    path = ROOT / f"{page}.ipynb"
    text = chinese.chinese_text(path, in_notebook, chinese.translations(page))
    english, translated = (nbformat.reads(each, as_version=4).cells
                           for each in (path.read_text(encoding="utf-8"), text))
    assert len(english) == len(translated)
    for before, after in zip(english, translated, strict=True):
        assert (before.id, before.metadata) == (after.id, after.metadata)
        if before.cell_type == "code":
            assert wordless(before.source) == wordless(after.source), after.source
    assert text.count(json.dumps(chinese.SPEAK.splitlines()[-1])[1:-1]) == 1
