"""The site's own look and what a published copy needs to know of its address."""

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlparse

import matplotlib
from languages import language_of
from matplotlib.figure import Figure
from sphinx.builders.html._assets import _JavaScript

from softattn_core import softmax
from softattn_core.figures import COLOURS

# What the theme's sheets say of parents by their children is about parts that the book has not, and
# makes every change within an explorer half as slow again.
BY_CHILDREN = re.compile(r"[^{}]*:has\([^{}]*\{[^{}]*\}")
ICON_FONT = re.compile(r"(?<=[{}])\.fa[^{}]*\{[^{}]*\}|@font-face\s*\{[^{}]*Awesome[^{}]*\}")
# A rule: its selectors, with brackets in brackets, and what it says. And the classes in a selector.
RULE = re.compile(r"([^{}@;]+)(\{[^{}]*\})")
SELECTOR = re.compile(r"(?:[^,()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+")
CLASS = re.compile(r"\.((?:[\w-]|\\.)+)")
# How a name begins that a script puts together, as in `bs-tooltip-${place}`.
BEGINNING = re.compile(r"""["'` ]([a-z][\w-]*-)(?:["'`]|\$\{)""")
STYLES = ("colours.css", "text.css", "chinese.css", "icons.css", "cells.css", "predictions.css",
          "front.css", "print.css")
# The memory comes first: the others, and the explorers, use it.
SCRIPTS = ("memory.js", "predictions.js", "scrolling.js")

# A server shows the 404 page at any address, so its links begin at the site's root. A folder opened
# without a server has none.
FROM_A_FOLDER = """<script>
if (location.protocol === "file:") addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll("[href^='/root/']"))
    link.setAttribute("href", link.getAttribute("href").slice("/root/".length));
});
</script>"""


def read_address(app, config):
    """SITE_URL is set where the site is published; without it every link is relative."""
    address = os.environ.get("SITE_URL", "")
    chinese = language_of(config) == "zh"
    config.html_baseurl = f"{address}zh/" if address and chinese else address
    config.notfound_urls_prefix = urlparse(address).path or "/"
    config.notfound_context = {
        "title": "Page not found",
        "body": "<h1>This page is not in the book</h1>"
        "<p>The address may be mistyped. Start from the "
        f'<a href="{config.notfound_urls_prefix}index.html">front page</a>, or search.</p>'
        '<p lang="zh-CN">书里没有这一页。地址也许有误，请从'
        f'<a href="{config.notfound_urls_prefix}zh/index.html">首页</a>开始。</p>'
        + FROM_A_FOLDER.replace("/root/", config.notfound_urls_prefix),
    }


def joined(folder, names):
    """Several files as the one that a page loads."""
    assets = Path(__file__).parents[1] / "assets"
    return "\n".join((assets / folder / name).read_text(encoding="utf-8") for name in names)


def style_sheet():
    return joined("styles", STYLES)


def script():
    return joined("scripts", SCRIPTS)


def copy_assets(app):
    # Not through html_static_path: Jupyter Book 1 would load every script in it on every page.
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.css").write_text(style_sheet(), encoding="utf-8")
    (folder / "site.js").write_text(script(), encoding="utf-8")
    draw_preview(app.config.html_title, folder / "preview.png")


def draw_preview(title, target):
    """The picture that stands beside a link to the book, 1200 by 630 pixels."""
    scores = [2.0, 1.0, 0.1]
    with matplotlib.rc_context({"font.family": ["Noto Sans SC"], "text.color": COLOURS["ink"]}):
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=COLOURS["surface"])
        figure.text(0.06, 0.8, title, fontsize=46)
        figure.text(0.06, 0.7, "Softmax与注意力机制 · an explorable book", fontsize=24)
        for left, bars, role in [(0.06, scores, "scores"), (0.54, softmax(scores), "weights")]:
            ax = figure.add_axes((left, 0.1, 0.4, 0.48))
            ax.barh([2, 1, 0], bars, color=COLOURS[role], height=0.7)
            ax.axis("off")
        figure.savefig(target)


def add_preview(app, pagename, templatename, context, doctree):
    """What a chat or a search engine shows of a page: its title, first paragraph and a picture."""
    if doctree is None:
        return
    first = next((p.astext() for p in doctree.findall(lambda n: n.tagname == "paragraph")), "")
    description = " ".join(first.split())[:200].replace('"', "&quot;")
    up = "../" * pagename.count("/")
    base = app.config.html_baseurl or up
    context["metatags"] = context.get("metatags", "") + "".join(
        f'<meta property="og:{key}" content="{value}">\n'
        for key, value in [
            ("type", "article"),
            ("site_name", app.config.html_title),
            ("title", context["title"].replace('"', "&quot;")),
            ("description", description),
            ("image", f"{base}_static/preview.png"),
        ]
    ) + f'<meta name="description" content="{description}">\n'


def class_names(folder):
    """The classes in a site's pages and all words of its scripts; and how scripts begin a name.

    Only this book's own pages: the folder may hold another, and JupyterLite, from a build before.
    """
    own = (*folder.glob("*.html"), *folder.glob("chapters/*.html"))
    pages = "".join(path.read_text(encoding="utf-8") for path in own)
    scripts = "".join(path.read_text(encoding="utf-8") for path in folder.glob("_static/**/*.js"))
    classes = {name for names in re.findall(r'class="([^"]*)"', pages) for name in names.split()}
    return classes | set(re.findall(r"[\w-]+", scripts)), tuple(set(BEGINNING.findall(scripts)))


def without_unused(sheet, names, beginnings):
    """A style sheet without the selectors that want a class of another name. Each one of them would
    be tried on every element that changes, and none of the page is drawn before all have come."""
    def used(selector):
        wanted = CLASS.findall(re.sub(r"\(.*\)", "", selector))
        return all(name in names or name.startswith(beginnings) or "\\" in name for name in wanted)

    def shorten(rule):
        selectors = ",".join(filter(used, SELECTOR.findall(rule[1])))
        return selectors and selectors + rule[2]

    return RULE.sub(shorten, sheet)


def lighten(app, exception):
    """The theme's style sheets without what the book does not use; no file of the icon font."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    known = class_names(Path(app.outdir))
    for sheet in (*static.glob("styles/*.css"), *static.glob("mystnb.*.css")):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = BY_CHILDREN.sub("", ICON_FONT.sub("", text))
        sheet.write_text(without_unused(text, *known), encoding="utf-8")
    shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)
    for script in static.glob("scripts/fontawesome.js*"):
        script.unlink()


def defer_scripts(app, pagename, templatename, context, doctree):
    """No script holds up a page: they run in their order once the page is there.

    The theme's two inline settings are for features that the book does not use, and would run
    before the script that they need. The search page's own scripts expect the usual order.
    """
    if pagename == "search":
        return
    scripts = [js for js in context["script_files"]
               if "DOCUMENTATION_OPTIONS" not in js.attributes.get("body", "")]
    context["script_files"] = [
        _JavaScript(js.filename, priority=js.priority, **{"defer": "defer"} | js.attributes)
        if js.filename and "async" not in js.attributes else js for js in scripts]


def setup(app):
    app.connect("config-inited", read_address)
    app.connect("html-page-context", add_preview)
    app.connect("html-page-context", defer_scripts, priority=900)  # after all have added theirs
    app.connect("builder-inited", copy_assets)
    app.connect("build-finished", lighten, priority=900)  # after MyST-NB has written its own
    app.add_css_file("site.css", priority=900)  # after what it changes
    app.add_js_file("site.js", loading_method="defer", priority=90)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
