"""What is installed is what was tried: the pins, the lock and the environment say the same."""

import re
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", flags=re.M)


def pins(name):
    return dict(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


def test_every_pin_is_the_one_of_the_lock():
    lock = pins("constraints.txt")
    differing = [f"{name}=={pin}" for name, pin in pins("requirements.txt").items()
                 if lock.get(name) != pin]
    assert differing == []


def test_what_is_installed_is_what_is_pinned():
    for name, pin in pins("requirements.txt").items():
        assert version(name) == pin, name


def test_jupyter_book_keeps_its_major_version():
    """Version 2 is another program: it accepts this configuration, builds nothing and says so
    nowhere."""
    assert pins("requirements.txt")["jupyter-book"].startswith("1.")
