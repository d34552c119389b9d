"""The words of a PDF that Chromium printed, page by page: enough to see what is on the paper."""

import re
import zlib
from unicodedata import normalize

OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\b(.*?)\bendobj", flags=re.S)
# In a page's content: a font is chosen, or glyphs of it are shown, two bytes each.
SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|\[(.*?)\] ?TJ|(Td|Tm)\b", flags=re.S)
CODES = re.compile(r"<(\w+)> <(\w+)>(?: <(\w+)>)?")


def stream(content):
    head, _, rest = content.partition(b"stream\n")
    data = rest[:rest.rindex(b"\nendstream")]
    return zlib.decompress(data) if b"FlateDecode" in head else data


def characters(cmap):
    """{glyph: text} from a font's /ToUnicode."""
    text = {}
    unicode = lambda code: bytes.fromhex(code).decode("utf-16-be")  # noqa: E731
    for kind, block in re.findall(r"beginbf(char|range)\n(.*?)endbf", cmap, flags=re.S):
        for first, last, start in CODES.findall(block):
            if kind == "char":
                text[int(first, 16)] = unicode(last)
            else:
                *before, sign = unicode(start)
                for step in range(int(last, 16) - int(first, 16) + 1):
                    text[int(first, 16) + step] = "".join(before) + chr(ord(sign) + step)
    return text


def words(pdf):
    """What is printed, in the order in which it is drawn, without any space."""
    objects = {int(number): content for number, content in OBJECT.findall(pdf)}
    refers = lambda content, key: [int(n) for n in re.findall(rb"/%s (\d+) 0 R" % key, content)]  # noqa: E731
    fonts = {number: characters(stream(objects[found]).decode()) for number, content in
             objects.items() for found in refers(content, b"ToUnicode")}
    text = []
    for content in objects.values():
        for page in refers(content, b"Contents"):
            font = {}
            for chosen, glyphs, several, _ in SHOWN.findall(stream(objects[page])):
                font = fonts.get(int(chosen), {}) if chosen else font
                codes = glyphs or b"".join(re.findall(rb"<(\w+)>", several))
                text += [font.get(int(codes[i:i + 4], 16), "") for i in range(0, len(codes), 4)]
    # Two letters drawn as one are two.
    return re.sub("[ﬀ-ﬄ]", lambda sign: normalize("NFKC", sign[0]), "".join("".join(text).split()))
