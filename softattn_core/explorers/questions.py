"""Questions on the page: choose or enter a number; every wrong answer has a reason of its own.

The questions of a chapter are a file beside it, `01_softmax.questions.toml`, one table a question:

    [first_weight]                      what Questions("01_softmax", "first_weight") shows
    ask = "…"
    answer = "0.659"                    a number, with as many digits as the answer shows
    tolerance = 0.02
    check = "softmax([2, 1, 0.1])[0]"   what it is, in Python; the tests compare
    reason = "why it is that"
    because = ["it is", "…"]            words of this reason alone, and Python that is true if it is
    wrong = "the hint for any other number"
    [[first_weight.slips]]              as many likely wrong numbers as you like
    number = "0.645"
    check = "2 / 3.1"
    reason = "what was done to get it"

    [first_ratio]                       or, instead of a number, what to choose from
    ask = "…"
    let = { p = "softmax([2, 1, 0.1])" }    names for the checks, where they help
    [[first_ratio.choices]]
    text = "more than twice"
    right = true                        exactly one has this
    check = "p[0] / p[1] > 2"           true for the right one, false for the others
    reason = "why it is right, or wrong"

Beside each reason, of a slip or a choice as well, stands its `because`.
Texts may hold `code`. The tests run every check, and look for every number of three or more
digits in a question's texts among the values of its checks and names.
"""

import tomllib
from pathlib import Path

import traitlets

from softattn_core.explorers.base import Explorer, front_end, style
from softattn_core.language import say, spoken
from softattn_core.tables import inline

NUMBER_KEYS = {"ask": str, "answer": str, "tolerance": (int, float), "check": str, "reason": str,
               "wrong": str}
SLIP_KEYS = {"number": str, "check": str, "reason": str}
CHOICE_KEYS = {"text": str, "check": str, "reason": str}
KIND = {str: "text in quotes", list: "a list", dict: "a table", bool: "true",
        (int, float): "a number"}


class Questions(Explorer):
    """Questions of a chapter: all, or those named. The file lies in the notebook's folder.

    ValueError if the file, or a question in it, is not as the head of this module says.
    """

    _esm = front_end("questions.js")
    _css = style("questions.css")

    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    static_reading = traitlets.Unicode(help="stands here without JavaScript").tag(sync=True)

    def __init__(self, chapter, *names):
        path = Path(f"{chapter}.questions.toml")
        if spoken() != "en" and Path(spoken(), path).is_file():  # a browser's Python has both
            path = Path(spoken(), path)
        known = load_questions(path)
        if missing := [name for name in names if name not in known]:
            raise ValueError(f"{path.name} has no question {missing[0]!r}; it has "
                             f"{', '.join(known)}")
        shown = [for_the_page(known[name]) | {"key": f"{chapter}/{name}"}
                 for name in names or known]
        super().__init__(questions=shown, static_reading="".join(map(as_html, shown)))

    def __repr__(self):
        return "\n\n".join(map(as_text, self.questions))


def load_questions(path):
    """{name: question} from a chapter's file; ValueError names the file, question and key."""
    try:
        questions = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: run this in the folder of the chapter") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None
    for name, question in questions.items():
        try:
            validate(question)
        except ValueError as error:
            raise ValueError(f"{path}, question {name!r}: {error}") from None
    return questions


def validate(question):
    if not isinstance(question, dict):
        raise ValueError("must be a table, [name], with its own keys")
    if "choices" in question:
        need(question, {"ask": str, "choices": list}, optional={"let": dict})
        for number, choice in enumerate(question["choices"], 1):
            need(choice, CHOICE_KEYS, {"right": bool, "because": list}, place=f"choice {number}: ")
        right = sum(choice.get("right", False) for choice in question["choices"])
        if right != 1:
            raise ValueError(f"'right = true' must stand in one choice, and stands in {right}")
    else:
        need(question, NUMBER_KEYS, optional={"slips": list, "let": dict, "because": list})
        must_be_number(question["answer"], "'answer'")
        for number, slip in enumerate(question.get("slips", []), 1):
            need(slip, SLIP_KEYS, {"because": list}, place=f"slip {number}: ")
            must_be_number(slip["number"], f"slip {number}: 'number'")


def need(table, keys, optional=None, place=""):
    if not isinstance(table, dict):
        raise ValueError(f"{place}must be a table, not {table!r}")
    known = keys | (optional or {})
    for key in keys:
        if key not in table:
            raise ValueError(f"{place}{key!r} is missing")
    for key, value in table.items():
        if key not in known:
            raise ValueError(f"{place}{key!r} is not a key; the keys are {', '.join(known)}")
        if not isinstance(value, known[key]) or value == "":
            raise ValueError(f"{place}{key!r} must be {KIND[known[key]]}, not {value!r}")


def must_be_number(text, place):
    try:
        float(text)
    except ValueError:
        raise ValueError(f"{place} must be a number in quotes, not {text!r}") from None


def for_the_page(question):
    """What the page needs of a question: all but the lines that the tests run."""
    kept = {key: value for key, value in question.items() if key not in ("check", "let", "because")}
    for key in ("choices", "slips"):
        if key in kept:
            kept[key] = [for_the_page(entry) for entry in kept[key]]
    return kept


def answer_of(question):
    """(the answer, its reason)"""
    if "answer" in question:
        return question["answer"], question["reason"]
    [right] = (choice for choice in question["choices"] if choice.get("right"))
    return right["text"], right["reason"]


def letters(question):
    return zip("abcdefgh", question.get("choices", []), strict=False)


def as_text(question):
    choices = [f"  ({letter}) {choice['text']}" for letter, choice in letters(question)]
    return "\n".join([f"{say('Predict.')} {question['ask']}", *choices])


def as_html(question):
    """The question to read without JavaScript, its answer folded."""
    answer, reason = answer_of(question)
    items = "".join(f"<li>{inline(choice['text'])}</li>" for _, choice in letters(question))
    choices = f'<ol type="a">{items}</ol>' if items else ""
    solved = say("{answer}. {reason}", answer=answer, reason=reason)
    return (f"<p><b>{say('Predict.')}</b> {inline(question['ask'])}</p>{choices}<details>"
            f"<summary>{say('Answer')}</summary><p>{inline(solved)}</p></details>")
