"""Makes the course to take away: all notebooks with softattn_core, in one zip that stands alone.

The notebooks to take away, here and one by one from their pages, answer no prediction by
themselves: where a cell tagged `reveal` had its output, there is none until the reader runs it.
(JupyterLab shows the first line of an output that is only collapsed.)
"""

import json
import re
import zipfile
from pathlib import Path

README = {
    "en": """\
# Softmax and attention: the course to take away

With Python 3.11 or newer, in this folder:

    python3 -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/jupyter lab chapters

On Windows write `py` in place of `python3`, and `.venv\\Scripts\\` in place of `.venv/bin/`.
Then open `01_softmax.ipynb`.
""",
    "zh": """\
# Softmax 与注意力：可以带走的课程

需要 Python 3.11 或更新的版本。在这个文件夹里运行：

    python3 -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/jupyter lab chapters

在 Windows 上，把 `python3` 换成 `py`，把 `.venv/bin/` 换成 `.venv\\Scripts\\`。
然后打开 `01_softmax.ipynb`。
""",
}
# The headings of requirements.txt whose packages the notebooks need.
SECTIONS = ("# softattn_core and the notebooks", "# Reading the chapters in JupyterLab")
KINDS = {".py", ".js", ".css", ".json", ".csv", ".npz"}


def course_requirements(requirements, extra=("pylopdf-fonts-zh-cn",)):
    """The lines of the book's requirements.txt that the notebooks need, and the package itself."""
    blocks = re.split(r"\n\s*\n", requirements)
    kept = [block for block in blocks if block.startswith(SECTIONS)]
    fonts = [line for line in requirements.splitlines() if line.startswith(extra)]
    return "\n\n".join([*kept, *fonts, "-e ."]) + "\n"


def unanswered(text):
    """The notebook's text without the outputs that answer its predictions."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "reveal" in cell["metadata"].get("tags", []):
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def to_take_away(path):
    if path.suffix != ".ipynb":
        return path.read_bytes()
    return unanswered(path.read_text(encoding="utf-8")).encode()


def course_files(root, chapters, language):
    """Pairs of name in the zip and content."""
    yield "README.md", README[language].encode()
    requirements = (root / "requirements.txt").read_text(encoding="utf-8")
    yield "requirements.txt", course_requirements(requirements).encode()
    for name in ("pyproject.toml", "LICENSE"):
        yield name, (root / name).read_bytes()
    kinds = (".ipynb", ".md", ".toml")
    for path in sorted(path for path in chapters.iterdir() if path.suffix in kinds):
        yield f"chapters/{path.name}", to_take_away(path)
    for path in sorted(root.glob("softattn_core/**/*")):
        if path.suffix in KINDS:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def write_course(site, root, chapters, language):
    """The zip of a book's site, and the notebooks that its pages offer one by one."""
    target = site / "downloads" / "softattn-course.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as course:
        for name, content in course_files(root, chapters, language):
            # ZipInfo's fixed date keeps the zip the same from build to build.
            entry = zipfile.ZipInfo(f"softattn-course/{name}")
            course.writestr(entry, content, zipfile.ZIP_DEFLATED)
    for path in site.glob("_sources/chapters/*.ipynb"):
        path.write_bytes(to_take_away(chapters / path.name))


def write_downloads(app, exception):
    # The Chinese notebooks get their outputs after their book is built: tools/book.py.
    if not exception and app.builder.format == "html" and app.config.language == "en":
        root = Path(app.srcdir)
        write_course(Path(app.outdir), root, root / "chapters", "en")


def setup(app):
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
