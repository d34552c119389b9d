"""The book's chapters as a stock Jupyter Book page shows them, to compare with.

The executed notebooks, in Jupyter Book's own theme and with its own extensions; explorers live by
require.js and html-manager, which lie beside the pages as ours do. (Formulas would come from a CDN,
which is not waited for.)
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import anywidget

ROOT = Path(__file__).parents[1]
JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
CONFIG = """
title: Stock
only_build_toc_files: true
execute: { execute_notebooks: "off" }
parse: { myst_enable_extensions: [amsmath, colon_fence, dollarmath, html_image, substitution] }
sphinx:
  config:
    html_static_path: [stock]
    nb_ipywidgets_js:
      require.js: {}
      config.js: {}
      embed-amd.js: { data-jupyter-widgets-cdn: "" }
"""


def download_scripts(stock):
    """require.js, html-manager and anywidget's own front end; False without npm or network."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    packages = ("@jupyter-widgets/html-manager@1.0", "requirejs@2.3")
    options = ("install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
    with tempfile.TemporaryDirectory() as name:
        if subprocess.run([npm, *options, "--prefix", name, *packages]).returncode:
            return False
        for script in ("requirejs/require.js", "@jupyter-widgets/html-manager/dist/embed-amd.js"):
            shutil.copy(Path(name, "node_modules", script), stock)
    front_end = Path(anywidget.__file__).parent / "nbextension" / "index.js"
    shutil.copy(front_end, stock / "anywidget.js")
    (stock / "config.js").write_text(
        'require.config({ paths: { anywidget: "../_static/anywidget" } });', encoding="utf-8")
    return True


def build(folder):
    """The folder of the built pages, chapters/*.html, or None if the scripts are not to be had."""
    stock = folder / "stock"
    stock.mkdir()
    if not download_scripts(stock):
        return None
    executed = ROOT / "_build" / "jupyter_execute" / "chapters"
    shutil.copytree(executed, folder / "chapters")
    chapters = sorted(path.stem for path in executed.glob("0*.ipynb"))
    (folder / "_config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "_toc.yml").write_text(
        f"format: jb-book\nroot: chapters/{chapters[0]}\nchapters:\n"
        + "".join(f"- file: chapters/{name}\n" for name in chapters[1:]), encoding="utf-8")
    subprocess.run([sys.executable, "-c", JUPYTER_BOOK, "build", folder, "--quiet"],
                   check=True, capture_output=True)
    return folder / "_build" / "html"
