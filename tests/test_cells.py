"""How the pages show cells, where a test cannot wait for it to happen in a build."""

from cells import join_prints
from docutils import nodes


def block(text, *classes):
    return nodes.literal_block(text, text, classes=["output", *classes], language="myst-ansi")


def test_what_a_cell_prints_is_one_block_in_however_many_pieces_it_came():
    pieces = [block("a ", "stream"), block("b\n", "stream"), block("c\n", "stream"),
              block("a warning\n", "stderr"), block("d\n", "stream")]
    cell = nodes.container("", nodes.container("", *pieces, classes=["cell_output"]))
    join_prints(cell)
    blocks = list(cell.findall(nodes.literal_block))
    assert [one.astext() for one in blocks] == ["a b\nc\n", "a warning\n", "d\n"]
    # Sphinx highlights no block whose source is another text.
    assert all(one.rawsource == one.astext() and one["language"] == "myst-ansi" for one in blocks)
