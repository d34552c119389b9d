"""Writes the sources of the Chinese book, `_build/zh`, from the English ones and the catalogues.

    python tools/chinese.py
    jupyter-book build _build/zh -W --keep-going

What waits for a translation stands there in English; tests/test_translation.py lists it.
`tools/book.py` builds both books, and puts this one into the other's folder zh/.
"""

import sys
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin
from myst_parser.mdit_to_docutils.base import compute_unique_slug

if __package__ is None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
from tools.check_site import ROOT, pages
from tools.notebooks import to_text
from tools.translation import BOOK, all_messages, catalogue, sources, waits, write_if_new

CHINESE = ROOT / "_build" / "zh"
SPEAK = 'from softattn_core.language import speak\n\nspeak("zh")'
DEEPEST = 3  # headings that have a name, as myst_heading_anchors says


def translations(page):
    """{English message: Chinese} of what is translated and up to date."""
    return {entry.msgid: entry.msgstr for entry in catalogue(page) if not waits(entry)}


def chinese_text(path, walk, known):
    """The text of a source in Chinese; what a reader runs first says that Chinese is spoken."""
    text = walk(path.read_text(encoding="utf-8"), lambda message, _: known.get(message, message))
    if path.suffix == ".ipynb":
        first = next(cell for cell in text.cells if cell.cell_type == "code")
        first.source += f"\n\n{SPEAK}"
        for cell in text.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        return to_text(text)
    before, cell, after = text.partition("```{code-cell} ipython3\n:tags: [remove-input]\n\n")
    return f"{before}{cell}{SPEAK}\n{after}" if cell else text


def english_slugs(page):
    """The names of a page's sections, as in the English book."""
    parser = MarkdownIt().use(dollarmath_plugin)
    slugs = []
    for message, kind in all_messages(page):
        if kind == "heading" and message.index(" ") <= DEEPEST:
            slugs.append(compute_unique_slug(SyntaxTreeNode(parser.parse(message))[0], slugs))
    return slugs


def configuration():
    """_config.yml for the Chinese book: folders are absolute, for it stands elsewhere."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    said = translations(BOOK)
    config["title"] = said.get(config["title"], config["title"])
    config["author"] = said.get(config["author"], config["author"])
    config["html"]["favicon"] = str(ROOT / config["html"]["favicon"])
    sphinx = config["sphinx"]
    sphinx["local_extensions"] = {name: str(ROOT / folder)
                                  for name, folder in sphinx["local_extensions"].items()}
    settings = sphinx["config"]
    settings["language"] = "zh_CN"
    # A curly apostrophe is a Chinese quotation mark, as wide as a character: BERT's stays straight.
    settings["smartquotes"] = False
    settings["templates_path"] = [str(ROOT / folder) for folder in settings["templates_path"]]
    settings["english_slugs"] = {page: english_slugs(page) for page in pages()}
    # A server shows one page for all addresses that are not there: the English book's, in both.
    settings["extensions"].remove("notfound.extension")
    settings["extensions"].append("chinese_search")
    return config


def contents():
    """_toc.yml with its captions in Chinese."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    said = translations(BOOK)
    for part in toc["parts"]:
        part["caption"] = said.get(part["caption"], part["caption"])
    return toc


def write_sources():
    for name, data in (("_config.yml", configuration()), ("_toc.yml", contents())):
        write_if_new(CHINESE / name, yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    for page in pages():
        known = translations(page)
        for path, walk in sources(page):
            write_if_new(CHINESE / path.relative_to(ROOT), chinese_text(path, walk, known))


if __name__ == "__main__":
    write_sources()
