"""The Chinese edition's catalogues.

    python tools/translation.py [chapters/01_softmax …]     takes up what changed in the English
        book, and lists which messages wait for a translation and which translations break a rule

A catalogue, `locale/zh_CN/chapters/01_softmax.po`, holds the messages of one page, in the order of
the page. A message that is new, or whose English changed, waits: it has no translation, or is
marked fuzzy and shows the English that its translation was made for. Edit the file with any editor
(Poedit knows the format), take the mark `fuzzy` away, and run the command again.
"""

import difflib
import sys
from pathlib import Path

import polib
import yaml

if __package__ is None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
from tools.check_site import ROOT, pages
from tools.messages import in_markdown, in_notebook, in_questions
from tools.translation_rules import LOCALE, faults

BOOK = "book"  # the catalogue of what stands on no page: the book's title, the parts' captions
ALIKE = 0.6  # from here on a changed message is shown with the translation of the old one


def sources(page):
    """(path, walk) of the files that make a page: its text, and its questions."""
    for suffix, walk in ((".ipynb", in_notebook), (".md", in_markdown),
                         (".questions.toml", in_questions)):
        path = ROOT / f"{page}{suffix}"
        if path.is_file():
            yield path, walk


def all_messages(page):
    """(message, what it is), as often and in the order as they stand on a page."""
    found = []

    def note(message, kind):
        found.append((message, kind))
        return message

    for path, walk in sources(page):
        walk(path.read_text(encoding="utf-8"), note)
    return found


def messages(page):
    """{message: what it is} of a page, in its order; what stands there twice is one message."""
    if page == BOOK:
        return dict.fromkeys(book_messages(), "title")
    found = {}
    for message, kind in all_messages(page):
        found.setdefault(message, kind)
    return found


def book_messages():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [config["title"], config["author"], *(part["caption"] for part in toc["parts"])]


def catalogue_path(page):
    return LOCALE / f"{page}.po"


def catalogue(page):
    path = catalogue_path(page)
    return polib.pofile(str(path), wrapwidth=100) if path.is_file() else polib.POFile()


def updated(page):
    """The page's catalogue as its English stands now: what is unchanged keeps its translation."""
    known = {entry.msgid: entry for entry in catalogue(page)}
    wanted = messages(page)
    gone = [message for message in known if message not in wanted]
    new = polib.POFile(wrapwidth=100)
    new.metadata = {"Language": "zh_CN", "MIME-Version": "1.0",
                    "Content-Type": "text/plain; charset=UTF-8",
                    "Content-Transfer-Encoding": "8bit"}
    for message, kind in wanted.items():
        new.append(known.get(message) or changed(message, gone, known))
        new[-1].comment = kind
    return new


def changed(message, gone, known):
    """A new message; with the translation of the most similar one that is no more, marked fuzzy."""
    entry = polib.POEntry(msgid=message)
    near = difflib.get_close_matches(message, gone, n=1, cutoff=ALIKE)
    if near and (old := known[near[0]]).msgstr:
        entry.msgstr, entry.previous_msgid, entry.flags = old.msgstr, old.msgid, ["fuzzy"]
    return entry


def waits(entry):
    """Whether it has no translation, or one of another English."""
    return not entry.msgstr or entry.fuzzy


def waiting(page):
    """The messages of the page that wait for a translation."""
    return [entry.msgid for entry in updated(page) if waits(entry)]


def wrong(page):
    """(message, what its translation breaks) of the page."""
    return [(entry.msgid, fault) for entry in catalogue(page) if entry.msgstr
            for fault in faults(entry.msgid, entry.msgstr, entry.comment)]


def write_if_new(path, text):
    """A file that stays as it was keeps its date: Sphinx, say, does not read it again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")


def update(page):
    entries = updated(page)
    write_if_new(catalogue_path(page), str(entries))
    for entry in filter(waits, entries):
        print(f"{page} waits: {entry.msgid}")
    for message, fault in wrong(page):
        print(f"{page}: {fault}\n    in {message[:70]!r}")


if __name__ == "__main__":
    for page in sys.argv[1:] or [BOOK, *pages()]:
        update(page)
