"""The attention-matrix explorer in a real browser: equal to softattn_core, and for everyone."""

import random
import re

import numpy as np
import pytest
import traitlets

from softattn_core import context_vector, scaled_dot_product_attention, softmax
from softattn_core.explorers import AttentionMatrixExplorer
from tests.site.accessible import assert_accessible
from tests.site.test_explorers import (
    DRIVER,
    FITS,
    NAMES,
    assert_all_rounded,
    assert_equal,
    bytes_sent,
    show,  # noqa: F401
    too_small,
)

PHONE = {"width": 360, "height": 740}

DRIVE = """(settings) => settings.map(({ size, words, numbers, mask, scaled, row }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  const press = (text) => all("button").find((button) => button.textContent === text).click();
  const missing = () => size - all(".sa-token .sa-text").length;
  for (let n = missing(); n > 0; n -= 1) press("Add a token");
  for (let n = missing(); n < 0; n += 1) press("Remove the last");
  together(() => {
    all(".sa-token .sa-text").forEach((input, i) => use(input, words[i]));
    all(".sa-token .sa-field").forEach((input, i) => use(input, numbers[i]));
    use(root.querySelector(`[value=${mask}]`));
    const checkbox = root.querySelector("[type=checkbox]");
    if (checkbox.checked !== scaled) checkbox.click();
    use(all("[name=row]")[row]);
  });
  const matrix = (name) => {
    const found = all(".sa-matrix").find((table) => table.caption.textContent === name);
    return [...found.tBodies[0].rows].map((cells) => read(cells.querySelectorAll("td")));
  };
  const divisor = `z = q · k${scaled ? " / √2" : ""}`;
  const column = (name) => read(under(root.querySelector(".sa-detail"), name));
  const texts = (selector) => all(selector).map((node) => node.textContent);
  return {
    scores: matrix("Scores"), weights: matrix("Weights"),
    row: [divisor, "ez−max", "weight"].map(column), sums: read(all("tfoot td[data-value]")),
    context: root.querySelector("b[data-value]").dataset.value.split(","),
    heads: texts(".sa-matrix th[scope]"), lines: texts("th[scope=row]"),
    shares: all(".sa-cell").map((cell) => Number(cell.style.getPropertyValue("--weight"))),
    marked: all(".sa-matrix tr").map((line) => line.classList.contains("sa-on")),
    note: root.querySelector(".sa-note").textContent,
    values: shown(root),
  };
})"""


def random_entry(rng):
    return rng.choice([rng.uniform(-3, 3), rng.randint(-3, 3), rng.uniform(-100, 100),
                       10 ** rng.uniform(-12, 2), 100.0, -100.0, 0.0])


def random_settings(count, seed):
    rng = random.Random(seed)
    for number in range(count):
        size = rng.randint(2, 6)
        yield {"size": size, "words": rng.choices(NAMES, k=size),
               "numbers": [random_entry(rng) for _ in range(6 * size)],
               "mask": ["none", "scores", "weights"][number % 3], "scaled": rng.random() < 0.7,
               "row": rng.randrange(size)}


def attention(setting):
    """Scores (masked ones -inf), weights and context, from the core's public functions."""
    Q, K, V = np.reshape(setting["numbers"], (-1, 3, 2)).swapaxes(0, 1)
    if not setting["scaled"]:
        Q = Q * np.sqrt(2)  # takes the core's division back
    causal = setting["mask"] == "scores"
    scores, weights, context = scaled_dot_product_attention(Q, K, V, causal=causal)
    future = ~np.tri(len(Q), dtype=bool)
    if causal:
        scores = np.where(future, -np.inf, scores)
    if setting["mask"] == "weights":
        weights = np.where(future, 0.0, softmax(scores))
        context = context_vector(weights, V)
    rounding = 4e-16 * (np.abs(Q) @ np.abs(K).T).max() + 1e-15
    return scores, weights, context, rounding


def test_every_value_equals_the_core(show):  # noqa: F811
    seen = show(AttentionMatrixExplorer())
    seen.page.evaluate(DRIVER)
    settings = list(random_settings(150, seed=6))
    broken_sums = 0
    for setting, found in zip(settings, seen.page.evaluate(DRIVE, settings), strict=True):
        scores, weights, context, rounding = attention(setting)
        row, size = setting["row"], setting["size"]
        for i in range(size):
            seen_keys = np.isfinite(scores[i])
            assert [x == "-Infinity" for x in found["scores"][i]] == list(~seen_keys)
            assert_equal(np.array(found["scores"][i])[seen_keys], scores[i][seen_keys], rounding)
            assert_equal(found["weights"][i], [*weights[i], weights[i].sum()], 4 * rounding)
        assert found["row"][0] == found["scores"][row]
        e = np.exp(scores[row] - scores[row].max())
        assert_equal(found["row"][1], e, 4 * rounding)
        assert found["row"][2] == found["weights"][row][:-1]
        assert_equal(found["sums"], [e.sum(), weights[row].sum()], 20 * rounding)
        assert_equal(found["context"], context[row], 2000 * rounding)
        assert found["shares"] == [float(w) for line in found["weights"] for w in line[:-1]]
        on = [i == row for i in range(size)]
        assert found["marked"] == [False, *on] * 2
        words = setting["words"]
        assert found["heads"] == [*words, *words, *words, "Σ", *words]
        assert found["lines"][-1 - size:-1] == words
        assert_all_rounded([pair for pair in found["values"] if pair[0] != "-Infinity"])
        assert {text for value, text in found["values"] if value == "-Infinity"} <= {"−∞"}
        sums = weights.sum(axis=1)
        broken_sums += not np.allclose(sums, 1)
        assert found["note"].startswith("Wrong") == (setting["mask"] == "weights")
    assert broken_sums > 25, "the wrong mask breaks rows"
    assert not seen.page.evaluate("'injected' in window")
    assert seen.page.locator(".sa-explorer :is(img, i, script)").count() == 0
    assert seen.complaints == []


def test_the_sentence_of_the_row_is_the_arithmetic(show):  # noqa: F811
    page = show(AttentionMatrixExplorer(Q=[[1, 0], [2, -0.5], [2, 1]])).page
    products = page.locator(".sa-product").all_inner_texts()
    assert [text.replace("\u00a0", " ") for text in products] == [
        "2 · 0 + −0.500 · 1", "2 · 2 + −0.500 · 0", "2 · 1 + −0.500 · 1"]
    exact = AttentionMatrixExplorer(Q=[[1, 0], [2, -0.5], [2, 1]])
    a, b, _ = exact.weights[1]
    x, y = exact.context[1]
    assert page.locator("p:has(b.sa-values)").inner_text() == (
        f"context: c = {a:.3f} · (0, 2) + {b:.3f} · (2, 0) = ({x:.3f}, {y:.3f})")


def test_python_follows_the_controls():
    explorer = AttentionMatrixExplorer()
    exact = scaled_dot_product_attention(explorer.Q, explorer.K, explorer.V, causal=True)
    np.testing.assert_array_equal(explorer.scores, exact.scores)
    np.testing.assert_array_equal(explorer.weights, exact.weights)
    np.testing.assert_array_equal(explorer.context, exact.context)
    explorer.set_state({"mask": "none", "scaled": False, "Q": [[1, 2], [3, 4], [5, 6]]})
    scores = np.array([[1, 2], [3, 4], [5, 6]]) @ np.transpose(explorer.K)
    assert explorer.scores == pytest.approx(scores)
    assert explorer.weights == pytest.approx(softmax(scores))
    explorer.set_state({"mask": "weights"})
    assert explorer.weights == pytest.approx(softmax(scores) * np.tri(3))
    assert explorer.context == pytest.approx(explorer.weights @ explorer.V)


def test_python_refuses_what_the_page_cannot_show():
    with pytest.raises(ValueError, match="equally many, got 3, 2, 3 and 3"):
        AttentionMatrixExplorer(Q=[[1, 0], [0, 1]])
    for wrong in ({"Q": [[1, 2, 3]] * 3}, {"K": [[101, 0]] * 3}, {"mask": "both"}, {"row": 6}):
        with pytest.raises(traitlets.TraitError):
            AttentionMatrixExplorer(**wrong)


def weights_of(page):
    rows = page.locator(".sa-matrix").nth(1).locator("tbody tr").all()
    return np.array([[float(x) for x in row.locator("td").evaluate_all(
        "(all) => all.map((cell) => cell.dataset.value)")] for row in rows])


def test_by_keyboard_with_its_presets(show):  # noqa: F811
    explorer = AttentionMatrixExplorer()
    page = show(explorer).page
    page.get_by_role("radio", name="on the scores").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="on the weights (wrong)").is_checked()
    assert weights_of(page)[:, -1] == pytest.approx([0.140, 0.554, 1], abs=0.001)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert not page.get_by_role("checkbox").is_checked()
    page.get_by_role("radio", name="love").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".sa-on th").all_inner_texts() == ["you", "you"]
    page.get_by_role("button", name="Queries = 0").click()
    page.get_by_role("radio", name="on the scores").click()
    assert weights_of(page)[2, :3] == pytest.approx([1 / 3] * 3)
    page.get_by_role("button", name="Reset").click()
    assert weights_of(page)[:, :3] == pytest.approx(explorer.weights)
    assert page.locator(".sa-on th").all_inner_texts() == ["love", "love"]
    page.get_by_role("button", name="Queries × 10").click()
    tenfold = AttentionMatrixExplorer(Q=10 * np.array(explorer.Q))
    assert weights_of(page)[:, :3] == pytest.approx(tenfold.weights)
    field = page.get_by_label("key of you, coordinate 2")
    field.fill("")
    assert weights_of(page)[:, :3] == pytest.approx(tenfold.weights), "an empty field: no change"
    field.press_sequentially("-1e9")
    field.blur()
    assert field.input_value() == "-100"


def test_a_pressed_cell_tells_its_arithmetic(show):  # noqa: F811
    page = show(AttentionMatrixExplorer()).page
    told = page.locator("p.sa-now")
    assert told.inner_text() == ("love looks at love: 2 · 2 + 2 · 0 = 4.000; 4.000 / √2 = 2.828; "
                                 "ez\u00a0−\u00a0max = 1.000; 1.000 / 1.243 = 0.804")
    weights = page.locator(".sa-matrix").nth(1).locator("tbody tr")
    weights.nth(2).locator("td").nth(0).click()
    assert told.inner_text().startswith("you looks at I: 2 · 0 + 1 · 1 = 1.000; 1.000 / √2 = 0.7")
    assert told.inner_text().endswith("= 0.074")
    assert page.get_by_role("radio", name="you").is_checked()
    assert page.locator(".sa-chosen").all_inner_texts() == ["0.707", "0.074"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert told.inner_text().endswith("masked: z = −∞; ez\u00a0−\u00a0max = 0; 0 / 1.243 = 0")
    page.get_by_role("radio", name="on the weights (wrong)").click()
    assert told.inner_text().endswith("; then the mask sets it to 0")
    page.get_by_role("checkbox").click()
    assert "√2" not in told.inner_text()
    page.get_by_role("button", name="Reset").click()
    assert told.inner_text().startswith("love looks at love")


def test_a_weight_that_rounds_to_0_says_so_within_its_cell(show):  # noqa: F811
    page = show(AttentionMatrixExplorer(Q=[[10, 0], [-20, 20], [20, 10]], mask="none")).page
    texts = page.locator(".sa-matrix").nth(1).locator("td[tabindex]").all_inner_texts()
    assert "≈ 0" in texts and not any("×" in text for text in texts)
    weights = weights_of(page)[:, :3].ravel()
    assert [text == "≈ 0" for text in texts] == [0 < weight < 0.0005 for weight in weights]


# How near the text of a cell comes to the inner edge of the outline that marks the chosen one.
ROOM = """(cells) => Math.min(...cells.map((cell) => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  const [outer, inner] = [cell, text].map((one) => one.getBoundingClientRect());
  return Math.min(inner.left - outer.left, outer.right - inner.right) - 2;
}))"""


@pytest.mark.parametrize("width", [360, 1280])
def test_no_outline_touches_a_number_or_is_cut(show, width):  # noqa: F811
    page = show(AttentionMatrixExplorer(Q=[[1, 0], [-9, -9], [2, 1]], mask="none", row=2, column=2),
                viewport={"width": width, "height": 740}).page
    cells = page.locator(".sa-matrix td[tabindex]")
    assert cells.evaluate_all(ROOM) >= 2
    for cell in cells.all():
        place, box = cell.bounding_box(), cell.locator("xpath=ancestor::div[1]").bounding_box()
        assert place["y"] >= box["y"]
        assert place["y"] + place["height"] <= box["y"] + box["height"]


def test_fields_stand_before_the_arithmetic_of_a_row(show):  # noqa: F811
    page = show(AttentionMatrixExplorer()).page
    matrix, told, fields, detail = (page.locator(name).last.bounding_box()["y"] for name in
                                    (".sa-matrix", "p.sa-now", ".sa-token", ".sa-detail"))
    assert matrix < told < fields < detail


def test_a_cell_its_score_and_its_line_light_up_together(show):  # noqa: F811
    page = show(AttentionMatrixExplorer()).page
    page.locator(".sa-matrix").nth(1).locator("tbody tr").nth(1).locator("td").nth(0).hover()
    assert page.locator("td.sa-lit").all_inner_texts() == ["1.414", "0.196"]
    assert page.locator("tr.sa-lit th").all_inner_texts() == ["I"]
    page.locator(".sa-detail tbody tr").nth(1).hover()
    assert page.locator("td.sa-lit").all_inner_texts() == ["2.828", "0.804"]
    page.mouse.move(0, 0)
    assert page.locator(".sa-lit").count() == 0


def test_a_link_brings_the_state_back(show, visit):  # noqa: F811
    page = show(AttentionMatrixExplorer()).page
    page.get_by_role("button", name="Add a token").click()
    page.get_by_role("radio", name="none").click()
    page.locator(".sa-matrix").nth(1).locator("tbody tr").nth(3).locator("td").nth(2).click()
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("location.hash.length > 1")
    other = visit(page.url).page
    assert (weights_of(other) == weights_of(page)).all() and weights_of(other).shape == (4, 5)
    assert other.locator("p.sa-now").inner_text() == page.locator("p.sa-now").inner_text()


def test_characters_without_a_font_are_named(show):  # noqa: F811
    page = show(AttentionMatrixExplorer()).page
    missing = page.get_by_text("Neither this page nor this computer")
    assert not missing.is_visible()
    page.get_by_label("Name of token 1").fill("a\u0378")  # a place in Unicode that nobody has taken
    missing.wait_for()
    assert "\u0378" in missing.inner_text()
    page.get_by_label("Name of token 1").fill("Ω")
    missing.wait_for(state="hidden")


def test_chinese_typed_into_chapter_6_shows(visit, site_url):
    """Not the boxes that stood there before the page's font came: two words look different."""
    looks = []
    for word in "猫狗":
        page = visit(f"{site_url}/chapters/06_transformer.html").page
        field = page.get_by_label("Name of token 1")
        field.fill(word)
        page.wait_for_function("""() => [...document.fonts].every((font) =>
          !font.family.includes("Noto Sans SC") || font.status === "loaded")""")
        page.evaluate("new Promise(requestAnimationFrame)")
        head = page.locator(".sa-matrix tbody th").first
        assert head.inner_text() == word
        looks.append((head.screenshot(), field.screenshot(caret="hide")))
    assert all(cat != dog for cat, dog in zip(*looks, strict=True))


def test_tokens_come_and_go(show):  # noqa: F811
    page = show(AttentionMatrixExplorer(row=2)).page
    add, remove = (page.get_by_role("button", name=n) for n in ("Add a token", "Remove the last"))
    for count in (4, 5, 6):
        add.click()
        assert weights_of(page).shape == (count, count + 1)
    assert add.is_disabled()
    assert page.locator(".sa-matrix").first.locator("thead th").all_inner_texts() == [
        "I", "love", "you", "D", "E", "F"]
    for _ in range(4):
        remove.click()
    assert remove.is_disabled() and weights_of(page).shape == (2, 3)
    assert page.locator(".sa-on th").all_inner_texts() == ["love", "love"], "the last that is left"
    page.get_by_label("Name of token 1").fill("<b>猫</b>")
    assert page.locator(".sa-matrix tbody th").first.inner_text() == "<b>猫</b>"
    assert page.get_by_role("radio", name="<b>猫</b>").count() == 1
    assert page.get_by_label("query of <b>猫</b>, coordinate 1").count() == 1
    page.get_by_label("Name of token 1").fill("")
    assert page.locator(".sa-matrix tbody th").first.inner_text() == "A", "never without a name"


def test_the_outcome_is_spoken(show):  # noqa: F811
    page = show(AttentionMatrixExplorer()).page
    page.get_by_text("love: I 0.196, love 0.804, you 0; sum 1.000").wait_for(state="attached")


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_the_chapters_explorer_is_alive(visit, site_url, site_dir, scheme):
    root = site_url if scheme == "http" else site_dir.as_uri()
    seen = visit(f"{root}/chapters/06_transformer.html")
    seen.page.locator(".sa-matrix").first.wait_for()
    assert weights_of(seen.page)[:, :3] == pytest.approx(AttentionMatrixExplorer().weights)
    seen.page.get_by_role("radio", name="on the weights (wrong)").click()
    assert weights_of(seen.page)[:, 3] == pytest.approx([0.140, 0.554, 1], abs=0.001)
    assert seen.complaints == []


# --- For everyone --------------------------------------------------------------------------------

@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_nothing(show, theme, language):  # noqa: F811
    page = show(AttentionMatrixExplorer(), theme=theme, language=language).page
    assert_accessible(page)


CONTROLS = (".sa-explorer :is(input:not([type=radio]), button, .sa-scroll[tabindex], "
            ".sa-matrix [tabindex='0'])")


def test_every_control_is_reached_by_tab_labelled_and_shows_its_focus(show):  # noqa: F811
    page = show(AttentionMatrixExplorer()).page
    unreached = set(range(page.locator(CONTROLS).count()))
    for _ in range(len(unreached) + 3):
        page.keyboard.press("Tab")
        at, name, ring = page.evaluate("""(selector) => {
          const focused = document.activeElement;
          const style = getComputedStyle(focused);
          return [[...document.querySelectorAll(selector)].indexOf(focused),
            focused.ariaLabel || focused.textContent || focused.labels[0].textContent,
            style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth)];
        }""", CONTROLS)
        if at >= 0:
            unreached.discard(at)
            assert name and ring >= 2
    assert unreached == set()


def test_touch_targets_are_at_least_44_pixels(show):  # noqa: F811
    page = show(AttentionMatrixExplorer(), viewport=PHONE).page
    assert too_small(page, "button, input:not([type=radio], [type=checkbox]), label") == []


@pytest.mark.parametrize("width, text", [(360, 100), (320, 100), (640, 200), (1280, 100)],
                         ids=["phone", "zoom 400 %", "text 200 %", "wide"])
def test_nothing_is_lost_on_a_phone_or_zoomed(show, width, text):  # noqa: F811
    page = show(AttentionMatrixExplorer(), viewport={"width": width, "height": 800}).page
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    fits, lost = page.evaluate(FITS)
    assert fits
    in_its_own_box = re.compile(r'^<(table|caption|thead|tbody|tr|th|td)[^>]*(sa-matrix|sa-cell|'
                                r'sa-scores|sa-total|scope=)')
    assert [html for html in lost if not in_its_own_box.match(html)] == []
    tops = page.locator(".sa-matrix tbody tr").evaluate_all(
        "(rows) => rows.map((row) => new Set([...row.cells].map((cell) => cell.offsetTop)).size)")
    assert tops == [1] * 6, "the cells of a row stand side by side"


def test_six_tokens_scroll_in_their_own_box(show):  # noqa: F811
    wide = AttentionMatrixExplorer(words=NAMES[:6], Q=[[99, -100]] * 6, K=[[-100, 98]] * 6,
                                   V=[[100, 1]] * 6, mask="none")
    page = show(wide, viewport=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("""() => [...document.querySelectorAll(".sa-scroll")].every((box) =>
      box.scrollWidth > box.clientWidth && box.getBoundingClientRect().right <= innerWidth)""")


def test_the_sum_stays_in_sight(show):  # noqa: F811
    """The column that carries the message, with the widest table, wherever the box is scrolled."""
    six = AttentionMatrixExplorer(words=list("ABCDEF"), Q=[[1, 0]] * 6, K=[[1, 0]] * 6,
                                  V=[[1, 0]] * 6)
    page = show(six, viewport=PHONE).page
    box = page.locator(".sa-scroll").nth(1)
    for scrolled in (0, 1e4):
        box.evaluate("(box, to) => { box.scrollLeft = to; }", scrolled)
        frame = box.bounding_box()
        for cell in page.locator(".sa-total:visible").all():
            place = cell.bounding_box()
            assert frame["x"] <= place["x"]
            assert place["x"] + place["width"] <= frame["x"] + frame["width"] + 1
    page = show(six, viewport={"width": 1280, "height": 800}).page
    assert page.locator(".sa-more-right, .sa-more-left").count() == 0, "all in sight on a wide page"


def test_forced_colours_hide_nothing(show):  # noqa: F811
    page = show(AttentionMatrixExplorer(), forced_colors="active").page
    cells = page.locator(".sa-matrix").nth(1).locator("tbody tr").nth(1).locator("td[tabindex]")
    colours = cells.evaluate_all("(all) => all.map((td) => getComputedStyle(td).backgroundColor)")
    assert len(set(colours)) == 3
    outlines = cells.evaluate_all("(all) => all.map((td) => getComputedStyle(td).outlineWidth)")
    assert outlines == ["1px", "3px", "1px"], "the chosen cell"


def test_chinese_pages_get_chinese_controls(show):  # noqa: F811
    page = show(AttentionMatrixExplorer(), language="zh-CN").page
    words = set(re.findall(r"\w+", page.locator("main").inner_text()))
    assert not {"Reset", "Weights", "query", "token", "mask", "scores", "none"} & words


def test_the_explorer_is_small():
    assert bytes_sent(AttentionMatrixExplorer) < 20_000
