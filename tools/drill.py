"""Breaks the book on purpose, one fault at a time, and demands that a test notices.

    python tools/drill.py                    every fault of tests/faults.toml
    python tools/drill.py --count 10         ten of them, another ten tomorrow
    python tools/drill.py mask "wrong sign"  those whose names contain these words

Each fault is a small edit in a copy of the book. The tests named beside it must pass without the
edit and fail with it. An edit that no longer fits, or a test that breaks down instead of failing,
is an error: it says nothing about the book.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FAULTS = ROOT / "tests" / "faults.toml"
KINDS = ("core", "JavaScript", "notebook", "prose", "question", "figure", "checkpoint",
         "configuration", "translation")
BUILD = "make book"  # in place of a test: the site must not build
MOST_SECONDS = 3600  # for all tests at once on a busy machine; only what hangs takes so long


class Fault(NamedTuple):
    """One edit, `before` → `after` in `file`, and what must notice it.

    Where text cannot say the edit, `code` does: Python that finds the file as `path`.
    `says` is a piece of what the failing test must print. `site`: build the site first, which is
    the English book, or with "both" the Chinese one, too.
    """

    name: str
    kind: str
    file: str
    tests: list
    before: str = ""
    after: str = ""
    code: str = ""
    says: str = ""
    site: bool | str = False


class CannotTry(Exception):
    """The fault could not be tried, which is not the same as being caught."""


def load(path=FAULTS):
    return [Fault(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["fault"]]


def of_the_day(faults, count, day):
    """`count` of the faults, kinds mixed; the next day the next ones, until all had their turn."""
    mixed = sorted(faults, key=lambda fault: hashlib.sha256(fault.name.encode()).digest())
    start = day * count
    return [mixed[i % len(mixed)] for i in range(start, start + min(count, len(mixed)))]


# --- The copy ------------------------------------------------------------------------------------

def copy_book(target):
    """What git knows of the book, and what it would add, as it stands now."""
    # Also where the book belongs to somebody else, as in a container.
    command = ["git", "-c", f"safe.directory={ROOT}",
               "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def run(tree, *command):
    """(exit code, what it printed) of a Python command in the copy, with the copy's package."""
    # Without byte code: it is matched to its source by second and size, and a fault changes neither
    # for certain.
    own = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, *command], cwd=tree, env=os.environ | own, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=MOST_SECONDS)
    return done.returncode, done.stdout


def pytest(tree, tests, *options):
    return run(tree, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *options, *tests)


def build(tree, site):
    if site == "both":
        return run(tree, "tools/book.py")
    begin = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
    return run(tree, "-c", begin, "build", ".", "-W", "--keep-going", "--quiet")


def check_copy(tree, faults):
    """The copy is what is tested, and without a fault every test passes."""
    _, place = run(tree, "-c", "import softattn_core; print(softattn_core.__file__)")
    if not Path(place.strip()).is_relative_to(tree):
        raise CannotTry(f"the tests would import {place.strip()}, not the copy")
    if sites := {fault.site for fault in faults} - {False}:
        status, log = build(tree, "both" if "both" in sites else True)
        if status:
            raise CannotTry(f"the site does not build without any fault:\n{log[-3000:]}")
    tests = sorted({test for fault in faults for test in fault.tests} - {BUILD})
    if tests:
        status, log = pytest(tree, tests)
        if status:
            raise CannotTry(f"without any fault, pytest ends with {status}:\n{log[-3000:]}")


# --- One fault -----------------------------------------------------------------------------------

def edited(fault, text):
    count = text.count(fault.before)
    if count != 1 or fault.before == fault.after:
        raise CannotTry(f"the text to change stands {count} times in {fault.file}, not once")
    return text.replace(fault.before, fault.after)


@contextmanager
def applied(fault, tree):
    path = tree / fault.file
    if not path.is_file():
        raise CannotTry(f"there is no {fault.file}")
    original = path.read_bytes()
    try:
        if fault.code:
            try:
                exec(fault.code, {"path": path})
            except Exception as error:
                raise CannotTry(f"its code breaks down: {error!r}") from error
            if path.read_bytes() == original:
                raise CannotTry(f"the code leaves {fault.file} as it was")
        else:
            path.write_bytes(edited(fault, original.decode()).encode())
        yield
    finally:
        path.write_bytes(original)


def caught(fault, tree):
    """Did the tests named beside the fault notice it? CannotTry, if they could not tell."""
    with applied(fault, tree):
        if fault.site:
            status, log = build(tree, fault.site)
            if fault.tests == [BUILD]:
                return verdict(fault, status, log)
            if status:
                raise CannotTry(f"the site does not build:\n{log[-1500:]}")
        status, log = pytest(tree, fault.tests, "-n0", "--maxfail=1")
    if status not in (0, 1) or re.search("^ERROR ", log, flags=re.M):
        raise CannotTry(f"the tests did not run to an end (exit code {status}):\n{log[-1500:]}")
    return verdict(fault, status, log)


def verdict(fault, status, log):
    if status and fault.says not in log:
        raise CannotTry(f"it failed, but not with {fault.says!r}:\n{log[-1500:]}")
    return bool(status)


def drill(faults, tree):
    """Try each fault in the copy, print how it went; the number not caught."""
    start, counts = time.monotonic(), {"caught": 0, "ESCAPED": 0, "ERROR": 0}
    check_copy(tree, faults)
    print(f"Without a fault all is well ({time.monotonic() - start:.0f} s). Now with one:")
    for number, fault in enumerate(faults, 1):
        begun, why = time.monotonic(), ""
        try:
            result = "caught" if caught(fault, tree) else "ESCAPED"
        except (CannotTry, subprocess.TimeoutExpired) as error:
            result, why = "ERROR", f"\n{error}"
        counts[result] += 1
        print(f"{number:3}/{len(faults)} {result:8} {time.monotonic() - begun:5.1f} s  "
              f"{fault.kind:14} {fault.name}{why}", flush=True)
    print(f"{len(faults)} faults: {counts['caught']} caught, {counts['ESCAPED']} escaped, "
          f"{counts['ERROR']} could not be tried; {time.monotonic() - start:.0f} s")
    return len(faults) - counts["caught"]


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Break the book on purpose; a test must notice.")
    parser.add_argument("words", nargs="*", help="only faults whose names contain one of these")
    parser.add_argument("--count", type=int, help="so many of them, others each day")
    today = date.today().toordinal()
    parser.add_argument("--day", type=int, default=today, help="another day's, by its number")
    parser.add_argument("--faults", type=Path, default=FAULTS, help="another list of faults")
    given = parser.parse_args(arguments)
    faults = load(given.faults)
    if given.words:
        words = [word.lower() for word in given.words]
        faults = [fault for fault in faults if any(word in fault.name.lower() for word in words)]
    if given.count:
        faults = of_the_day(faults, given.count, given.day)
    if not faults:
        sys.exit("No fault has such a name.")
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        tree = Path(folder).resolve()
        copy_book(tree)
        try:
            sys.exit(drill(faults, tree) > 0)
        except CannotTry as error:
            sys.exit(f"The drill cannot begin: {error}")


if __name__ == "__main__":
    main()
