"""Fetches the browser's Python, Pyodide, into a folder, and checks every file by its hash.

    python tools/pyodide.py FOLDER          fetch what is missing there, check all of it
    python tools/pyodide.py --list PACKAGE FOLDER
                                            another version: write lite/pyodide*.json anew, from
                                            npm's package `pyodide`, unpacked, and from its files

`lite/pyodide.json` names the version, its public address, and each file with its hash and size;
`lite/pyodide-lock.json` is the part of npm's lock file that the book needs. A site that is to work
without the internet brings the folder along: `make site PYODIDE=FOLDER`.
"""

import argparse
import hashlib
import json
import sys
import urllib.request
from pathlib import Path

LITE = Path(__file__).parents[1] / "lite"
# What npm's package brings itself; the lock file has hashes only for what is loaded later.
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
# What the book imports, and what the kernel of JupyterLite does. The lock adds what these need.
WANTED = ("numpy", "matplotlib", "ipython", "jedi", "micropip", "sqlite3", "ssl")


def listed():
    """{"version", "address", "files": {name: {"sha256", "bytes"}}}"""
    return json.loads((LITE / "pyodide.json").read_text(encoding="utf-8"))


def is_whole(path, expected):
    """Is this the file that the list means?"""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == expected["sha256"]


def faults(folder):
    """The listed files that are missing in the folder or are not what they should be."""
    return [name for name, expected in listed()["files"].items()
            if not is_whole(Path(folder, name), expected)]


def fetch(folder, address=None):
    """Fetch what the folder lacks; ValueError at a file that is not the listed one."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in faults(folder):
        print(f"{name}: fetched", flush=True)
        with urllib.request.urlopen((address or listed()["address"]) + name, timeout=60) as reply:
            content = reply.read()
        expected = listed()["files"][name]["sha256"]
        if (found := hashlib.sha256(content).hexdigest()) != expected:
            raise ValueError(f"{name} has the hash {found}, not {expected}: it was not kept")
        (folder / name).write_bytes(content)


def needed(packages):
    """The entries of a lock file that WANTED needs, directly or not."""
    found, todo = {}, list(WANTED)
    while todo:
        name = todo.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = packages[name]
            todo += packages[name]["depends"]
    return dict(sorted(found.items()))


def describe(package, folder):
    """What stands in lite/pyodide.json and in lite/pyodide-lock.json, for these two folders."""
    lock = json.loads(Path(package, "pyodide-lock.json").read_text(encoding="utf-8"))
    lock["packages"] = needed(lock["packages"])
    hashes = {name: hashlib.sha256(Path(package, name).read_bytes()).hexdigest() for name in CORE}
    hashes |= {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}
    files = {name: {"sha256": value, "bytes": Path(folder, name).stat().st_size}
             for name, value in hashes.items()}
    version = lock["info"]["version"]
    address = f"https://cdn.jsdelivr.net/pyodide/v{version}/full/"
    return {"version": version, "address": address, "files": files}, lock


def write_list(package, folder):
    for name, content in zip(("pyodide.json", "pyodide-lock.json"), describe(package, folder),
                             strict=True):
        text = json.dumps(content, indent=1) + "\n"
        (LITE / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fetch the browser's Python and check it.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", type=Path, metavar="PACKAGE", help="npm's package, unpacked")
    given = parser.parse_args()
    if given.list:
        write_list(given.list, given.folder)
    else:
        try:
            fetch(given.folder)
        except (OSError, ValueError) as error:
            sys.exit(f"Pyodide was not fetched whole: {error}")
    if wrong := faults(given.folder):
        sys.exit(f"These files of {given.folder} are missing or not as listed: {', '.join(wrong)}")
    print(f"{given.folder}: all {len(listed()['files'])} files are as listed")
