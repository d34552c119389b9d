"""A real JupyterLab: an explorer is dragged, and Python knows; and back. A question is answered.
What answers a prediction is collapsed until its cell is run. A box can be seen to open."""

import os
import socket
import subprocess
import sys
import threading

import nbformat
import pytest
from downloads import unanswered

from softattn_core import softmax
from tools.notebooks import normal, to_text

TOKEN = "explorers"
CELLS = [
    """import ipywidgets
from softattn_core.explorers import SoftmaxExplorer
explorer, other = SoftmaxExplorer(), ipywidgets.FloatSlider(min=0, max=20)
heard = []
explorer.observe(lambda change: heard.append(change["new"]), "scores")
link = ipywidgets.jslink((explorer, "temperature"), (other, "value"))
ipywidgets.VBox([explorer, other])""",
    "print('python', explorer.scores, explorer.probabilities, heard[-1][2], other.value)",
    "explorer.scores = [0, 0]",
    "from softattn_core.explorers import Questions\nQuestions('trial')",
]
QUESTIONS = """
[number]
ask = "How much?"
answer = "0.5"
tolerance = 0.1
check = "1 / 2"
reason = "One half."
wrong = "Think of a coin."
"""


def prediction():
    """A notebook as the site offers it: a prediction, then the cells that answer it."""
    output = nbformat.v4.new_output("stream", text="it is forty-two\n")
    reveal = {"tags": ["reveal"]}
    notebook = normal(nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("> **Predict.** What will it print?"),
        nbformat.v4.new_code_cell("print('it is', n)", outputs=[output], metadata=reveal),
        nbformat.v4.new_markdown_cell("Forty-two, then.\n\nNo more.", metadata=reveal),
        nbformat.v4.new_markdown_cell("<details>\n<summary>More</summary>\n\nIn it.\n\n</details>"),
        nbformat.v4.new_markdown_cell("The end")]))
    return unanswered(to_text(notebook))


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """lab(name): the address of a notebook in a JupyterLab that serves a folder of its own."""
    tmp_path = tmp_path_factory.mktemp("lab")
    trial = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    trial.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(trial, tmp_path / "trial.ipynb")
    (tmp_path / "prediction.ipynb").write_text(prediction(), encoding="utf-8")
    (tmp_path / "trial.questions.toml").write_text(QUESTIONS, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
         f"--notebook-dir={tmp_path}"],
        stderr=subprocess.PIPE, text=True, env=os.environ | own) as server:
        said = []
        while "is running at" not in "".join(said[-1:]):
            said.append(server.stderr.readline())
            assert said[-1], "".join(said)
        rest = threading.Thread(target=server.stderr.read)  # a full pipe would stop the server
        rest.start()
        address = f"http://127.0.0.1:{port}"
        yield lambda name: f"{address}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}"
        server.kill()  # asked to end, it may wait for a thread of its own; its kernels follow it
        rest.join()


def run_cell(page, number):
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(number).click()
    page.keyboard.press("Shift+Enter")


@pytest.fixture
def notebook(lab, new_context):
    """notebook(name): that notebook open in JupyterLab, its kernel ready."""
    def open_page(name):
        page = new_context(viewport={"width": 1200, "height": 1400}).new_page()
        page.goto(lab(name))
        page.locator(".jp-Notebook .cm-content").first.wait_for()
        # What runs before the kernel is ready is lost without a word.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        return page

    return open_page


def test_what_answers_a_prediction_is_collapsed_until_it_is_run(notebook):
    page = notebook("prediction")
    page.locator("p", has_text="The end").wait_for()
    shown = page.locator(".jp-Notebook").inner_text()
    assert "forty-two" not in shown.lower() and "No more" not in shown
    page.locator(".jp-CodeCell .cm-content").fill("print('it is', 6 * 7)")
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-OutputArea", has_text="it is 42").wait_for()
    page.keyboard.press("Shift+Enter")
    page.locator("p", has_text="Forty-two, then").wait_for()


def test_a_box_has_a_marker_that_turns(notebook):
    page = notebook("prediction")
    summary = page.locator("details > summary", has_text="More")
    marker = "summary => getComputedStyle(summary).listStyleType"
    assert summary.evaluate(marker) == "disclosure-closed"
    summary.click()
    page.locator("details p", has_text="In it.").wait_for()
    assert summary.evaluate(marker) == "disclosure-open"


def test_a_slider_dragged_in_the_browser_is_read_in_python(notebook):
    page = notebook("trial")
    run_cell(page, 0)
    page.locator(".sa-explorer").wait_for()

    slider = page.get_by_role("slider", name="Score of C", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.505, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    slider.press("ArrowLeft")  # which JupyterLab would like to have for itself
    page.get_by_label("Temperature T, exact value").fill("2.5")
    run_cell(page, 1)
    p = softmax([2.0, 1.0, 9.9], temperature=2.5)
    said = page.get_by_text(f"python [2.0, 1.0, 9.9] {p} 9.9 2.5", exact=True)
    said.wait_for()

    run_cell(page, 2)  # and back: two classes remain, equally probable
    page.wait_for_function("document.querySelectorAll('.sa-explorer .sa-class').length === 2")
    shown = page.locator(".sa-explorer .sa-value").all_inner_texts()
    assert shown == ["0.500", "0.500"]

    run_cell(page, 3)
    question = page.locator(".sa-question")
    question.get_by_label("Your number").fill("0.9")
    page.keyboard.press("Enter")
    question.get_by_text("Too high. Think of a coin.").first.wait_for()
    question.get_by_label("Your number").fill("0.5")
    question.get_by_role("button", name="Check").click()
    said = question.get_by_role("status").inner_text()
    assert said == "✓ Right. 0.5. One half."
