"""Sphinx extension: a notebook's anywidgets are alive on the static page, by `host.js`.

MyST-NB writes each widget's state into the page and a script tag where it is shown. This extension
wraps that tag, so that a page without JavaScript has the widget's `static_reading` there, or else a
sentence saying that something is missing; it stores code that several widgets share once a page,
and many bytes (a model's weights) in a file of their own, so that no page waits for them; it loads
the host on pages that need it, and stops the build at a widget that the host cannot bring to life.
"""

import hashlib
import json
import re
from pathlib import Path

from docutils import nodes
from languages import language_of
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError

from softattn_core.explorers.base import SEAM, in_one_language

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
CODE = {"_esm", "_css"}
MANY = 10_000  # characters of base64
VIEW_SCRIPT = re.compile(rf'<script type="{re.escape(VIEW)}">(.*)</script>', re.DOTALL)
STATIC = {
    "en": "An explorer stands here, which needs JavaScript. The text and figures say the same.",
    "zh": "此处是需要 JavaScript 的交互图。周围的文字和图说明了同样的内容。",
}


def views(doctree):
    """The raw nodes that show a widget."""
    return [node for node in doctree.findall(nodes.raw) if VIEW in node.astext()]


def ancestors(node):
    while node := node.parent:
        yield node


def model_of(view):
    """The id of the widget that a node shows."""
    return json.loads(VIEW_SCRIPT.search(view.astext())[1])["model_id"]


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
    language = language_of(app.config)
    texts = {}
    for model in saved["state"].values():
        for part in CODE & model["state"].keys():
            pieces = in_one_language(model["state"][part], language).split(SEAM)
            model["state"][part] = [texts.setdefault(piece, len(texts)) for piece in pieces]
    body = json.dumps(saved | {"texts": list(texts)}).replace("</", "<\\/")
    scripts = NbMetadataCollector.get_js_files(app.env, app.env.docname)
    scripts["ipywidgets_state"][1]["body"] = body


def set_bytes_apart(app, saved, first):
    """Replaces a widget's many bytes by the name of the file that will hold them.

    What the `first` widget of the page needs would only come later from a file, and stays.
    MyST-NB's collector keeps the texts of the files until the page is written.
    """
    files = {}
    for model_id, model in saved["state"].items():
        for buffer in model.get("buffers", []):
            if model_id == first or len(buffer["data"]) < MANY:
                continue
            data = buffer.pop("data")
            name = buffer["file"] = f"bytes/{hashlib.sha256(data.encode()).hexdigest()[:12]}.js"
            files[name] = f'explorableBytes("{name}", "{data}");\n'
    NbMetadataCollector.set_doc_data(app.env, app.env.docname, "bytes", files)


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
        model_id = model_of(node)
        if why := fault(state, model_id):
            faults.append(f"cell {cells[model_id]} shows {why}")
        sentence = STATIC[language_of(app.config)]
        values = state.get(model_id, {}).get("state", {})
        static = values.get("static_reading", f"<p>{sentence}</p>")
        wrapped = f'<div class="explorable">{node.astext()}{static}</div>'
        cell = next(parent for parent in ancestors(node) if "cell" in parent["classes"])
        cell["classes"].append("sa-live")
        node.replace_self(nodes.raw("", wrapped, format="html"))
    if faults:
        raise ExtensionError(
            f"{app.env.docname}.ipynb: {'; '.join(faults)}. On the static page only anywidgets "
            'live: use an explorer, or tag the cell "remove-output".'
        )
    set_bytes_apart(app, saved, model_of(shown[0]))
    share_code(app, saved)


def load_host(app, pagename, templatename, context, doctree):
    if doctree is None or not views(doctree):
        return
    # Behind the state (500), and as soon as it has come: explorers start while the page arrives.
    app.add_js_file("explorables.js", loading_method="async", priority=600)
    for name, text in NbMetadataCollector.get_doc_data(app.env)[pagename]["bytes"].items():
        path = Path(app.outdir, "_static", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def copy_host(app):
    # Not through html_static_path: Jupyter Book 1 would load it on every page.
    folder = Path(app.outdir, "_static")
    folder.mkdir(parents=True, exist_ok=True)
    # With the memory that questions keep answers in: the page's own scripts may come later.
    here = Path(__file__).parent
    parts = [here.parent / "assets" / "scripts" / "memory.js", here / "host.js"]
    text = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    (folder / "explorables.js").write_text(text, encoding="utf-8")


def setup(app):
    app.connect("builder-inited", copy_host)
    app.connect("doctree-read", check_and_wrap)
    app.connect("html-page-context", load_host)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
