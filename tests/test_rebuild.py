"""The page never shows old numbers: what an edit makes a build execute again, and what stops it.

The builds run on a copy of the book with two chapters of one cell each.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
TOC = "format: jb-book\nroot: index\nparts:\n  - chapters:\n    - file: a\n    - file: b\n"


def write_chapter(path, code):
    cells = [nbformat.v4.new_markdown_cell("# Title"), nbformat.v4.new_code_cell(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def book(tmp_path):
    for name in ("_ext", "assets", "softattn_core"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "requirements.txt", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "index.md").write_text("# Book\n")
    code = "from softattn_core import softmax\nprint(softmax([2.0, 1.0, 0.1]).round(3))"
    write_chapter(tmp_path / "a.ipynb", code)
    write_chapter(tmp_path / "b.ipynb", code.replace("2.0", "3.0"))
    return tmp_path


def build(book):
    """(exit code, what the build printed)"""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "--keep-going"]
    done = subprocess.run(command, cwd=book, env={**os.environ, "PYTHONPATH": str(book)},
                          capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def executed(log):
    return [name for name in "ab" if f"{name}.ipynb: Executed" in log]


def page(book, name):
    return (book / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")


def test_an_edit_executes_what_it_touches(book, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://example.org/softattn/")
    code, log = build(book)
    assert (code, executed(log)) == (0, ["a", "b"]), log
    assert_published(book)

    write_chapter(book / "a.ipynb", "print('another cell')")
    code, log = build(book)
    assert (code, executed(log)) == (0, ["a"]), log
    assert "another cell" in page(book, "a")

    core = book / "softattn_core" / "probability.py"
    changed = "\n\nsoftmax = lambda *a, **k: np.ones(3) * 7\n"
    core.write_text(core.read_text(encoding="utf-8") + changed, encoding="utf-8")
    code, log = build(book)
    assert (code, executed(log)) == (0, ["a", "b"]), log
    assert "[7. 7. 7.]" in page(book, "b")


def assert_published(book):
    """Chats want whole addresses; the 404 page is shown at any depth, so its links are absolute."""
    assert '<link rel="canonical" href="https://example.org/softattn/a.html"' in page(book, "a")
    assert 'property="og:image" content="https://example.org/softattn/_static/' in page(book, "a")
    links = [link.removeprefix("https://example.org")
             for link in re.findall(r'(?:href|src)="([^"#]+)"', page(book, "404"))]
    assert "/softattn/index.html" in links and len(links) > 10
    assert [link for link in links if not link.startswith("/softattn/")] == []


@pytest.mark.parametrize("code", [
    "raise RuntimeError('broken cell')",
    "import warnings; warnings.warn('careless cell')",
], ids=["a cell that raises", "a cell that warns"])
def test_build_fails_on(book, code):
    """And on a widget that stays dead, as tests/site/test_explorers.py sees."""
    write_chapter(book / "b.ipynb", code)
    status, log = build(book)
    assert status != 0
    assert "b.ipynb" in log
