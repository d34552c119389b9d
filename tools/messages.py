"""Where the book's sources speak to the reader: one walk, that finds and that replaces messages.

Each function walks a source and gives it back with every message replaced by `say(message, note)`.
A `say` that writes down what it is asked makes the catalogues; one that looks up makes the Chinese
edition: so both see the same messages.

A message is a paragraph, list, table, heading or summary of Markdown; a string or comment of code;
a text of a question.
"""

import io
import itertools
import json
import re
import tokenize
import tomllib

import nbformat

FRONT_MATTER = r"\A---\n.*?^---\n"
CODE = r"^```(?:\{code-cell\}[^\n]*|\w+)\n.*?^```$"
KEPT = re.compile(f"({FRONT_MATTER}|{CODE})", re.MULTILINE | re.DOTALL)
# Lines that shape a page and say nothing.
SHAPE = re.compile(r"^(```.*|:::.*|</?(details|div)[^>]*>|)$")
SUMMARY = re.compile(r"^(<summary[^>]*>)(.*)(</summary>)$")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
WORDS_IN_FORMULA = re.compile(r"\\text\{[^}]*[a-z]{2}[^}]*\}")
FIELD = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
# snake_case, a file, a place in one: what a program reads.
NAME = re.compile(r"\w*_\w*|[\w/.-]+\.\w+|\S*\.ipynb#\S*|\d\w*")
# What these functions and arguments get names things, and stays as it is.
NAMING = {"Questions", "check", "load_checkpoint", "get_sample_data", "errstate", "simplefilter"}
NAMING_ARGUMENTS = {"role", "others", "over", "divide", "invalid"}
QUESTION = re.compile(r'^(ask|text|reason|wrong) = "', re.MULTILINE)


def in_markdown(text, say):
    """Code in fences stays as it is, that of code cells is walked."""
    pieces = KEPT.split(text)
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            pieces[place] = in_prose(piece, say)
        elif piece.startswith("```pycon"):
            pieces[place] = re.sub("(?<=# ).+", lambda found: say(found[0], "comment"), piece)
        elif piece.startswith("```{code-cell}"):
            options, code = re.fullmatch(r"(```.*?\n(?::.*?\n)*)(.*)```", piece, re.DOTALL).groups()
            pieces[place] = f"{options}{in_code(code, say)}```"
    return "".join(pieces)


def in_prose(text, say):
    """Blocks are parted by empty lines and by the lines that shape the page."""
    done, block = [], []
    for line in [*text.split("\n"), ""]:
        shape = SHAPE.match(line) or SUMMARY.match(line)
        if not shape:
            block.append(line)
            continue
        if block:
            done.append(in_block("\n".join(block), say))
            block = []
        done.append(SUMMARY.sub(lambda found: found[1] + say(found[2], "summary") + found[3], line))
    return "\n".join(done[:-1])


def in_block(block, say):
    words = FORMULA.sub(lambda found: "".join(WORDS_IN_FORMULA.findall(found[0])), block)
    message = block.strip()
    if not re.search("[A-Za-z]", words):
        return block
    kind = ("heading" if message.startswith("#") else "table" if message.startswith("|")
            else "list" if re.match(r"([-*]|\d+\.) ", message) else "paragraph")
    return block.replace(message, say(message, kind))


def in_code(source, say):
    """Strings and comments that hold words. Implicitly joined strings are a message each."""
    edits = []
    for start, end, note in literals(source):
        text = source[start:end]
        words = re.sub(r"\\[nt]", " ", FORMULA.sub(" ", FIELD.sub(" ", text)))
        if (re.search("[A-Za-z]{2}", words) or beside_a_word(text)) and not NAME.fullmatch(text):
            edits.append((start, end, say(text, note)))
    for start, end, new in reversed(edits):
        source = source[:start] + new + source[end:]
    return source


def beside_a_word(text):
    """Whether it holds no word but a sign that Chinese sets wider: "{name}: {share}", ", "."""
    rest, fields = FIELD.subn("", text)
    return re.search("[:,;] ", rest) and (fields or not re.search(r"\w", rest))


def literals(source):
    """(start, end, kind) of what stands between quotes, and of what follows a #."""
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    at = lambda place: starts[place[0] - 1] + place[1]  # noqa: E731
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    depth, opened = 0, []  # depth: inside how many parentheses of a naming call
    before, last = "", ""
    for token, following in itertools.pairwise([*tokens, tokens[-1]]):
        kind, text = tokenize.tok_name[token.type], token.string
        if kind == "OP" and text in "()":
            depth += (1 if text == "(" else -1) if depth or last in NAMING else 0
        if kind == "FSTRING_START":
            opened.append(at(token.start))
        elif kind == "FSTRING_END" or kind == "STRING":
            start = opened.pop() if kind == "FSTRING_END" else at(token.start)
            named = (depth or (last == "=" and before in NAMING_ARGUMENTS)
                     or (last == ":" and before == text)  # {"uniform": "uniform"}
                     or (last == "[" and before[-1:].isalnum() | (before in ("]", ")"))
                         and following.string == "]" and text[1:-1].isidentifier()))
            if not opened and not named:
                quotes = re.match(r"""\w*('{3}|"{3}|'|")""", source[start:at(token.end)])
                yield start + quotes.end(), at(token.end) - len(quotes[1]), "code"
        elif kind == "COMMENT":
            yield at(token.start) + len(re.match("#+ *", text)[0]), at(token.end), "comment"
        before, last = last, text


def in_notebook(text, say):
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        walk = in_markdown if cell.cell_type == "markdown" else in_code
        cell.source = walk(cell.source, say)
    return notebook


def in_questions(text, say):
    """A chapter's questions; the lines `because` quote the English reasons, and go."""
    name, done = "", []
    for line in text.split("\n"):
        if heading := re.match(r"\[+(\w+)", line):
            name = heading[1]
        if found := QUESTION.match(line):
            [value] = tomllib.loads(line).values()
            new = say(value, f"question {name}: {found[1]}")
            line = f"{found[1]} = {json.dumps(new, ensure_ascii=False)}"
        if not line.startswith("because = "):
            done.append(line)
    return "\n".join(done)
