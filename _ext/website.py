"""The site's own look and what a published copy needs to know of its address."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlparse

ASSETS = ("site.css", "site.js")


def read_address(app, config):
    """SITE_URL is set where the site is published; without it every link is relative."""
    address = os.environ.get("SITE_URL", "")
    config.html_baseurl = address
    config.notfound_urls_prefix = urlparse(address).path or "/"


def copy_assets(app):
    # Not through html_static_path: Jupyter Book 1 would load every script in it on every page.
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*ASSETS, "preview.png"):
        shutil.copy(Path(app.srcdir, "assets", name), folder / name)


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
