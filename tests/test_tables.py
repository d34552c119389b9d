"""Tables say the same as HTML and as plain text, aligned, every number as it was given."""

import re

import numpy as np
import pytest

from softattn_core.tables import table

NUMBERS = [0.0, 1e-5, -2.5, 1e6, np.inf, np.nan]


def cells(html):
    return [re.sub("<[^>]+>", "", text) for text in re.findall("<td.*?</td>", html)]


def test_columns_are_aligned_by_what_they_hold():
    made = table({"word 词": ["一辆", "car"], "T": ["0.1", "10"], "share": np.array([0.25, 1 / 3]),
                  "right": [3, 12]}, caption="Who gets what")
    assert repr(made) == ("Who gets what\n"
                          "word 词    T  share  right\n"
                          "一辆     0.1  0.250      3\n"
                          "car       10  0.333     12")
    sides = re.findall(r'<th scope="col" style="text-align: (\w+)">', made._repr_html_())
    assert sides == ["left", "right", "right", "right"]


def test_numbers_keep_what_they_say():
    made = table({"x": NUMBERS}, digits=2)
    text = [line.strip() for line in repr(made).splitlines()]
    assert text == ["x", "0.00", "1.0e-05", "-2.50", "1.0e+06", "inf", "nan"]
    assert cells(made._repr_html_()) == ["0.00", "1.0×10⁻⁵", "−2.50", "1.0×10⁶", "∞", "nan"]


def test_kinds_of_numbers():
    made = table({"x": [True, np.int64(7), np.float32(0.5), 10**9]})
    assert cells(made._repr_html_()) == ["True", "7", "0.500", "1000000000"]


def test_html_has_no_markup_of_the_readers():
    made = table({"<b>a</b>": ["<img src=x>", "`e<x` 猫"]}, caption="a < b")
    html = made._repr_html_()
    assert "<b>" not in html and "<img" not in html and "a &lt; b" in html
    assert '<code>e&lt;x</code> <span lang="zh">猫</span>' in html


def test_the_same_columns_make_the_same_table():
    columns = {"x": [1, 2.5], "y": ["a", "b"]}
    first, second = table(columns), table(columns)
    assert (repr(first), first._repr_html_()) == (repr(second), second._repr_html_())


@pytest.mark.parametrize("columns, message", [
    ({}, "columns must have at least one column"),
    ({"a": [1, 2], "b": [1]}, "equally long, got {'a': 2, 'b': 1}"),
])
def test_what_is_no_table_is_refused(columns, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        table(columns)
