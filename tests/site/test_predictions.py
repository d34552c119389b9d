"""Predictions in a real browser: folded, opened by an answer or on demand, kept, wiped, printed."""

import pytest
from predictions import WORDS, Folder
from website import script

from softattn_core.explorers import Questions
from tests.site.accessible import assert_accessible
from tests.site.test_explorers import page_with
from tests.site.test_questions import FILE, check, told

CELLS = [("question", []), ("answer one", ["reveal"]), ("> **Predict.** And now?", []),
         ("answer two", ["reveal"]), ("The end.", [])]
KEY = "softmax-and-attention"


def chapter(widget, language):
    """A page as the site has it: a question with its fold, a quotation with its own, a box."""
    folder = Folder("mine", WORDS[language])
    cells = [{"cell_type": "markdown", "metadata": {"tags": tags}, "source": text}
             for text, tags in CELLS]
    cells[0] |= {"cell_type": "code", "source": 'Questions("mine", "number")'}
    html = page_with(widget, language=language)
    begin, explorer, end = html.partition(html[html.index('<div class="explorable">'):
                                               html.index("<p>Text.</p>")])
    parts = [explorer if cell["cell_type"] == "code" else
             cell["source"] if cell["source"].startswith("<") else f"<p>{cell['source']}</p>"
             for cell in folder.fold(cells)]
    scripts = (f'<script type="application/json" id="sa-predictions">{{"mine": {len(folder.keys)}, '
               f'"other": 4}}</script><script>{script()}</script>')
    heading = '<article class="bd-article"><h1><span class="section-number">3. </span>'
    begin = begin.replace("<h1>", heading)
    nav = ('<style>a { color: inherit; }</style>'
           '<nav class="bd-links"><a class="reference internal" href="mine.html">Mine</a>'
           '<a class="reference internal" href="other.html">Other</a></nav>')
    box = "<details><summary>In depth</summary><p>Depth.</p></details></article>"
    start = ('<div class="sa-start"><a href="first.html">Start</a></div>'
             '<p data-chapter="other"></p>')
    return begin + "".join(parts) + box + nav + start + scripts + end


@pytest.fixture
def page(new_context, tmp_path, monkeypatch):
    """page(language="en", **context): the chapter, open in the browser."""
    (tmp_path / "mine.questions.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def open_page(language="en", **context):
        html = chapter(Questions("mine", "number"), language)
        (tmp_path / "mine.html").write_text(html, encoding="utf-8")
        page = new_context(**context).new_page()
        page.goto((tmp_path / "mine.html").as_uri())
        if context.get("java_script_enabled", True):
            page.locator(".sa-question").wait_for()
        return page

    return open_page


def made(page):
    return page.locator(".sa-how-far .sa-made").inner_text()


def answer(page, number):
    form = page.locator(".sa-question")
    form.get_by_label("Your number").fill(number)
    return check(form)


def test_an_answer_opens_what_it_was_a_prediction_of(page):
    page = page()
    one, two = page.get_by_text("answer one"), page.get_by_text("answer two")
    assert not one.is_visible() and not two.is_visible()
    assert made(page) == "0 of 2 predictions made"
    assert answer(page, "") == "Type a number, such as 0.5."
    assert not one.is_visible(), "nothing was committed to"
    assert answer(page, "0.3").startswith("✗ Not quite.")
    assert one.is_visible() and not two.is_visible()
    assert made(page) == "1 of 2 predictions made"
    page.get_by_text("See what happens").nth(1).click()
    assert two.is_visible()
    page.get_by_text("2 of 2 predictions made").wait_for()


def test_the_answer_shown_opens_it_too(page):
    page = page()
    page.get_by_role("button", name="Show the answer").click()
    assert page.get_by_text("answer one").is_visible()


def test_by_keyboard(page):
    page = page()
    page.locator(".sa-reveal summary").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("answer two").is_visible()


def test_without_a_script_it_opens_too(page):
    page = page(java_script_enabled=False)
    assert not page.get_by_text("answer one").is_visible()
    page.get_by_text("See what happens").first.click()
    assert page.get_by_text("answer one").is_visible()


def test_what_was_answered_is_there_after_a_reload(page):
    page = page()
    answer(page, "0.3")
    page.reload()
    page.locator(".sa-question").wait_for()
    form = page.locator(".sa-question")
    assert form.get_by_label("Your number").input_value() == "0.3"
    assert told(form) == "✗ Not quite. Half of a half."
    assert page.get_by_text("answer one").is_visible()
    assert made(page) == "1 of 2 predictions made"


def test_it_is_kept_in_one_place_of_this_browser(page):
    page = page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    answer(page, "0.3")
    assert page.evaluate("Object.keys(localStorage)") == [KEY]
    assert page.evaluate("JSON.parse(localStorage[Object.keys(localStorage)[0]]).answers") == {
        "mine/number": {"given": "0.3"}}
    assert page.evaluate("[document.cookie, sessionStorage.length]") == ["", 0]
    assert asked == []


def test_all_is_wiped_at_the_second_press(page):
    page = page()
    forget = page.locator(".sa-how-far").get_by_role("button")
    assert not forget.is_visible(), "there is nothing to forget"
    answer(page, "0.3")
    forget.click()
    assert forget.inner_text() == "Forget all answers, in every chapter?"
    page.get_by_label("Your number").focus()
    assert forget.inner_text() == "Forget my answers", "it does not wait for a slip"
    forget.click()
    forget.click()
    assert made(page) == "0 of 2 predictions made"
    assert page.evaluate("localStorage.length") == 0
    assert page.get_by_label("Your number").input_value() == ""
    assert told(page.locator(".sa-question")) == ""
    assert not page.get_by_text("answer one").is_visible()


def test_another_tab_hears_of_it(page):
    first = page()
    second = first.context.new_page()
    second.goto(first.url)
    second.locator(".sa-question").wait_for()
    # It can be a while before a browser passes on to one tab what another writes.
    first.evaluate("addEventListener('storage', () => { document.body.dataset.hears = ''; })")
    second.evaluate("""() => (function write() {
        localStorage.setItem("other", Math.random());
        requestAnimationFrame(write);
    })()""")
    first.locator("body[data-hears]").wait_for()
    answer(second, "0.5")
    first.get_by_text("answer one").wait_for()
    # Another listener of the same news: it may be told a moment later.
    first.get_by_text("1 of 2 predictions made").first.wait_for()


def test_progress_stands_in_the_sidebar_and_the_front_page_knows_the_place(page):
    page = page()
    answer(page, "0.5")
    assert page.locator(".bd-links a").all_inner_texts() == ["Mine 1/2", "Other"]
    assert page.locator("[data-chapter=other]").inner_text() == "0 of 4 predictions made"
    page.reload()
    link = page.locator(".sa-start a")
    assert link.inner_text() == "Continue with chapter 3"
    assert link.get_attribute("href") == "chapters/mine.html"
    forget = page.locator(".sa-start").get_by_role("button")
    forget.click()
    forget.click()
    assert (link.inner_text(), link.get_attribute("href")) == ("Start", "first.html")
    assert page.locator("[data-chapter=other]").inner_text() == "0 of 4 predictions made"


def test_where_storage_is_forbidden_the_page_works_all_the_same(page):
    page = page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw Error(); } })")
    page.reload()
    page.locator(".sa-question").wait_for()
    answer(page, "0.5")
    assert page.get_by_text("answer one").is_visible()
    assert made(page) == "1 of 2 predictions made"


def test_what_is_kept_may_be_damaged(page):
    page = page()
    page.evaluate(f"localStorage.setItem('{KEY}', '{{broken')")
    page.reload()
    assert answer(page, "0.5").startswith("✓ Right.")


# In the middle of a real print: what is open, and in which order the end of the chapter says what.
PRINTED = """() => ({
  closed: document.querySelectorAll("details:not([open])").length,
  end: [...document.querySelector("article > :last-child").children].map((e) => e.textContent),
  hidden: getComputedStyle(document.querySelector(".sa-reveal > summary")).display,
})"""


def test_on_paper_answers_stand_at_the_end_and_every_box_is_open(page):
    page = page()
    before = page.locator("article").inner_html()
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = ({PRINTED})(); }})")
    page.pdf()
    printed = page.evaluate("window.printed")
    assert printed["closed"] == 0
    assert printed["end"] == [
        "Answers to the predictions", "Prediction 1", "Answer: 0.50. One half.", "answer one",
        "Prediction 2", "answer two"]
    assert page.locator("article").inner_html() == before
    assert made(page) == "0 of 2 predictions made", "a print answers nothing"
    page.emulate_media(media="print")
    assert not page.get_by_text("See what happens").first.is_visible()
    assert not page.locator(".sa-how-far").is_visible()
    assert page.get_by_text("Prediction 1").first.is_visible()


def test_in_chinese(page):
    page = page(language="zh")
    assert made(page) == "已做 0 / 2 个预测"
    assert page.get_by_text("看看结果").count() == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(page, theme):
    page = page(color_scheme=theme)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    answer(page, "0.3")
    assert_accessible(page)
