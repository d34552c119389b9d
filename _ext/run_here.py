"""Offers each notebook to be run in the reader's browser, below its title.

Elsewhere, `{run-here} chapters/01_softmax` puts the same line where it stands. The line is hidden
until `run_here.js` shows it. That file is empty until tools/lite.py has built the notebooks for
the browser: what was not built is not offered.
"""

import shutil
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from languages import language_of

NOT_BUILT = "// Empty: tools/lite.py has built no notebooks for the browser.\n"
TEXTS = {
    "en": {
        "chapter": "Run this chapter",
        "solutions": "Run the solutions",
        "first": "Run chapter 1",
        "how": "In your browser, with Python. The first time, it loads some 46 MB{elsewhere}: "
               "about half a minute.",
        "elsewhere": ", most of them from cdn.jsdelivr.net",
    },
    "zh": {
        "chapter": "运行本章",
        "solutions": "运行习题解答",
        "first": "运行第 1 章",
        "how": "就在浏览器里，用 Python。第一次要下载约 46 MB{elsewhere}：大约半分钟。",
        "elsewhere": "，其中大部分来自 cdn.jsdelivr.net",
    },
}


def offer(config, text, notebook, from_page):
    """A raw node: the link to a notebook, from a page, and what pressing it costs."""
    code = language_of(config)
    texts = TEXTS[code]
    folder = "zh/" if code == "zh" else ""  # of the book in the site, and of its notebooks
    to_site = "../" * f"{folder}{from_page}".count("/")
    # No href yet: where nothing was built, it would lead nowhere.
    address = f"{to_site}lite/run.html?path={folder}{notebook}.ipynb&amp;lang={code}"
    elsewhere = f'<span class="sa-elsewhere">{texts["elsewhere"]}</span>'
    html = (f'<p class="sa-run" hidden><a data-address="{address}" target="_blank" '
            f'rel="noopener">{texts[text]}</a> '
            f'<span>{texts["how"].format(elsewhere=elsewhere)}</span></p>')
    return nodes.raw("", html, format="html", classes=["run-here"])


class RunHere(Directive):
    """The same line, wherever a page wants it."""

    required_arguments = 1

    def run(self):
        env = self.state.document.settings.env
        return [offer(env.config, "first", self.arguments[0], env.docname)]


def add_offer(app, doctree):
    page = app.env.docname
    if not app.env.doc2path(page).endswith(".ipynb"):
        return
    text = "solutions" if page.endswith("solutions") else "chapter"
    title = next(iter(doctree.findall(nodes.title)))
    where = title.parent.index(title) + 1
    title.parent.insert(where, offer(app.config, text, page, page))


def load_files(app, pagename, templatename, context, doctree):
    if doctree and any("run-here" in node["classes"] for node in doctree.findall(nodes.raw)):
        app.add_css_file("run_here.css")
        app.add_js_file("run_here.js", loading_method="defer")


def copy_files(app):
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_suffix(".css"), folder)
    (folder / "run_here.js").write_text(NOT_BUILT, encoding="utf-8")


def setup(app):
    app.add_directive("run-here", RunHere)
    app.connect("builder-inited", copy_files)
    app.connect("doctree-read", add_offer)
    app.connect("html-page-context", load_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
