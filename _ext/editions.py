"""What joins the two editions: each page links to its twin, and their sections have the same names.

The English book is the site, the Chinese one its folder zh/. A Chinese heading would get a name
like `id3`; `english_slugs` (tools/chinese.py) gives it the one of its twin, so links and bookmarks
hold in both.
"""

from docutils import nodes
from languages import language_of
from sphinx.transforms import SphinxTransform

# Of the page that the link leads to.
OTHER = {"en": {"code": "zh-CN", "name": "中文"}, "zh": {"code": "en", "name": "English"}}
WITHOUT_TWIN = ("404",)


class EnglishNames(SphinxTransform):
    default_priority = 100  # before links within the page are resolved

    def apply(self):
        slugs = self.config.english_slugs.get(self.env.docname)
        if slugs is None:
            return
        known = self.document.myst_slugs
        sections = [node for node in self.document.findall(nodes.section) if "slug" in node]
        for section, slug in zip(sections, slugs, strict=True):
            line, old, text = known.pop(section["slug"])
            self.document.ids.pop(old, None)
            self.document.ids[slug] = section
            section["ids"], section["slug"] = [slug], slug
            known[slug] = (line, slug, text)


def add_twin(app, pagename, templatename, context, doctree):
    if pagename in WITHOUT_TWIN:
        return
    here = language_of(app.config)
    page = f"{pagename}.html"
    to_site = "../" * (pagename.count("/") + (here == "zh"))
    address = f"{to_site}{page}" if here == "zh" else f"{to_site}zh/{page}"
    context["twin"] = OTHER[here] | {"address": address}


def setup(app):
    app.add_config_value("english_slugs", {}, "env")
    app.add_transform(EnglishNames)
    app.connect("html-page-context", add_twin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
