"""What a reader installs is whole: the wheel that pip makes of this folder does, alone and
elsewhere, all that a notebook asks of it."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from tools.notebooks import paths

ROOT = Path(__file__).parents[1]
IMPORT = re.compile(r"^(?:from|import) [^(\n]*(?:\([^)]*\))?.*$", flags=re.M)
# Runs outside the repository. The folder of the wheel comes first, then what this environment has
# installed, as it would be in the reader's; the repository itself is not on the way.
TRIAL = """
import pathlib, sys
sys.path[:0] = [{folder!r}]
import softattn_core
assert pathlib.Path(softattn_core.__file__).is_relative_to({folder!r}), softattn_core.__file__
{imports}
from softattn_core import explorers, figures, language_model, softmax, translator
for name in explorers.__all__:
    if name != "Questions":  # reads the file beside a chapter
        getattr(explorers, name)()
[translator.load_checkpoint(name) for name in {checkpoints!r}]
translator.load_scores(), translator.load_training_weights()
figure = figures.scores_and_weights([2, 1], softmax([2, 1]), ["猫", "b"], title="one")
assert "<svg" in figure._repr_svg_()
print("whole")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Unpacked, as pip would; built without the network from a copy, which the build may soil."""
    copy, built = (tmp_path_factory.mktemp(name) for name in ("copy", "built"))
    shutil.copytree(ROOT / "softattn_core", copy / "softattn_core",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    command = ["-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps",
               "--no-build-isolation", "--wheel-dir", built, copy]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [wheel] = built.glob("softattn_core-*.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(built / "site")
    return built / "site"


def imports():
    """Every import of every chapter."""
    cells = [cell.source for path in paths() for cell in nbformat.read(path, as_version=4).cells
             if cell.cell_type == "code"]
    return sorted({found for source in cells for found in IMPORT.findall(source)})


def test_the_wheel_alone_serves_every_notebook(wheel, tmp_path):
    assert len(imports()) > 20
    stored = (ROOT / "softattn_core" / "translator" / "checkpoints").glob("*.npz")
    trial = TRIAL.format(folder=str(wheel), imports="\n".join(imports()),
                         checkpoints=[path.stem for path in stored if "_h" in path.stem])
    (tmp_path / "trial.py").write_text(trial, encoding="utf-8")
    command = [sys.executable, "trial.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "whole\n", done.stderr


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    kept = {path.relative_to(ROOT) for path in (ROOT / "softattn_core").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}
    assert kept - {path.relative_to(wheel) for path in wheel.rglob("*")} == set()
