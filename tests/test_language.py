"""The package's sentences in Chinese: none is missing, none is left over."""

import ast
import inspect
import re

import numpy as np
import pytest

from softattn_core import figures, language
from softattn_core.exercises import EXERCISES, check, checker
from softattn_core.explorers import Questions, SoftmaxExplorer
from tools.check_site import ROOT
from tools.translation_rules import badly_set, compared, lost_negation, turned_round

# What stands in both languages: names in braces, numbers, and the code among the words.
IN_BOTH = r"\{\w*\}|\d+|[\w.]+=\w+|[A-Za-z_]+ @ \w+|√?\b[A-Za-z]_\w\b|−?np\.\w+"
# Words with an opposite, and what their Chinese has: else two sentences could change places.
TURNED_ROUND = {"before": "前|先", "after": "后", "starts at": "起点", "ends at": "终点",
                "first": "第一|先|前", "last": "最后|末", "row": "行", "column": "列",
                "largest": "最大"}


@pytest.fixture
def in_chinese():
    language.speak("zh")
    yield
    language.speak("en")


def said_in(path):
    """The texts that a module passes to say()."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
            if isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


def defaults():
    """What figures write by themselves: the texts among the defaults of their arguments."""
    for name in figures.__all__:
        if not callable(figure := getattr(figures, name)):
            continue
        for argument, parameter in inspect.signature(figure).parameters.items():
            if argument.endswith(("label", "labels", "facts")):
                value = parameter.default
                if value is not parameter.empty:
                    yield from (value if isinstance(value, tuple) else (value,))


def sentences():
    """Every English sentence that `say` may be asked for."""
    found = {text for path in (ROOT / "softattn_core").rglob("*.py") for text in said_in(path)}
    found |= {hint for exercise in EXERCISES.values() for hint, _ in exercise.mistakes}
    found |= {name for exercise in EXERCISES.values() for name in exercise.returns}
    return found | set(defaults()) | {checker.BROADCAST}


def test_every_sentence_has_its_chinese_and_none_is_left_over():
    assert sentences() == language.chinese().keys()


@pytest.mark.parametrize("english", sorted(sentences()))
def test_the_chinese_keeps_names_numbers_and_code_and_is_well_set(english):
    chinese = language.chinese()[english]
    lost = [*compared("in both", *(re.findall(IN_BOTH, text) for text in (english, chinese)))]
    assert [*lost, *badly_set(chinese.replace("\n", " "), code=True)] == []
    assert [*lost_negation(english, chinese), *turned_round(english, chinese)] == []
    for word, said in TURNED_ROUND.items():
        assert not re.search(rf"\b{word}s?\b", english) or re.search(said, chinese), word
    assert chinese == english or re.search("[\u4e00-\u9fff，；。：（]", chinese)


def test_hints_figures_questions_and_explorers_speak_it(in_chinese, capsys, monkeypatch):
    check("softmax", lambda z: z @ 1)
    check("softmax", lambda z, axis=-1, temperature=1.0: np.exp(z / temperature))
    first, second = "".join(capsys.readouterr().out.split()).split("softmax：")[1:]
    assert first.startswith("还不对。<lambda>([2.0,1.0,0.1])出错：ValueError:")
    assert second == "还不对。这些是指数值。请除以它们的和。"
    bars = figures.scores_and_weights([1, 2], [0.3, 0.7], ["a", "b"], title="标题")
    assert repr(bars) == "标题。分数：a 1，b 2；概率：a 0.3，b 0.7。"
    monkeypatch.chdir(ROOT / "chapters")
    assert "<b>预测。</b>" in Questions("01_softmax", "first_ratio").static_reading
    assert "Copy link" not in SoftmaxExplorer()._esm and "复制链接" in SoftmaxExplorer()._esm


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="language must be one of en, zh, not 'fr'"):
        language.speak("fr")
