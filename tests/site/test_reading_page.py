"""The last page on the site: the boxes of the Transformer are links that everybody can use."""

import re

import pytest

PAGE = "chapters/reading_the_transformer.html"
BOXES = "figure.sa-figure a"


def test_every_box_leads_to_a_section_that_is_there(visit, site_url, site_dir):
    page = visit(f"{site_url}/{PAGE}").page
    links = page.locator(BOXES).evaluate_all("(all) => all.map((a) => a.getAttribute('href'))")
    assert len(links) == 16
    listed = page.locator("section#box-by-box li a").evaluate_all(
        "(all) => all.map((a) => a.getAttribute('href'))")
    assert set(links) == set(listed)
    for link in links:
        file, _, anchor = link.partition("#")
        html = (site_dir / "chapters" / file).read_text(encoding="utf-8")
        assert re.search(rf'<section[^>]* id="{re.escape(anchor)}"', html), link


def test_a_box_is_pressed_by_mouse_and_by_keyboard(visit, site_url):
    page = visit(f"{site_url}/{PAGE}").page
    box = page.get_by_role("link", name="Softmax", exact=True).first
    page.locator("figure.sa-figure svg").scroll_into_view_if_needed()
    place = box.bounding_box()
    # In the middle, where its text stands.
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_url("**/01_softmax.html#the-formula")
    page.go_back()
    page.get_by_role("link", name="Masked self-attention").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/06_transformer.html#hiding-the-future-on-the-scores")


def test_screen_readers_hear_every_box_by_its_name(visit, site_url):
    page = visit(f"{site_url}/{PAGE}").page
    figure = page.get_by_role("group", name=re.compile("The Transformer of 2017"))
    names = figure.get_by_role("link").evaluate_all("(all) => all.map((a) => a.ariaLabel)")
    assert names.count("Add & norm") == 5 and names.count("Multi-head self-attention") == 1
    assert len(names) == 16


@pytest.mark.parametrize("width", [360, 1280])
def test_its_letters_can_be_read_and_its_boxes_be_hit(visit, site_url, width):
    page = visit(f"{site_url}/{PAGE}", viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = [box.bounding_box() for box in page.locator(BOXES).all()]
    assert min(box["height"] for box in boxes) >= 24 and min(box["width"] for box in boxes) >= 90
