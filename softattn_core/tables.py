"""Columns in, table out: what the reader only reads, where a printed column would be all spaces.

A table shows itself as HTML, on the website and in Jupyter, and its `repr` is the same table as
aligned plain text, which the tests compare.
"""

import re
from html import escape
from numbers import Integral, Real
from unicodedata import east_asian_width

__all__ = ["Table", "inline", "table"]

LARGEST = 1e6  # numbers from here on are powers of ten
IS_NUMBER = re.compile(r"[-−+]?(\d[\d.,]*(e[-+]?\d+)?|inf|nan|∞)\s*%?|")


class Table:
    """What `table` makes: `headings` and `rows` are text already."""

    def __init__(self, headings, rows, caption):
        self.headings, self.rows, self.caption = headings, rows, caption
        columns = zip(*rows, strict=True)
        self.numeric = [all(map(IS_NUMBER.fullmatch, column)) for column in columns]

    def __repr__(self):
        lines = [self.headings, *self.rows]
        widths = [max(map(columns_of, column)) for column in zip(*lines, strict=True)]
        text = ["  ".join(map(pad, line, widths, self.numeric)).rstrip() for line in lines]
        return "\n".join([self.caption, *text] if self.caption else text)

    def _repr_html_(self):
        caption = f"<caption>{inline(self.caption)}</caption>" if self.caption else ""
        head = self._row_html(self.headings, 'th scope="col"')
        body = "".join(self._row_html(map(typeset, row), "td") for row in self.rows)
        return (f'<table class="sa-columns">{caption}<thead>{head}</thead>'
                f"<tbody>{body}</tbody></table>")

    def _row_html(self, texts, tag):
        sides = ("right" if numeric else "left" for numeric in self.numeric)
        cells = (f'<{tag} style="text-align: {side}">{inline(text)}</{tag[:2]}>'
                 for text, side in zip(texts, sides, strict=True))
        return f"<tr>{''.join(cells)}</tr>"


def table(columns, digits=3, caption=""):
    """Columns of equal length, by their headings, as a table to read.

    Fractions get `digits` decimals, or a power of ten where these would say nothing; whole numbers
    stay whole, and text stays as it is. Columns of numbers are aligned on the right.

    ValueError if there is no column, or if the columns differ in length.

    >>> table({"word": ["I", "love", "you"], "score": [1, 3, 0.2], "share": [0.1131, 0.836, 0.05]})
    word  score  share
    I         1  0.113
    love      3  0.836
    you   0.200  0.050
    """
    columns = {heading: list(column) for heading, column in columns.items()}
    lengths = {heading: len(column) for heading, column in columns.items()}
    if not columns:
        raise ValueError("columns must have at least one column, got none")
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns must be equally long, got {lengths}")
    rows = [[as_text(value, digits) for value in row]
            for row in zip(*columns.values(), strict=True)]
    return Table(list(columns), rows, caption)


def as_text(value, digits):
    """One value as it stands in the plain text."""
    if isinstance(value, Integral) or not isinstance(value, Real):
        return str(value)
    size = abs(value)
    if size == 0 or 0.5 * 10**-digits <= size < LARGEST or not size < float("inf"):
        return f"{value:.{digits}f}"
    return f"{value:.{max(digits - 1, 0)}e}"


def typeset(text):
    """A number as it is printed in books: 4.5e-05 is 4.5×10⁻⁵, and a minus is as long as a plus."""
    if not IS_NUMBER.fullmatch(text):
        return text
    digits, _, exponent = text.replace("-", "−").replace("inf", "∞").partition("e")
    if not exponent:
        return digits
    raised = str(int(exponent.replace("−", "-"))).translate(str.maketrans("-0123456789",
                                                                          "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits}×10{raised}"


def inline(text):
    """HTML of a text with `code`, its Chinese marked as Chinese; no line ends within 11–15."""
    marked = re.sub("[\u4e00-\u9fff]+", r'<span lang="zh">\g<0></span>', escape(text))
    marked = re.sub(r"\d+–\d+", r'<span style="white-space: nowrap">\g<0></span>', marked)
    return re.sub("`([^`]+)`", r"<code>\1</code>", marked)


def columns_of(text):
    """How many columns of a terminal the text takes: a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def pad(text, width, right):
    spaces = " " * (width - columns_of(text))
    return spaces + text if right else text + spaces
