"""A chapter on paper: Chromium prints it, and what the PDF says is read."""

import re

import pytest

from tests.site.conftest import Visit
from tests.site.pdf import words

CHAPTERS = ["chapters/01_softmax", "chapters/04_attention"]


@pytest.fixture(scope="module", params=CHAPTERS)
def printed(request, browser, site_url):
    """(what is on the paper, the page that it was made of)"""
    visit = Visit(browser).open(f"{site_url}/{request.param}.html")
    yield words(visit.page.pdf()), visit.page
    visit.context.close()


def squeezed(text):
    return "".join(text.split())


def texts(page, selector):
    found = page.locator(selector).all_text_contents()
    assert found, selector
    return [squeezed(text) for text in found]


def italic(letter):
    """As formulas have it."""
    first = 0x1D434 - 65 if letter < "a" else 0x1D44E - 97
    return "ℎ" if letter == "h" else chr(ord(letter) + first)


def test_formulas_are_on_paper(printed):
    paper, page = printed
    letters = page.locator("article math mi:not([mathvariant])").all_text_contents()
    wanted = {italic(letter) for letter in letters if re.fullmatch("[A-Za-z]", letter)}
    assert len(paper) > 10_000 and len(wanted) > 5
    assert wanted - set(paper) == set()


def test_every_box_is_open_on_paper(printed):
    paper, page = printed
    boxes = page.locator("article details:not(.sa-reveal, .sa-code, .explorable *) > p")
    begins = boxes.evaluate_all("(all) => all.map((p) => p.firstChild.data ?? '')")
    plain = [re.search(r"[A-Za-z ,]{15,}", text) for text in begins]
    found = [squeezed(run[0]) for run in plain if run]
    assert len(found) >= 2
    assert [text for text in found if text not in paper] == []


def test_no_bar_of_the_screen_is_on_paper(printed):
    paper, page = printed
    for bar in set(texts(page, ".sa-reveal > summary, .sa-code > summary")):
        assert bar not in paper
    assert "Runthischapter" not in paper
    for chapter in texts(page, ".bd-sidebar-primary .bd-links a")[-3:]:
        assert paper.count(chapter) <= 1, "the sidebar is printed"


def test_answers_are_on_the_last_pages(printed):
    paper, page = printed
    body, answers = paper.split("Answerstothepredictions")
    predictions = page.locator("article .sa-prediction").count()
    assert predictions >= 3
    assert [f"Prediction{n + 1}" in answers for n in range(predictions)] == [True] * predictions
    assert "Answer:" not in body and len(answers) < len(body)
