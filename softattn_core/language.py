"""In which language the package speaks to its reader: English, or Chinese after `speak("zh")`.

Hints of exercises, what stands around a question, what a figure writes by itself: `chinese.json`
holds the Chinese of each such sentence. Errors stay English, as those of Python are.
"""

import json
from functools import cache
from pathlib import Path

__all__ = ["say", "speak", "spoken"]

LANGUAGES = ("en", "zh")
_spoken = LANGUAGES[0]


def speak(language):
    """From here on, in this process, speak "en" or "zh". ValueError for any other language."""
    global _spoken
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
    _spoken = language


def spoken():
    """The language in use: "en" or "zh"."""
    return _spoken


def say(english, **values):
    """The sentence in the language in use, its {names} filled in.

    >>> say("{count} words", count=3)
    '3 words'
    """
    sentence = english if _spoken == "en" else chinese().get(english, english)
    return sentence.format(**values) if values else sentence


@cache
def chinese():
    """{English sentence: its Chinese}"""
    path = Path(__file__).with_name("chinese.json")
    return json.loads(path.read_text(encoding="utf-8"))
