"""A real JupyterLab: an explorer is dragged, and Python knows; and back. A question is answered."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

from softattn_core import softmax

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


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab that serves one notebook from a folder of its own."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "trial.ipynb")
    (tmp_path / "trial.questions.toml").write_text(QUESTIONS, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    log = open(tmp_path / "log", "w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
         f"--notebook-dir={tmp_path}"],
        stdout=log, stderr=log, env=os.environ | own)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=1)
                break
            except OSError:
                time.sleep(0.5)
                assert server.poll() is None, (tmp_path / "log").read_text()
        yield f"{address}/lab/tree/trial.ipynb?token={TOKEN}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def run_cell(page, number):
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(number).click()
    page.keyboard.press("Shift+Enter")


def test_a_slider_dragged_in_the_browser_is_read_in_python(lab, browser):
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.goto(lab)
    page.locator(".jp-Notebook .cm-content").first.wait_for(timeout=90_000)
    # What runs before the kernel is ready is lost without a word.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=90_000)
    run_cell(page, 0)
    page.locator(".sa-explorer").wait_for(timeout=60_000)

    box = page.get_by_role("slider", name="Score of C", exact=True).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.505, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    page.get_by_label("Temperature T, exact value").fill("2.5")
    run_cell(page, 1)
    p = softmax([2.0, 1.0, 10.0], temperature=2.5)
    said = page.get_by_text(f"python [2.0, 1.0, 10.0] {p} 10.0 2.5", exact=True)
    said.wait_for(timeout=30_000)

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
    page.close()
    assert said == "✓ Right. 0.5. One half."
