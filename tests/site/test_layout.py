"""Where things stand on a page: what is as wide as what, what is cut, what stands on its own."""

import pytest

from tests.site.conftest import unfold

CUT = """() => [...document.querySelectorAll(".cell_output :is(pre, table.sa-columns)")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.innerText)"""
# The places of a text's matches that a line's end parts.
BROKEN = r"""(root) => {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    if (text.parentElement.closest("pre, code, svg, .sa-explorer")) continue;
    const wholes = /\d(–\d+| %)|\(−?[\d.]+(, −?[\d.]+){1,2}\)|[Cc]hapter \d+|第 \d+ 章/g;
    for (const { 0: whole, index } of text.data.matchAll(wholes)) {
      const place = document.createRange();
      place.setStart(text, index);
      place.setEnd(text, index + whole.length);
      if (new Set([...place.getClientRects()].map(({ top }) => top)).size > 1) broken.push(whole);
    }
  }
  return broken;
}"""
LOOK = """(one) => {
  const { fontSize, fontWeight } = getComputedStyle(one);
  return [fontSize, fontWeight];
}"""
LONE = """() => [...document.querySelectorAll("section > .cell > .sa-code")]
  .filter((code) => !code.previousElementSibling).map((code) => code.textContent)"""


def width(page, selector):
    return page.locator(selector).first.evaluate("(one) => one.getBoundingClientRect().width")


def test_code_and_boxes_are_as_wide_as_explorers_and_the_text_is_not(visit, site_url):
    page = visit(f"{site_url}/chapters/04_attention.html").page
    widths = [width(page, f"article {place}")
              for place in (".sa-explorer:not(.sa-question)", ".sa-block",
                            "section > details:not(.sa-reveal)")]
    assert len(set(widths)) == 1
    assert width(page, "article section section > p") <= 576 < widths[0]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_printed_is_cut_on_a_wide_screen(seen):
    unfold(seen.page)
    assert seen.page.evaluate(CUT) == []


def test_code_that_shows_nothing_has_no_link_of_its_own(seen):
    assert seen.page.evaluate(LONE) == []


def test_no_number_is_parted_on_a_phone(seen_from_folder):
    assert seen_from_folder.page.locator("article").evaluate(BROKEN) == []


def test_a_table_in_the_frame_of_its_code_keeps_off_the_edge(visit, site_url):
    page = visit(f"{site_url}/chapters/07_language_model.html").page
    unfold(page)
    table = page.locator(".sa-block table").first.bounding_box()
    block = page.locator(".sa-block", has=page.locator("table")).first.bounding_box()
    assert table["x"] - block["x"] >= 8


def test_a_prediction_ends_where_its_buttons_end(visit, site_url):
    page = visit(f"{site_url}/chapters/02_cat_dog_bird.html").page
    box = page.locator(".sa-prediction", has=page.locator(".sa-choice")).first
    last = box.get_by_role("button").last.bounding_box()
    outer = box.bounding_box()
    assert 0 < outer["y"] + outer["height"] - last["y"] - last["height"] <= 18


def test_what_a_search_finds_has_the_books_look(visit, site_url):
    page = visit(f"{site_url}/search.html?q=softmax").page
    found = page.locator("#search-results li").first
    found.wait_for()
    heading = page.locator("h1").first.evaluate(LOOK)
    grid = found.evaluate("""(one) => {
      one.style.color = "var(--sa-grid)";
      const { color, borderTopColor } = getComputedStyle(one);
      return color === borderTopColor;
    }""")
    page.goto(f"{site_url}/chapters/glossary.html")
    assert grid and heading == page.locator("article h1").evaluate(LOOK)


@pytest.mark.parametrize("book", ["", "zh/"])
def test_the_marker_of_a_fold_stands_on_the_line_of_its_words(visit, site_url, book):
    page = visit(f"{site_url}/{book}chapters/07_language_model.html",
                 viewport={"width": 360, "height": 800}).page
    page.locator(".sa-way > summary").click()
    fold = page.locator(".sa-way details > summary:has(svg)").first
    fold.wait_for()
    # An empty box stands on the line where the marker stands.
    assert fold.evaluate("""(fold) => {
      const marker = fold.insertBefore(document.createElement("b"), fold.firstChild);
      marker.style.display = "inline-block";
      const words = document.createRange();
      words.selectNodeContents(fold.querySelector("span").firstChild);
      const { top, bottom } = words.getBoundingClientRect();
      const line = marker.getBoundingClientRect().bottom;
      return top < line && line < bottom;
    }""")
