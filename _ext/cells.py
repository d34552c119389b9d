"""What a cell shows comes first; its hidden code is a quiet link below. What the style sheet has to
know of a cell's content stands in its classes: a browser that looks for itself, by `:has`, does so
again at every change within an explorer.
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
        for cell in self.document.findall(nodes.container):
            if any("cell_input" in part.get("classes", ()) for part in cell.children):
                cell["classes"].append("sa-block")
            for fold in [part for part in cell.children if isinstance(part, HideCodeCellNode)]:
                cell.children.remove(fold)
                cell += [nodes.raw("", begin, format="html"), *fold.children,
                         nodes.raw("", "</details>", format="html")]


def setup(app):
    app.add_post_transform(QuietCode)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
