"""A toy English–Chinese language: the grammar, its gold alignments, and the reader's own sentences.

A clause is built from parts (subject, verb, object, place, time, …). English and Chinese say the
same parts in different orders, and that is all the re-ordering there is:

    English   subject  auxiliary  not  verb  object  place  time
    Chinese   subject  time  not  auxiliary  place  verb  object

Every part is written with its alignment: in ``"in the park|在公园"`` the Chinese word after the bar
comes from the English word before it. A measure word (一个, 一本, 一只 …) is aligned with its noun,
which decides it.
"""

import difflib
import re
from functools import cache
from random import Random
from typing import NamedTuple

import numpy as np

# The sentences the book shows. No training sentence contains one of them.
DEMONSTRATIONS = (
    "i love you",
    "i am eating a big red apple",
    "i eat apples at home today",
    "she does not drink coffee at work tonight",
    "the children read new books in the park daily",
)

# Source lengths of the held-out sentences, in words; the model trains on at most 40.
LENGTH_BINS = ((3, 5), (6, 10), (11, 15), (16, 20), (21, 25), (26, 30), (31, 35), (36, 40),
               (41, 50), (51, 60))
MAX_TRAINING_WORDS = 40
FAMILIAR = sum(high <= MAX_TRAINING_WORDS for _, high in LENGTH_BINS)  # bins, the first ones
MAX_WORDS = 60

ENGLISH_ORDER = ("subject", "auxiliary", "not", "verb", "object", "place", "time")
CHINESE_ORDER = ("subject", "time", "not", "auxiliary", "place", "verb", "object")

CONJUNCTIONS = ("and|而且", "but|但是", "because|因为", "so|所以")
SUBJECTS = {  # subject: the form of "be" that goes with it
    "i|我": "am", "you|你": "are", "he|他": "is", "she|她": "is", "we|我们": "are",
    "they|他们": "are", "mum|妈妈": "is", "dad|爸爸": "is", "the teacher|老师": "is",
    "the doctor|医生": "is", "the student|学生": "is", "the children|孩子们": "are",
}
PEOPLE = ("me|我", "you|你", "him|他", "her|她", "us|我们", "them|他们", "mum|妈妈", "dad|爸爸",
          "the teacher|老师", "the doctor|医生", "the student|学生", "the children|孩子们")
PLACES = ("at home|在家", "at school|在学校", "at work|在公司", "in the park|在公园",
          "in the kitchen|在厨房", "in the library|在图书馆", "at the market|在市场")
# "i do not drink tea daily" would need another Chinese order: after "not" there are only DAYS.
DAYS = ("today|今天", "tonight|今晚", "tomorrow|明天")
TIMES = (*DAYS, "daily|每天", "weekly|每周", "monthly|每月")
ADJECTIVES = {"big": "大", "small": "小", "new": "新", "old": "旧", "red": "红", "green": "绿",
              "white": "白", "black": "黑", "hot": "热", "cold": "冷"}

# Things one can count: plural, Chinese, measure word, then the adjectives for two places.
NOUNS = {
    "apple": ("apples", "苹果", "一个", "big small", "red green"),
    "pear": ("pears", "梨", "一个", "big small", "green"),
    "cat": ("cats", "猫", "一只", "big small", "white black"),
    "dog": ("dogs", "狗", "一只", "big small", "white black"),
    "bird": ("birds", "鸟", "一只", "big small", "red green white black"),
    "book": ("books", "书", "一本", "new old", "red green white black"),
    "car": ("cars", "车", "一辆", "new old", "red green white black"),
    "flower": ("flowers", "花", "一朵", "big small", "red white"),
}
DRINKS = {"tea": "茶", "water": "水", "milk": "牛奶", "coffee": "咖啡"}

# Verbs: plain form, third person, -ing form (none for a state of mind), Chinese, possible objects.
VERBS = (
    ("love", "loves", None, "爱", "PEOPLE cat dog bird"),
    ("like", "likes", None, "喜欢", "PEOPLE DRINKS book apple pear cat dog bird car flower"),
    ("know", "knows", None, "认识", "PEOPLE"),
    ("eat", "eats", "eating", "吃", "apple pear"),
    ("drink", "drinks", "drinking", "喝", "DRINKS"),
    ("read", "reads", "reading", "读", "book"),
    ("buy", "buys", "buying", "买", "DRINKS book apple pear car flower"),
    ("sell", "sells", "selling", "卖", "DRINKS book apple pear car flower"),
    ("wash", "washes", "washing", "洗", "apple pear cat dog car"),
    ("draw", "draws", "drawing", "画", "apple pear cat dog bird car flower"),
    ("help", "helps", "helping", "帮助", "PEOPLE"),
)


class Pair(NamedTuple):
    """A sentence, its translation, and for each Chinese word the index of its English word."""

    english: tuple[str, ...]
    chinese: tuple[str, ...]
    alignment: tuple[int, ...]


@cache
def _part(text):
    """The English words of a part, and its Chinese words with the index each comes from."""
    tokens = [token.partition("|") for token in text.split()]
    english = tuple(word for word, _, _ in tokens)
    return english, tuple((zh, i) for i, (_, _, zh) in enumerate(tokens) if zh)


def _pick(rng, options):
    # Only the stream of random() is promised to stay the same in every version of Python.
    return options[int(rng.random() * len(options))]


def _people_for(subject):
    # "i" and "we" do not love "me" or "us"; the others do not love the same pronoun or person.
    own = ("me|我", "us|我们") if subject in ("i|我", "we|我们") else ()
    zh = subject.split("|")[-1]
    return [p for p in PEOPLE if p not in own and p.split("|")[-1] != zh]


def _person(rng, subject):
    return _part(_pick(rng, _people_for(subject)))


def _drink(rng):
    name = _pick(rng, tuple(DRINKS))
    adjectives = (_pick(rng, ("hot", "cold")),) if rng.random() < 0.5 else ()
    return _noun_phrase((), (), adjectives, name, DRINKS[name])


def _thing(rng, singular, plain):
    plural, chinese, measure, *places = NOUNS[singular]
    adjectives = tuple(_pick(rng, place.split()) for place in places if rng.random() < 0.5)
    if plain or rng.random() < 0.5:
        return _noun_phrase((), (), adjectives, plural, chinese)
    article = "an" if (*adjectives, singular)[0][0] in "aeiou" else "a"
    return _noun_phrase((article,), (measure,), adjectives, singular, chinese)


def _noun_phrase(article, measure, adjectives, noun, chinese):
    words = (*article, *adjectives, noun)
    last = len(words) - 1
    described = tuple((ADJECTIVES[a], i) for i, a in enumerate(adjectives, len(article)))
    return words, (*((m, last) for m in measure), *described, (chinese, last))


def _clause(rng):
    subject = _pick(rng, tuple(SUBJECTS))
    be = SUBJECTS[subject]
    plain_form, third, ing, chinese, objects = _pick(rng, VERBS)
    progressive = ing is not None and rng.random() < 0.15
    negative = not progressive and rng.random() < 0.15

    parts = {"subject": _part(subject)}
    if progressive:
        parts["auxiliary"] = _part(f"{be}|正在")
        verb = ing
    elif negative:
        parts["auxiliary"] = _part("does" if be == "is" else "do")
        parts["not"] = _part("not|不")
        verb = plain_form
    else:
        verb = third if be == "is" else plain_form
    parts["verb"] = _part(f"{verb}|{chinese}")

    kind = _pick(rng, objects.split())
    # Without a measure word: "i do not eat apples", "i like red apples".
    plain = negative or ing is None
    if kind == "PEOPLE":
        parts["object"] = _person(rng, subject)
    elif kind == "DRINKS":
        parts["object"] = _drink(rng)
    else:
        parts["object"] = _thing(rng, kind, plain)

    if ing and not progressive:
        if rng.random() < 0.7:
            parts["place"] = _part(_pick(rng, PLACES))
        if rng.random() < 0.7:
            parts["time"] = _part(_pick(rng, DAYS if negative else TIMES))
    return _arrange(parts)


def _arrange(parts):
    """Say the parts in English order, then in Chinese order; each Chinese word keeps its index."""
    english, start = (), {}
    for name in (name for name in ENGLISH_ORDER if name in parts):
        start[name] = len(english)
        english += parts[name][0]
    order = [name for name in CHINESE_ORDER if name in parts]
    return english, tuple((zh, start[name] + i) for name in order for zh, i in parts[name][1])


def random_pair(rng, clauses):
    """A random sentence of so many clauses, joined by and, but, because or so.

    >>> pair = random_pair(Random(6), clauses=1)
    >>> print(" ".join(pair.english), "→", " ".join(pair.chinese))
    the doctor draws green apples weekly → 医生 每周 画 绿 苹果
    >>> [pair.english[i] for i in pair.alignment]
    ['doctor', 'weekly', 'draws', 'green', 'apples']
    """
    english, aligned = _clause(rng)
    for _ in range(clauses - 1):
        for words, more in (_part(_pick(rng, CONJUNCTIONS)), _clause(rng)):
            aligned += tuple((zh, len(english) + i) for zh, i in more)
            english += words
    return Pair(english, *zip(*aligned, strict=True))


@cache
def held_out_pairs():
    """The test: 200 sentences for each of LENGTH_BINS, in the same order, never trained on.

    >>> [len(pairs) for pairs in held_out_pairs()][:3]
    [200, 200, 200]
    """
    return _distinct_pairs("held out", 200)


@cache
def development_pairs():
    """100 more for each of LENGTH_BINS, for every choice of settings; none of them is a test.

    >>> [len(pairs) for pairs in development_pairs()][:3]
    [100, 100, 100]
    """
    return _distinct_pairs("development", 100, without=held_out_pairs())


def _distinct_pairs(name, count, without=()):
    taken = {pair.english for pairs in without for pair in pairs}
    rng, chosen = Random(name), [{} for _ in LENGTH_BINS]
    while any(len(pairs) < count for pairs in chosen):
        pair = random_pair(rng, clauses=_pick(rng, range(1, 7)))
        for pairs, (low, high) in zip(chosen, LENGTH_BINS, strict=True):
            if (
                low <= len(pair.english) <= high
                and len(pairs) < count
                and pair.english not in taken
            ):
                pairs[pair.english] = pair
    return tuple(tuple(pairs.values()) for pairs in chosen)


@cache
def training_pairs(count=20_000, max_words=MAX_TRAINING_WORDS, max_clauses=6):
    """Random sentences to train on, always the same ones.

    No sentence contains a demonstration, a test or a development sentence, not even as a part of
    one of its clauses.

    >>> pair = training_pairs(1)[0]
    >>> print(" ".join(pair.english[:10]), "…")
    mum sells green apples at the market but we wash …
    """
    rng, pairs = Random("training"), []
    kept_back = [tuple(sentence.split()) for sentence in DEMONSTRATIONS]
    for bins in (held_out_pairs(), development_pairs()):
        kept_back += [pair.english for pairs_of_bin in bins for pair in pairs_of_bin]
    contains_one = finder(kept_back)
    while len(pairs) < count:
        pair = random_pair(rng, clauses=_pick(rng, range(1, max_clauses + 1)))
        if len(pair.english) <= max_words and not contains_one(pair.english):
            pairs.append(pair)
    return tuple(pairs)


@cache
def trained_pairs_by_length():
    """The first 100 training pairs of each bin of FAMILIAR lengths: can a model say those?

    >>> [len(pairs) for pairs in trained_pairs_by_length()]
    [100, 100, 100, 100, 100, 100, 100, 100]
    """
    return tuple(
        [pair for pair in training_pairs() if low <= len(pair.english) <= high][:100]
        for low, high in LENGTH_BINS[:FAMILIAR]
    )


def finder(sentences):
    """A function that says whether a sentence contains one of these, word for word.

    All are sequences of words, these of at least three.

    >>> contains_one = finder(["i love you".split()])
    >>> contains_one("today i love you and mum".split()), contains_one("i love mum".split())
    (True, False)
    """
    beginnings = {}  # by their first three words: few are left to compare
    for words in map(tuple, sentences):
        beginnings.setdefault(words[:3], []).append(words)

    def contains_one(words):
        words = tuple(words)
        return any(
            words[i : i + len(sentence)] == sentence
            for i in range(len(words) - 2)
            for sentence in beginnings.get(words[i : i + 3], ())
        )

    return contains_one


def clauses(words):
    """The clauses of a sentence, without the conjunctions between them.

    >>> clauses("i love you and you love me".split())
    [('i', 'love', 'you'), ('you', 'love', 'me')]
    """
    conjunctions, found = [_part(part)[0][0] for part in CONJUNCTIONS], [[]]
    for word in words:
        if word in conjunctions:
            found.append([])
        else:
            found[-1].append(word)
    return [tuple(clause) for clause in found]


def share_of_seen_clauses(sentences, trained):
    """How many of the clauses of these sentences (0 to 1) are clauses of the trained ones too.

    A test sentence as a whole is new, most of its parts are not: what is tested is how well known
    clauses, and some new ones, are combined.

    >>> share_of_seen_clauses(["i love you and you love me".split()], ["i love you".split()])
    0.5
    """
    seen = {clause for words in trained for clause in clauses(words)}
    asked = [clause for words in sentences for clause in clauses(words)]
    return sum(clause in seen for clause in asked) / len(asked)


def _vocabulary():
    """All words of the grammar, in both languages: of its parts, and those the clauses add."""
    parts = [*CONJUNCTIONS, *SUBJECTS, *PEOPLE, *PLACES, *TIMES]
    english = {word for part in parts for word in _part(part)[0]}
    chinese = {word for part in parts for word, _ in _part(part)[1]}
    english |= {*ADJECTIVES, *DRINKS, *NOUNS}
    chinese |= {*ADJECTIVES.values(), *DRINKS.values()}
    for plural, noun, measure, *_ in NOUNS.values():
        english.add(plural)
        chinese |= {noun, measure}
    for plain, third, ing, verb, _ in VERBS:
        english |= {plain, third, ing} - {None}
        chinese.add(verb)
    english |= {"am", "is", "are", "do", "does", "not", "a", "an"}
    chinese |= {"正在", "不"}
    return ("<pad>", *sorted(english)), ("<pad>", "<bos>", "<eos>", *sorted(chinese))


ENGLISH_WORDS, CHINESE_WORDS = _vocabulary()
ENGLISH_IDS = {word: i for i, word in enumerate(ENGLISH_WORDS)}
CHINESE_IDS = {word: i for i, word in enumerate(CHINESE_WORDS)}
PAD, BOS, EOS = (CHINESE_IDS[word] for word in ("<pad>", "<bos>", "<eos>"))


def encode_english(sentences):
    """Sentences (word sequences) as one array of word numbers, (B, T_x), padded with PAD = 0."""
    return _pad([[ENGLISH_IDS[word] for word in words] for words in sentences])


def encode_chinese(sentences):
    """Sentences as one array of word numbers, (B, T_y), each ended by EOS, padded with PAD."""
    return _pad([[*(CHINESE_IDS[word] for word in words), EOS] for words in sentences])


def _pad(rows):
    array = np.full((len(rows), max(map(len, rows))), PAD)
    for row, numbers in zip(array, rows, strict=True):
        row[: len(numbers)] = numbers
    return array


# --- what a reader types ------------------------------------------------------------------------

CONTRACTIONS = {"n't": " not", "'m": " am", "'re": " are", "'s": " is"}


class SentenceError(ValueError):
    """A sentence the model can not read: empty, too long, or with unknown words.

    ``unknown`` maps each unknown word to known words that look like it, the nearest first; it is
    empty for the other two reasons.
    """

    def __init__(self, message, unknown=None):
        super().__init__(message)
        self.unknown = unknown or {}


def tokenise(text):
    """Lower-case words of a text, without punctuation.

    >>> tokenise("I DON'T love you!")
    ['i', 'do', 'not', 'love', 'you']
    """
    text = text.lower().replace("’", "'")
    for short, long in CONTRACTIONS.items():
        text = text.replace(short, long)
    return re.findall(r"[^\W_]+", text)


def near_words(word):
    """Up to three known words that look like this one, the nearest first (difflib's ratio ≥ 0.6).

    >>> near_words("lover")
    ['love', 'loves', 'flower']
    """
    return difflib.get_close_matches(word, ENGLISH_WORDS[1:], n=3, cutoff=0.6)


def read_sentence(text):
    """The words of a sentence somebody typed, all known to the model.

    Raises SentenceError, a ValueError, if there is no word, if there are more than MAX_WORDS, or
    if a word is unknown; the message then offers near words.

    >>> read_sentence("I love you.")
    ['i', 'love', 'you']
    >>> read_sentence("I lover you.")
    Traceback (most recent call last):
        ...
    softattn_core.translator.corpus.SentenceError: unknown word 'lover' (near: love, loves, flower)
    """
    words = tokenise(text)
    if not words:
        raise SentenceError(f"no words in {text!r}: type an English sentence, e.g. 'I love you'")
    if len(words) > MAX_WORDS:
        raise SentenceError(f"{len(words)} words are too many: type at most {MAX_WORDS}")
    unknown = {word: near_words(word) for word in words if word not in ENGLISH_IDS}
    if unknown:
        raise SentenceError(
            "; ".join(
                f"unknown word {word!r}" + (f" (near: {', '.join(near)})" if near else "")
                for word, near in unknown.items()
            ),
            unknown,
        )
    return words


# --- which sentences the models were made for ---------------------------------------------------


@cache
def grammar_rules():
    """What random_pair says, as regular expressions that name each other: {name: "… <name> …"}.

    A sentence is clauses with conjunctions between them. The expressions are plain enough to mean
    the same in JavaScript, so that the page reads these too.

    >>> grammar_rules()["DRINKS"]
    '(?:(?:hot|cold) )?(?:tea|water|milk|coffee)'
    """
    rules = {"conjunction": _english(CONJUNCTIONS), "PEOPLE": _english(PEOPLE),
             "DRINKS": f"(?:(?:hot|cold) )?{_english(DRINKS)}"}
    for name, parts in (("place", PLACES), ("time", TIMES), ("day", DAYS)):
        rules[name] = f"(?: {_english(parts)})?"
    for be in ("am", "is", "are"):
        rules[be] = _english(subject for subject in SUBJECTS if SUBJECTS[subject] == be)
    for one, (plural, _, _, *places) in NOUNS.items():
        adjectives = "".join(f"(?:{_any_of(place.split())} )?" for place in places)
        rules[plural] = adjectives + plural
        rules[one] = f"<{plural}>|(?:an (?=[aeiou])|a (?![aeiou])){adjectives}{one}"
    rules |= _verb_rules()
    # "i love me" is never said: between the two stand only these words.
    verbs = [form for *forms, _, kinds in VERBS if "PEOPLE" in kinds for form in forms if form]
    between = f"(?:{_any_of(['am', 'is', 'are', 'do', 'does', 'not', *verbs])} )+"
    rules["selfish"] = _any_of(
        f"{_english([subject])} {between}{_english(sorted({*PEOPLE} - {*_people_for(subject)}))}"
        for subject in SUBJECTS
    )
    rules["clause"] = (
        "(?!<selfish>(?: |$))(?:(?:<am>|<are>) <says>|<is> <thirds>|"
        "(?:<am> am|<are> are|<is> is) <doing>|(?:(?:<am>|<are>) do|<is> does) not <denied>)"
    )
    return rules


def _verb_rules():
    """Every verb with its objects: "drink …", "drinks …", "drinking …" and what follows "not"."""
    rules = {"says": [], "thirds": [], "doing": [], "denied": []}
    for plain, third, ing, _, kinds in VERBS:
        named = [f"<{kind}>" for kind in kinds.split()]
        plural = [f"<{NOUNS.get(kind, [kind])[0]}>" for kind in kinds.split()]
        rest = f"{_any_of(named)}<place><time>" if ing else _any_of(plural)
        rules["says"].append(f"{plain} {rest}")
        rules["thirds"].append(f"{third} {rest}")
        rules["denied"].append(f"{plain} {_any_of(plural)}" + ("<place><day>" if ing else ""))
        if ing:
            rules["doing"].append(f"{ing} {_any_of(named)}")
    return {name: _any_of(forms) for name, forms in rules.items()}


def _any_of(patterns):
    return f"(?:{'|'.join(patterns)})"


def _english(parts):
    """A pattern for the English words of any of these parts."""
    return _any_of(" ".join(_part(part)[0]) for part in parts)


@cache
def _clause_pattern():
    rules = grammar_rules()

    def expand(name):
        return re.sub("<([A-Za-z]+)>", lambda inner: f"(?:{expand(inner[1])})", rules[name])

    return re.compile(expand("clause"))


def in_grammar(words):
    """Whether a sentence is put together like those that the models were trained on.

    They may know each word of another sentence, and still not know what to do with it.

    >>> in_grammar("i love you and you love me".split())
    True
    >>> in_grammar("i love you you love me".split()), in_grammar(["cat"])
    (False, False)
    """
    return all(_clause_pattern().fullmatch(" ".join(clause)) for clause in clauses(words))
