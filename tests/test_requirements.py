"""What is installed is what was tried: the pins, the lock and the environment say the same."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", flags=re.M)


def pins(name):
    return dict(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", ["", "-lite"])
def test_every_pin_is_the_one_of_the_lock(kind):
    lock = pins(f"constraints{kind}.txt")
    differing = [f"{name}=={pin}" for name, pin in pins(f"requirements{kind}.txt").items()
                 if lock.get(name) != pin]
    assert differing == []


def test_the_browser_has_the_books_versions_but_where_it_cannot():
    """JupyterLite 0.6 is a JupyterLab 4.4, with the widgets of its time."""
    book, browser = pins("requirements.txt"), pins("requirements-lite.txt")
    both = book.keys() & browser.keys()
    assert len(both) > 5
    assert {name for name in both if book[name] != browser[name]} <= {"ipywidgets"}


def test_what_is_installed_is_what_is_pinned():
    for name, pin in pins("requirements.txt").items():
        assert version(name) == pin, name


@pytest.mark.parametrize("kind", ["", "-lite"])
def test_no_start_waits_for_grammars_that_nobody_uses(kind):
    """Each build and each test run imports jsonschema, and with it rfc3987-syntax where it is."""
    assert "rfc3987-syntax" not in pins(f"constraints{kind}.txt")


def test_jupyter_book_keeps_its_major_version():
    """Version 2 is another program: it accepts this configuration, builds nothing and says so
    nowhere."""
    assert pins("requirements.txt")["jupyter-book"].startswith("1.")
