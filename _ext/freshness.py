"""Executes every notebook again when the code or the questions behind the book changed.

Sphinx skips a page whose source is unchanged, so an edit in softattn_core would leave the old
numbers on it, and an edit of a chapter's questions the old question.
"""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = {".py", ".js", ".css", ".json", ".csv", ".npz", ".toml"}


def code_hash(book):
    digest = hashlib.sha256()
    for folder in (ROOT / "softattn_core", ROOT / "_ext", Path(book, "chapters")):
        for path in sorted(folder.rglob("*")):
            if path.suffix in KINDS:
                digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def outdated(app, env, added, changed, removed):
    current = code_hash(app.srcdir)
    previous, env.code_hash = getattr(env, "code_hash", None), current
    return [] if previous == current else sorted(env.found_docs - set(added))


def setup(app):
    app.connect("env-get-outdated", outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
