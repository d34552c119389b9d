"""What is wider than a phone scrolls in its own box, and says so; all tables have one look."""

import io

import numpy as np
import pytest
from PIL import Image

WIDE = {"chapters/03_bottleneck": ".bd-article table.sa-columns",
        "chapters/cheat_sheet": ".bd-article table:not(.sa-columns)",
        "chapters/for_teachers": ".bd-article .highlight pre"}
FIRST_THAT_SCROLLS = """(all) => all.findIndex((one) => one.scrollWidth > one.clientWidth + 40)"""
LOOK = """(table) => [table.querySelector("thead th"), table.querySelectorAll("tbody td")[1]]
  .map(getComputedStyle).map(({ fontSize, color, backgroundColor, backgroundImage, paddingBlock,
    paddingInline, borderBottom, borderRightWidth, fontVariantNumeric }) => [fontSize, color,
    backgroundColor, backgroundImage, paddingBlock, paddingInline, borderBottom, borderRightWidth,
    fontVariantNumeric].join(" "))"""


def scrolling(page, selector):
    """The first that is wider than its box; what is folded is opened."""
    page.eval_on_selector_all("article details", "(all) => all.forEach((one) => (one.open = true))")
    boxes = page.locator(selector)
    return boxes.nth(boxes.evaluate_all(FIRST_THAT_SCROLLS))


def shaded(box):
    """Which edges differ from what lies beside them: (the left, the right)."""
    pixels = np.asarray(Image.open(io.BytesIO(box.screenshot())).convert("L"), dtype=int)
    row = pixels[20:-20, 2:-2].mean(axis=0)  # without the corners
    return abs(row[0] - row[60]) > 8, abs(row[-1] - row[-60]) > 8


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_scrolls_is_shaded_where_there_is_more(visit, site_url, theme, name):
    page = visit(f"{site_url}/{name}.html", viewport={"width": 360, "height": 800},
                 color_scheme=theme).page
    page.add_style_tag(content="article * { color: transparent !important; "
                               "border-color: transparent !important; }")
    box = scrolling(page, WIDE[name])
    assert shaded(box) == (False, True)
    box.evaluate("(box) => (box.scrollLeft = box.scrollWidth)")
    assert shaded(box) == (True, False)


def test_in_forced_colours_what_scrolls_has_a_line_at_its_end(visit, site_url):
    page = visit(f"{site_url}/chapters/cheat_sheet.html", viewport={"width": 360, "height": 800},
                 forced_colors="active").page
    for selector in (".bd-article table", ".bd-article .highlight pre"):
        box = scrolling(page, selector)
        assert box.evaluate("(box) => getComputedStyle(box).borderRightStyle") == "double"


def test_a_caption_stays_within_the_column_while_its_table_scrolls(visit, site_url):
    page = visit(f"{site_url}/chapters/03_bottleneck.html",
                 viewport={"width": 360, "height": 800}).page
    table = scrolling(page, ".bd-article table:has(caption)")
    table.evaluate("(table) => (table.scrollLeft = table.scrollWidth)")
    inside = """(table) => {
      const [outer, inner] = [table, table.caption].map((one) => one.getBoundingClientRect());
      return outer.left - 1 <= inner.left && inner.right <= outer.right + 1;
    }"""
    assert table.evaluate("(table) => table.scrollLeft") > 0
    assert table.evaluate(inside)


def test_all_tables_have_one_look(visit, site_url):
    """Those of Markdown and those of table()."""
    looks = []
    for name, selector in list(WIDE.items())[:2]:
        page = visit(f"{site_url}/{name}.html").page
        looks.append(page.locator(selector).first.evaluate(LOOK))
    assert looks[0] == looks[1]
