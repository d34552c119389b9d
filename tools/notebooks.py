"""Executes the chapters and stores their text outputs: the only way to make reference outputs.

    python tools/notebooks.py [chapters/01_softmax.ipynb ...]

The normal form keeps what a reader of the diff can check (text, execution counts from 1) and drops
what changes by itself: pictures, widget state, timestamps, the kernel's version. Cells tagged
`reveal`, which answer a prediction, come collapsed in JupyterLab; running them opens them.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

if __package__ is None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
from _ext import kernels  # noqa: F401  from here on they are spoken to as this module says

ROOT = Path(__file__).parents[1]
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT = ("text/plain",)
# jupyterlab-myst takes the marker from a box's <summary>, and JupyterLab lets no style through but
# one in the tag, where a list's kind must look like one it knows ("square"). So a browser's own
# marker, which turns when the box opens, is asked for as what an unknown variable falls back to.
SUMMARY = '<summary style="list-style-type: var(--square, revert)">'


def paths():
    return sorted((ROOT / "chapters").glob("*.ipynb"))


def normal(notebook):
    """The notebook in normal form, in place; what is dropped can always be made again."""
    notebook.metadata.clear()
    notebook.metadata["kernelspec"] = KERNELSPEC
    notebook.metadata["language_info"] = {"name": "python"}
    count = 0
    for cell in notebook.cells:
        cell.metadata = normal_metadata(cell)
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("<summary>", SUMMARY)
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
            cell.execution_count = count
        cell.outputs = [kept for output in cell.outputs if (kept := normal_output(output, count))]
        if "remove-output" in cell.metadata.get("tags", []):
            cell.outputs = []
    return notebook


def normal_metadata(cell):
    """The cell's tags; and where it answers a prediction, that it opens collapsed."""
    tags = sorted(cell.metadata.get("tags", []))
    if "reveal" not in tags:
        return {"tags": tags} if tags else {}
    if cell.cell_type == "markdown":
        # JupyterLab shows the first line of what is collapsed: here it must not tell the answer.
        cell.source = "\n" + cell.source.lstrip("\n")
    part = "outputs_hidden" if cell.cell_type == "code" else "source_hidden"
    return {"jupyter": {part: True}, "tags": tags}


def normal_output(output, count):
    """Text only; None for an output with nothing to compare."""
    if "data" in output:
        output.data = {kind: text for kind, text in output.data.items() if kind in KEPT}
        output.metadata = {}
        if not output.data:
            return None
    if output.output_type == "execute_result":
        output.execution_count = count
    return output


def to_text(notebook):
    return nbformat.writes(notebook, version=4) + "\n"


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    # How often the kernel flushes differs from run to run: neighbouring prints become one output.
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=300, coalesce_streams=True, resources=resources).execute()
    text = to_text(normal(notebook))
    changed = text != path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path.relative_to(ROOT)}: {'changed' if changed else 'as before'}")


if __name__ == "__main__":
    for path in [Path(name).resolve() for name in sys.argv[1:]] or paths():
        execute(path)
