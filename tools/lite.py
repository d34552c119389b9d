"""Builds the notebooks for the reader's browser: JupyterLite, in `_build/html/lite/`.

    python tools/lite.py                     Python comes from Pyodide's public address
    python tools/lite.py --pyodide FOLDER    it comes with the site, from this folder
                                             (see tools/pyodide.py)

Runs in an environment of its own (requirements-lite.txt), after the book was built. The notebooks,
their questions and `softattn_core` are the book's own. Its pages then offer "Run this chapter".
"""

import argparse
import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
from fontTools import subset

if __package__ is None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
from tools.pyodide import faults, listed

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
WORK = ROOT / "_build" / "lite"
START_PAGE = ("run.html", "run.css", "run.js")
# JupyterLite looks for settings in it; its own would lead to an app that is not built.
INDEX = """<meta http-equiv="refresh" content="0; url=run.html">
<script id="jupyter-config-data" type="application/json">{}</script>
"""
OWN = ("lite.py", "pyodide.py")
KINDS = {".py", ".js", ".css", ".json", ".csv", ".npz"}
# Beyond what the book says: what a reader may write on a figure without Chinese.
LATIN_GREEK_SIGNS = [*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2000, 0x2300)]
APART_FROM_PYODIDE = re.compile(r"^# What it takes along.*?(?=\n\n|\Z)", flags=re.M | re.S)


def chapters():
    """{a folder among the notebooks: the folder that it is made of}, of either language."""
    return {"chapters": ROOT / "chapters",
            "zh/chapters": ROOT / "_build" / "zh" / "complete" / "chapters"}


def chapter_files(folder):
    return sorted([*folder.glob("*.ipynb"), *folder.glob("*.questions.toml")])


def all_chapter_files():
    return [path for folder in chapters().values() for path in chapter_files(folder)]


def package_files():
    return sorted(path for path in ROOT.glob("softattn_core/**/*") if path.suffix in KINDS)


# --- Wheels --------------------------------------------------------------------------------------

def write_wheel(name, version, files, folder):
    """A wheel that runs anywhere, from {path in it: bytes}; the same files give the same bytes."""
    stem = f"{name}-{version}"
    files = dict(files) | {
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: softattn\n"
                                   "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{stem}.dist-info/RECORD"
    lines = []
    target = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            content = content.encode() if isinstance(content, str) else content
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
            lines.append(f"{path},sha256={digest.rstrip('=')},{len(content)}\n")
            # ZipInfo's fixed date.
            wheel.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
        wheel.writestr(zipfile.ZipInfo(record), "".join(lines) + f"{record},,\n")
    return target


def core_wheel(folder):
    """softattn_core, and the chapters' questions beside it.

    A browser that lends Python no drive (http on a classroom's network) finds them there: the
    folder they are unpacked to is Python's HOME, where it starts.
    """
    init = (ROOT / "softattn_core" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.*)"', init, flags=re.M)[1]
    content = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in package_files()}
    for place, own in zip(("chapters", "chapters/zh"), chapters().values(), strict=True):
        content |= {f"{place}/{path.name}": path.read_bytes()
                    for path in sorted(own.glob("*.questions.toml"))}
    licence = (ROOT / "LICENSE").read_bytes()
    content[f"softattn_core-{version}.dist-info/licenses/LICENSE"] = licence
    return write_wheel("softattn_core", version, content, folder)


def cut_font(font, text):
    """The font with the characters of the text and no others, as bytes."""
    options = subset.Options(layout_features=["*"], notdef_outline=True, name_IDs=["*"])
    whole = subset.load_font(io.BytesIO(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text, unicodes=LATIN_GREEK_SIGNS)
    cutter.subset(whole)
    cut = io.BytesIO()
    subset.save_font(whole, cut, options)
    return cut.getvalue()


def font_wheel(whole, text, folder):
    """The package of the Chinese font, 17 MB, cut to what the book shows; its licence is kept."""
    name, version = whole.name.split("-")[:2]
    with zipfile.ZipFile(whole) as wheel:
        files = {path: wheel.read(path) for path in wheel.namelist()
                 if path.endswith(".py") or "licenses/" in path}
        fonts = [path for path in wheel.namelist() if path.endswith("SansSC-Regular.otf")]
        files |= {path: cut_font(wheel.read(path), text) for path in fonts}
    return write_wheel(name, version, files, folder)


def book_text():
    """All that a figure may have to write: what stands in the chapters and in the package."""
    files = [*all_chapter_files(), *(path for path in package_files() if path.suffix != ".npz")]
    return "".join(path.read_text(encoding="utf-8") for path in files)


def fetched_wheels():
    """The wheels of requirements-lite.txt that the browser needs, fetched once."""
    requirements = (ROOT / "requirements-lite.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w-]+)==(\S+)", APART_FROM_PYODIDE.search(requirements)[0], flags=re.M)
    folder = WORK / "wheels"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{name.replace('-', '_')}-{version}": f"{name}=={version}" for name, version in pins}
    have = {stem: found for stem in wanted for found in folder.glob(f"{stem}-*.whl")}
    if missing := [wanted[stem] for stem in wanted.keys() - have.keys()]:
        # psygnal has wheels for each machine, too: the browser needs the one for any.
        anywhere = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none",
                    "--python-version=3.12"]
        subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "download",
                        "--quiet", "--no-deps", *anywhere, "--dest", folder, *missing], check=True)
    return [next(folder.glob(f"{stem}-*.whl")) for stem in wanted]


def collect_wheels(folder):
    folder.mkdir(parents=True)
    for wheel in fetched_wheels():
        if wheel.name.startswith("pylopdf"):
            font_wheel(wheel, book_text(), folder)
        else:
            shutil.copy(wheel, folder)
    core_wheel(folder)
    return sorted(path.name for path in folder.iterdir())


# --- JupyterLite ---------------------------------------------------------------------------------

def edition():
    """A name for the notebooks as they are: what a reader changed is kept under it.

    A browser that kept an edited chapter of an older edition would otherwise show that one.
    """
    digest = hashlib.sha256()
    for path in all_chapter_files():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def configuration(wheels, address):
    """jupyter-lite.json. Addresses of wheels are relative to the kernel's script."""
    kernel = {
        "pyodideUrl": f"{address}pyodide.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "lockFileURL": "./pyodide-lock.json",
            "packages": ["numpy", "matplotlib", *(f"../../../../pypi/{name}" for name in wheels)],
            "env": {"HOME": "/lib/python3.12/site-packages/chapters"},
        },
    }
    storage = f"softmax-and-attention {edition()}"
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Softmax and attention",
            "contentsStorageName": storage,
            "settingsStorageName": "softmax-and-attention settings",
            "workspacesStorageName": "softmax-and-attention workspaces",
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }


def write_json(path, content):
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def build_jupyterlite(wheels, address):
    """In a folder of its own: JupyterLite reads its settings from where it runs."""
    for place, folder in chapters().items():
        (WORK / "files" / place).mkdir(parents=True)
        for path in [*chapter_files(folder), *folder.glob("*.md")]:  # the last for links to find
            shutil.copy(path, WORK / "files" / place)
    for path in WORK.glob("files/**/*.ipynb"):
        # Read, a text is one again; JupyterLite would show a file's lines with commas between.
        write_json(path, nbformat.read(path, as_version=4))
    write_json(WORK / "jupyter-lite.json", configuration(wheels, address))
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlite_core", "build", "--apps=notebooks",
         "--no-sourcemaps", "--no-unused-shared-packages", "--contents=files",
         "--output-dir=out"],
        cwd=WORK, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"JupyterLite was not built:\n{done.stdout[-5000:]}")


def spare_sliders(schemas):
    """JupyterLab takes the arrow keys of whatever has the focus; sliders keep theirs."""
    text = schemas.read_text(encoding="utf-8")
    schemas.write_text(text.replace(' :focus"', ' :focus:not([role=slider])"'), encoding="utf-8")


def copy_pyodide(folder, target):
    if wrong := faults(folder):
        sys.exit(f"{folder} is not the Pyodide of lite/pyodide.json: {', '.join(wrong)}")
    target.mkdir()
    for name in listed()["files"]:
        shutil.copy(folder / name, target)


def add_start_page(lite, address):
    """The page that looks whether all is well, loads Python and goes on to the notebook; and one
    for the links within notebooks, for which JupyterLite would want its file browser."""
    for name in START_PAGE:
        shutil.copy(ROOT / "lite" / name, lite)
    (lite / "tree").mkdir()
    shutil.copy(ROOT / "lite" / "tree.html", lite / "tree" / "index.html")
    (lite / "index.html").write_text(INDEX)
    shutil.copy(ROOT / "lite" / "pyodide-lock.json", lite)
    write_json(lite / "run.json", {"address": address, "files": listed()["files"]})


def offer(elsewhere):
    """From now on the book's pages show "Run this chapter"."""
    script = (ROOT / "lite" / "offer.js").read_text(encoding="utf-8")
    text = f"const elsewhere = {json.dumps(elsewhere)};\n{script}"
    for static in (SITE / "_static", SITE / "zh" / "_static"):
        (static / "run_here.js").write_text(text, encoding="utf-8")


def clear(folder):
    """Away with what an earlier build left: JupyterLite's notes would keep old settings alive."""
    for path in folder.glob("*"):
        if path.is_file():
            path.unlink()
        elif path.name != "wheels":
            shutil.rmtree(path)


def made_from():
    """A hash of all that goes into a build, but for Pyodide."""
    others = [path for pattern in ("lite/*", "chapters/*.md", "*-lite.txt")
              for path in sorted(ROOT.glob(pattern))]
    others += [ROOT / "tools" / name for name in OWN]
    files = [*all_chapter_files(), *package_files(), *others]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def build(pyodide, note):
    clear(WORK)
    address = "./pyodide/" if pyodide else listed()["address"]
    build_jupyterlite(collect_wheels(WORK / "pypi"), address)
    spare_sliders(WORK / "out" / "build" / "schemas" / "all.json")
    if pyodide:
        copy_pyodide(pyodide, WORK / "out" / "pyodide")
    add_start_page(WORK / "out", address)
    (WORK / "out" / "made_from.txt").write_text(note, encoding="utf-8")
    shutil.rmtree(SITE / "lite", ignore_errors=True)
    shutil.move(WORK / "out", SITE / "lite")


def main(pyodide=None):
    if not (SITE / "zh" / "index.html").is_file():
        sys.exit("The book is not built: run 'make book' first.")
    kept, note = SITE / "lite" / "made_from.txt", f"{made_from()} {pyodide}"
    if not (kept.is_file() and kept.read_text(encoding="utf-8") == note):
        build(pyodide, note)
    offer(elsewhere=pyodide is None)
    size = sum(path.stat().st_size for path in kept.parent.rglob("*") if path.is_file()) / 1e6
    print(f"Its chapters run in the browser: _build/html/lite, {size:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the notebooks for the reader's browser.")
    parser.add_argument("--pyodide", type=Path, help="a folder with Pyodide, to bring along")
    main(parser.parse_args().pyodide)
