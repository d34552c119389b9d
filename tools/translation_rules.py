"""What a translation must keep of its source, and how Chinese is set.

`faults(message, translation, kind)` names what is wrong, for the command and for the tests.
"""

import re
import tomllib
from collections import Counter
from functools import cache

from markdown_it import MarkdownIt

from softattn_core.translator.corpus import ENGLISH_WORDS
from tools.check_site import ROOT
from tools.messages import FIELD, FORMULA

LOCALE = ROOT / "locale" / "zh_CN"
HAN = "\u4e00-\u9fff"
FULL = "，。：；？！、）”》"  # what ends or parts a phrase
KEPT = {
    "numbers": r"\d+(?:[.,]\d+)*",
    "inline code": r"`[^`]+`",
    "link targets": r"\]\(([^)]*)\)",
    "heading marks": r"^#+ ",
    "list items": r"^ *(?:[-*]|\d+\.) ",
    "cells of a table": r"(?<!\\)\|",
    "tags": r"</?[a-z][^>]*>",
}
MARKED_CHINESE = re.compile(r'<span lang="zh">(.*?)</span>')
SET = {
    "half-width punctuation beside Chinese":
        rf"[{HAN}][,:;?!]|[,:;?!][{HAN}]|[{HAN}]\.(?!\w)|[{HAN}]\.\.",
    "half-width parentheses around Chinese": rf"(?<!\])\([^()]*[{HAN}][^()]*\)",
    "straight quotes beside Chinese": rf'[{HAN}]"|"[{HAN}]',
    "no space between Chinese and Latin, digits, formula or code":
        rf"[{HAN}][A-Za-z0-9$`]|[A-Za-z0-9$`%][{HAN}]",
    "a space beside full-width punctuation": rf"\S [{FULL}]|[（“《] ",
    "repeated punctuation": r"([，。：；？！、])[，。：；？！、]",
    "a line break within Chinese": rf"(?<!\$\$)\n[{HAN}（“《]",
    "several spaces": r"\S  +\S",
}
# But for turns of phrase that deny nothing, and Python's None.
NEGATION = re.compile(r"\b(?:(?i:no|nor|nothing|nobody|neither|never|cannot|without|\w+n['’]t)|none"
                      r"|(?<!than )[Nn]ot(?! only))\b")
CHINESE_NEGATION = re.compile("[不没无未非别勿否免莫]|去掉|剔")
# Words that an edit could make change places, each with its Chinese: a sentence that has as many of
# both in either language has them in the same order, and so has one its numbers.
OPPOSITES = [
    (("encoders?", "编码器"), ("decoders?", "解码器")),
    (("rows?", "行"), ("columns?", "列")),
    (("query|queries", "查询"), ("keys?", "键")),
    (("keys?", "键"), ("values?", "值")),
    (("scores?", "分数|打分|得分"), ("weights?", "权重")),
    (("before", "[之以]?前"), ("after(?:wards)?", "[之以]?后")),
    (("train\\w*", "训练"), ("test\\w*|held.out", "测试|留出")),
    (("source", "源"), ("target", "目标")),
    (("first", "第一|首|先|最前"), ("last", "最后|末")),
    (("first", "第一"), ("second", "第二")),
    (("above", "上"), ("below", "下")),
    (("left", "左"), ("right", "右")),
    (("more", "更?多|更"), ("less|fewer", "更?少")),
    (("high\\w*", "高"), ("low\\w*", "低")),
    (("(?:large|big|great)\\w*", "大"), ("small\\w*", "小")),
    (("long\\w*", "长"), ("short\\w*", "短")),
    (("(?:ris|grow)\\w*", "升|增|涨|长大|变大"), ("(?:fall|shrink)\\w*", "降|减|跌|落|变小")),
    (("softmax", "softmax"), ("sigmoid", "sigmoid")),
    (("attention", "注意力"), ("fixed", "固定")),
    (("english", "英"), ("chinese", "中文|汉|中国")),
]
SENTENCES = r"(?<=[.?!])[\"”)*]*\s+(?=[A-Z\"“*(\[`$])", "(?<=[。？！])"  # where one ends
LATIN_RUN = re.compile(r"(?:[A-Za-z][A-Za-z'’-]*[ ,.;:]+){4,}[A-Za-z]+")


@cache
def decided():
    """What terms.toml says."""
    return tomllib.loads((LOCALE / "terms.toml").read_text(encoding="utf-8"))


def terms():
    """{English term: its Chinese, or several}"""
    return {term: chinese if isinstance(chinese, list) else [chinese]
            for term, chinese in decided()["terms"].items()}


def reviewed():
    """Pieces of translations that may break a rule, as somebody has read and decided."""
    return decided()["reviewed"]


def faults(message, translation, kind):
    code = kind in ("code", "comment")
    found = [*lost(message, translation, code), *badly_set(translation, code),
             *turned_round(message, translation)]
    # A heading or an entry of the references, say, is the same in both.
    same = translation == message and (re.search(r"\d|\]\(https?:", message)
                                       or message in reviewed())
    if not code and not same:
        found += [*not_translated(translation), *other_terms(message, translation),
                  *lost_negation(message, translation)]
    return found


def lost(message, translation, code):
    """What stands in one of the two and not in the other."""
    message, translation = (MARKED_CHINESE.sub(r"\1", text) for text in (message, translation))
    both = message, translation
    yield from compared("formulas", *(map(without_words, FORMULA.findall(text)) for text in both))
    if code:
        yield from compared("fields", *(map(without_width, FIELD.findall(text)) for text in both))
    else:
        yield from compared("emphasis, as Markdown sees it", *map(emphasis, both))
    plain = [FORMULA.sub("", FIELD.sub("", text) if code else text)
             for text in (message, translation)]
    for what, pattern in KEPT.items():
        yield from compared(what, *(re.findall(pattern, text, re.MULTILINE) for text in plain))


def compared(what, before, after):
    before, after = Counter(before), Counter(after)
    if before != after:
        yield (f"{what}: {list((before - after).elements())} became "
               f"{list((after - before).elements())}")


def emphasis(text):
    """Bold and italic as CommonMark finds them: none ends between a full stop and a letter."""
    blocks = MarkdownIt().parse(FORMULA.sub("x", text))
    return [token.type for block in blocks for token in block.children or ()
            if token.type in ("strong_open", "em_open")]


def without_words(formula):
    return re.sub(r"\\text\{[^}]*\}", r"\\text{}", formula)


def without_width(field):
    """A Chinese word takes other room: `{name:13}` may become `{name:9}`."""
    return re.sub(r":([<>^]?)\d+(?=[,.}])", r":\1", field)


def badly_set(translation, code):
    text = re.sub(r"\]\([^)]*\)", "]", translation)
    text = re.sub("`[^`]+`", "`x`", FORMULA.sub("$x$", text))
    text = re.sub(r"\*\*|(?<=\S)\*|\*(?=\S)|[\[\]]|<[^>]*>", "", text)
    if code:
        text = FIELD.sub("\0", text)  # a value, with or without room around it
    for what, pattern in SET.items():
        if code and what == "several spaces":
            continue
        for place in re.finditer(pattern, text):
            around = text[max(place.start() - 8, 0):place.end() + 8]
            yield f"{what}: {around!r}"


def words_of(text):
    """The text without formulas, code, the targets of links and tags."""
    return re.sub(r"`[^`]*`|\]\([^)]*\)|<[^>]*>", "", FORMULA.sub("", text))


def not_translated(translation):
    plain = words_of(translation)
    if re.search("[A-Za-z]{2}", plain) and not re.search(f"[{HAN}]", plain):
        yield f"no Chinese: {plain!r}"
    for run in english_left(plain):
        yield f"English left: {run!r}"


def english_left(text):
    """Runs of English words, but for sentences of the toy language, which are the book's data."""
    for known in reviewed():
        text = text.replace(known, "")
    for run in LATIN_RUN.findall(text):
        if not set(re.findall("[a-z]+", run.lower())) <= set(ENGLISH_WORDS):
            yield run


def lost_negation(message, translation):
    """A "not" and none in the Chinese. Which word it denies, no rule can tell."""
    plain = words_of(message)
    if any(known in translation for known in reviewed()):
        return
    if (word := NEGATION.search(plain)) and not CHINESE_NEGATION.search(translation):
        yield f"a negation is lost: {word[0]!r}"


def side_by_side(message, translation, ends=((r"\n", r"\n"), SENTENCES)):
    """Pairs of a line and its Chinese, of a sentence and its: where both have as many of them."""
    parts = [[part for part in re.split(end, text) if re.search(r"\w", part)]
             for end, text in zip(ends[0], (message, translation), strict=True)]
    if len(parts[0]) != len(parts[1]):
        parts = [message], [translation]
    for pair in zip(*parts, strict=True):
        yield from side_by_side(*pair, ends[1:]) if ends[1:] else [pair]


def turned_round(message, translation):
    """Opposites, or numbers, in another order than in the English."""
    for pair in side_by_side(words_of(message), words_of(translation)):
        if any(known in pair[1] for known in decided()["reordered"]):
            continue
        for one, other in OPPOSITES:
            orders = [[found.lastgroup for found in re.finditer(
                          pattern.format(f"(?P<one>{a})", f"(?P<other>{b})"), text, re.I)]
                      for pattern, a, b, text in zip((r"\b(?:{}|{})\b", "{}|{}"), one, other, pair,
                                                     strict=True)]
            yield from in_order(*orders, f"{one[0]} and {other[0]}")
        yield from in_order(*(re.findall(KEPT["numbers"], text) for text in pair), "numbers")


def in_order(before, after, what):
    if sorted(before) == sorted(after) and before != after:
        yield f"change places: {what}"


def other_terms(message, translation):
    """Terms of the field whose usual Chinese is missing."""
    plain = words_of(message).lower()
    if any(known in translation for known in reviewed()):
        return
    for term, chinese in terms().items():
        pattern = rf"\b{term}(s|es)?\b"
        if re.search(pattern, plain) and not any(each in translation for each in chinese):
            yield f"{term!r} is {' or '.join(chinese)} in this book"
        plain = re.sub(pattern, "", plain)
