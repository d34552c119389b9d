"""Cuts the site's two web fonts to the characters its pages use.

Noto Sans SC writes the Chinese, STIX Two Math the formulas (both OFL). Pip packages bring the
whole fonts; a page loads some tens of kilobytes.
"""

import html
import re
import unicodedata
from pathlib import Path

import ziamath
from fontTools import subset
from pylopdf_fonts_zh_cn import sans_path

MATH_FONT = Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf"
CHINESE = re.compile("[—‘-”…\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def page_text(outdir):
    """All characters of the book's pages, with what its scripts write there.

    The explorers' strings stand in the pages. Other books in the folder, zh/ and lite/, have fonts
    of their own.
    """
    pages = [*Path(outdir).glob("*.html"), *Path(outdir, "chapters").glob("*.html")]
    files = [*pages, *Path(outdir, "_static").glob("*.js")]
    text = html.unescape("".join(path.read_text(encoding="utf-8") for path in files))
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


def italics(formulas):
    """The slanted letters: a browser shows <mi>z</mi> as 𝑧, which is not in the page."""
    letters = "".join(re.findall(r"<mi>(.)</mi>", formulas))
    return "".join(variant for variant in map(chr, range(0x1D434, 0x1D7CC))
                   if unicodedata.normalize("NFKC", variant) in letters) + "ℎ"


def cut(font_path, text, target):
    """Write the glyphs of `text` as WOFF2, with the layout tables that maths needs."""
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    font = subset.load_font(font_path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    subset.save_font(font, target, options)


def write_fonts(app, exception):
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    text = page_text(app.outdir)
    chinese = "".join(sorted(set(CHINESE.findall(text))))
    formulas = "".join(re.findall(r"<math.*?</math>", text, flags=re.S))
    root = "√" if "<msqrt" in formulas else ""  # the element draws it; it stands in no text
    maths = "".join(sorted(set(formulas + italics(formulas) + root)))
    cut_if_new(sans_path(), chinese, folder / "noto-sans-sc.woff2")
    cut_if_new(MATH_FONT, maths, folder / "stix-two-math.woff2")


def cut_if_new(font_path, text, target):
    """Cutting takes seconds: skip it when the same characters were cut before."""
    note = target.with_suffix(".txt")
    if not (note.exists() and target.exists() and note.read_text(encoding="utf-8") == text):
        cut(font_path, text, target)
        note.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("build-finished", write_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
