"""The explorers of the chapters on attention, in a real browser: equal to softattn_core."""

import random
import re

import numpy as np
import pytest

from softattn_core import attend, attention_weights
from softattn_core.explorers import (
    BottleneckExplorer,
    FocusExplorer,
    LanguageModelExplorer,
    ThreeStepsExplorer,
    TrainingExplorer,
    TranslatorExplorer,
)
from softattn_core.translator import load_checkpoint
from softattn_core.translator.corpus import (
    DEMONSTRATIONS,
    ENGLISH_WORDS,
    MAX_WORDS,
    held_out_pairs,
    in_grammar,
    near_words,
    tokenise,
)
from softattn_core.translator.model import translate
from tests.site.accessible import assert_accessible
from tests.site.test_explorers import (
    DRIVER,
    EVIL,
    FITS,
    NAMES,
    assert_all_rounded,
    assert_equal,
    assert_tab_reaches,
    bytes_sent,
    middle,
    points,
    random_score,
    show,  # noqa: F401
    stop_the_clock,
    swipe,
    too_small,
)

PHONE = {"width": 360, "height": 740}
RUN = {"first_losses": [4.2, 4.1], "early_loss": [3.1, 0.4], "loss_curve": [0.3, 0.001]}


def film(count=4):
    """Weights as load_training_weights gives them, made up: equal at first, then ever surer."""
    sentences = []
    for english, chinese in (("i love you", "我 爱 你"),
                             ("i eat apples at home", "我 在家 吃 苹果")):
        x, y = len(english.split()), len(chinese.split())
        scores = np.random.default_rng(x).normal(size=(y, x))
        weights = [attention_weights(4 * step * scores).round(3).tolist() for step in range(count)]
        sentences.append({"english": english.split(), "chinese": chinese.split(),
                          "weights": weights})
    return {"steps": [0, 60, 700, 10_000][:count], "sentences": sentences}


def training(at=0):
    return TrainingExplorer(at, film(), RUN)


ALL = [FocusExplorer, BottleneckExplorer, ThreeStepsExplorer, TranslatorExplorer, training]


def page_of(seen):
    seen.page.evaluate(DRIVER)
    return seen.page


def numbers(page, selector):
    return [float(x) for x in page.locator(selector).evaluate_all(
        "(all) => all.map((node) => node.dataset.value)")]


# --- Focus ---------------------------------------------------------------------------------------

DRIVE_FOCUS = """(settings) => settings.map(({ sentence, scores, by }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  if (sentence !== null) all("button")[sentence].click();
  all("[type=radio]").forEach((radio, i) => {
    radio.click();
    use(root.querySelector(`.sa-${by}`), scores[i]);
  });
  const filled = (bar) => new DOMMatrix(getComputedStyle(bar, "::before").transform).a;
  return {
    scores: read(all(".sa-tile .sa-scores")), weights: read(all(".sa-tile .sa-value.sa-weights")),
    sum: read(all("output"))[0], bars: all(".sa-tile .sa-bar").map(filled), values: shown(root),
    shades: all(".sa-shade").map((shade) => getComputedStyle(shade).backgroundColor),
    words: all("b").map((word) => word.textContent), height: root.offsetHeight,
  };
})"""


def check_focus(settings, results, sizes):
    for setting, found in zip(settings, results, strict=True):
        size = sizes[setting["sentence"]]
        scores = setting["scores"][:size]
        weights = attention_weights(scores)
        assert_equal(found["scores"], scores)
        assert_equal(found["weights"], weights)
        assert_equal([found["sum"]], [1.0])
        assert found["bars"] == pytest.approx(list(weights), abs=0.02)
        # color(srgb r g b): from the white surface half way to the weights' #b34a00
        greens = [float(shade.split()[2]) for shade in found["shades"]]
        assert greens == pytest.approx(list(1 - weights / 2 * (1 - 0x4A / 255)), abs=1e-3)
        assert_all_rounded(found["values"])


def test_focus_equals_the_core(show):  # noqa: F811
    seen = show(FocusExplorer())
    rng = random.Random(3)
    settings = []
    for number in range(500):
        by = "field" if number % 4 else "range"
        scores = [random_score(rng) if number % 4 else rng.randint(-100, 100) / 10
                  for _ in range(10)]
        settings.append({"sentence": rng.randrange(2), "scores": scores, "by": by})
    results = page_of(seen).evaluate(DRIVE_FOCUS, settings)
    check_focus(settings, results, {0: 10, 1: 7})
    assert {"".join(found["words"]) for found in results} == {
        "我正在吃一个又大又红的苹果", "Iameatingabigredapple"}
    assert seen.complaints == []


def test_a_faded_word_keeps_its_weight_within_its_tile(show):  # noqa: F811
    """A power of ten without its exponent would call the least weight the largest."""
    page = show(FocusExplorer()).page
    page.get_by_role("slider", name="Score of").press("End")
    page.get_by_text("≈ 0").first.wait_for()
    assert page.locator(".sa-tile").evaluate_all(
        "(tiles) => tiles.filter((tile) => tile.scrollWidth > tile.clientWidth).length") == 0


def test_focus_takes_any_words(show):  # noqa: F811
    seen = show(FocusExplorer(NAMES, NAMES[::-1], [0.0] * len(NAMES)))
    settings = [{"sentence": None, "scores": list(range(len(NAMES))), "by": "field"}]
    results = page_of(seen).evaluate(DRIVE_FOCUS, settings)
    check_focus(settings, results, {None: len(NAMES)})
    assert results[0]["words"] == NAMES
    assert not seen.page.evaluate("'injected' in window")
    assert seen.page.locator(".sa-explorer :is(img, i, script)").count() == 0
    assert seen.complaints == []


def test_focus_by_keyboard_with_its_presets(show):  # noqa: F811
    page = page_of(show(FocusExplorer()))
    page.get_by_role("radio", name="吃").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="一个").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    slider = page.get_by_role("slider", name="Score of 一个", exact=True)
    assert float(slider.get_attribute("data-value")) == 10
    weights = ".sa-tile .sa-value.sa-weights"
    assert numbers(page, weights)[3] > 0.99
    page.get_by_role("button", name="All words alike").click()
    assert numbers(page, weights) == pytest.approx([0.1] * 10)
    page.get_by_role("button", name="English sentence").click()
    assert len(numbers(page, weights)) == 7
    page.get_by_role("button", name="Reset").click()
    assert numbers(page, weights) == pytest.approx(list(FocusExplorer().weights))


# --- Three steps ---------------------------------------------------------------------------------

DRIVE_STEPS = """(settings) => settings.map((values) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  together(() => all(".sa-entry .sa-field").forEach((input, i) => use(input, values[i])));
  const drawn = (selector, name) => all(selector).map((node) => node.getAttribute(name));
  return {
    scores: read(under(root, "1 score")), weights: read(under(root, "2 weight")),
    context: root.querySelector("b.sa-values[data-value]").dataset.value.split(","),
    values: shown(root), mark: drawn(".sa-plane .sa-mark", "transform")[0],
    hull: drawn(".sa-hull", "points")[0], grips: drawn(".sa-point", "transform"),
    heads: drawn(".sa-plane .sa-head", "points"),
    thickness: drawn(".sa-plane .sa-shaft", "stroke-width").map(Number),
    labels: all(".sa-point text").map((label) => label.textContent),
  };
})"""


def square_around(vectors):
    """What is drawn of the plane: the lower left corner of a square, and how long its sides are."""
    along = np.clip([[0, 0], *vectors], -3.5, 3.5)
    low, high = np.floor(along.min(axis=0) + 0.5) - 0.5, np.ceil(along.max(axis=0) - 0.5) + 0.5
    size = max(high - low)
    return np.minimum(low, 3.5 - size), size


AT_FIRST = square_around([*ThreeStepsExplorer().h, [2, 1], [1, 3]])


def on_plane(vectors, square=AT_FIRST):
    corner, size = square
    return [0, 400] + 400 * (np.atleast_2d(vectors) - corner) / size * [1, -1]


def on_screen(page, vector):
    box = page.locator(".sa-plane").bounding_box()
    [[x, y]] = on_plane(vector) / 400
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def inside(point, corners):
    """Whether the point lies in the triangle, but for rounding."""
    (a, b, c), p = corners, point
    area = lambda u, v, w: np.linalg.det([v - u, w - u])  # noqa: E731
    parts = np.array([area(p, b, c), area(a, p, c), area(a, b, p)]) * np.sign(area(a, b, c))
    return parts.min() >= -1e-9


def random_steps(rng, number):
    h_and_s = [rng.choice([rng.uniform(-3.5, 3.5), 3.5, -3.5, 0.0]) for _ in range(8)]
    size = [1, 3, 100][number % 3]
    return h_and_s + [rng.choice([rng.uniform(-size, size), 0.0, 1.0]) for _ in range(4)]


def test_three_steps_equal_the_core(show):  # noqa: F811
    seen = show(ThreeStepsExplorer())
    rng = random.Random(4)
    settings = [random_steps(rng, number) for number in range(600)]
    for setting, found in zip(settings, page_of(seen).evaluate(DRIVE_STEPS, settings), strict=True):
        h, s, W = (np.reshape(setting[i:j], shape)
                   for i, j, shape in [(0, 6, (3, 2)), (6, 8, 2), (8, 12, (2, 2))])
        exact = attend(s, h, W)
        # A sum of products has no bound on its relative error; the weights inherit it.
        rounding = 1e-15 * (np.abs(s) @ np.abs(W) @ np.abs(h).T).max() + 1e-15
        assert_equal(found["scores"], exact.scores, rounding)
        assert_equal(found["weights"], exact.weights, 4 * rounding)
        assert_equal(found["context"], exact.context, 40 * rounding)
        assert inside(np.array(found["context"], float), h)
        square = square_around([*h, s, s @ W])
        assert points(found["mark"])[0] == pytest.approx(
            on_plane(exact.context, square)[0], abs=1e-6)
        corners = np.array(re.findall(r"[-\d.e]+", found["hull"]), float).reshape(3, 2)
        assert corners == pytest.approx(on_plane(h, square))
        assert points(" ".join(found["grips"])) == pytest.approx(on_plane([*h, s], square))
        tips = np.array([points(head)[0] for head in found["heads"]])
        parts = np.cumsum(exact.weights[:, None] * h, axis=0)  # tip to tail
        expected = on_plane([s @ W, *h, s, *parts], square)
        assert tips == pytest.approx(expected, rel=1e-9, abs=1e-6)
        assert found["thickness"][1:4] == pytest.approx(1.5 + 9 * exact.weights, abs=0.01)
        assert found["labels"][:3] == [f"{word} {weight:.2f}" for word, weight in
                                       zip(("I", "love", "you"), exact.weights, strict=True)]
        assert_all_rounded(found["values"])
    assert seen.complaints == []


def test_arrows_by_mouse_keyboard_and_presets(show):  # noqa: F811
    explorer = ThreeStepsExplorer()
    page = page_of(show(explorer))
    grips = page.locator(".sa-grip")
    page.mouse.move(*middle(grips.nth(0).bounding_box()))
    page.mouse.down()
    place = on_screen(page, [-1, 2])
    page.mouse.move(*place, steps=4)
    assert numbers(page, ".sa-entry .sa-field")[:2] == [-1, 2]
    page.mouse.move(-50, -50, steps=2)
    assert numbers(page, ".sa-entry .sa-field")[:2] == [-3.5, 3.5], "not out of the plane"
    page.mouse.up()
    page.mouse.move(*place)
    assert numbers(page, ".sa-entry .sa-field")[:2] == [-3.5, 3.5]
    page.get_by_role("slider", name="decoder state s").focus()
    for key in ["ArrowUp", "ArrowRight", "Shift+ArrowLeft", "ArrowDown", "ArrowDown"]:
        page.keyboard.press(key)
    assert numbers(page, ".sa-entry .sa-field")[6:8] == pytest.approx([1.6, 0.9])
    page.get_by_role("button", name="W = 0").click()
    assert numbers(page, "td.sa-weights") == pytest.approx([1 / 3] * 3)
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="W swaps").click()
    exact = attend(explorer.s, explorer.h, [[0, 1], [1, 0]])
    assert_equal(numbers(page, ".sa-score"), exact.scores)


GRID = """() => [...document.querySelectorAll(".sa-plane .sa-grid, .sa-plane .sa-axes")]
  .map((path) => path.getAttribute("d"))"""


def test_the_plane_is_filled_by_its_arrows_with_equal_units(show):  # noqa: F811
    page = page_of(show(ThreeStepsExplorer()))
    tips = on_plane([*ThreeStepsExplorer().h, [2, 1], [1, 3]])
    assert points(" ".join(page.locator(".sa-point").evaluate_all(
        "(all) => all.map((grip) => grip.getAttribute('transform'))"))) == pytest.approx(tips[:4])
    assert (np.ptp(tips, axis=0) >= 0.7 * 400).all()
    lines = points(page.evaluate(GRID)[0]).reshape(-1, 2, 2)  # one up, one across, and so on
    up, across = lines[::2, 0, 0], lines[1::2, 0, 1]
    assert np.diff(up)[0] == pytest.approx(-np.diff(across)[0]) == pytest.approx(100)


def test_the_scale_stands_still_under_the_pointer(show):  # noqa: F811
    page = page_of(show(ThreeStepsExplorer()))
    before = page.evaluate(GRID)
    page.mouse.move(*middle(page.locator(".sa-grip").nth(3).bounding_box()))
    page.mouse.down()
    for vector in ([2.2, 2.5], [0.5, 0.5], [2.4, -0.4]):  # the last takes the query out of sight
        page.mouse.move(*on_screen(page, vector), steps=3)
        assert page.evaluate(GRID) == before
        assert numbers(page, ".sa-entry .sa-field")[6:8] == pytest.approx(vector, abs=0.03)
    page.mouse.up()
    assert page.evaluate(GRID) != before, "now the query is in sight again"
    page.get_by_role("slider", name="decoder state s").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    held = page.evaluate(GRID)
    page.get_by_role("button", name="3 context").focus()
    assert page.evaluate(GRID) != held, "let go, it fits again"
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate(GRID) == before


def test_a_finger_drags_an_arrow_and_scrolls_elsewhere(show):  # noqa: F811
    page = show(ThreeStepsExplorer(), viewport=PHONE, has_touch=True).page
    start = middle(page.locator(".sa-grip").nth(0).bounding_box())
    swipe(page, start, on_screen(page, [2, 0]))
    assert page.evaluate("scrollY") == 0
    assert numbers(page, ".sa-entry .sa-field")[:2] == pytest.approx([2, 0], abs=0.06)
    swipe(page, on_screen(page, [1, -0.2]), on_screen(page, [1, 2.3]))
    page.wait_for_function("scrollY > 50")


def test_three_steps_one_after_the_other(show):  # noqa: F811
    page = page_of(show(ThreeStepsExplorer()))
    thickness = lambda: page.locator(".sa-plane .sa-shaft").evaluate_all(  # noqa: E731
        "(all) => all.slice(1, 4).map((shaft) => Number(shaft.getAttribute('stroke-width')))")
    later = page.get_by_role("columnheader", name="2 weight")
    context = page.locator(".sa-contextline")
    page.get_by_role("button", name="1 score").click()
    assert thickness() == [2.5] * 3 and not later.is_visible() and not context.is_visible()
    assert page.locator(".sa-point text").all_text_contents() == [
        "I 1.00", "love 3.00", "you 0.20", "s"]
    feet = [points(reach)[1] for reach in page.locator(".sa-reach").evaluate_all(
        "(all) => all.map((path) => path.getAttribute('d'))")]
    along = np.array([1, 3]) / 10  # sᵀW over its squared length
    assert feet == pytest.approx(on_plane(np.outer([1, 3, 0.2], along)))
    page.get_by_role("button", name="2 weight").click()
    assert later.is_visible() and not context.is_visible()
    assert thickness() == pytest.approx(1.5 + 9 * ThreeStepsExplorer().weights, abs=0.01)
    assert page.locator(".sa-part:visible").count() == 0
    page.get_by_role("button", name="3 context").click()
    assert context.is_visible() and page.locator(".sa-part:visible").count() == 3
    assert page.locator(".sa-plane").get_by_text("c", exact=True).is_visible()
    assert page.get_by_role("button", name="3 context").get_attribute("aria-pressed") == "true"


def test_three_steps_played(show):  # noqa: F811
    page = page_of(show(ThreeStepsExplorer(), reduced_motion="no-preference"))
    stop_the_clock(page)
    page.get_by_role("button", name="Play").click()
    for stage in (1, 2, 3):
        page.clock.run_for(1000)
        assert page.locator(f"[data-stage='{stage}']").count() == 1
        page.clock.run_for(500)
    page.clock.run_for(100)
    assert page.get_by_role("button", name="Play").count() == 1
    assert page.locator(".sa-part:visible").count() == 3


def test_nothing_plays_for_readers_who_asked_for_less_motion(show):  # noqa: F811
    page = show(ThreeStepsExplorer(), training(), reduced_motion="reduce").page
    assert page.get_by_role("button", name="Play").count() == 0
    assert "play" not in "".join(page.locator(".sa-claim").all_inner_texts()).lower()
    assert page.get_by_role("button", name="1 score").is_visible()


def test_the_right_button_drags_no_arrow(show):  # noqa: F811
    page = show(ThreeStepsExplorer()).page
    page.mouse.move(*middle(page.locator(".sa-grip").nth(0).bounding_box()))
    page.mouse.down(button="right")
    page.mouse.move(5, 5, steps=3)
    assert numbers(page, ".sa-entry .sa-field")[:2] == [1, 0]


def test_no_word_of_the_plane_is_covered(show):  # noqa: F811
    """The diamond of the context and the rings stand beside the words."""
    page = show(ThreeStepsExplorer()).page
    box = lambda node: list(node.bounding_box().values())  # noqa: E731
    words = [box(word) for word in page.locator(".sa-point text").all()]
    for other in [page.locator(".sa-plane .sa-mark"), *page.locator(".sa-ring").all()]:
        x, y, width, height = box(other)
        for left, top, wide, high in words:
            assert (x > left + wide or x + width < left or y > top + high * 0.8
                    or y + height < top + high * 0.2)


LEGEND = """() => [...document.querySelectorAll(".sa-key li")].map((li) => {
  const mark = li.querySelector("svg > *");
  const like = document.querySelector(".sa-plane .sa-dashed .sa-shaft");
  const look = (node) => ["fill", "stroke", "strokeDasharray"]
    .map((name) => getComputedStyle(node)[name]).join(" ");
  return [li.textContent, look(mark), look(like), like.closest("g")?.classList[1]];
})"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_legend_looks_like_what_it_names(show, theme):  # noqa: F811
    """The dashed arrow is where sᵀW is: see the test above. All else has its name beside it."""
    page = show(ThreeStepsExplorer()).page
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    [(arrow, *of_query, role)] = page.evaluate(LEGEND)
    assert arrow.startswith("sᵀW") and of_query[0] == of_query[1] and role == "sa-query"
    names = page.locator(".sa-plane text").all_text_contents()
    assert [name.split()[0] for name in names] == ["c", "I", "love", "you", "s"]


def test_a_row_and_its_arrow_light_up_together(show):  # noqa: F811
    page = show(ThreeStepsExplorer()).page
    page.get_by_role("rowheader", name="love").hover()
    assert page.locator(".sa-point.sa-lit text").all_text_contents() == ["love 0.84"]
    page.get_by_role("slider", name="of you as an arrow").focus()
    assert page.locator("tr.sa-lit th").all_inner_texts() == ["love", "you"]


def test_three_steps_words_stay_text(show):  # noqa: F811
    seen = show(ThreeStepsExplorer(words=[EVIL, "</script><b>x", "&lt;i&gt;"]))
    assert seen.page.locator("tbody th").all_inner_texts() == [EVIL, "</script><b>x", "&lt;i&gt;"]
    assert not seen.page.evaluate("'injected' in window")


# --- Bottleneck ----------------------------------------------------------------------------------

DRIVE_BOTTLENECK = """(settings) => settings.map(({ measure, length }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  use(root.querySelector(`[value=${measure}]`));
  all("[type=checkbox]:not(:checked)").forEach((box) => box.click());
  use(root.querySelector(".sa-range"), length);
  [...all("button")].find((button) => button.textContent === "Another").click();
  const drawn = (selector, name) => all(selector).map((node) => node.getAttribute(name));
  return {
    values: ["mean", "lowest", "highest", "seeds"].map((name) => read(under(root, name))),
    rows: all("tbody th").map((head) => head.textContent),
    legend: all("label:has([type=checkbox])").map((label) => [
      label.textContent, label.querySelector("path").classList[1]]),
    outputs: all("div > b:has(~ p)").map((head) => head.textContent),
    shown: shown(root),
    curves: drawn(".sa-chart .sa-curve", "d"), bands: drawn(".sa-band", "points"),
    dots: drawn(".sa-reader", "d"), line: drawn(".sa-line", "d")[0],
    spoken: drawn(".sa-range", "aria-valuetext")[0],
    title: root.querySelector(".sa-heading b").innerText,
    texts: all("p[lang]").map((p) => p.innerText.trim()),
    marks: all("p[lang=zh]").map((p) => [...p.querySelectorAll("mark")].map((m) => m.innerText)),
    counts: all("p[lang=zh]").map((p) => p.parentNode.querySelector("small").textContent),
    ticks: all(".sa-down span").map((tick) => Number(tick.textContent)),
  };
})"""


MODELS = {
    "attention_h64": "attention, H = 64", "fixed_h64_2k": "fixed vector, H = 64, 2,000 steps",
    "fixed_h64": "fixed vector, H = 64", "fixed_h64_20k": "fixed vector, H = 64, 20,000 steps",
    "fixed_h128_2k": "fixed vector, H = 128, 2,000 steps", "fixed_h128": "fixed vector, H = 128",
    "fixed_h128_20k": "fixed vector, H = 128, 20,000 steps"}


def test_bottleneck_shows_every_stored_value_and_sentence(show):  # noqa: F811
    explorer = BottleneckExplorer(sentence=2)
    seen = show(explorer)
    settings = [{"measure": measure, "length": length} for measure in ("exact_match", "bleu")
                for _ in range(3) for length in range(10)]
    results = page_of(seen).evaluate(DRIVE_BOTTLENECK, settings)
    for number, (setting, found) in enumerate(zip(settings, results, strict=True)):
        i, full = setting["length"], {"exact_match": 1, "bleu": 100}[setting["measure"]]
        curves = [explorer.curves[setting["measure"]][name] for name in explorer.models]
        for m, curve in enumerate(curves):
            rows = [curve["mean"], curve["low"], curve["high"]]
            assert_equal([column[m] for column in found["values"]],
                         [*(row[i] for row in rows), curve["seeds"]])
            heights = 100 - 100 * np.array(rows) / full
            mean, low, high = [np.column_stack([np.arange(5, 100, 10), y]) for y in heights]
            assert points(found["curves"][m]) == pytest.approx(mean)
            assert points(found["bands"][m]) == pytest.approx(np.vstack([high, low[::-1]]))
            assert points(found["dots"][m].removesuffix("h0"))[0] == pytest.approx(mean[i])
        assert found["rows"] == list(MODELS.values())
        assert found["legend"] == [[title, f"sa-arm-{name}"] for name, title in MODELS.items()]
        assert found["outputs"] == ["English", "Reference", *map(MODELS.get, explorer.outputs)]
        assert found["line"] == f"M{10 * i + 5} 0V100"
        assert found["spoken"] == f"{explorer.labels[i]} words"
        sentence = explorer.sentences[i][number % 3]
        outputs = list(sentence["outputs"].values())
        assert found["texts"] == [" ".join(words) for words in (
            sentence["english"], sentence["reference"],
            *([word for word, _ in output] for output in outputs))]
        wrong = [[word for word, right in output if not right] for output in outputs]
        assert found["marks"][1:] == wrong
        assert found["counts"][1:] == [
            f"{len(words)} of {len(output)} wrong or missing" if words else "all right"
            for words, output in zip(wrong, outputs, strict=True)]
        assert found["ticks"] == [full, full / 2, 0]
        assert found["title"].endswith(f"{len(sentence['english'])} words")
        assert_all_rounded(found["shown"])
    assert seen.complaints == []


def test_a_model_its_curve_and_its_row_light_up_together(show):  # noqa: F811
    explorer = BottleneckExplorer()
    page = show(explorer).page
    last = explorer.arms[-1]
    page.locator(".sa-table tbody tr:visible").last.hover()
    assert page.locator(f".sa-curve.sa-lit.sa-arm-{last}").count() == 1
    page.locator(f"label:has([value={last}])").hover()
    assert page.locator("tr.sa-lit:visible").count() == 1
    page.locator(f"label:has([value={last}])").click()
    assert page.locator("tr:visible").count() == len(explorer.arms), "its row goes, the head stays"


def test_the_reading_line_by_keyboard_mouse_and_reset(show):  # noqa: F811
    explorer = BottleneckExplorer()
    page = show(explorer).page
    means = explorer.curves["exact_match"]["fixed_h64"]["mean"]
    mean = lambda: numbers(page, "tbody tr:visible >> nth=1 >> td >> nth=1")[0]  # noqa: E731
    assert mean() == means[3]
    page.get_by_role("slider", name="Words in the source").focus()
    page.keyboard.press("ArrowLeft")
    assert mean() == means[2]
    box = page.locator(".sa-chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.96, box["y"] + 20)
    assert mean() == means[2], "hovering moves nothing"
    page.mouse.down()
    assert mean() == means[9]
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    assert mean() == means[0]
    page.mouse.up()
    page.get_by_role("button", name="Reset").click()
    assert mean() == means[3]
    axis = page.locator(".sa-axis")
    assert axis.inner_text() == "Share of sentences translated exactly"
    page.get_by_label("BLEU").check()
    assert axis.inner_text() == "BLEU"


# The names at the ends of the curves: their places, and how much of a curve is behind them.
ENDS = """() => {
  const curves = [...document.querySelectorAll(".sa-chart .sa-curve:not(.sa-off)")];
  const drawn = curves.map((curve) => Array.from({ length: 400 }, (_, i) => {
    const { x, y } = curve.getPointAtLength((curve.getTotalLength() * i) / 399);
    return new DOMPoint(x, y).matrixTransform(curve.getScreenCTM());
  }));
  const seen = (node) => node.checkVisibility();
  return [...document.querySelectorAll(".sa-end")].filter(seen).map((end) => {
    const { left, right, top, bottom, width } = end.getBoundingClientRect();
    const plot = end.parentNode.getBoundingClientRect();
    const kind = end.className.match(/sa-arm-\\w+/)[0];
    const ends = drawn.filter((_, n) => curves[n].matches(`[class*=${kind}]`))
      .map((points) => points.at(-1).y);
    return {
      text: end.textContent, place: [left, top, right, bottom],
      whole: end.scrollWidth <= width + 1 && right <= plot.right && bottom <= plot.bottom + 1,
      away: Math.min(...ends.map((y) => Math.max(top - y, y - bottom))),
      behind: drawn.flat().filter(({ x, y }) => left < x && x < right && top < y && y < bottom)
        .length,
    };
  });
}"""


@pytest.mark.parametrize("measure", ["exact_match", "bleu"])
@pytest.mark.parametrize("language, names", [("en", ["attention", "fixed vector"]),
                                             ("zh-CN", ["注意力", "固定向量"])])
@pytest.mark.parametrize("width", [360, 1280])
def test_curves_have_their_names_at_their_ends(show, measure, language, names, width):  # noqa: F811
    page = show(BottleneckExplorer(measure), language=language,
                viewport={"width": width, "height": 740}).page
    ends = page.evaluate(ENDS)
    assert [end["text"] for end in ends] == names
    for end in ends:
        assert end["whole"] and end["behind"] == 0 and 0 < end["away"] < 20
    (_, top, _, bottom), other = ends[0]["place"], ends[1]["place"]
    assert bottom < other[1] or other[3] < top
    page.get_by_role("checkbox").first.uncheck()
    assert [end["text"] for end in page.evaluate(ENDS)] == names[1:], "no name without a curve"


# --- Translator ----------------------------------------------------------------------------------

DRIVE_TRANSLATOR = """(sentences) => sentences.map((text) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  const texts = (selector) => all(selector).map((node) => node.textContent);
  use(root.querySelector("input.sa-text"), text);
  return {
    message: root.querySelector(".sa-message").textContent,
    cautious: !root.querySelector(".sa-caution").hidden, offers: texts(".sa-message button"),
    shown: !root.querySelector(".sa-map").closest("[hidden]"),
    words: texts(".sa-translation button").join(" "), typed: texts(".sa-words[lang=en] button"),
    columns: texts("thead th"), heads: texts("tbody th"),
    weights: all("tbody tr").map((row) => read(row.querySelectorAll("td")).map(Number)),
    cells: texts("tbody td"), boxes: all("b, img, i").length,
    arcs: all(".sa-arcs path").map((path) => Number(path.getAttribute("stroke-width"))),
  };
})"""


@pytest.fixture(scope="module")
def model():
    return load_checkpoint("attention_h64")


def assert_translated(found, exact):
    assert found["shown"] and found["message"] == ""
    assert found["cautious"] != in_grammar(exact.english)
    assert found["words"] == " ".join(exact.chinese)
    assert found["columns"] == found["typed"] == list(exact.english)
    ended = len(exact.weights) > len(exact.chinese)
    assert found["heads"] == [*exact.chinese, *["<eos>*"] * ended]
    weights = np.array(found["weights"])
    assert weights == pytest.approx(exact.weights, abs=1e-9)
    numbered = len(exact.english) <= 16
    assert found["cells"] == [
        f"{w:.2f}" if numbered and w >= 0.005 else "" for w in np.ravel(weights)]
    drawn = [1 + 5 * w for w in np.ravel(weights[:len(exact.chinese)]) if w >= 0.02]
    assert found["arcs"] == pytest.approx(drawn, abs=0.051)


def test_translator_equals_numpy_on_sentences_of_all_lengths(show, model):  # noqa: F811
    seen = show(TranslatorExplorer())
    sentences = [pair.english for group in held_out_pairs() for pair in group[3:23]]
    assert len(sentences) == 200 and max(map(len, sentences)) > 50
    sentences += [tuple(text.split()) for text in DEMONSTRATIONS]
    rng = random.Random(9)  # and some outside the grammar
    sentences += [tuple(rng.sample(words, len(words))) for words in sentences[:30]]
    found = page_of(seen).evaluate(DRIVE_TRANSLATOR, [" ".join(words) for words in sentences])
    for result, words in zip(found, sentences, strict=True):
        [exact] = translate(model, [words])
        assert_translated(result, exact)
    assert seen.complaints == []


def said(page):
    return " ".join(page.locator(".sa-translation button").all_inner_texts())


def test_translator_answers_at_once_and_love_looks_at_love(show, model):  # noqa: F811
    page = show(TranslatorExplorer()).page
    assert said(page) == "我 爱 你"
    [exact] = translate(model, [["i", "love", "you"]])
    weights = np.reshape(numbers(page, ".sa-map tbody td"), (4, 3))
    assert weights == pytest.approx(exact.weights, abs=1e-9)
    assert weights[1].argmax() == 1


def test_the_translator_of_the_book_translates(visit, site_url, model):
    """On the built page, whose state went through a notebook file: not only as Python sends it."""
    page = visit(f"{site_url}/chapters/04_attention.html").page
    explorer = page.locator(".sa-explorer").filter(has=page.locator(".sa-translation"))
    for text, exact in zip(DEMONSTRATIONS, translate(model, [
            tokenise(text) for text in DEMONSTRATIONS]), strict=True):
        explorer.get_by_role("button", name=text, exact=True).click()
        assert said(explorer) == " ".join(exact.chinese)


def test_translator_reads_as_python_reads(show, model):  # noqa: F811
    seen = show(TranslatorExplorer())
    texts = ["I LOVE YOU", "  i,love\tyou!!! ", "I don't know him.", "I don’t know him",
             "“I love you.”", "i_love_you", "I'm eating apples",
             "They're reading books; she's reading a book…"]
    for text, found in zip(texts, page_of(seen).evaluate(DRIVE_TRANSLATOR, texts), strict=True):
        [exact] = translate(model, [tokenise(text)])
        assert_translated(found, exact)
    assert seen.complaints == []


def test_unknown_words_are_named_and_near_words_offered(show):  # noqa: F811
    seen = show(TranslatorExplorer())
    rng = random.Random(5)
    typed = ["lover", "aple", "dragons", "teh", "chidren", "x" * 200, "naïve", "café", "42"]
    for word in rng.sample(ENGLISH_WORDS[1:], 60):
        letters = list(word)
        letters.insert(rng.randrange(len(word) + 1), rng.choice("abcdefghijklmnop"))
        if rng.random() < 0.5:
            letters.pop(rng.randrange(len(letters)))
        typed.append("".join(letters))
    typed = [word for word in typed if word not in ENGLISH_WORDS]
    texts = [f"i love {word}" for word in typed]
    results = page_of(seen).evaluate(DRIVE_TRANSLATOR, texts)
    for word, found in zip(typed, results, strict=True):
        assert f"“{word}”" in found["message"] and not found["shown"]
        assert found["offers"] == near_words(word)
    assert sum(bool(found["offers"]) for found in results) > 40
    assert seen.complaints == []


def test_a_near_word_takes_the_place_of_the_unknown_one(show):  # noqa: F811
    page = page_of(show(TranslatorExplorer()))
    field = page.get_by_role("textbox", name="English sentence")
    field.fill("I lve you and I lve aples")
    field.press("Enter")
    assert page.locator(".sa-message p").count() == 2
    page.get_by_role("button", name="love", exact=True).click()
    assert field.input_value() == "i love you and i love aples"
    page.get_by_role("button", name="apples", exact=True).click()
    assert page.locator(".sa-message p").count() == 0
    assert page.locator(".sa-map thead th").count() == 7


@pytest.mark.parametrize("explorer", [TranslatorExplorer, LanguageModelExplorer])
def test_a_suggestion_pressed_while_the_reader_types_counts_at_once(show, explorer):  # noqa: F811
    """The press ends the typing: what that changes must not take the button away."""
    page = show(explorer("")).page
    field = page.locator("input.sa-text")
    field.focus()
    page.keyboard.type("i lve yo")
    page.locator(".sa-message").get_by_role("button", name="love", exact=True).click()
    assert field.input_value() == "i love yo"
    assert page.locator(".sa-message p").all_inner_texts()[0].startswith(
        "The model does not know “yo”")


@pytest.mark.parametrize("explorer, picture", [(TranslatorExplorer, ".sa-arcs"),
                                               (LanguageModelExplorer, ".sa-looks")])
@pytest.mark.parametrize("width", [360, 1280])
def test_examples_stand_under_the_field_that_they_fill(show, explorer, picture, width):  # noqa: F811
    page = show(explorer(), viewport={"width": width, "height": 740}).page
    field, examples, drawn = (page.locator(selector).bounding_box() for selector in
                              ("input.sa-text", ".sa-examples", picture))
    assert 0 <= examples["y"] - field["y"] - field["height"] < 12
    assert drawn["y"] >= examples["y"] + examples["height"]
    assert width > 360 or examples["height"] < 60, "on a phone one row, the picture is near"


ODD = [("", "no word"), (" \t ", "no word"), ("?!…", "no word"), ("___", "no word"),
       ("我爱你", "This is Chinese"), ("i love 你", "This is Chinese"),
       ("i love you " * 20 + "and", "61 words"), ("love " * 199, "199 words"),
       (EVIL, "does not know “img”"), ("<b>love</b>", "does not know “b”"),
       ("constructor __proto__", "does not know “constructor”"), ("🦜", "no word"),
       ("Ich liebe dich", "does not know “liebe”")]


def test_odd_input_gets_a_sensible_message(show):  # noqa: F811
    seen = show(TranslatorExplorer())
    results = page_of(seen).evaluate(DRIVE_TRANSLATOR, [text for text, _ in ODD] + ["i love you"])
    for (text, message), found in zip(ODD, results, strict=False):
        assert message in found["message"], text
        assert not found["shown"] and found["boxes"] == 0
    assert results[-1]["shown"] and results[-1]["message"] == ""
    longest = ("i love you and " * 20).split()[:MAX_WORDS]
    [found] = seen.page.evaluate(DRIVE_TRANSLATOR, [" ".join(longest)])
    assert found["shown"] and len(found["columns"]) == 60
    assert not seen.page.evaluate("'injected' in window")
    assert seen.complaints == []


def test_it_translates_while_the_reader_types(show):  # noqa: F811
    page = show(TranslatorExplorer("")).page
    page.get_by_role("textbox", name="English sentence").focus()
    english = page.locator(".sa-words[lang=en] button")
    page.keyboard.type("i love yo")
    assert said(page) == "" and english.all_inner_texts() == ["i", "love", "yo…"]
    assert page.locator(".sa-message").inner_text() == "", "an unfinished word is no mistake"
    page.keyboard.type("u")
    assert said(page) == "我 爱 你" and page.locator(".sa-arcs path").count() >= 3
    page.keyboard.type("x")
    assert said(page) == "" and english.all_inner_texts() == ["i", "love", "youx"]
    assert page.locator(".sa-arcs path").count() == 0 and not page.locator(".sa-map").is_visible()
    assert "does not know “youx”" in page.locator(".sa-message").inner_text()
    page.keyboard.press("Backspace")
    page.keyboard.type(" an")
    assert said(page) == "我 爱 你", "what went before is a sentence"
    for _ in range(4):
        page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    assert "does not know “yo”" in page.locator(".sa-message").inner_text()


def test_a_word_of_caution_outside_the_grammar(show):  # noqa: F811
    page = page_of(show(TranslatorExplorer()))
    for text, strange in [("cat", True), ("i love you. you love me", True), ("i love you", False),
                          ("i love you and you love me", False), ("i eats apples", True)]:
        page.get_by_role("textbox", name="English sentence").fill(text)
        page.get_by_role("textbox", name="English sentence").press("Enter")
        assert page.locator(".sa-caution").is_visible() == strange, text
        assert said(page), "there is a translation all the same"


def test_the_temperature_of_attention(show):  # noqa: F811
    explorer = TranslatorExplorer(DEMONSTRATIONS[2], temperature=30.0, compact=True)
    page = page_of(show(explorer))
    assert said(page) == " ".join(explorer.translation.chinese)
    arcs = page.locator(".sa-arcs path")
    explorer.temperature = 1000.0
    page.get_by_label("Temperature T", exact=True).focus()
    page.keyboard.press("End")
    assert said(page) == " ".join(explorer.translation.chinese) != "我 今天 在家 吃 苹果"
    shown = len(explorer.translation.chinese)
    assert arcs.count() == (explorer.weights[:shown] >= 0.02).sum()
    page.get_by_role("button", name="Reset").click()
    assert page.get_by_label("Temperature T, exact value").input_value() == "30"


def test_the_compact_translator_has_the_arcs_only(show):  # noqa: F811
    page = show(TranslatorExplorer(compact=True)).page
    assert said(page) == "我 爱 你"
    assert page.locator("table, details").count() == 0
    page.get_by_role("button", name="爱").hover()
    assert page.locator(".sa-reading").inner_text().startswith("爱 looks at: love ")


def lit(page):
    return page.locator(".sa-words .sa-on").all_inner_texts()


def test_the_arcs_of_a_word_by_mouse_keyboard_and_finger(show, model):  # noqa: F811
    seen = show(TranslatorExplorer(DEMONSTRATIONS[2]), has_touch=True)
    page = seen.page
    assert page.locator(".sa-arcs .sa-picked").count() == 0
    page.get_by_role("button", name="今天").hover()
    assert lit(page) == ["today", "今天"] and page.locator("path.sa-on").count() == 1
    assert page.locator("tr:has(th.sa-on) td.sa-on").count() == 6, "its row of the heat-map"
    page.mouse.move(0, 0)
    assert lit(page) == [] and page.locator(".sa-arcs .sa-picked").count() == 0
    page.get_by_role("button", name="eat", exact=True).focus()
    assert lit(page) == ["eat", "吃"]
    assert page.locator(".sa-reading").inner_text() == "eat is looked at by: 吃 1.00"
    page.keyboard.press("Tab")
    assert lit(page) == ["apples", "苹果"]
    page.get_by_role("button", name="在家").tap()
    assert lit(page) == ["home", "在家"]
    page.locator(".sa-map tbody td").nth(5 + 6).hover()
    assert lit(page) == ["today", "今天"]
    assert page.locator(".sa-reading").inner_text().startswith("今天 gives today ")


def test_on_a_phone_the_arcs_run_across(show):  # noqa: F811
    text = DEMONSTRATIONS[4]
    page = show(TranslatorExplorer(text), viewport=PHONE).page
    boxes = [word.bounding_box() for word in page.locator(".sa-words button").all()]
    assert all(0 <= box["x"] and box["x"] + box["width"] <= 360 for box in boxes)
    start = page.locator(".sa-arcs path").first.get_attribute("d")
    assert start.startswith("M0 ")
    page.set_viewport_size({"width": 1000, "height": 740})
    page.wait_for_function(
        "document.querySelector('.sa-arcs path').getAttribute('d').match(/^M[^ ]+ 0C/)")


def test_only_what_changed_is_drawn(show):  # noqa: F811
    page = page_of(show(TranslatorExplorer(DEMONSTRATIONS[2])))
    changed = """(text) => {
      const seen = new MutationObserver(() => {});
      const root = document.querySelector(".sa-explorer");
      seen.observe(root, { childList: true, characterData: true, subtree: true });
      use(root.querySelector("input.sa-text"), text);
      const changed = seen.takeRecords()
        .map(({ target }) => (target instanceof Text ? target.parentNode : target))
        .filter((node) => !node.closest("p, .sa-message"));
      return [changed.length, changed.filter((node) => node.matches("tr, tbody")).length];
    }"""
    assert page.evaluate(changed, "I eat apples at home today!") == [0, 0]
    records, cells = page.evaluate(changed, "i eat pears at home today")
    assert 0 < records <= 20 and cells == 0, "other words and numbers in the cells that stand"


def test_the_heat_map_by_keyboard(show, model):  # noqa: F811
    page = show(TranslatorExplorer()).page
    page.locator(".sa-map [tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    [exact] = translate(model, [["i", "love", "you"]])
    assert float(page.evaluate("document.activeElement.dataset.value")) == (
        numbers(page, ".sa-map tbody td")[4])
    reading = page.locator(".sa-reading").inner_text()
    assert reading == (
        f"{exact.chinese[1]} gives love {exact.weights[1, 1]:.3f} of its attention")
    assert page.locator(".sa-map th.sa-on").all_inner_texts() == ["love", exact.chinese[1]]
    page.locator(".sa-map tbody td").nth(2).hover()
    assert page.locator(".sa-reading").inner_text().startswith(f"{exact.chinese[0]} gives you ")


def test_a_large_heat_map_scrolls_in_its_own_box_with_a_cue(show):  # noqa: F811
    words = next(p.english for group in held_out_pairs() for p in group if len(p.english) == 12)
    page = show(TranslatorExplorer(" ".join(words)), viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.locator(".sa-more-right:has(table)").wait_for()
    page.evaluate("document.querySelector('.sa-scroll:has(table)').scrollLeft = 1e4")
    page.locator(".sa-more-left:has(table):not(.sa-more-right)").wait_for()
    box, last = (page.locator(s).last.bounding_box() for s in (".sa-scroll", ".sa-map thead th"))
    assert last["x"] + last["width"] <= box["x"] + box["width"] + 1 <= 361, "the last is reached"
    head = page.locator(".sa-map tbody th").first.bounding_box()
    assert head["x"] >= 0, "the Chinese word stays in sight"


def test_examples_answer(show, model):  # noqa: F811
    page = show(TranslatorExplorer("i love him")).page
    for text in DEMONSTRATIONS:
        page.get_by_role("textbox", name="English sentence").fill("something else")
        page.get_by_role("button", name=text, exact=True).click()
        [exact] = translate(model, [tokenise(text)])
        assert said(page) == " ".join(exact.chinese)
        assert page.get_by_role("textbox", name="English sentence").input_value() == text


# --- Training ------------------------------------------------------------------------------------

READ_FILM = """() => [...document.querySelectorAll(".sa-map")].map((map) => ({
  english: [...map.tHead.querySelectorAll("th")].map((head) => head.textContent),
  chinese: [...map.tBodies[0].querySelectorAll("th")].map((head) => head.textContent),
  weights: [...map.tBodies[0].rows].map((row) =>
    [...row.querySelectorAll("td")].map((cell) => Number(cell.dataset.value))),
  shades: [...map.querySelectorAll("td[data-value]")].map((cell) =>
    Number(cell.style.getPropertyValue("--weight"))),
}))"""


def test_the_film_shows_every_stored_weight(show):  # noqa: F811
    seen = show(training())
    page = page_of(seen)
    slider = page.get_by_role("slider", name="Training step")
    slider.focus()
    losses = ["4.200 nats a word", "0.400 nats a word (mean of steps 50 to 99)",
              "0.001 nats a word (mean of steps 500 to 999)",
              "0.001 nats a word (mean of steps 500 to 999)"]
    for at, (step, loss) in enumerate(zip(film()["steps"], losses, strict=True)):
        for found, sentence in zip(page.evaluate(READ_FILM), film()["sentences"], strict=True):
            assert found["english"] == sentence["english"]
            assert found["chinese"] == sentence["chinese"]
            assert found["weights"] == sentence["weights"][at]
            assert found["shades"] == [w for row in sentence["weights"][at] for w in row]
        assert page.locator(".sa-readout").inner_text().split() == [
            "Step", str(step), "loss", *loss.split()]
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    assert page.locator(".sa-readout b").inner_text() == "Step 0"
    assert seen.complaints == []


def test_the_film_plays_to_its_end_and_resets(show):  # noqa: F811
    page = show(training(2), reduced_motion="no-preference").page
    stop_the_clock(page)
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").count() == 1
    page.clock.run_for(1000)
    page.get_by_text("Step 10000").first.wait_for()
    assert page.get_by_role("button", name="Play").count() == 1
    page.get_by_role("button", name="Reset").click()
    page.get_by_text("Step 700", exact=True).wait_for()


def test_reset_stops_the_film(show):  # noqa: F811
    page = show(training(), reduced_motion="no-preference").page
    stop_the_clock(page)
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1000)
    page.get_by_role("button", name="Reset").click()
    page.clock.run_for(5000)
    assert page.locator(".sa-readout b").inner_text() == "Step 0"
    assert page.get_by_role("button", name="Play").count() == 1


def test_a_cell_of_the_film_is_read_at_every_step(show):  # noqa: F811
    page = page_of(show(training()))
    page.locator(".sa-map").nth(1).locator("tbody td").nth(0).hover()
    first = film()["sentences"][1]["weights"]
    assert page.locator(".sa-reading").inner_text() == (
        f"我 gives i {first[0][0][0]:.3f} of its attention")
    page.get_by_role("slider", name="Training step").focus()
    page.keyboard.press("ArrowRight")
    assert first[1][0][0] == 0
    assert page.locator(".sa-reading").inner_text() == "我 gives i 0 of its attention"
    page.locator(".sa-map").nth(0).locator("[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator(".sa-reading").inner_text().startswith("爱 gives ")


# --- For everyone --------------------------------------------------------------------------------

@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_nothing(show, theme, language):  # noqa: F811
    page = show(*[each() for each in ALL], theme=theme, language=language).page
    measured = set()
    for text in ("i love you", "i love lovers and dragons", "cat"):
        page.locator("input.sa-text[lang=en]").fill(text)
        page.locator("input.sa-text[lang=en]").press("Enter")
        assert_accessible(page, measured)


@pytest.mark.parametrize("explorer", ALL)
def test_every_control_is_reached_by_tab_labelled_and_shows_its_focus(show, explorer):  # noqa: F811
    page = show(explorer()).page
    controls = "input:not([type=radio]), button, .sa-point, summary, .sa-map [tabindex='0']"
    assert_tab_reaches(page, controls, more=3)


@pytest.mark.parametrize("explorer", ALL)
def test_touch_targets_are_at_least_44_pixels(show, explorer):  # noqa: F811
    page = show(explorer(), viewport=PHONE).page
    # A cell of the film is read by arrow keys too; fingers have 24 pixels of it.
    controls = ("button, input:not([type=radio], [type=checkbox]), label, .sa-grip, summary, "
                ".sa-numbered tbody td")
    assert too_small(page, controls) == []


@pytest.mark.parametrize("explorer", [each for each in ALL if each is not TranslatorExplorer])
@pytest.mark.parametrize("width, text", [(360, 100), (320, 100), (640, 200), (1280, 100)],
                         ids=["phone", "zoom 400 %", "text 200 %", "wide"])
def test_nothing_is_lost_on_a_phone_or_zoomed(show, explorer, width, text):  # noqa: F811
    page = show(explorer(), viewport={"width": width, "height": 800}).page
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    assert page.evaluate(FITS) == [True, []]


def test_chinese_pages_get_chinese_controls(show):  # noqa: F811
    page = show(*[each() for each in ALL], language="zh-CN").page
    words = set(re.findall(r"\w+", page.locator("main").inner_text()))
    assert not {"Reset", "Weights", "Translate", "word", "context", "model", "Another"} & words


@pytest.mark.parametrize("explorer", ALL)
def test_an_explorer_is_small(explorer):
    assert bytes_sent(explorer()) < 20_000


STATES = [
    (lambda: ThreeStepsExplorer(), ["1 score", "W swaps the axes"],
     ".sa-entry .sa-field, [aria-pressed=true]"),
    (lambda: TranslatorExplorer(), [DEMONSTRATIONS[2]], ".sa-words button, .sa-map td"),
]


@pytest.mark.parametrize("explorer, presses, shown", STATES, ids=["three steps", "translator"])
def test_a_link_brings_the_state_back(show, visit, explorer, presses, shown):  # noqa: F811
    page = show(explorer()).page
    for name in presses:
        page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("location.hash.length > 1")
    read = """(all) => all.map((node) => node.value ?? node.textContent)"""
    state = page.locator(shown).evaluate_all(read)
    other = visit(page.url).page
    assert other.locator(shown).evaluate_all(read) == state
    other.get_by_role("button", name="Reset").click()
    assert other.locator(shown).evaluate_all(read) != state


def test_forced_colours_hide_nothing(show):  # noqa: F811
    page = show(TranslatorExplorer(), training(3), ThreeStepsExplorer(),
                forced_colors="active").page
    look = "(node) => getComputedStyle(node).backgroundColor"
    for number in range(3):
        cells = page.locator(".sa-map").nth(number).locator("tbody td")
        weights = cells.evaluate_all("(all) => all.map((cell) => Number(cell.dataset.value))")
        most, least = (cells.nth(weights.index(f(weights))).evaluate(look) for f in (max, min))
        assert most != least, "shading"
    pressed, other = (page.get_by_role("button", name=name).evaluate(look)
                      for name in ("3 context", "1 score"))
    assert pressed != other
    colours = page.locator("path.sa-shaft, .sa-arcs path").evaluate_all(
        "(all) => [...new Set(all.map((path) => getComputedStyle(path).stroke))]")
    assert set(colours) <= {"rgb(0, 0, 0)", "rgb(255, 255, 255)"} | set(
        page.evaluate("""["CanvasText", "Highlight", "LinkText"].map((name) => {
          const node = document.createElement("i");
          node.style.color = name;
          document.body.append(node);
          return getComputedStyle(node).color;
        })"""))


def test_outcomes_are_spoken(show):  # noqa: F811
    page = show(TranslatorExplorer(), ThreeStepsExplorer(), training(1)).page
    spoken = page.locator("[role=status]")
    for text in ("我 爱 你", "I 0.113, love 0.836, you 0.051; context (0.062, 0.856)",
                 "Step 60; 我 gives"):
        spoken.filter(has_text=text).first.wait_for(state="attached")
