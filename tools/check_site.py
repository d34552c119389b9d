"""Fails when the built site lacks a page of the table of contents.

Exit codes do not tell: another major version of jupyter-book accepts this configuration, builds
nothing and exits with 0.
"""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"


def toc_pages(toc):
    """Every page that _toc.yml names, the root first."""
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *(entry["file"] for entry in entries)]


def pages():
    """Every page of the English book, named as in _toc.yml."""
    return toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


def pages_of_both():
    """Those of the English book, then those of the Chinese one, its folder zh/."""
    return [f"{book}{page}" for book in ("", "zh/") for page in pages()]


def missing_pages():
    return [page for page in pages_of_both() if not (SITE / f"{page}.html").is_file()]


if __name__ == "__main__":
    if missing := missing_pages():
        sys.exit(f"The site lacks pages of _toc.yml: {', '.join(missing)}")
    print(f"The book: {(SITE / 'index.html').as_uri()}, in Chinese: zh/index.html")
