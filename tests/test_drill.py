"""The fault drill: its list fits the book as it stands, and it does not praise itself."""

import re
from collections import Counter

import pytest

from tools.drill import BUILD, KINDS, ROOT, CannotTry, Fault, drill, edited, load, of_the_day

FAULTS = load()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_fits_the_book(fault):
    path = ROOT / fault.file
    assert path.is_file() and fault.kind in KINDS and fault.tests
    if not fault.code:
        assert edited(fault, path.read_text(encoding="utf-8"))
    for test in set(fault.tests) - {BUILD}:
        file, _, name = test.partition("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}(" in text if name else text


def test_there_are_enough_of_every_kind():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
    assert min(Counter(fault.kind for fault in FAULTS)[kind] for kind in KINDS) >= 3


def test_each_day_has_its_ten_and_all_have_their_turn():
    enough = range(800, 801 + len(FAULTS) // 10)
    days = [[fault.name for fault in of_the_day(FAULTS, 10, day)] for day in enough]
    assert all(len(set(names)) == 10 for names in days)
    assert not set(days[0]) & set(days[1])
    assert {name for names in days for name in names} == {fault.name for fault in FAULTS}
    assert days[3] == [fault.name for fault in of_the_day(FAULTS, 10, 803)]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A book of one line, with the test of that line, and pytest with no more than it needs."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "xdist.plugin")
    (tmp_path / "softattn_core.py").write_text("half = 0.5  # of it\n")
    (tmp_path / "test_half.py").write_text(
        "import softattn_core\n\ndef test_half():\n    assert softattn_core.half == 0.5\n")
    return tmp_path


CODE = 'path.write_text(path.read_text().replace("0.5", "0.6"))'
TRIALS = [  # before, after, says: what the drill must find; its code
    ("0.5", "0.6", "assert 0.6 == 0.5", "caught"),
    ("of it", "of all", "", "ESCAPED"),  # harmless
    ("0.7", "0.6", "", "ERROR"),  # stands nowhere
    ("f", "g", "", "ERROR"),  # stands twice
    ("0.5", "0.5", "", "ERROR"),  # changes nothing
    ("0.5", "0.5 0.6", "", "ERROR"),  # the test cannot run
    ("0.5", "0.6", "division by zero", "ERROR"),  # it failed of something else
    ("", "", "", "ERROR", "path.read_text()"),  # its code changes nothing
    ("", "", "", "ERROR", "1 / 0"),  # its code breaks down
    ("", "", "", "caught", CODE),
]


def test_the_drill_tells_caught_from_escaped_from_not_tried(tree, capsys):
    original = (tree / "softattn_core.py").read_bytes()
    faults = [Fault("half", "core", "softattn_core.py", ["test_half.py"], before, after,
                    "".join(code), says) for before, after, says, _, *code in TRIALS]
    assert drill(faults, tree) == 8
    results = re.findall(r"^ *\d+/10 (\w+) ", capsys.readouterr().out, flags=re.M)
    assert results == [result for _, _, _, result, *_ in TRIALS]
    assert (tree / "softattn_core.py").read_bytes() == original


def test_the_drill_does_not_begin_on_a_book_that_fails(tree):
    (tree / "softattn_core.py").write_text("half = 0.4\n")
    fault = Fault("half", "core", "softattn_core.py", ["test_half.py"], "0.4", "0.3")
    with pytest.raises(CannotTry, match="without any fault, pytest ends with 1"):
        drill([fault], tree)
