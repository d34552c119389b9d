"""Puts the notebooks' SVG figures into the page itself, numbered, in the colours of its theme.

A figure drawn by softattn_core.figures uses the book's light colours and no others. Inside the
page each of them becomes the CSS variable of its role, so one drawing serves light and dark. The
title leaves the drawing and becomes the text above it. A link in a drawing names a section as in
Markdown: 01_softmax.ipynb#the-formula.
"""

import posixpath
import re
from html import unescape
from pathlib import Path

from docutils import nodes
from languages import language_of
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform

from softattn_core.figures import COLOURS  # role -> light colour, as in "scores" -> "#0b62a8"
from softattn_core.tables import inline

# What a file needs and a page does not; a style sheet in an SVG would reach the whole page.
DROPPED = r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>"


CAPTION = {"en": "<b>Figure {number}.</b> {title}", "zh": "<b>图 {number}：</b>{title}"}
GAP = 6  # points left above the drawing where its title was


def take_title(svg):
    """(title, SVG without it): the drawn title goes, and with it the room that it took."""
    [title] = re.findall(r"<dc:description>(.*?)</dc:description>", svg, flags=re.S)
    before, group, after = split_group(svg, "title")
    rest = before + after
    glyphs = [glyph for glyph in re.findall(r"<path id=.*?/>", group, flags=re.S)
              if f'href="#{re.search(r"id=.(.*?).[ >]", glyph)[1]}"' in rest]
    rest = before + (f"<defs>{''.join(glyphs)}</defs>" if glyphs else "") + after
    bottom = max(float(y) for y in re.findall(r"translate\([\d.]+ ([\d.]+)\)", group)) + GAP
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', rest)
    width, height = map(float, box.groups())
    cut = f'viewBox="0 {bottom:g} {width:g} {height - bottom:g}"'
    return unescape(title), rest.replace(box[0], cut, 1)


def split_group(svg, name):
    """The text before, of and after the element <g id="name">."""
    start = svg.index(f'<g id="{name}">')
    depth = 0
    for tag in re.finditer(r"<(/?)g\b[^>]*?(/?)>", svg[start:]):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        if depth == 0:
            end = start + tag.end()
            return svg[:start], svg[start:end], svg[end:]
    raise ValueError(f"the group {name!r} has no end")


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
    role = "group" if "<a " in svg else "img"  # what stands in an image is not read out
    attributes = (f'role="{role}" aria-label="{title[1].replace(chr(34), "&quot;")}"'
                  ' stroke-linejoin="round"')
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
        caption = CAPTION[language_of(self.app.config)]
        for number, image in enumerate(images, 1):
            drawing = Path(self.app.srcdir, image["uri"]).read_text(encoding="utf-8")
            try:
                title, drawing = take_title(drawing)
                svg = theme_svg(drawing, prefix=f"fig{number}-")
                svg = re.sub(r'href="(\w+)\.ipynb#([^"]+)"', self.resolve, svg)
            except ValueError as error:
                raise SphinxError(f"{self.env.docname}, figure {number}: {error}") from error
            text = caption.format(number=number, title=inline(title))
            figure = (f'<figure class="sa-figure" id="figure-{number}">'
                      f"<figcaption>{text}</figcaption>{svg}</figure>")
            image.replace_self(nodes.raw("", figure, format="html"))

    def resolve(self, link):
        page = posixpath.join(posixpath.dirname(self.env.docname), link[1])
        sections = self.env.metadata[page].get("myst_slugs", {})
        if link[2] not in sections:
            raise ValueError(f"it links to {link[1]}.ipynb#{link[2]}, which is no section")
        address = self.app.builder.get_relative_uri(self.env.docname, page)
        return f'href="{address}#{sections[link[2]][1]}"'


def setup(app):
    app.add_post_transform(InlineFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
