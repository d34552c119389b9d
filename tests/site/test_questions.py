"""Questions in a real browser: right, wrong and revealed; by keyboard; for everyone; on paper."""

import pytest

from softattn_core.explorers import Questions
from tests.site.accessible import assert_accessible
from tests.site.conftest import Visit
from tests.site.test_explorers import EVIL, FITS, page_with, show  # noqa: F401

FILE = f"""
[choose]
ask = "Which of `a`, 猫 and <b>c</b>?"
[[choose.choices]]
text = '''{EVIL}'''
check = "False"
reason = "The first one is wrong."
[[choose.choices]]
text = "猫"
right = true
check = "True"
reason = "The second is right, says `a`."
[[choose.choices]]
text = "A long one that has to be broken into lines on a narrow screen, as some answers are"
check = "False"
reason = "The third one is wrong."

[number]
ask = "How much?"
answer = "0.50"
tolerance = 0.05
check = "0.5"
reason = "One half."
wrong = "Think of a coin."
[[number.slips]]
number = "0.25"
check = "0.25"
reason = "Half of a half."
[[number.slips]]
number = "-2"
check = "-2"
reason = "Below zero."
"""


@pytest.fixture
def questions(tmp_path, monkeypatch, show):  # noqa: F811
    """questions(**context): one page with both questions, each a form."""
    (tmp_path / "mine.questions.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def open_page(*names, **context):
        seen = show(Questions("mine", *names), ready=".sa-question", **context)
        return seen, [seen.page.locator(".sa-question").nth(i) for i in range(len(names) or 2)]

    return open_page


def told(form):
    return form.get_by_role("status").inner_text()


def check(form):
    form.get_by_role("button", name="Check").click()
    return told(form)


def test_a_choice_is_answered_with_its_own_reason_and_may_be_tried_again(questions):
    seen, [form] = questions("choose")
    assert form.locator("legend").inner_text() == "Predict. Which of a, 猫 and <b>c</b>?"
    assert form.locator("legend code").inner_text() == "a"
    assert form.locator("legend [lang=zh]").inner_text() == "猫"
    assert check(form) == "Choose an answer first."
    choices = form.get_by_role("radio")
    choices.nth(0).check()
    assert told(form) == ""
    assert check(form) == "✗ Not quite. The first one is wrong."
    assert form.locator(".sa-verdict").all_inner_texts() == ["✗", "", ""]
    choices.nth(2).check()
    assert told(form) == "", "the last verdict does not stand beside another answer"
    assert check(form) == "✗ Not quite. The third one is wrong."
    form.get_by_text("猫").nth(1).click()  # the label is part of the target
    assert check(form) == "✓ Right. The second is right, says a."
    assert form.locator(".sa-verdict").all_inner_texts() == ["", "✓", ""]
    form.get_by_role("button", name="Show the answer").click()
    assert told(form) == "Answer: 猫. The second is right, says a."
    assert not seen.page.evaluate("'injected' in window")
    assert seen.page.locator(".sa-question :is(img, script)").count() == 0
    assert seen.complaints == []
    assert all(url.startswith(("file:", "blob:")) for url in seen.requests)


@pytest.mark.parametrize("typed, said", [
    ("0.5", "✓ Right. 0.50. One half."),
    ("0,55", "✓ Right. 0.50. One half."),
    ("50 %", "✓ Right. 0.50. One half."),
    ("0.45", "✓ Right. 0.50. One half."),
    ("0.3", "✗ Not quite. Half of a half."),
    ("−2", "✗ Not quite. Below zero."),
    ("–2", "✗ Not quite. Below zero."),
    ("1/2", "✓ Right. 0.50. One half."),
    ("0.551", "✗ Not quite. Too high. Think of a coin."),
    ("0.4", "✗ Not quite. Too low. Think of a coin."),
    ("1e9", "✗ Not quite. Too high. Think of a coin."),
    ("", "Type a number, such as 0.5."),
    ("half", "Type a number, such as 0.5."),
    ("1.2.3", "Type a number, such as 0.5."),
])
def test_a_number_is_right_within_its_tolerance_and_a_slip_is_known(numbers, typed, said):
    form = numbers
    form.get_by_label("Your number").fill(typed)
    assert check(form) == said


@pytest.fixture(scope="module")
def numbers(browser, tmp_path_factory):
    """The question with a number, on one page for all that is typed."""
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "mine.questions.toml").write_text(FILE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        widget = Questions("mine", "number")
    (folder / "page.html").write_text(page_with(widget), encoding="utf-8")
    visit = Visit(browser).open((folder / "page.html").as_uri())
    yield visit.page.locator(".sa-question")
    visit.context.close()


def test_by_keyboard_alone(questions):
    seen, [choose, number] = questions()
    keyboard = seen.page.keyboard
    for key in ("Tab", "Space", "ArrowDown", "Enter"):
        keyboard.press(key)
    assert told(choose).startswith("✓ Right.")
    shadow = choose.get_by_role("radio").nth(1).evaluate(
        "(radio) => getComputedStyle(radio).outlineStyle + getComputedStyle(radio).outlineWidth")
    assert shadow == "solid2px"
    for key in ("Tab", "Tab", "Enter"):
        keyboard.press(key)
    assert told(choose).startswith("Answer: 猫.")
    keyboard.press("Tab")
    keyboard.type("0.25")
    keyboard.press("Enter")
    assert told(number) == "✗ Not quite. Half of a half."


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_and_large_enough_to_touch(questions, theme):
    seen, [choose, number] = questions(
        theme=theme, color_scheme=theme, viewport={"width": 360, "height": 740})
    choose.get_by_role("radio").nth(0).check()
    check(choose)
    number.get_by_role("button", name="Show the answer").click()
    assert_accessible(seen.page)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert seen.page.evaluate(FITS) == [True, []]
    sizes = seen.page.locator(".sa-question :is(.sa-choice, button, [type=text])").evaluate_all(
        "(all) => all.map((one) => Math.min(one.offsetWidth, one.offsetHeight))")
    assert len(sizes) == 8 and min(sizes) >= 44
    groups = seen.page.get_by_role("group")
    assert groups.count() == 2
    assert seen.page.get_by_role("group", name="Predict. How much?").count() == 1


def test_on_paper_the_answer_stands_under_its_question(questions):
    seen, [choose, number] = questions()
    printed = choose.get_by_text("The second is right")
    assert not printed.is_visible()
    number.get_by_label("Your number").fill("0.3")
    check(number)
    seen.page.emulate_media(media="print")
    assert printed.is_visible()
    assert not number.get_by_text("Half of a half").is_visible()
    assert not choose.get_by_role("button").first.is_visible()


def test_chinese_pages_get_chinese_controls(questions):
    _, [choose, number] = questions(language="zh-CN")
    for form, name in [(choose, "检查"), (number, "显示答案")]:
        form.get_by_role("button", name=name).click()
    assert [told(choose), told(number)] == ["请先选择一个答案。", "答案： 0.50。One half."]


def test_without_javascript_the_answer_can_be_opened(visit, site_url):
    page = visit(f"{site_url}/chapters/01_softmax.html", java_script_enabled=False).page
    box = page.locator(".explorable", has_text="On paper, adding 1000")
    assert box.locator("li").count() == 3
    answer = box.get_by_text("Not a number, three times. Each exponential")
    assert not answer.is_visible()
    box.locator("summary").click()
    assert answer.is_visible()


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_the_chapters_questions_are_alive(visit, site_url, site_dir, scheme):
    root = site_url if scheme == "http" else site_dir.as_uri()
    seen = visit(f"{root}/chapters/01_softmax.html")
    form = seen.page.locator(".sa-question", has_text="Raise the third score")
    form.get_by_label("Your number").fill("0.659")
    assert "Its own score did not move" in check(form)
    form.get_by_label("Your number").fill("0.42")
    assert check(form).startswith("✓ Right. 0.422.")
    assert seen.complaints == []
