"""Sphinx extension: what answers a prediction is folded until the reader commits or asks.

A prediction is a cell with one question, or a quotation that begins with "Predict." in bold. Each
gets a number. The cells tagged `reveal` that follow it become one <details>, which opens without a
script too; assets/scripts/predictions.js opens it when the question is answered. The chapter's cell
`setup`, which a reader of the page has no use for, runs and is not shown.

It works on the notebook's text before MyST-NB reads it; the notebook itself stays as it is.
"""

import json
import re
from pathlib import PurePosixPath

from languages import language_of
from sphinx.errors import SphinxError

QUOTED = re.compile(r"^> \*\*(?:Predict\.|预测。)\*\* *(?P<text>.*(?:\n>.*)*)", re.MULTILINE)
QUESTION = re.compile(r"\bQuestions\((?P<names>[^)]*)\)")
WORDS = {
    "en": {"number": "Prediction {number}", "see": "See what happens"},
    "zh": {"number": "预测 {number}", "see": "看看结果"},
}


class Folder:
    """Rewrites the cells of one notebook; `keys` names its predictions, settled once answered."""

    def __init__(self, stem, words):
        self.stem, self.words = stem, words
        self.cells, self.keys = [], []
        self.number = self.quoted = 0
        self.key = None  # of the last prediction, until its answer is folded
        self.folding = False

    def fold(self, cells):
        for place, cell in enumerate(cells, 1):
            reveal = "reveal" in tags_of(cell)
            if self.folding and not reveal:
                self.add_html("</details>")
            if reveal and not self.folding:
                self.begin_fold(place)
            if reveal and cell["cell_type"] == "markdown" and re.search("^#", text_of(cell), re.M):
                raise SphinxError(f"{self.stem}, cell {place}: a heading in a cell tagged reveal")
            self.folding = reveal
            self.add(cell)
        if self.folding:
            self.add_html("</details>")
        return self.cells

    def add(self, cell):
        text = text_of(cell)
        if cell["cell_type"] == "markdown":
            text = QUOTED.sub(self.frame_quotation, text)
            self.cells.append(cell | {"source": text})
        elif question := QUESTION.search(text):
            names = re.findall('"([^"]+)"', question["names"])
            if len(names) != 2:
                raise SphinxError(f"{self.stem}: {question[0]} must name one question")
            self.add_html(self.begin_frame("/".join(names)))
            self.cells.append(cell)
            self.add_html("</div>")
            self.keys.append(self.key)
        elif cell.get("id") == "setup":
            removed = {"tags": [*tags_of(cell), "remove-cell"]}
            self.cells.append(cell | {"metadata": cell["metadata"] | removed})
        else:
            self.cells.append(cell)

    def frame_quotation(self, quotation):
        text = re.sub("^> ?", "", quotation["text"], flags=re.MULTILINE)
        self.quoted += 1  # in every language the same
        return f"{self.begin_frame(f'{self.stem}/{self.quoted}')}\n\n{text}\n\n</div>\n"

    def begin_frame(self, key):
        self.number += 1
        self.key = key
        name = self.words["number"].format(number=self.number)
        return (f'<div class="sa-prediction" id="prediction-{self.number}" data-key="{key}">'
                f'<p class="sa-label">{name}</p>')

    def begin_fold(self, place):
        if self.key is None:
            raise SphinxError(f"{self.stem}, cell {place}: tagged reveal, without a prediction "
                              "before it")
        if self.key not in self.keys:
            self.keys.append(self.key)
        self.add_html(f'<details class="sa-reveal" data-key="{self.key}">'
                      f"<summary>{self.words['see']}</summary>")
        self.key = None

    def add_html(self, text):
        self.cells.append({"cell_type": "markdown", "id": f"fold-{len(self.cells)}", "metadata": {},
                           "source": text})


def text_of(cell):
    return "".join(cell["source"])


def tags_of(cell):
    return cell["metadata"].get("tags", [])


def fold_predictions(app, docname, content):
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    words = WORDS[language_of(app.config)]
    folder = Folder(PurePosixPath(docname).name, words)
    notebook = json.loads(content[0])
    notebook["cells"] = folder.fold(notebook["cells"])
    content[0] = json.dumps(notebook)
    app.env.metadata[docname]["predictions"] = len(folder.keys)


def count_predictions(app, pagename, templatename, context, doctree):
    """Every page knows how many predictions each chapter has: it shows the reader's progress."""
    context["predictions"] = {
        PurePosixPath(docname).name: metadata["predictions"]
        for docname, metadata in app.env.metadata.items() if metadata.get("predictions")}


def setup(app):
    app.connect("source-read", fold_predictions)
    app.connect("html-page-context", count_predictions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
