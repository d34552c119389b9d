"""A line does not end within "11–15": a browser would break it after the dash."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

AS_IT_IS = (nodes.literal, nodes.literal_block, nodes.raw, nodes.title)
RANGE = re.compile(r"(\d[\d.,]*–\d+)")


class WholeRanges(SphinxPostTransform):
    default_priority = 900
    formats = ("html",)

    def run(self):
        for text in list(self.document.findall(nodes.Text)):
            if isinstance(text.parent, AS_IT_IS):
                continue
            pieces = RANGE.split(text)
            if len(pieces) > 1:
                parts = [nodes.inline("", part, classes=["sa-whole"]) if place % 2
                         else nodes.Text(part) for place, part in enumerate(pieces)]
                text.parent.replace(text, parts)


def setup(app):
    app.add_post_transform(WholeRanges)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
