"""Puts the notebooks' SVG figures into the page itself, in the colours of the page's theme.

A figure drawn by softattn_core.figures uses the book's light colours and no others. Inside the
page each of them becomes the CSS variable of its role, so one drawing serves light and dark.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform

from softattn_core.figures import COLOURS  # role -> light colour, as in "scores" -> "#0b62a8"

# What a file needs and a page does not; a style sheet in an SVG would reach the whole page.
DROPPED = r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>"


def theme_svg(svg, prefix):
    """The <svg> element of a figure's file: roles for colours, ids of its own, no global style.

    A colour that is no role's would look wrong in the dark, so it is an error.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(DROPPED, "", svg, flags=re.S)
    for role, colour in COLOURS.items():
        svg = svg.replace(colour, f"var(--sa-{role})")
    if stray := re.search(r"#[0-9a-f]{6}\b", svg):
        raise ValueError(f"the figure uses {stray[0]}, which is no colour of softattn_core.figures")
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{prefix}", svg)
    # A <title> would pop up as a tooltip over the whole figure; as a label it is only read out.
    title = re.search(r"<title>(.*?)</title>", svg, flags=re.S)
    if not title:
        raise ValueError("the figure has no <title> to read out")
    svg = svg.replace(title[0], "", 1)
    width = re.search(r'viewBox="0 0 ([\d.]+)', svg)[1]
    attributes = (
        f'class="sa-figure" role="img" aria-label="{title[1].replace(chr(34), "&quot;")}"'
        f' style="width: {float(width) * 4 / 3:.0f}px" stroke-linejoin="round"'
    )
    head = re.match(r"<svg[^>]*>", svg)[0]
    slim = re.sub(r'\s(width|height|role|xmlns:xlink|version|style)="[^"]*"', "", head)
    svg = svg.replace(head, slim.replace("<svg", f"<svg {attributes}", 1), 1)
    return svg.replace("xlink:href", "href")


class InlineFigures(SphinxPostTransform):
    default_priority = 5  # before Sphinx copies images
    formats = ("html",)

    def run(self):
        images = [image for image in self.document.findall(nodes.image)
                  if "jupyter_execute" in image["uri"] and image["uri"].endswith(".svg")]
        for number, image in enumerate(images):
            path = Path(self.app.srcdir, image["uri"])
            try:
                svg = theme_svg(path.read_text(encoding="utf-8"), prefix=f"fig{number}-")
            except ValueError as error:
                raise SphinxError(f"{self.env.docname}, figure {number + 1}: {error}") from error
            image.replace_self(nodes.raw("", svg, format="html"))


def setup(app):
    app.add_post_transform(InlineFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
