"""What a cell shows comes first; its hidden code is a quiet link below. Code that shows nothing has
no link of its own: it stands with the code after it, and what belongs to an "In depth" box within
the box. What a cell prints is one block, in however many pieces it came.

What the style sheet has to know of a cell's content stands in its classes: a browser that looks for
itself, by `:has`, does so again at every change within an explorer.
"""

from docutils import nodes
from languages import language_of
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

WORDS = {"en": "Show the code", "zh": "显示代码"}


class QuietCode(SphinxPostTransform):
    default_priority = 900  # after MyST-NB has folded the code
    formats = ("html",)

    def run(self):
        words = WORDS[language_of(self.config)]
        begin = f'<details class="sa-code"><summary>{words}</summary>'
        cells = [node for node in self.document.findall(nodes.container)
                 if "cell" in node.get("classes", ())]
        for cell in cells:
            join_prints(cell)
            if shows_nothing(cell):
                join_the_next(cell)
        for cell in cells:
            if any("cell_input" in part.get("classes", ()) for part in cell.children):
                cell["classes"].append("sa-block")
            for fold in folds_of(cell):
                cell.children.remove(fold)
                cell += [nodes.raw("", begin, format="html"), *fold.children,
                         nodes.raw("", "</details>", format="html")]


def join_prints(cell):
    """How a kernel's messages cut a cell's text depends on the moment."""
    for piece in list(cell.findall(is_printed)):
        output, place = piece.parent, piece.parent.index(piece)
        if place and is_printed(before := output[place - 1]):
            text = before.astext() + piece.astext()
            output[place - 1] = nodes.literal_block(text, text, **before.attributes)
            output.remove(piece)


def is_printed(node):
    return isinstance(node, nodes.literal_block) and node["classes"] == ["output", "stream"]


def folds_of(cell):
    return [part for part in cell.children if isinstance(part, HideCodeCellNode)]


def shows_nothing(cell):
    return bool(cell.children) and len(folds_of(cell)) == len(cell.children)


def join_the_next(cell):
    """Into the next cell's fold, if that follows at once; the last of a box into the box."""
    parent, place = cell.parent, cell.parent.index(cell)
    after = parent[place + 1] if place + 1 < len(parent) else None
    if isinstance(after, nodes.container) and folds_of(after):
        fold = folds_of(after)[0]
        fold.children = [part for each in folds_of(cell) for part in each.children] + fold.children
        parent.remove(cell)
    elif place and parent[place - 1].astext() == "</details>":
        parent.insert(place, parent.pop(place - 1))


def setup(app):
    app.add_post_transform(QuietCode)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
