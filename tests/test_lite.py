"""What tools/lite.py and tools/pyodide.py make and check, without a browser."""

import base64
import hashlib
import io
import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from fontTools.ttLib import TTFont

from tools import lite, pyodide

ROOT = Path(__file__).parents[1]
LOCK = json.loads((ROOT / "lite" / "pyodide-lock.json").read_text(encoding="utf-8"))
FILES = {"one.js": b"first", "two.whl": b"second"}


# --- Pyodide: only the listed files, each checked ------------------------------------------------

@pytest.fixture
def origin(tmp_path, monkeypatch):
    """A server's folder with two files, and the list that names them."""
    folder = tmp_path / "origin"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    files = {name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
             for name, content in FILES.items()}
    monkeypatch.setattr(pyodide, "LITE", tmp_path)
    (tmp_path / "pyodide.json").write_text(
        json.dumps({"version": "0", "address": f"{folder.as_uri()}/", "files": files}))
    return folder


def test_pyodide_is_fetched_once_and_whole(origin, tmp_path, capsys):
    target = tmp_path / "here"
    assert pyodide.faults(target) == list(FILES)
    pyodide.fetch(target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == FILES
    assert pyodide.faults(target) == []
    (target / "one.js").write_bytes(b"damaged")
    assert pyodide.faults(target) == ["one.js"]
    capsys.readouterr()
    pyodide.fetch(target)
    assert capsys.readouterr().out == "one.js: fetched\n"
    assert pyodide.faults(target) == []


def test_another_file_than_the_listed_one_is_not_kept(origin, tmp_path):
    (origin / "two.whl").write_bytes(b"an intruder")
    with pytest.raises(ValueError, match=r"two\.whl has the hash .*: it was not kept"):
        pyodide.fetch(tmp_path / "here")
    assert not (tmp_path / "here" / "two.whl").exists()


def test_a_folder_that_is_not_pyodide_is_not_published(origin, tmp_path):
    (origin / "two.whl").write_bytes(b"an intruder")
    with pytest.raises(SystemExit, match=r"two\.whl"):
        lite.copy_pyodide(origin, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_the_lock_and_the_list_name_the_same_files():
    """The kernel checks what it loads by the lock, the start page by the list."""
    files = {name: entry["sha256"] for name, entry in pyodide.listed()["files"].items()}
    core = {name: files.pop(name) for name in pyodide.CORE}
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in core.values())
    packages = LOCK["packages"]
    assert {entry["file_name"]: entry["sha256"] for entry in packages.values()} == files
    assert pyodide.needed(packages) == packages
    assert LOCK["info"]["version"] == pyodide.listed()["version"]


@pytest.mark.nightly
def test_the_list_is_that_of_npms_package(tmp_path):
    """`npm pack` fetches the package from which lite/pyodide*.json were made, and checks it."""
    version = pyodide.listed()["version"]
    subprocess.run(f"npm pack --silent pyodide@{version}", cwd=tmp_path, check=True, shell=True)
    with tarfile.open(tmp_path / f"pyodide-{version}.tgz") as package:
        package.extractall(tmp_path, filter="data")
    theirs = json.loads((tmp_path / "package" / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert {**theirs, "packages": pyodide.needed(theirs["packages"])} == LOCK
    for name in pyodide.CORE:
        content = (tmp_path / "package" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == pyodide.listed()["files"][name]["sha256"]


# --- Wheels --------------------------------------------------------------------------------------

def contents(wheel):
    """{path in the wheel: bytes}, after its RECORD was compared with them."""
    with zipfile.ZipFile(wheel) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    [record] = [name for name in files if name.endswith("/RECORD")]
    rows = [row.rsplit(",", 2) for row in files.pop(record).decode().splitlines()]
    assert rows.pop() == [record, "", ""]
    for name, digest, size in rows:
        known = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).decode().rstrip("=")
        assert (digest, int(size)) == (f"sha256={known}", len(files[name]))
    assert [name for name, *_ in rows] == list(files)
    return files


def test_the_wheel_of_the_core_holds_the_package_and_the_questions(tmp_path):
    wheel = lite.core_wheel(tmp_path)
    assert wheel.parent == tmp_path, "where JupyterLite looks for it"
    files = contents(wheel)
    tracked = {path.relative_to(ROOT).as_posix() for path in lite.package_files()}
    assert len(tracked) > 30 and tracked <= files.keys()
    questions = {path.relative_to(ROOT).as_posix(): path.read_bytes()
                 for path in ROOT.glob("chapters/*.questions.toml")}
    assert len(questions) >= 6 and questions.items() <= files.items()
    assert any(name.endswith("licenses/LICENSE") for name in files)
    made = wheel.read_bytes()
    assert lite.core_wheel(tmp_path).read_bytes() == made, "the same files, the same wheel"


def test_the_fonts_wheel_is_cut_to_the_book_and_keeps_its_licence(tmp_path):
    package = Path(pylopdf_fonts_zh_cn.__file__).parent
    version = pylopdf_fonts_zh_cn.__version__
    whole = tmp_path / f"pylopdf_fonts_zh_cn-{version}-py3-none-any.whl"
    licence = f"pylopdf_fonts_zh_cn-{version}.dist-info/licenses/LICENSE"
    with zipfile.ZipFile(whole, "w") as wheel:
        for path in [*package.glob("*.py"), *package.glob("*.otf")]:
            wheel.write(path, f"{package.name}/{path.name}")
        wheel.write(package.parent / licence, licence)
    (tmp_path / "cut").mkdir()
    cut = lite.font_wheel(whole, lite.book_text(), tmp_path / "cut")
    files = contents(cut)
    assert cut.stat().st_size < 500_000 < whole.stat().st_size
    assert files[licence] == (package.parent / licence).read_bytes()
    assert f"{package.name}/__init__.py" in files
    [font] = [TTFont(io.BytesIO(content)) for name, content in files.items() if ".otf" in name]
    full = TTFont(pylopdf_fonts_zh_cn.sans_path()).getBestCmap().keys()
    needed = {ord(character) for character in lite.book_text()} & full
    assert needed <= font.getBestCmap().keys()
    assert font["name"].getDebugName(1) == "Noto Sans SC"  # matplotlib knows it by this name


# --- JupyterLite ---------------------------------------------------------------------------------

def test_a_new_edition_has_a_storage_of_its_own(tmp_path, monkeypatch):
    """A browser keeps what its reader changed, and would show it in the new edition's place."""
    (tmp_path / "chapters").mkdir()
    chapter = tmp_path / "chapters" / "a.ipynb"
    chapter.write_text("one")
    monkeypatch.setattr(lite, "ROOT", tmp_path)

    def storage():
        return lite.configuration([], "./")["jupyter-config-data"]["contentsStorageName"]

    first = storage()
    chapter.write_text("two")
    assert storage() != first
    chapter.write_text("one")
    assert storage() == first
