"""The committed notebooks are in the normal form that `make notebooks` writes."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
import zmq.asyncio
from downloads import unanswered
from jupyter_client import KernelManager
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import Session

from tools.notebooks import SUMMARY, normal, paths, to_text


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_notebook_is_in_normal_form(path):
    text = path.read_text(encoding="utf-8")
    assert text == to_text(normal(nbformat.reads(text, as_version=4)))


def test_what_answers_a_prediction_opens_collapsed():
    tags = {"tags": ["reveal"]}
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell("1 + 1", metadata=tags),
        nbformat.v4.new_markdown_cell("It is two.\n\nAnd", metadata=tags),
        nbformat.v4.new_code_cell("2 + 2")])
    code, prose, plain = normal(normal(notebook)).cells
    assert code.metadata == tags | {"jupyter": {"outputs_hidden": True}}
    assert prose.metadata == tags | {"jupyter": {"source_hidden": True}}
    # JupyterLab shows the first line of what is collapsed.
    assert prose.source.splitlines() == ["", "It is two.", "", "And"]
    assert plain.metadata == {}


def test_a_box_asks_for_its_marker():
    box = "<details>\n<summary>More</summary>\n\nWords.\n\n</details>"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(box)])
    source = normal(normal(notebook)).cells[0].source
    assert source == box.replace("<summary>", SUMMARY)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_a_notebook_to_take_away_lacks_only_the_outputs_that_answer_predictions(path):
    text = path.read_text(encoding="utf-8")
    notebook, without = (nbformat.reads(t, as_version=4) for t in (text, unanswered(text)))
    for cell in notebook.cells:
        if cell.cell_type == "code" and "reveal" in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    assert to_text(notebook) == to_text(without) == unanswered(text)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_code_cells_are_short(path):
    """Eight lines at most: what is longer belongs in softattn_core."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= 8, cell.id


def test_live_cells_come_in_pairs():
    """interact() is frozen on the website: its output is removed there, and compared nowhere."""
    live = [cell for path in paths() for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code" and "interact(" in cell.source]
    assert live
    for cell in live:
        assert set(cell.metadata["tags"]) == {"remove-output", "nbval-ignore-output"}, cell.id


def test_kernels_that_start_at_once_share_no_address():
    one, two = KernelManager(), KernelManager()
    if os.name == "posix":
        assert one.transport == two.transport == "ipc" and one.ip != two.ip


def test_a_reply_that_comes_while_something_is_sent_is_heard():
    """The listener is not woken: what is sent looks at the socket, and takes the sign away."""
    async def hear():
        context = zmq.asyncio.Context()
        kernel, client = zmq.Context(context).socket(zmq.PAIR), context.socket(zmq.PAIR)
        kernel.bind("inproc://kernel")
        client.connect("inproc://kernel")
        session = Session(key=b"")
        channel = AsyncZMQSocketChannel(client, session)
        try:
            heard = asyncio.ensure_future(channel.get_msg())
            for _ in range(10):
                await asyncio.sleep(0)  # until it does nothing but listen
            session.send(kernel, "execute_reply")
            channel.send(session.msg("comm_msg"))
            return await asyncio.wait_for(heard, 60)
        finally:
            kernel.close()
            client.close()
            context.term()

    # In a thread of its own: where a browser was opened before, this one's loop runs already.
    with ThreadPoolExecutor() as thread:
        assert thread.submit(asyncio.run, hear()).result()["msg_type"] == "execute_reply"
