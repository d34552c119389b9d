"""What a page weighs and in which order it starts; its styles and the explorers' stay apart."""

import gzip
import re
import threading
from collections import Counter
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlparse

import pydata_sphinx_theme
import pytest
import sphinx_book_theme
from playwright.sync_api import expect
from website import BY_CHILDREN, ICON_FONT

from tests.site.conftest import ALIVE

KINDS = {".html": "html", ".css": "css", ".js": "js", ".woff2": "fonts", ".woff": "fonts"}
LIMIT = 450 * 1024
CHINESE_FONT = 250 * 1024  # of the Chinese book, for a reader whose computer has none


def zipped(content):
    return gzip.compress(content, mtime=0)


def sizes(folder, prefix, urls):
    """Compressed bytes of the files that a page asked for, by kind: the models' weights apart.

    folder stands at the address prefix. Fonts and pictures are compressed already.
    """
    total = Counter()
    for url in {url.partition("?")[0].partition("#")[0] for url in urls}:
        if not url.startswith(prefix):
            continue
        path = folder / urlparse(url.removeprefix(prefix)).path.lstrip("/")
        kind = "weights" if path.parent.name == "bytes" else KINDS.get(path.suffix, "other")
        content = path.read_bytes()
        total[kind] += len(content if kind in ("fonts", "other") else zipped(content))
    return total


def test_a_page_with_its_fonts_is_small(seen, site_dir, site_url):
    by_kind = sizes(site_dir, site_url, seen.requests)
    assert by_kind["html"] and by_kind["css"] and by_kind["js"]
    if seen.page.locator("math, :lang(zh)").count():
        assert by_kind["fonts"]
    limit = LIMIT + (CHINESE_FONT if "/zh/" in seen.page.url else 0)
    assert by_kind.total() - by_kind["weights"] <= limit, by_kind


def test_a_page_asks_for_no_icon_font(seen, site_dir):
    assert [url for url in seen.requests if re.search("awesome|/fa-", url)] == []
    assert list(site_dir.rglob("_static/**/*awesome*")) == []


# How everything on the page looks, and how it would with these texts as the style sheets of a name.
LOOKS = """(sheets) => {
  const properties = ["display", "position", "inset", "float", "order", "flex", "visibility",
    "opacity", "zIndex", "overflow", "color", "backgroundColor", "margin", "padding", "border",
    "font", "textDecoration", "listStyle", "width", "height", "transform", "content"];
  const look = () => [...document.querySelectorAll("body, body *")].flatMap((node) =>
    [null, "::before", "::after"].map((part) => {
      const style = getComputedStyle(node, part);
      return `<${node.localName} class="${node.className}">${part ?? ""} ` +
        properties.map((name) => style[name]).join("; ");
    }));
  const before = look();
  for (const [name, text] of Object.entries(sheets)) {
    const style = document.createElement("style");
    style.textContent = text;
    const link = [...document.querySelectorAll("link[rel=stylesheet]")]
      .find(({ href }) => href.split("?")[0].endsWith(name));
    link.after(style);
    link.disabled = true;
  }
  return look().map((now, i) => [before[i], now]).filter(([before, now]) => before !== now);
}"""


@pytest.mark.parametrize("name", [
    "index", "search", "genindex", "404", "chapters/01_softmax", "chapters/04_attention",
    "chapters/glossary"])
def test_the_theme_loses_no_rule_that_a_page_needs(visit, site_dir, site_url, name):
    sheets = {
        f"{module.__name__.replace('_', '-')}.css": next(
            Path(module.__file__).parent.glob("theme/*/static/styles/*-theme.css")).read_text("utf-8")
        for module in (pydata_sphinx_theme, sphinx_book_theme)}
    small = [site_dir / "_static" / "styles" / sheet for sheet in sheets]
    assert all(len(zipped(sheet.read_bytes())) < 20 * 1024 for sheet in small)
    whole = {sheet: BY_CHILDREN.sub("", ICON_FONT.sub("", re.sub(r"(?s)/\*.*?\*/", "", text)))
             for sheet, text in sheets.items()}
    page = visit(f"{site_url}/{name}.html", reduced_motion="reduce").page
    assert page.evaluate(LOOKS, whole) == []


def test_no_script_holds_up_a_page_and_that_of_the_explorers_waits_for_none(seen):
    scripts = seen.page.eval_on_selector_all(
        "script[src]", "(all) => all.map((one) => [one.src, one.async, one.defer])")
    waits = {re.search(r"([\w.-]+)(\?|$)", src)[1]: (at_once, later)
             for src, at_once, later in scripts}
    assert all(at_once or later for at_once, later in waits.values())
    assert waits.get("explorables.js", (True, False)) == (True, False)


@contextmanager
def held_back(site, name, *behind):
    """(the site's address, a function): page `name` stops behind each text until that is called."""
    calls = threading.Semaphore(0)

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path != f"/{name}":
                return super().do_GET()
            content = (site / name).read_bytes()
            stops = [content.index(text.encode()) + len(text) for text in behind]
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            for start, end in pairwise([0, *stops, len(content)]):
                if start:
                    calls.acquire()
                self.wfile.write(content[start:end])
                self.wfile.flush()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls.release
    finally:
        calls.release(len(behind))
        server.shutdown()
        server.server_close()


def test_an_explorer_lives_while_the_rest_of_its_page_still_comes(new_context, site_dir):
    """And what the reader answers there is known to the rest, once that has come."""
    name = "chapters/02_cat_dog_bird.html"
    with held_back(site_dir, name, "<article", 'class="sa-reveal') as (address, go_on):
        page = new_context().new_page()
        page.goto(f"{address}/{name}", wait_until="commit")
        page.wait_for_function("globalThis.explorableBytes")  # the host has run
        go_on()
        question = page.locator(".explorable .sa-question").first
        question.get_by_role("textbox").fill("0.8")
        question.get_by_role("button", name="Check").click()
        assert page.evaluate("document.readyState") == "loading"
        go_on()
        page.locator(".sa-made", has_text="1 of").first.wait_for()
        page.wait_for_load_state()
        page.wait_for_function(ALIVE)
        assert page.locator(".sa-reveal").first.get_attribute("open") is not None
        assert page.locator(".explorable script").count() == 0, "each was started once"
        for name in ("Forget my answers", "Forget all answers, in every chapter?"):
            page.get_by_role("button", name=name).click()
        expect(question.get_by_role("textbox")).to_have_value("")


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_a_page_does_not_wait_for_the_weights_further_down(visit, site_url, site_dir, scheme):
    """They come in a script of their own, which a page opened from a folder may load, too."""
    root = site_url if scheme == "http" else site_dir.as_uri()
    seen = visit(f"{root}/chapters/04_attention.html")
    assert max(map(len, re.findall(r"[\w+/]+=*", seen.page.content()))) < 10_000
    assert len([url for url in seen.requests if "/_static/bytes/" in url]) == 1
    chinese = seen.page.get_by_role("group", name="Chinese")
    words = chinese.first.get_by_role("button").all_inner_texts()
    assert words == ["她", "今晚", "不", "在公司", "喝", "咖啡"]
    assert seen.complaints == []


def test_explorers_share_their_style(seen):
    """Else the browser tries each rule as often as there are explorers on a page."""
    texts = seen.page.eval_on_selector_all("style", "(all) => all.map((one) => one.textContent)")
    assert len(set(texts)) == len(texts)


# Styles with an address are the page's; the explorers' have none.
CLASHES = """() => {
  const rules = (list) => [...list].flatMap((rule) => [rule, ...rules(rule.cssRules ?? [])]);
  const selectors = [...document.styleSheets].filter((sheet) => sheet.href)
    .flatMap((sheet) => rules(sheet.cssRules)).map((rule) => rule.selectorText)
    .filter((text) => text?.includes(".sa-") && !text.includes(".sa-explorer"));
  const found = [];
  for (const element of document.querySelectorAll(".sa-explorer *"))
    for (const name of element.classList) {
      if (!name.startsWith("sa-")) found.push(`no prefix: ${name}`);
      for (const text of selectors)
        if (new RegExp(`\\\\.${name}(?![\\\\w-])`).test(text.replace(/:not\\([^)]*\\)/g, ""))
            && element.matches(text)) found.push(`${name}: ${text}`);
    }
  return [...new Set(found)];
}"""


def test_no_style_of_the_page_reaches_into_an_explorer(seen):
    assert seen.page.evaluate(CLASHES) == []


# Of each rule that counts here, what stands before ":has(", if an element around an explorer fits.
LOOKS_IN = """() => {
  const rules = (list) => [...list].flatMap((rule) => [rule, ...rules(
    rule.media && !matchMedia(rule.media.mediaText).matches ? [] : rule.cssRules ?? [])]);
  const owners = [...document.styleSheets].filter((sheet) => sheet.href)
    .flatMap((sheet) => rules(sheet.cssRules))
    .flatMap((rule) => [...(rule.selectorText ?? "").matchAll(/([^\\s>+~,(]*?)(:not\\()?:has\\(/g)])
    .map((found) => found[1] || "*");
  const around = new Set();
  for (const explorer of document.querySelectorAll(".sa-explorer"))
    for (let node = explorer.parentElement; node; node = node.parentElement) around.add(node);
  return owners.filter((owner) => [...around].some((node) => node.matches(owner)));
}"""


def test_no_style_looks_into_what_holds_an_explorer(seen):
    """Else the browser does so again at every change within: that took half of an event's time."""
    assert seen.page.evaluate(LOOKS_IN) == []
