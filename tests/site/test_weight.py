"""What a page weighs and in which order it starts; its styles and the explorers' stay apart."""

import gzip
import re
from collections import Counter
from urllib.parse import urlparse

KINDS = {".html": "html", ".css": "css", ".js": "js", ".woff2": "fonts", ".woff": "fonts"}
LIMIT = 450 * 1024
# A widget's bytes (the translator's weights) stand in the page as base64.
WEIGHTS = re.compile(rb'(?<="data": ")[\w+/]{10000,}=*')


def zipped(content):
    return gzip.compress(content, mtime=0)


def sizes(folder, prefix, urls):
    """Compressed bytes of the files that a page asked for, by kind: the translator's weights apart.

    folder stands at the address prefix. Fonts and pictures are compressed already.
    """
    total = Counter()
    for url in {url.partition("?")[0].partition("#")[0] for url in urls}:
        if not url.startswith(prefix):
            continue
        path = folder / urlparse(url.removeprefix(prefix)).path.lstrip("/")
        kind, content = KINDS.get(path.suffix, "other"), path.read_bytes()
        if kind == "html":
            total["weights"] += sum(len(zipped(found)) for found in WEIGHTS.findall(content))
            content = WEIGHTS.sub(b"", content)
        total[kind] += len(content if kind in ("fonts", "other") else zipped(content))
    return total


def test_a_page_with_its_fonts_is_small(seen, site_dir, site_url):
    by_kind = sizes(site_dir, site_url, seen.requests)
    assert by_kind["html"] and by_kind["css"] and by_kind["js"]
    if seen.page.locator("math, :lang(zh)").count():
        assert by_kind["fonts"]
    assert by_kind.total() - by_kind["weights"] <= LIMIT, by_kind


def test_a_page_asks_for_no_icon_font(seen, site_dir):
    assert [url for url in seen.requests if re.search("awesome|/fa-", url)] == []
    assert list(site_dir.rglob("_static/**/*awesome*")) == []


def test_no_script_but_the_memory_runs_before_the_explorers(seen):
    scripts = seen.page.eval_on_selector_all(
        "script[src]", "(all) => all.map((one) => [one.getAttribute('src'), one.defer])")
    names = [re.search(r"([\w.-]+)(\?|$)", src)[1] for src, _ in scripts]
    if "explorables.js" in names:
        assert names[:2] == ["site.js", "explorables.js"]
    assert all(deferred for _, deferred in scripts), "none holds up the page"


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
