"""The normalisers explorer in a real browser: equal to softattn_core, and fit for everyone."""

import random

import numpy as np
import pytest

from softattn_core.explorers import NormaliserExplorer
from softattn_core.explorers.normalisers import NORMALISERS
from tests.site.accessible import assert_accessible
from tests.site.test_explorers import (
    DRIVER,
    EVIL,
    FITS,
    assert_all_rounded,
    assert_equal,
    bytes_sent,
    random_score,
    show,  # noqa: F401
    too_small,
)

PHONE = {"width": 360, "height": 740}
DRIVE = """(settings) => settings.map(({ scores, by }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector, node = root) => [...node.querySelectorAll(selector)];
  if (by === "range") reset(root);
  together(() => all(`.sa-row .sa-${by}`).forEach((input, i) => use(input, scores[i])));
  const filled = (bar) => {
    const { left, right, transform } = getComputedStyle(bar, "::before");
    const room = bar.clientWidth - parseFloat(left) - parseFloat(right);
    return new DOMMatrix(transform).a * room / bar.clientWidth * 1.5;
  };
  return {
    scores: read(all(".sa-row .sa-field")), height: root.offsetHeight,
    values: shown(root).filter(([value]) => value !== "NaN"),
    unknown: all("[data-value=NaN]").map((node) => node.textContent),
    cards: all(".sa-card").map((card) => ({
      name: card.querySelector("b").textContent, heard: card.ariaLabel,
      rows: all(".sa-share", card).map((row) => row.firstChild.textContent),
      weights: read(all(".sa-value.sa-weights", card)), sum: read(all("b.sa-value", card))[0],
      bars: all(".sa-bar", card).map(filled), lost: card.querySelector("p").textContent,
    })),
  };
})"""


TITLES = {
    "softmax": "softmax", "sparsemax": "sparsemax", "divided": "÷ sum", "relu_sum": "ReLU ÷ sum",
    "softplus_sum": "softplus ÷ sum", "relu_n": "ReLU ÷ n", "sigmoid": "sigmoid",
    "sigmoid_shift": "sigmoid of z − log n", "raw": "the scores themselves", "argmax": "argmax",
    "uniform": "uniform"}


def lost(kind, z, w):
    """What the card must say, as a word of its sentence."""
    shares = (w > 0).sum()
    if kind == "divided" and z.sum() == 0:
        return "sum to 0"
    if kind == "divided" and (w < 0).any():
        return "negative"
    if kind == "divided":
        return "reversed" if z.sum() < 0 and z.max() > z.min() else "even out"
    if kind == "relu_sum":
        return {0: "No score above 0", len(z): "even out"}.get(shares, "Exact zeros")
    if kind == "sparsemax":
        return {1: "One takes all", len(z): "Nothing lost"}.get(shares, "Exact zeros")
    if kind == "softmax":
        return "hardly any gradient" if w.max() > 0.999 else "Nothing lost"
    if kind == "raw":
        return "negative" if (z < 0).any() else "No budget"
    if kind == "relu_n":
        return "No score above 0" if (z <= 0).all() else "No budget"
    if kind == "softplus_sum":
        return "even out"
    return {"sigmoid": "No budget", "sigmoid_shift": "No budget", "argmax": "No gradient",
            "uniform": "No focus"}[kind]


def settings_of(count, seed):
    rng = random.Random(seed)
    for number in range(count):
        near = [round(rng.uniform(-1, 1), 2) for _ in range(3)]
        far = [random_score(rng) for _ in range(3)]
        steps = [rng.randint(-100, 100) / 10 for _ in range(3)]
        yield [{"by": "field", "scores": near}, {"by": "field", "scores": far},
               {"by": "range", "scores": steps}][number % 3]
    for scores in ([3.0, 0.0, -3.0], [0.0] * 3, [-2.0] * 3, [1e6, -1e6, 1e-300], [-1.0, 0.0, 0.0]):
        yield {"by": "field", "scores": scores}


def test_normalisers_equal_the_core(show):  # noqa: F811
    seen = show(NormaliserExplorer())
    seen.page.evaluate(DRIVER)
    settings, said = list(settings_of(300, seed=7)), set()
    for setting, found in zip(settings, seen.page.evaluate(DRIVE, settings), strict=True):
        z = np.array(setting["scores"])
        assert_equal(found["scores"], z)
        assert len(found["cards"]) == len(NORMALISERS)
        for (kind, weights_of), card in zip(NORMALISERS.items(), found["cards"], strict=True):
            w = weights_of(z)
            assert card["name"] == card["heard"] == TITLES[kind]
            assert card["rows"] == ["I", "love", "you", "sum Σ"]
            assert lost(kind, z, w) in card["lost"], (kind, z, card["lost"])
            said.add(card["lost"])
            if np.isnan(w).any():
                assert found["unknown"] == ["—"] * 4 and kind == "divided"
                assert card["bars"] == pytest.approx([0] * 3, abs=0.02)
                continue
            assert_equal(card["weights"], w)
            assert_equal([card["sum"]], [w.sum()], 4e-16 * np.abs(w).max())
            assert card["bars"] == pytest.approx(list(np.clip(w, -0.5, 1)), abs=0.04)
        assert_all_rounded(found["values"])
    assert len(said) == 12, "every sentence was said"
    assert seen.complaints == []


def test_all_bars_have_one_scale(show):  # noqa: F811
    """A long number beside a bar does not squeeze it."""
    page = show(NormaliserExplorer(scores=[-3.0, 1.0, -10.0])).page
    page.get_by_text("≈ 0").first.wait_for()
    widths = page.locator(".sa-share .sa-bar").evaluate_all(
        "(bars) => bars.map((bar) => bar.offsetWidth)")
    assert max(widths) == min(widths)


@pytest.mark.parametrize("width, height", [(1280, 720), (360, 740)])
@pytest.mark.parametrize("seen", ["the first card", "the last control"])
def test_softmax_and_the_scores_share_a_screen(show, width, height, seen):  # noqa: F811
    page = show(NormaliserExplorer(), viewport={"width": width, "height": height}).page
    if seen == "the last control":
        page.locator(".sa-beside label, .sa-card").locator("visible=true").last.evaluate(
            "(node) => node.scrollIntoView({ block: 'end' })")
    card = page.get_by_role("group", name="softmax", exact=True)
    for node in [card, *page.get_by_role("slider").all()]:
        box = node.bounding_box()
        assert 0 <= box["y"] and box["y"] + box["height"] <= height


def test_two_and_six_scores_with_any_names(show):  # noqa: F811
    names = [EVIL, "</script><b>x", "&lt;i&gt;", "爱", "x" * 40, "6"]
    explorer = NormaliserExplorer([0.5, -1.0, 2.0, 0.0, 1.0, 3.0], names)
    seen = show(explorer)
    page = seen.page
    assert page.locator(".sa-card:first-child .sa-share span:first-child").all_inner_texts()[:6] \
        == names
    assert not page.evaluate("'injected' in window")
    assert page.locator(".sa-explorer :is(img, i, script)").count() == 0
    for i, weights in enumerate(explorer.weights.values()):
        found = page.locator(".sa-card").nth(i).locator("span.sa-value").evaluate_all(
            "(all) => all.map((node) => node.dataset.value)")
        assert_equal(found, weights)
    assert seen.complaints == []


def test_by_keyboard_with_presets_and_reset(show):  # noqa: F811
    page = show(NormaliserExplorer()).page
    lost = lambda kind: page.get_by_role(  # noqa: E731
        "group", name=kind, exact=True).locator("p").inner_text()
    assert "negative" in lost("÷ sum")
    page.get_by_role("slider", name="Score of I", exact=True).focus()
    page.keyboard.press("End")
    assert page.get_by_role("slider", name="Score of I", exact=True).get_attribute(
        "data-value") == "10"
    page.get_by_role("button", name="Saying 我").click()
    assert "sum to 0" in lost("÷ sum")
    page.get_by_role("button", name="All below 0").click()
    assert "reversed" in lost("÷ sum") and "No score above 0" in lost("ReLU ÷ sum")
    page.get_by_role("button", name="Reset").click()
    assert "negative" in lost("÷ sum") and "No budget" in lost("sigmoid")
    page.get_by_role("status").get_by_text("Sums: softmax 1.000").wait_for(state="attached")


def test_a_preset_with_a_plus_adds_to_what_is_there(show):  # noqa: F811
    page = show(NormaliserExplorer([-3, 1, 3.4])).page
    card = page.get_by_role("group", name="softmax", exact=True)
    before = card.locator(".sa-value").all_inner_texts()
    page.get_by_role("button", name="all + 100").click()
    fields = page.locator(".sa-row .sa-field").evaluate_all("(all) => all.map((f) => f.value)")
    assert fields == ["97", "101", "103.4"]
    assert card.locator(".sa-value").all_inner_texts() == before, "softmax notices no shift"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_nothing(show, theme, language):  # noqa: F811
    page = show(NormaliserExplorer(), theme=theme, language=language).page
    assert_accessible(page)
    assert ("没有焦点" in page.locator("main").inner_text()) == (language == "zh-CN")


@pytest.mark.parametrize("width, text", [(360, 100), (320, 100), (640, 200), (1280, 100)],
                         ids=["phone", "zoom 400 %", "text 200 %", "wide"])
def test_nothing_is_lost_on_a_phone_or_zoomed(show, width, text):  # noqa: F811
    explorer = NormaliserExplorer([999999.9, -1e6, 0.123])
    page = show(explorer, viewport={"width": width, "height": 800}).page
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    assert page.evaluate(FITS) == [True, []]


def test_controls_are_labelled_reachable_and_large_enough(show):  # noqa: F811
    page = show(NormaliserExplorer(), viewport=PHONE, has_touch=True).page
    assert too_small(page, "input:not([type=radio]), button, label") == []
    # Tab goes to one of the radio buttons, arrow keys to the others.
    controls = page.locator(".sa-explorer :is(input:not([type=radio]), input:checked, button)")
    names = set()
    for _ in range(controls.count()):
        page.keyboard.press("Tab")
        name, ring = page.evaluate("""() => [document.activeElement.ariaLabel
          || document.activeElement.labels?.[0]?.textContent || document.activeElement.textContent,
          parseFloat(getComputedStyle(document.activeElement).outlineWidth)]""")
        assert ring >= 2
        names.add(name)
    assert len(names) == controls.count()


def test_the_explorer_is_small():
    assert bytes_sent(NormaliserExplorer) < 20_000
