"""Every page of the built site in a real browser: complete, offline, readable, without errors."""

import gzip
import json
import re
import zipfile
from urllib.parse import unquote, urljoin

import pytest
from downloads import unanswered
from fontTools.ttLib import TTFont

from tests.site.accessible import assert_accessible, assert_readable
from tests.site.conftest import PAGES, unfold

CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def is_whole_and_asks_nobody(seen, own):
    foreign = [url for url in seen.requests if not url.startswith((own, "data:", "blob:"))]
    assert foreign == []
    assert seen.complaints == []
    assert seen.page.locator("article h1").count() == 1
    assert len(seen.page.locator("article").inner_text()) > 300


def test_page_is_whole_and_asks_nobody(seen, site_url):
    is_whole_and_asks_nobody(seen, site_url)


def test_page_from_a_folder_is_whole_and_asks_nobody(seen_from_folder, site_dir):
    is_whole_and_asks_nobody(seen_from_folder, site_dir.as_uri())


def test_formulas_are_typeset(visit, site_url):
    seen = visit(f"{site_url}/chapters/01_softmax.html")
    fraction = seen.page.locator("div.math mfrac").first
    above, below = (fraction.locator("> *").nth(i).bounding_box() for i in (0, 1))
    assert above["y"] + above["height"] <= below["y"] + 1, "numerator above the denominator"
    assert seen.page.evaluate("document.fonts.check('16px \"STIX Two Math Book\"')")
    assert "$" not in seen.page.locator("article").inner_text()


TOO_WIDE = """() => {
  const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
  const edge = document.documentElement.clientWidth;
  return [...document.querySelectorAll(
      "article :is(math, table, pre, svg, img, p, li, summary, h1, h2, h3, .explorable)")]
    .filter((element) => element.getBoundingClientRect().right > edge + 1)
    .filter((element) => {
      for (let box = element; box.tagName !== "ARTICLE"; box = box.parentElement)
        if (scrolls(box) && box.getBoundingClientRect().right <= edge + 1) return false;
      return true;
    }).map((element) => element.outerHTML.slice(0, 120));
}"""


def test_nothing_is_wider_than_a_phone(seen_from_folder):
    page = seen_from_folder.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(TOO_WIDE) == []
    assert page.locator(".sa-explorer").evaluate_all(
        "(all) => all.filter((one) => one.scrollWidth > one.clientWidth)"
        ".map((one) => one.ariaLabel)") == [], "an explorer does not scroll as a whole"


# What a box hides of its text, but for the names that a reader may type as long as he likes.
CUT = """() => [...document.querySelectorAll("article *")].filter((node) => {
  if (!node.checkVisibility() || node.matches("input, .sa-hidden *")) return false;
  const hides = !["visible", "auto", "scroll"].includes(getComputedStyle(node).overflowX);
  return hides && node.clientWidth > 1 && node.scrollWidth > node.clientWidth + 1;
}).map((node) => node.outerHTML.slice(0, 120))"""


def test_no_text_is_cut_on_a_phone(seen_from_folder):
    assert seen_from_folder.page.evaluate(CUT) == []


def test_no_text_is_cut_at_any_width(seen):
    page, usual = seen.page, seen.page.viewport_size
    unfold(page)
    cut = {}
    for width in (768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        cut[width] = page.evaluate(CUT)
    page.set_viewport_size(usual)
    assert not any(cut.values()), cut


def test_figures_and_images_have_a_sentence_for_an_alternative(seen):
    texts = seen.page.eval_on_selector_all(
        "article .sa-figure svg, article img",
        "(all) => all.map((one) => one.ariaLabel ?? one.getAttribute('alt') ?? '')",
    )
    for text in texts:
        assert len(text) >= 20 and not re.search(r"\.(png|svg)$|/", text.split()[0]), text


# Whether an explorer is broader than the text, and by how much it leaves the window free.
MARGIN = """() => {
  const right = (name) => document.querySelector(name).getBoundingClientRect().right;
  return [right("article .sa-frame") - right("article section > p"),
    document.querySelector(".bd-sidebar-secondary").getBoundingClientRect().left
      - right("article .sa-frame")];
}"""


def test_an_explorer_uses_the_right_margin_of_a_wide_screen(visit, site_url):
    page = visit(f"{site_url}/chapters/04_attention.html", viewport={"width": 1920, "height": 1080})
    broader, free = page.page.evaluate(MARGIN)
    assert broader > 90 and free > 0


def test_what_an_exercise_says_is_read_without_scrolling(visit, site_url):
    phone = {"width": 360, "height": 740}
    page = visit(f"{site_url}/chapters/01_softmax.html", viewport=phone).page
    said = page.locator(".tag_exercise .cell_output pre")
    assert said.count() and all(
        pre.evaluate("(pre) => pre.scrollWidth <= pre.clientWidth") for pre in said.all())


def test_figures_stand_at_the_edge_of_the_text(visit, site_url):
    page = visit(f"{site_url}/chapters/01_softmax.html").page
    edge = page.locator("article h2").first.bounding_box()["x"]
    captions = page.locator(".cell:not(.sa-block) figure.sa-figure figcaption >> visible=true")
    assert captions.count() and {place.bounding_box()["x"] for place in captions.all()} == {edge}


def test_figures_and_predictions_are_numbered_and_nothing_floats_over_a_field(seen):
    page = seen.page
    zh = "/zh/" in page.url
    for selector, name in [("figcaption b:first-child", "图 {}：" if zh else "Figure {}."),
                           (".sa-prediction > .sa-label", "预测 {}" if zh else "Prediction {}")]:
        texts = page.locator(f"article {selector}").all_text_contents()
        assert texts == [name.format(n + 1) for n in range(len(texts))]
    assert page.locator("#pst-back-to-top").count() == 0


def test_chapters_show_their_figures(visit, site_url):
    for chapter, least in [("01_softmax", 5), ("02_cat_dog_bird", 5)]:
        page = visit(f"{site_url}/chapters/{chapter}.html").page
        assert page.locator(".sa-figure svg").count() >= least


@pytest.fixture(scope="session")
def measured():
    """The looks of texts whose contrast was measured on some page."""
    return set()


def test_accessible(seen, measured):
    unfold(seen.page)
    assert_accessible(seen.page, measured)


# The Chinese pages have the markup and the colours of their twins, and a style sheet more.
@pytest.mark.parametrize("page_name", [*PAGES, "zh/index", "zh/chapters/04_attention"],
                         scope="session")
def test_readable_in_the_dark_and_in_forced_colours(seen, measured):
    page = seen.page
    unfold(page)
    page.emulate_media(color_scheme="dark")
    page.locator("html[data-theme=dark]").wait_for()
    assert_readable(page, measured)
    page.emulate_media(color_scheme="light", forced_colors="active")
    page.locator("html[data-theme=light]").wait_for()
    assert_readable(page, measured)
    page.emulate_media(forced_colors="none")


def test_dark_mode_recolours_page_and_figures(visit, site_url):
    colours = {}
    for theme in ("light", "dark"):
        page = visit(f"{site_url}/chapters/01_softmax.html", color_scheme=theme).page
        assert page.locator("html").get_attribute("data-theme") == theme
        colours[theme] = page.evaluate("""() => [
            getComputedStyle(document.body).backgroundColor,
            ...[...document.querySelectorAll(".sa-figure svg :is(path, use)")]
               .filter((shape) => !shape.closest("defs") && shape.hasAttribute("style"))
               .map((shape) => getComputedStyle(shape).fill).filter((fill) => fill !== "none")]""")
    assert len(colours["light"]) == len(colours["dark"]) > 10
    assert not set(colours["light"]) & set(colours["dark"])


def test_theme_button_switches(visit, site_url):
    page = visit(f"{site_url}/index.html", color_scheme="light").page
    seen = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(page.locator("html").get_attribute("data-theme"))
    assert seen == {"light", "dark"}


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize(("search", "page"), [
    ("search.html?q=sigmoid", "Softmax: from"), ("zh/search.html?q=掩码", "走向 Transformer"),
    ("zh/search.html?q=注意力", "注意力的三个步骤"), ("zh/search.html?q=编码器", "编码器–解码器")])
def test_search_finds_a_section(visit, site_url, site_dir, scheme, search, page):
    root = site_url if scheme == "http" else site_dir.as_uri()
    seen = visit(f"{root}/{search}")
    seen.page.locator("#search-results a", has_text=page).first.wait_for()
    assert seen.complaints == []


def book_of(page_name):
    """The folder of the page's book in the site."""
    return "zh" if page_name.startswith("zh/") else "."


def test_every_chinese_character_has_its_glyph(seen, site_dir, page_name):
    book = book_of(page_name)
    font = TTFont(site_dir / book / "_static" / "fonts" / "noto-sans-sc.woff2")
    characters = set(CHINESE.findall(seen.page.content()))
    assert {chr(code) for code in font.getBestCmap()} >= characters
    if characters & set(seen.page.locator("article").inner_text()):
        name = "Chinese Book" if book == "zh" else "Noto Sans SC Book"
        assert seen.page.evaluate(f"document.fonts.check('16px \"{name}\"', '猫')")
        families = seen.page.locator("article").evaluate("(e) => getComputedStyle(e).fontFamily")
        assert name in families


def test_every_sign_of_a_formula_has_its_glyph(seen, site_dir, page_name):
    fonts = site_dir / book_of(page_name) / "_static" / "fonts"
    known = TTFont(fonts / "stix-two-math.woff2").getBestCmap()
    signs = set("".join(seen.page.locator("math").all_text_contents())) - set(" \n\u00a0\u2061")
    signs |= {"√"} if seen.page.locator("msqrt").count() else set()
    signs -= set(CHINESE.findall("".join(signs)))  # words in a formula
    assert {sign for sign in signs if ord(sign) not in known} == set()


def test_page_offers_its_notebook(visit, site_url, site_dir):
    seen = visit(f"{site_url}/chapters/01_softmax.html")
    link = seen.page.locator("a.btn-download-source-button").first.get_attribute("href")
    offered = (site_dir / "chapters" / link).resolve()
    own = site_dir.parents[1] / "chapters" / "01_softmax.ipynb"
    assert offered.read_text(encoding="utf-8") == unanswered(own.read_text(encoding="utf-8"))


def test_links_within_the_site_lead_somewhere(seen, site_url, site_dir):
    # A link in a drawing has no address of its own as text, only its attribute.
    hrefs = seen.page.eval_on_selector_all("a[href]", """(all) => all.map((one) =>
        new URL(one.getAttribute("href"), document.baseURI).href)""")
    for href in {h for h in hrefs if h.startswith(site_url)}:
        path, _, anchor = href.removeprefix(site_url).lstrip("/").partition("#")
        target = site_dir / (path.partition("?")[0] or "index.html")
        assert target.is_file(), href
        if anchor and target.suffix == ".html":
            assert f'id="{unquote(anchor)}"' in target.read_text(encoding="utf-8"), href


def test_preview_for_chats_and_search_engines(seen, site_url, published_at, page_name):
    content = {
        key: seen.page.locator(f'meta[property="og:{key}"]').get_attribute("content")
        for key in ("title", "description", "image")
    }
    assert content["title"] and len(content["description"]) > 15
    if published_at:  # chats want a whole address
        assert content["image"].startswith(published_at)
        content["image"] = f"{site_url}/{content['image'].removeprefix(published_at)}"
    address = urljoin(f"{site_url}/{page_name}.html", content["image"])
    image = seen.page.request.get(address)
    assert image.ok and image.headers["content-type"] == "image/png"


def test_favicon(visit, site_url):
    seen = visit(f"{site_url}/index.html")
    icon = seen.page.locator("link[rel~=icon]").get_attribute("href")
    assert seen.page.request.get(f"{site_url}/{icon}").ok


def test_unknown_address_gets_the_books_404_page(visit, site_url):
    seen = visit(f"{site_url}/chapters/no_such_page.html")
    assert "not" in seen.page.locator("article h1").inner_text().lower()
    seen.page.locator("article a").first.click()
    seen.page.wait_for_url(f"{site_url}/index.html")
    seen.page.get_by_role("heading", level=1).wait_for()


def test_the_404_page_opened_from_a_folder_has_the_books_look(visit, site_dir):
    page = visit(f"{site_dir.as_uri()}/404.html").page
    page.wait_for_function("getComputedStyle(document.body).getPropertyValue('--sa-ink')")
    page.locator("article a").first.click()
    page.wait_for_url(f"{site_dir.as_uri()}/index.html")


@pytest.mark.parametrize("name", ["index", "chapters/04_attention", "zh/chapters/04_attention"])
def test_the_book_lives_under_another_path_too(visit, moved_url, name):
    seen = visit(f"{moved_url}/{name}.html", until="networkidle")
    is_whole_and_asks_nobody(seen, moved_url)
    assert seen.page.locator(".explorable > div").count() > 0


def test_search_and_run_this_chapter_work_under_another_path(visit, moved_url):
    seen = visit(f"{moved_url}/search.html?q=bottleneck")
    seen.page.locator("#search-results li a").first.click()
    seen.page.wait_for_url(f"{moved_url}/chapters/*")
    seen.page.goto(f"{moved_url}/chapters/01_softmax.html")
    run = seen.page.get_by_role("link", name="Run this chapter").first
    run.wait_for()
    assert seen.page.request.get(run.evaluate("link => link.href").partition("?")[0]).ok


def test_no_page_carries_a_script_it_does_not_need(seen):
    scripts = {url.partition("?")[0].rpartition("/")[2] for url in seen.requests if ".js" in url}
    assert not scripts & {"require.min.js", "thebelab.js", "sphinx-thebe.js"}
    assert not any("mathjax" in script.lower() or "html-manager" in script for script in scripts)
    live = seen.page.locator(".explorable").count() > 0
    assert ("explorables.js" in scripts) == live


def test_explorer_code_of_a_page_is_small(seen):
    """Each text is stored once a page, however many widgets share it; all compressed together."""
    states = seen.page.locator('script[type="application/vnd.jupyter.widget-state+json"]')
    saved = [json.loads(text) for text in states.all_text_contents()]
    code = [text for each in saved for text in each["texts"]]
    widgets = [model["state"] for each in saved for model in each["state"].values()]
    stored = [piece for widget in widgets for part in ("_esm", "_css")
              for piece in widget.get(part, [])]
    assert set(stored) == set(range(len(code))) and len(set(code)) == len(code)
    # A Chinese character takes three bytes.
    limit = 21_000 if "/zh/" in seen.page.url else 20_000
    assert len(gzip.compress("".join(sorted(code)).encode())) <= limit


def files_in(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & {*path.parts}}


def test_course_zip_holds_what_the_notebooks_need(site_dir, tmp_path):
    with zipfile.ZipFile(site_dir / "downloads" / "softattn-course.zip") as course:
        course.extractall(tmp_path)
    root = tmp_path / "softattn-course"
    requirements = (root / "requirements.txt").read_text(encoding="utf-8")
    for needed in ("numpy==", "matplotlib==", "anywidget==", "jupyterlab==", "pylopdf", "-e ."):
        assert needed in requirements
    for folder in ("softattn_core", "chapters"):
        assert files_in(root / folder) == files_in(site_dir.parents[1] / folder)


@pytest.mark.parametrize("book", ["", "zh/"])
def test_the_cheat_sheet_prints_on_one_sheet(visit, site_url, book):
    page = visit(f"{site_url}/{book}chapters/cheat_sheet.html").page
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    [width, height] = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf).groups()
    assert (round(float(width)), round(float(height))) == (595, 842), "A4, in points"
    page.emulate_media(media="print")
    assert page.locator("#cheat-sheet").is_visible()
    assert not page.locator(".bd-sidebar-primary").is_visible()
