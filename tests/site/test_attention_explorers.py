"""The explorers of the chapters on attention, in a real browser: equal to softattn_core."""

import random
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from softattn_core import attend, attention_weights
from softattn_core.explorers import (
    BottleneckExplorer,
    FocusExplorer,
    ThreeStepsExplorer,
    TranslatorExplorer,
)
from softattn_core.translator import load_checkpoint
from softattn_core.translator.corpus import (
    DEMONSTRATIONS,
    ENGLISH_WORDS,
    MAX_WORDS,
    held_out_pairs,
    near_words,
    tokenise,
)
from softattn_core.translator.model import translate
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
    swipe,
    too_small,
)

ALL = [FocusExplorer, BottleneckExplorer, ThreeStepsExplorer, TranslatorExplorer]
PHONE = {"width": 360, "height": 740}


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
  const filled = (bar) => parseFloat(getComputedStyle(bar, "::before").width) / bar.clientWidth;
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
  all(".sa-entry .sa-field").forEach((input, i) => use(input, values[i]));
  const drawn = (selector, name) => all(selector).map((node) => node.getAttribute(name));
  return {
    scores: read(all(".sa-score")), weights: read(all("td.sa-weights")),
    context: root.querySelector("b.sa-values[data-value]").dataset.value.split(","),
    values: shown(root), mark: drawn(".sa-plane .sa-mark", "transform")[0],
    hull: drawn(".sa-hull", "points")[0], grips: drawn(".sa-point", "transform"),
    arrows: drawn(".sa-plane .sa-arrow", "d"), text: root.innerText,
  };
})"""
UNIT = 200 / 3.5


def on_plane(vectors):
    return np.array([200, 200]) + UNIT * np.atleast_2d(vectors) * [1, -1]


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
        assert points(found["mark"])[0] == pytest.approx(on_plane(exact.context)[0], abs=1e-6)
        corners = np.array(re.findall(r"[-\d.e]+", found["hull"]), float).reshape(3, 2)
        assert corners == pytest.approx(on_plane(h))
        assert points(" ".join(found["grips"])) == pytest.approx(on_plane([*h, s]))
        tips = np.array([points(arrow)[1] for arrow in found["arrows"]])
        expected = on_plane([s @ W, exact.context, *h, s])
        assert tips == pytest.approx(expected, rel=1e-9, abs=1e-6)
        assert_all_rounded(found["values"])
    assert seen.complaints == []


def test_arrows_by_mouse_keyboard_and_presets(show):  # noqa: F811
    explorer = ThreeStepsExplorer()
    page = page_of(show(explorer))
    grips = page.locator(".sa-grip")
    page.mouse.move(*middle(grips.nth(0).bounding_box()))
    page.mouse.down()
    box = page.locator(".sa-plane").bounding_box()
    place = [box["x"] + box["width"] * (0.5 - 2 / 7), box["y"] + box["height"] * (0.5 + 1 / 7)]
    page.mouse.move(*place, steps=4)
    assert numbers(page, ".sa-entry .sa-field")[:2] == [-2, -1]
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


def test_a_finger_drags_an_arrow_and_scrolls_elsewhere(show):  # noqa: F811
    page = show(ThreeStepsExplorer(), viewport=PHONE, has_touch=True).page
    box = page.locator(".sa-plane").bounding_box()
    start = middle(page.locator(".sa-grip").nth(0).bounding_box())
    swipe(page, start, (box["x"] + box["width"] * (0.5 + 2 / 7), box["y"] + box["height"] / 2))
    assert page.evaluate("scrollY") == 0
    assert numbers(page, ".sa-entry .sa-field")[:2] == pytest.approx([2, 0], abs=0.06)
    swipe(page, (box["x"] + 20, box["y"] + 280), (box["x"] + 20, box["y"] + 100))
    assert page.evaluate("scrollY") > 50


def test_three_steps_words_stay_text(show):  # noqa: F811
    seen = show(ThreeStepsExplorer(words=[EVIL, "</script><b>x", "&lt;i&gt;"]))
    assert seen.page.locator("tbody th").all_inner_texts() == [EVIL, "</script><b>x", "&lt;i&gt;"]
    assert not seen.page.evaluate("'injected' in window")


# --- Bottleneck ----------------------------------------------------------------------------------

DRIVE_BOTTLENECK = """(settings) => settings.map(({ measure, length }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  use(root.querySelector(`[value=${measure}]`));
  use(root.querySelector(".sa-range"), length);
  [...all("button")].find((button) => button.textContent === "Another").click();
  const drawn = (selector, name) => all(selector).map((node) => node.getAttribute(name));
  return {
    values: all("tbody tr").map((row) => read(row.querySelectorAll("td"))), shown: shown(root),
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


def test_bottleneck_shows_every_stored_value_and_sentence(show):  # noqa: F811
    explorer = BottleneckExplorer(sentence=2)
    seen = show(explorer)
    settings = [{"measure": measure, "length": length} for measure in ("exact_match", "bleu")
                for _ in range(3) for length in range(10)]
    results = page_of(seen).evaluate(DRIVE_BOTTLENECK, settings)
    for number, (setting, found) in enumerate(zip(settings, results, strict=True)):
        i, full = setting["length"], {"exact_match": 1, "bleu": 100}[setting["measure"]]
        curves = list(explorer.curves[setting["measure"]].values())
        assert len(found["values"]) == 3
        for m, curve in enumerate(curves):
            rows = [curve["mean"], curve["low"], curve["high"]]
            assert_equal(found["values"][m], [row[i] for row in rows])
            heights = 100 - 100 * np.array(rows) / full
            mean, low, high = [np.column_stack([np.arange(5, 100, 10), y]) for y in heights]
            assert points(found["curves"][m]) == pytest.approx(mean)
            assert points(found["bands"][m]) == pytest.approx(np.vstack([high, low[::-1]]))
            assert points(found["dots"][m].removesuffix("h0"))[0] == pytest.approx(mean[i])
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


def test_the_reading_line_by_keyboard_mouse_and_reset(show):  # noqa: F811
    explorer = BottleneckExplorer()
    page = show(explorer).page
    means = explorer.curves["exact_match"]["fixed_h64"]["mean"]
    mean = lambda: numbers(page, "tbody tr:nth-child(2) td:nth-child(2)")[0]  # noqa: E731
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


# --- Translator ----------------------------------------------------------------------------------

DRIVE_TRANSLATOR = """(sentences) => sentences.map((text) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  use(root.querySelector("input"), text);
  root.querySelector(".sa-typing button").click();
  return {
    message: root.querySelector(".sa-message").textContent,
    offers: all(".sa-message button").map((button) => button.textContent),
    shown: !root.querySelector(".sa-map").closest("[hidden]"),
    words: root.querySelector(".sa-translation").textContent,
    columns: all("thead th").map((head) => head.textContent),
    heads: all("tbody th").map((head) => head.textContent),
    weights: all("tbody tr").map((row) => read(row.querySelectorAll("td")).map(Number)),
    texts: all("tbody td").map((cell) => cell.textContent), boxes: all("b, img, i").length,
  };
})"""


@pytest.fixture(scope="module")
def model():
    return load_checkpoint("attention_h64")


def assert_translated(found, exact):
    assert found["shown"] and found["message"] == ""
    assert found["words"] == " ".join(exact.chinese)
    assert found["columns"] == list(exact.english)
    ended = len(exact.weights) > len(exact.chinese)
    assert found["heads"] == [*exact.chinese, *["<eos>*"] * ended]
    assert np.array(found["weights"]) == pytest.approx(exact.weights, abs=1e-9)
    assert found["texts"] == [f"{w:.2f}" for w in np.ravel(found["weights"])]


def test_translator_equals_numpy_on_sentences_of_all_lengths(show, model):  # noqa: F811
    seen = show(TranslatorExplorer())
    sentences = [pair.english for group in held_out_pairs() for pair in group[3:23]]
    assert len(sentences) == 200 and max(map(len, sentences)) > 50
    sentences += [tuple(text.split()) for text in DEMONSTRATIONS if "'" not in text]
    found = page_of(seen).evaluate(DRIVE_TRANSLATOR, [" ".join(words) for words in sentences])
    for result, words in zip(found, sentences, strict=True):
        [exact] = translate(model, [words])
        assert_translated(result, exact)
    assert seen.complaints == []


def test_translator_answers_at_once_and_love_looks_at_love(show, model):  # noqa: F811
    page = show(TranslatorExplorer()).page
    assert page.locator(".sa-translation").inner_text() == "我 爱 你"
    [exact] = translate(model, [["i", "love", "you"]])
    weights = np.reshape(numbers(page, ".sa-map tbody td"), (4, 3))
    assert weights == pytest.approx(exact.weights, abs=1e-9)
    assert weights[1].argmax() == 1


def test_the_translator_of_the_book_translates(visit, site_url, model):
    """On the built page, whose state went through a notebook file: not only as Python sends it."""
    page = visit(f"{site_url}/chapters/04_attention.html").page
    explorer = page.locator(".sa-explorer").filter(has=page.locator(".sa-translation"))
    for text, said in zip(DEMONSTRATIONS, translate(model, [
            tokenise(text) for text in DEMONSTRATIONS]), strict=True):
        explorer.get_by_role("button", name=text, exact=True).click()
        assert explorer.locator(".sa-translation").inner_text() == " ".join(said.chinese)


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


def test_the_heat_map_by_keyboard(show, model):  # noqa: F811
    page = show(TranslatorExplorer()).page
    page.get_by_role("textbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    for key in ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    [exact] = translate(model, [["i", "love", "you"]])
    assert page.evaluate("document.activeElement.dataset.value") == str(
        numbers(page, ".sa-map tbody td")[4])
    reading = page.locator(".sa-reading").inner_text()
    assert reading.startswith(f"{exact.chinese[1]} takes ") and reading.endswith(" from love")
    assert f"{exact.weights[1, 1]:.3f}" in reading
    assert page.locator(".sa-map th.sa-on").all_inner_texts() == ["love", exact.chinese[1]]
    page.locator(".sa-map tbody td").nth(2).hover()
    assert page.locator(".sa-reading").inner_text().startswith(f"{exact.chinese[0]} takes")


def test_a_large_heat_map_scrolls_in_its_own_box(show):  # noqa: F811
    words = next(p.english for group in held_out_pairs() for p in group if len(p.english) == 12)
    page = show(TranslatorExplorer(" ".join(words)), viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("""() => {
      const box = document.querySelector(".sa-scroll");
      box.scrollLeft = 1e4;
      return box.scrollLeft > 100 && box.getBoundingClientRect().right <= innerWidth;
    }""")
    head = page.locator(".sa-map tbody th").first.bounding_box()
    assert head["x"] >= 0, "the Chinese word stays in sight"


def test_examples_answer(show, model):  # noqa: F811
    page = show(TranslatorExplorer("i love him")).page
    for text in DEMONSTRATIONS:
        page.get_by_role("textbox").fill("something else")
        page.get_by_role("button", name=text, exact=True).click()
        [exact] = translate(model, [tokenise(text)])
        assert page.locator(".sa-translation").inner_text() == " ".join(exact.chinese)
        assert page.get_by_role("textbox").input_value() == text


# --- For everyone --------------------------------------------------------------------------------

@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_nothing(show, theme, language):  # noqa: F811
    page = show(*[each() for each in ALL], theme=theme, language=language).page
    for text in ("i love you", "i love lovers and dragons"):
        page.locator(".sa-typing input").fill(text)
        page.locator(".sa-typing button").click()
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("explorer", ALL)
def test_every_control_is_reached_by_tab_labelled_and_shows_its_focus(show, explorer):  # noqa: F811
    page = show(explorer()).page
    controls = "input:not([type=radio]), button, .sa-point, summary, .sa-map [tabindex='0']"
    assert_tab_reaches(page, controls, more=3)


@pytest.mark.parametrize("explorer", ALL)
def test_touch_targets_are_at_least_44_pixels(show, explorer):  # noqa: F811
    page = show(explorer(), viewport=PHONE).page
    controls = "button, input:not([type=radio]), label, .sa-grip, summary, .sa-map tbody td"
    assert too_small(page, controls) == []


@pytest.mark.parametrize("explorer", [FocusExplorer, BottleneckExplorer, ThreeStepsExplorer])
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
    assert bytes_sent(explorer) < 20_000
