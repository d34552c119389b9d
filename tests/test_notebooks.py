"""The committed notebooks are in the normal form that `make notebooks` writes."""

import nbformat
import pytest

from tools.notebooks import normal, paths, to_text


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_notebook_is_in_normal_form(path):
    text = path.read_text(encoding="utf-8")
    assert text == to_text(normal(nbformat.reads(text, as_version=4)))


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_code_cells_are_short(path):
    """Eight lines at most: what is longer belongs in softattn_core."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= 8, cell.id


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_live_cells_come_in_pairs(path):
    """interact() is frozen on the website: its output is removed there, and compared nowhere."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and "interact(" in cell.source:
            assert set(cell.metadata["tags"]) == {"remove-output", "nbval-ignore-output"}, cell.id
