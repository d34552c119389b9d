"""Sphinx extension: a notebook's anywidgets are alive on the static page, by `host.js`.

MyST-NB writes each widget's state into the page and a script tag where it is shown. This extension
wraps that tag, so that a page without JavaScript has the widget's `static_reading` there, or else a
sentence saying that something is missing; it stores code that several widgets share once a page,
loads the host on pages that need it, and stops the build at a widget that the host cannot bring to
life.
"""

import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError

from softattn_core.explorers.base import SEAM, in_one_language

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
CODE = {"_esm", "_css"}
VIEW_SCRIPT = re.compile(rf'<script type="{re.escape(VIEW)}">(.*)</script>', re.DOTALL)
STATIC = {
    "en": "An explorer stands here, which needs JavaScript. The text and figures say the same.",
    "zh": "此处是需要 JavaScript 的交互图。周围的文字和图说明了同样的内容。",
}


def views(doctree):
    """The raw nodes that show a widget."""
    return [node for node in doctree.findall(nodes.raw) if VIEW in node.astext()]


def fault(state, model_id):
    """Why the host cannot bring this widget to life, or None."""
    if model_id not in state:
        return "a widget whose state was not saved"
    module = state[model_id]["model_module"]
    if module != "anywidget":
        return f"{state[model_id]['model_name']} of {module}"
    return None


def share_code(app, saved):
    """Replaces the pieces of each widget's code and style by their places in one list of texts.

    Otherwise six widgets would bring six times 30 kB. MyST-NB keeps the page's state in the
    environment until the page is written.
    """
    language = "zh" if app.config.language.startswith("zh") else "en"
    texts = {}
    for model in saved["state"].values():
        for part in CODE & model["state"].keys():
            pieces = in_one_language(model["state"][part], language).split(SEAM)
            model["state"][part] = [texts.setdefault(piece, len(texts)) for piece in pieces]
    body = json.dumps(saved | {"texts": list(texts)}).replace("</", "<\\/")
    scripts = NbMetadataCollector.get_js_files(app.env, app.env.docname)
    scripts["ipywidgets_state"][1]["body"] = body


def check_and_wrap(app, doctree):
    shown = views(doctree)
    if not shown:
        return
    # As MyST-NB executed it: with outputs and widget state.
    notebook_path = Path(app.env.mystnb_config.output_folder, f"{app.env.docname}.ipynb")
    notebook = json.loads(notebook_path.read_text(encoding="utf-8"))
    saved = notebook["metadata"].get("widgets", {}).get(STATE, {"state": {}})
    state = saved["state"]
    cells = {
        output["data"][VIEW]["model_id"]: number
        for number, cell in enumerate(notebook["cells"], 1)
        for output in cell.get("outputs", [])
        if VIEW in output.get("data", {})
    }
    faults = []
    for node in shown:
        script = node.astext()
        model_id = json.loads(VIEW_SCRIPT.search(script)[1])["model_id"]
        if why := fault(state, model_id):
            faults.append(f"cell {cells[model_id]} shows {why}")
        sentence = STATIC["zh" if app.config.language.startswith("zh") else "en"]
        values = state.get(model_id, {}).get("state", {})
        static = values.get("static_reading", f"<p>{sentence}</p>")
        wrapped = f'<div class="explorable">{script}{static}</div>'
        node.replace_self(nodes.raw("", wrapped, format="html"))
    if faults:
        raise ExtensionError(
            f"{app.env.docname}.ipynb: {'; '.join(faults)}. On the static page only anywidgets "
            'live: use an explorer, or tag the cell "remove-output".'
        )
    share_code(app, saved)


def load_host(app, pagename, templatename, context, doctree):
    if doctree is not None and views(doctree):
        app.add_js_file("explorables.js", loading_method="defer", priority=100)  # the first


def copy_host(app):
    # Not through html_static_path: Jupyter Book 1 would load it on every page.
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("host.js"), folder / "explorables.js")


def setup(app):
    app.connect("builder-inited", copy_host)
    app.connect("doctree-read", check_and_wrap)
    app.connect("html-page-context", load_host)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
