"""A line does not end within "11–15", "95 %", "(4, 0)" or "chapter 3": a browser would break it."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

AS_IT_IS = (nodes.literal, nodes.literal_block, nodes.raw, nodes.title)
NUMBER = r"−?\d+(?:\.\d+)?"
UNBROKEN = re.compile(rf"(\d[\d.,]*(?:–\d+(?: %)?| %)|\({NUMBER}(?:, {NUMBER}){{1,2}}\)"
                      r"|[Cc]hapter \d+|第 \d+ 章)")


class Unbroken(SphinxPostTransform):
    default_priority = 900
    formats = ("html",)

    def run(self):
        for text in list(self.document.findall(nodes.Text)):
            if isinstance(text.parent, AS_IT_IS):
                continue
            pieces = UNBROKEN.split(text)
            if len(pieces) > 1:
                parts = [nodes.inline("", part, classes=["sa-whole"]) if place % 2
                         else nodes.Text(part) for place, part in enumerate(pieces)]
                text.parent.replace(text, parts)


def setup(app):
    app.add_post_transform(Unbroken)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
