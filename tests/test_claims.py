"""What a chapter says in words is true, and whoever turns a sentence round is told.

Beside a chapter stands NN_name.claims.toml. A claim is a piece of the chapter's text (`says`) and a
line of Python that is true if the text is (`check`). `unless` is a change of that line under which
it is false: the proof that it can fail. A sentence that states nothing to compute stands under
[no_fact], by its reason. Each sentence that could be turned round must be covered by one or other:
the words are found verbatim, so that an edit of the sentence leaves it uncovered.
"""

import ast
import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from tests.python_lines import NAMES, named, value
from tests.test_prose import NUMBER, significant_digits

CHAPTERS = Path(__file__).parents[1] / "chapters"
FILES = sorted(CHAPTERS.glob("*.claims.toml"))
EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(".")[0])
UNCLAIMED = set()  # chapters not covered yet
# Why a sentence has no check: it says what a word or sign means; tells the reader what to do or
# asks; says where we are in the book; sets an example up; reports what a paper or the source text
# says; says what follows from a formula shown beside it; is held by a test that takes longer; or is
# a judgement.
REASONS = {"definition", "task", "signpost", "example", "source", "derivation", "tested",
           "judgement"}

# A sentence with one of these can be turned round: which way, how far, or without exception.
DIRECTION = re.compile(
    r"\b(more|most|less|least|fewer|fewest|better|best|worse|worst"
    r"|rises?|rising|falls?|falling|grows?|growing|shrinks?|gains?|loses?|wins?|leads?"
    r"|sharp\w*|flat(?:ter|ten)\w*|stretch\w*|evens?|above|below"
    r"|(?:high|low|larg|small|long|short|bold|sharp|soft|simpl|great|fast|slow|strong|weak|clos"
    r"|bigg|near|far|rar|deep|wid|narrow|easi|hard|earli|lat|fair|heavi|light|cheap|pur|steep)"
    r"(?:er|est|ther|thest))\b", re.I)
UNIVERSAL = re.compile(
    r"\b(always|never|only|all|none|nothing|nobody|every\w*|no|neither|nor|same|exactly"
    r"|(?:un)?equal\w*|alone|twice|half|double[ds]?|impossible|cannot|hardly|nearly|almost"
    r"|without)\b", re.I)


def core(notebook):
    """The Markdown of the core path: no boxes to open, nothing from the exercises on."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    text = re.split(r"^## Exercises", "\n\n".join(cells), flags=re.M)[0]
    return re.sub(r"<details>.*?</details>", "", text, flags=re.S)


def written_on_figures(notebook):
    """The titles and captions that the chapter's calls name, where they are plain text."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for call in ast.walk(ast.parse(cell.source)):
                if isinstance(call, ast.keyword) and call.arg in ("title", "caption"):
                    if isinstance(call.value, ast.Constant) and call.value.value:
                        yield call.value.value


def sentences(markdown):
    """[(sentence, heading above it)]: formulas on lines of their own and links' targets are none.

    A heading is a sentence of its own.
    """
    heading, found = "", []
    for block in re.split(r"\n\s*\n|\n(?=[-*>#] |\d\. )", re.sub(r"\$\$.*?\$\$", "", markdown,
                                                               flags=re.S)):
        if block.startswith("#"):
            heading = block.lstrip("# ").strip()
            found.append((block.strip(), heading))
            continue
        text = re.sub(r"^(?:[-*>] |\d\. )", "", block.strip())
        pieces = re.split(r"(?<=[.?!])([)*\"”]*)\s+(?=[*(\"“]*[A-Z$`\[<\d])", text)
        ends = [*pieces[1::2], ""]
        found += [(piece + end, heading) for piece, end in zip(pieces[::2], ends, strict=True)]
    return [(text.strip(), above) for text, above in found if text.strip()]


def words_of(sentence):
    """The sentence without its tags and the targets of its links."""
    return re.sub(r"\]\([^)]*\)|<[^>]+>", " ", sentence)


def small_numbers(sentence):
    found = [match[0].rstrip("% \u00a0") for match in NUMBER.finditer(words_of(sentence))]
    return [number for number in found if significant_digits(number) < 3]


def can_be_turned_round(sentence):
    words = words_of(sentence)
    return bool(small_numbers(sentence) or DIRECTION.search(words) or UNIVERSAL.search(words))


def to_cover(notebook):
    """What must have a claim or a reason to have none."""
    found = [text for text, heading in sentences(core(notebook))
             if text.startswith("#") or heading == "What to remember" or can_be_turned_round(text)]
    return [*found, *written_on_figures(notebook)]


def read(path):
    stem = path.name.split(".")[0]
    file = tomllib.loads(path.read_text(encoding="utf-8"))
    return file, nbformat.read(CHAPTERS / f"{stem}.ipynb", as_version=4)


def printed_by(notebook):
    """What the chapter's cells print, which nbval holds to what they do."""
    return "\n".join(out.get("text") or out.get("data", {}).get("text/plain", "")
                     for cell in notebook.cells for out in cell.get("outputs", []))


def said(file):
    """Every piece of text that has a claim or a reason."""
    return [*(claim["says"] for claim in file["claim"]),
            *(text for texts in file["no_fact"].values() for text in texts)]


def uncovered(sentence, pieces):
    """What of the sentence no piece says: a piece may be part of it, or have it as a part."""
    if any(sentence in piece for piece in pieces):
        return ""
    for piece in sorted((piece for piece in pieces if piece in sentence), key=len, reverse=True):
        sentence = sentence.replace(piece, " ")
    return sentence if re.search(r"\w", sentence) else ""


def changed(line, old, new):
    """The line with every `old` turned to `new`; a name or number only where it stands alone."""
    start, end = (r"\b" if re.match(r"\w", sign) else "" for sign in (old[0], old[-1]))
    return re.sub(start + re.escape(old) + end, lambda _: new, line)


def test_every_chapter_has_claims():
    chapters = {path.stem for path in CHAPTERS.glob("[0-9]*.ipynb")}
    assert {path.name.split(".")[0] for path in FILES} == chapters - UNCLAIMED


@EACH
def test_every_claim_is_true_and_can_be_false(path):
    file, notebook = read(path)
    names = named(file.get("let", {}), NAMES | {"printed": printed_by(notebook)})
    wrong = []
    for claim in file["claim"]:
        local = named(claim.get("let", {}), names)
        if not value(claim["check"], local):
            wrong.append(f"not so: {claim['says']}")
        if "unless" in claim:
            old, new = claim["unless"]
            assert changed(claim["check"], old, new) != claim["check"], claim
            if value(changed(claim["check"], old, new), local):
                wrong.append(f"true even with {new}: {claim['says']}")
    assert wrong == []


@EACH
def test_every_check_computes_and_a_direction_has_its_change(path):
    for claim in read(path)[0]["claim"]:
        assert set(claim) <= {"says", "check", "let", "unless"}, claim
        nodes = list(ast.walk(ast.parse(claim["check"], mode="eval")))
        assert any(isinstance(node, ast.Name) for node in nodes), claim
        assert any(isinstance(node, ast.Compare | ast.Call) for node in nodes), claim
        if DIRECTION.search(words_of(claim["says"])):
            assert "unless" in claim, claim
        # Turning the comparison itself would prove nothing: the change is one of what is compared.
        assert re.search(r"\w", claim.get("unless", "x")[0]), claim


@EACH
def test_every_claim_stands_in_the_chapter_once(path):
    file, notebook = read(path)
    text = "\n\n".join([cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
                       + list(written_on_figures(notebook)))
    assert [piece for piece in said(file) if text.count(piece) != 1] == []
    assert set(file["no_fact"]) <= REASONS


@EACH
def test_every_sentence_that_can_be_turned_round_is_covered(path):
    file, notebook = read(path)
    pieces = said(file)
    left = [uncovered(sentence, pieces) for sentence in to_cover(notebook)]
    assert [text for text in left if text] == []
