"""Builds both books, side by side, and puts the Chinese one into the English one's folder zh/.

    python tools/book.py

The same as `jupyter-book build . -W --keep-going`, then tools/chinese.py and the same for
`_build/zh`, on two cores at once.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

if __package__ is None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
from _ext.downloads import write_course
from tools.check_site import ROOT, SITE
from tools.chinese import CHINESE, write_sources
from tools.notebooks import normal, to_text

EXECUTED = CHINESE / "_build" / "jupyter_execute" / "chapters"


def build(*folders):
    """Both books at once; the exit code of one that failed, or 0."""
    command = shutil.which("jupyter-book", path=Path(sys.executable).parent)
    options = ["-W", "--keep-going", "--quiet"]
    running = [subprocess.Popen([command, "build", str(folder), *options]) for folder in folders]
    return max(process.wait() for process in running)


def complete_chapters():
    """The Chinese chapters with the outputs of this build; the English ones have theirs in git."""
    folder = CHINESE / "complete" / "chapters"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CHINESE / "chapters", folder)
    for path in folder.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        # What the page shows has more cells: those that fold the answers.
        shown = nbformat.read(EXECUTED / path.name, as_version=4)
        executed = {cell.id: cell for cell in shown.cells}
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = executed[cell.id].outputs
        path.write_text(to_text(normal(notebook)), encoding="utf-8", newline="\n")
    return folder


def main():
    write_sources()
    if failed := build(ROOT, CHINESE):
        sys.exit(failed)
    site = CHINESE / "_build" / "html"
    write_course(site, ROOT, complete_chapters(), "zh")
    shutil.rmtree(SITE / "zh", ignore_errors=True)
    shutil.copytree(site, SITE / "zh")


if __name__ == "__main__":
    main()
