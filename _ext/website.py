"""The site's own look and what a published copy needs to know of its address."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlparse

import matplotlib
from matplotlib.figure import Figure

from softattn_core import softmax
from softattn_core.figures import COLOURS

ASSETS = ("site.css", "site.js")


def read_address(app, config):
    """SITE_URL is set where the site is published; without it every link is relative."""
    address = os.environ.get("SITE_URL", "")
    config.html_baseurl = address
    config.notfound_urls_prefix = urlparse(address).path or "/"
    config.notfound_context = {
        "title": "Page not found",
        "body": "<h1>This page is not in the book</h1>"
        "<p>The address may be mistyped. Start from the "
        f'<a href="{config.notfound_urls_prefix}index.html">front page</a>, or search.</p>',
    }


def copy_assets(app):
    # Not through html_static_path: Jupyter Book 1 would load every script in it on every page.
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ASSETS:
        shutil.copy(Path(app.srcdir, "assets", name), folder / name)
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


def setup(app):
    app.connect("config-inited", read_address)
    app.connect("html-page-context", add_preview)
    app.connect("builder-inited", copy_assets)
    for name in ASSETS:
        (app.add_css_file if name.endswith("css") else app.add_js_file)(name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
