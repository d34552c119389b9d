"""No test depends on how busy the machine is: each waits for a state, however long that takes."""

import re

import pytest

from tools.check_site import ROOT

FILES = [ROOT / "conftest.py", *(ROOT / "tests").rglob("*.py")]
CLOCKS = r"^\s*(?:import|from) (?:time|timeit|sched)\b|\bsleep\(|_counter\(|\bmonotonic\("
FORBIDDEN = {
    "looks at a clock or sleeps": CLOCKS,
    "waits for time": r"wait_for_timeout\(|\bset(?:Timeout|Interval)\(",
    "has a limit of its own": r"\btimeout=(?!10 \* PATIENCE\b)|_timeout\((?!PATIENCE\b)",
    "opens a window elsewhere": r"\bbrowser\.new_(?:context|page)\(|\.launch\(",
}
ALLOWED = {("opens a window elsewhere", "tests/site/conftest.py"): 2,  # one to launch, one to open
           ("looks at a clock or sleeps", "tests/test_notebooks.py"): 1}  # for no time


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_test(fault):
    for path in FILES:
        name = path.relative_to(ROOT).as_posix()
        found = re.findall(FORBIDDEN[fault], path.read_text(encoding="utf-8"), flags=re.M)
        assert len(found) == ALLOWED.get((fault, name), 0), f"{name} {fault}: {found}"
