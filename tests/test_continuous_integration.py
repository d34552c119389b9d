"""What runs for every change is what the README tells a reader to run, and that is everything."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.whole_run import due, untested

ROOT = Path(__file__).parents[1]
WORKFLOWS = [yaml.safe_load(path.read_text(encoding="utf-8"))
             for path in (ROOT / ".github" / "workflows").glob("*.yml")]
JOBS = {name: job for workflow in WORKFLOWS for name, job in workflow["jobs"].items()}


def commands(job):
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def indented(text):
    """The commands of a README's or a recipe's lines."""
    return [line.strip() for line in re.findall(r"^(?:    |\t)(.*)$", text, flags=re.M)]


def test_every_change_runs_the_readmes_test_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert any(line.startswith("make test ") for line in indented(readme))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "set -euo pipefail" in script
    assert script[-2:] == ["make test", 'make drill DRILL="--count 10"']
    assert commands("test") == ["bash .ci/run"]
    assert commands("drill") == ["make drill"]
    assert commands("browser") == ["make book", ".venv/bin/python -m pytest -m nightly"]


def test_nothing_is_published_but_what_was_tested():
    [upload] = [step for step in JOBS["test"]["steps"] if "upload-pages" in step.get("uses", "")]
    assert upload["with"]["path"] == "_build/html"
    assert JOBS["publish"]["needs"] == "test"
    assert JOBS["publish"]["if"] == "github.ref == 'refs/heads/main'"
    assert {name: job.get("if") for name, job in JOBS.items() if name != "publish"} == {
        "test": "github.event_name != 'schedule'", "drill": "github.event_name == 'schedule'",
        "browser": "github.event_name == 'schedule'"}
    assert not any("continue-on-error" in place for job in JOBS.values()
                   for place in (job, *job["steps"]))


def test_make_test_is_what_stands_for_it_without_make():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^test: book .*\n((?:\t.*\n)+)", makefile, flags=re.M)[1]
    assert indented(recipe) == ["$(BIN)/ruff check .", "$(BIN)/python -m pytest"]
    readme = indented((ROOT / "README.md").read_text(encoding="utf-8"))
    assert ".venv/bin/python -m pytest" in readme and r".venv\Scripts\python -m pytest" in readme


def test_a_run_of_everything_is_counted():
    ids = [f"{begins}{number}" for begins, least in due().values() for number in range(least)]
    assert untested(ids) == []
    assert {"the page index", "the page chapters/glossary", "the notebook chapters/04_attention",
            "tests/test_attention.py", "README.md"} <= due().keys()
    without = [one for one in ids if not one.startswith("chapters/04_attention.ipynb::7")]
    assert untested(without) == ["the notebook chapters/04_attention"]


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_run_that_leaves_something_out_fails(workers):
    """A whole run by its own account, of one file."""
    command = ["-m", "pytest", "-o", "testpaths=tests/test_tables.py", "-n", workers]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert " passed" in done.stdout and " failed" not in done.stdout, done.stdout
    assert done.returncode == 1
    [said] = re.findall("^Not tested in this run: (.*)$", done.stdout, flags=re.M)
    left_out = said.split(", ")
    assert {"the page index", "the notebook chapters/01_softmax", "README.md"} <= set(left_out)
    assert "tests/test_tables.py" not in left_out
