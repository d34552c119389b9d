"""The explorers in a real browser: their values equal softattn_core, and everyone can use them."""

import gzip
import io
import json
import random
import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import anywidget
import ipywidgets
import nbformat
import numpy as np
import pytest
import traitlets
from PIL import Image
from website import style_sheet

from softattn_core import (
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    softmax,
)
from softattn_core.explorers import SimplexExplorer, SoftmaxExplorer
from tests.site.accessible import assert_accessible

ROOT = Path(__file__).parents[2]
EXPLORERS = ROOT / "softattn_core" / "explorers"
HOST = (ROOT / "_ext" / "host.js").read_text(encoding="utf-8")
# Without the site's fonts: no such files lie beside a page made here.
SITE_CSS = re.sub(r"@font-face *\{[^}]*\}", "", style_sheet())
MIME = "application/vnd.jupyter.widget-{}+json"
BODY = "body { margin: 1rem; color: var(--sa-ink); background: var(--sa-surface); }"
LIMIT = 1e6
EVIL = '<img src=x onerror="window.injected = true">'
NAMES = ["cat 猫", "Ω≠α", EVIL, "</script><b>x", "a & b", "&lt;i&gt;", "🦜 parrot", "x" * 40]


# --- A page with nothing but explorers, as the site shows them ---------------------------------

def page_with(*widgets, language="en", theme="light"):
    state = ipywidgets.Widget.get_manager_state(widgets=widgets, drop_defaults=False)["state"]
    views = "".join(
        f'<div class="explorable"><script type="{MIME.format("view")}">'
        f'{json.dumps({"model_id": widget.model_id})}</script><p>static</p></div><p>Text.</p>'
        for widget in widgets
    )
    saved = json.dumps({"state": state}).replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="{language}" data-theme="{theme}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Explorers</title>'
        f"<style>{SITE_CSS} {BODY}</style>"
        f"</head><body><main><h1>Explorers</h1>{views}</main>"
        f'<script type="{MIME.format("state")}">{saved}</script>'
        f"<script>{HOST}</script></body></html>"
    )


def stop_the_clock(page):
    """From now on time passes in the page by page.clock.run_for(milliseconds) alone."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)


@pytest.fixture
def show(visit, tmp_path):
    """show(*widgets, language=…, theme=…, **context): the widgets alive in the browser."""

    def show(*widgets, language="en", theme="light", ready=".sa-explorer", **context):
        path = tmp_path / "page.html"
        path.write_text(page_with(*widgets, language=language, theme=theme), encoding="utf-8")
        seen = visit(path.as_uri(), **context)
        seen.page.locator(ready).first.wait_for()
        return seen

    return show


# --- What a value on the page must be ----------------------------------------------------------

def agree(page_value, exact, floor=0.0):
    """Relative 1e-9 for normal numbers, absolute 1e-300 below; `floor` is the rounding error of
    a difference, whose relative error has no bound where the difference is small."""
    tolerance = 1e-9 * abs(exact) if abs(exact) >= 2.0**-1022 else 1e-300
    return abs(page_value - exact) <= tolerance + floor


def assert_equal(page_values, exact, floor=0.0):
    assert len(page_values) == len(exact)
    for found, expected in zip(page_values, exact, strict=True):
        assert agree(float(found), float(expected), floor), (page_values, list(exact))


def assert_rounded(text, value):
    """`text` is `value`, half away from zero, at the digits that the text has."""
    if text == "≈ 0":
        assert 0 < abs(float(value)) < 0.0005
        return
    match = re.fullmatch(r"(−?)(\d+(?:\.\d+)?)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)
    assert match, text
    digits = Decimal(match[2])
    power = int(match[3].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) if match[3] else 0
    scaled = abs(Decimal(float(value))).scaleb(-power)
    assert scaled.quantize(digits, ROUND_HALF_UP) == digits, (text, value)
    assert (match[1] == "−") == (float(value) < 0), (text, value)
    assert digits != 0 or float(value) == 0, f"{value} shown as 0"


def assert_all_rounded(values):
    for value, text in values:
        assert_rounded(text, value)


# Helpers in the page: they move the real controls, with the events that a browser sends. What one
# event changes is drawn at once, or once for several, so that hundreds of settings are read in one
# go.
DRIVER = """() => {
let waiting = null;
window.queueMicrotask = (draw) => (waiting ? waiting.push(draw) : draw());
window.together = (events) => {
  waiting = [];
  events();
  const draws = waiting;
  waiting = null;
  draws.forEach((draw) => draw());
};
window.use = (input, value) => {
  if (input.type === "radio" || input.type === "button") return input.click();
  input.value = value;
  input.dispatchEvent(new InputEvent("input", { bubbles: true }));
};
window.reset = (root) => root.querySelector(".sa-tools button:last-child").click();
window.read = (nodes) => [...nodes].map((node) => node.dataset.value);
// The cells under a heading, found through it.
window.under = (root, name) => {
  const place = [...root.querySelectorAll("thead th")].findIndex((th) => th.textContent === name);
  return root.querySelectorAll(`tbody td:nth-child(${place + 1})`);
};
window.shown = (root) => [...root.querySelectorAll("td, .sa-value")]
  .filter((node) => node.dataset.value !== undefined)
  .map((node) => [node.dataset.value, node.textContent]);
}"""

DRIVE_SOFTMAX = """(settings) => settings.map(({ scores, names, temperature, by }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  if (by === "range") reset(root); // to the usual span of the sliders
  const add = root.querySelector(".sa-classes ~ .sa-buttons button");
  const missing = () => scores.length - all(".sa-class").length;
  for (let n = missing(); n > 0; n -= 1) add.click();
  for (let n = missing(); n < 0; n += 1) all(".sa-remove").at(-1).click();
  together(() => {
    all(".sa-text").forEach((input, i) => use(input, names[i]));
    all(`.sa-class .sa-${by}`).forEach((input, i) => use(input, scores[i]));
    use(root.querySelector(`.sa-temperature .sa-${by}`), temperature);
  });
  const column = (name) => read(under(root, name));
  const exponent = root.querySelector("thead th:nth-child(3)").textContent;
  const filled = (bar) => parseFloat(getComputedStyle(bar, "::before").width) / bar.clientWidth;
  return {
    z: column("z"), exponents: column(exponent), e: column(`e${exponent}`), p: column("p"),
    big: read(all(".sa-barrow .sa-value")), sums: read(all("tfoot td:nth-child(n+4)")),
    temperature: root.querySelector(".sa-temperature .sa-range").dataset.value,
    heading: exponent,
    names: all("tbody th").map((head) => head.textContent),
    bars: all(".sa-bar").map(filled), values: shown(root), height: root.offsetHeight,
  };
})"""


def random_score(rng):
    kind = rng.random()
    if kind < 0.5:
        return round(rng.uniform(-10, 10), rng.choice([1, 3, 12]))
    if kind < 0.8:
        return rng.choice([-1, 1]) * 10 ** rng.uniform(-12, 6)
    return rng.choice([-LIMIT, LIMIT, 0.0, 700.0, 710.0, -745.0, 999999.9, 1e-300])


def random_temperature(rng):
    return rng.choice([1.0, 0.05, 20.0, 0.05 * 400 ** rng.random()])


def softmax_settings(count, seed):
    """By number field at any magnitude; every fourth by slider, whose positions are whole steps."""
    rng = random.Random(seed)
    for number in range(count):
        size = rng.randint(2, 6)
        names = rng.sample(NAMES, size)
        if number % 4:
            yield {"by": "field", "scores": [random_score(rng) for _ in range(size)],
                   "names": names, "temperature": random_temperature(rng)}
        else:
            yield {"by": "range", "scores": [rng.randint(-100, 100) / 10 for _ in range(size)],
                   "names": names, "temperature": rng.randint(-60, 60)}


def temperature_of(setting):
    """The slider is logarithmic, from 1/20 to 20, in values of two significant digits."""
    if setting["by"] == "field":
        return setting["temperature"]
    return float(f"{20 ** (setting['temperature'] / 60):.2g}")


def test_softmax_explorer_equals_the_core(show):
    seen = show(SoftmaxExplorer())
    seen.page.evaluate(DRIVER)
    settings = list(softmax_settings(300, seed=1))
    for setting, found in zip(settings, seen.page.evaluate(DRIVE_SOFTMAX, settings), strict=True):
        z, t = np.array(setting["scores"]), temperature_of(setting)
        p = softmax(z, temperature=t)
        fits = abs(z / t).max() <= 700
        exponents = z / t if fits else (z - z.max()) / t
        assert float(found["temperature"]) == t
        assert_equal(found["z"], z)
        assert_equal(found["exponents"], exponents)
        assert_equal(found["e"], np.exp(exponents))
        assert_equal(found["p"], p)
        assert found["big"] == found["p"]
        assert_equal(found["sums"], [np.exp(exponents).sum(), 1.0])
        assert found["heading"] == ("z/T" if fits else "(z−max)/T")
        assert found["names"] == setting["names"]
        assert found["bars"] == pytest.approx(list(p), abs=0.01)
        assert_all_rounded(found["values"])
    assert not seen.page.evaluate("'injected' in window")
    assert seen.page.locator(".sa-explorer :is(img, b, i, script)").count() == 0
    assert seen.complaints == []


DRIVE_SIMPLEX = """(settings) => settings.map(({ scores, temperature, target, by }) => {
  const root = document.querySelector(".sa-explorer");
  const all = (selector) => [...root.querySelectorAll(selector)];
  if (by === "range") reset(root);
  together(() => {
    all(`.sa-row:not(.sa-temperature) .sa-${by}`).forEach((input, i) => use(input, scores[i]));
    use(root.querySelector(`.sa-temperature .sa-${by}`), temperature);
    use(all("[type=radio]")[target]);
  });
  const column = (name) => read(under(root, name));
  const drawn = (selector, name) => root.querySelector(selector).getAttribute(name);
  return {
    z: read(all(".sa-row .sa-field")).slice(0, 3), p: column("p"), y: column("y"),
    slope: column("p − y"), next: column("p after one step"), loss: read(all(".sa-loss b"))[0],
    dot: drawn(".sa-point", "transform"), goal: drawn("svg .sa-goal", "transform"),
    arrow: drawn(".sa-triangle .sa-step", "d"), path: drawn(".sa-triangle .sa-path", "d"),
    spoken: drawn(".sa-point", "aria-valuetext"), values: shown(root), height: root.offsetHeight,
  };
})"""
CORNERS = np.array([[200, 44], [50, 44 + 150 * 3**0.5], [350, 44 + 150 * 3**0.5]])


def points(path):
    """The points of "translate(x y)" or of an SVG path made of lines."""
    return np.array(re.findall(r"-?[\d.]+(?:e-?\d+)?", path), float).reshape(-1, 2)


def simplex_settings(count, seed):
    rng = random.Random(seed)
    for number in range(count):
        by = "field" if number % 4 else "range"
        yield {
            "by": by, "target": rng.randrange(3),
            "scores": [random_score(rng) if by == "field" else rng.randint(-100, 100) / 10
                       for _ in range(3)],
            "temperature": random_temperature(rng) if by == "field" else rng.randint(-60, 60),
        }


def test_simplex_explorer_equals_the_core(show):
    seen = show(SimplexExplorer())
    seen.page.evaluate(DRIVER)
    settings = list(simplex_settings(600, seed=2))
    heights = set()
    for setting, found in zip(settings, seen.page.evaluate(DRIVE_SIMPLEX, settings), strict=True):
        z, t, target = np.array(setting["scores"]), temperature_of(setting), setting["target"]
        p = softmax(z, temperature=t)
        y = np.eye(3)[target]
        next_p = softmax(z - (p - y), temperature=t)
        rounding = 4 * 2.0**-53
        assert_equal(found["z"], z)
        assert_equal(found["p"], p)
        assert_equal(found["y"], y)
        assert_equal(found["slope"], p - y, rounding)
        assert_equal(found["next"], next_p, rounding / t)
        loss = -log_softmax(z, temperature=t)[target]
        assert_equal([found["loss"]], [loss], rounding)
        if t == 1:
            assert_equal(found["slope"], cross_entropy_gradient(z, target), rounding)
            assert_equal([found["loss"]], [cross_entropy(z, target)], rounding)
        assert points(found["dot"])[0] == pytest.approx(p @ CORNERS, abs=1e-9)
        assert points(found["goal"])[0] == pytest.approx(CORNERS[target])
        assert_arrow(found["arrow"], z, p - y, t)
        assert_path(found["path"], z)
        assert_all_rounded(found["values"])
        heights.add(found["height"])
    assert len(heights) == 1, "the page jumps while a control moves"
    assert seen.complaints == []


def assert_arrow(path, z, slope, t):
    """The curve on which one step moves the point, its head where the step ends."""
    way = np.array([softmax(z - part * slope, temperature=t) for part in np.linspace(0, 1, 33)])
    exact = way @ CORNERS
    if np.hypot(*(exact[-1] - exact[0])) < 0.999:
        assert path == ""
    elif np.hypot(*(exact[-1] - exact[0])) > 1.001:
        assert points(path)[:33] == pytest.approx(exact, abs=1e-3)
        assert points(path)[34] == pytest.approx(exact[-1], abs=1e-3), "the tip of the head"


def assert_path(path, z):
    """From the middle of the triangle, through what each T gives, to the highest score's corner."""
    line = points(path)
    temperatures = [10 ** (6 - n / 5) for n in range(61)]
    exact = np.array([softmax(z, temperature=t) for t in temperatures]) @ CORNERS
    assert line == pytest.approx(exact, abs=1e-3)


# --- With true mouse, finger and keyboard ------------------------------------------------------

def values(page, heading):
    """The values under a heading of the tables, found through it."""
    heads = page.locator(".sa-table").first.locator("thead th").all_inner_texts()
    cells = page.locator(f".sa-explorer tbody td:nth-child({heads.index(heading) + 1})")
    return [float(x) for x in cells.evaluate_all("(all) => all.map((td) => td.dataset.value)")]


def middle(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def screen_point(page, x, y):
    """Where the triangle's point (x, y) is on the screen."""
    box = page.locator(".sa-triangle").bounding_box()
    return box["x"] + x * box["width"] / 400, box["y"] + y * box["width"] / 400


def test_mouse_moves_a_score_slider(show):
    page = show(SoftmaxExplorer()).page
    page.mouse.move(*middle(page.locator(".sa-scores.sa-range").first.bounding_box()))
    page.mouse.down()
    seen = []
    for _ in range(5):
        page.mouse.move(page.locator(".sa-scores.sa-range").first.bounding_box()["x"] + 5, 0)
        seen.append(values(page, "z")[0])
    page.mouse.up()
    assert seen[-1] == -10
    assert_equal(values(page, "p"), softmax([-10, 1.0, 0.1]))


@pytest.mark.parametrize("temperature", [1.0, 0.05, 20.0])
def test_mouse_drags_the_point(show, temperature):
    page = show(SimplexExplorer(temperature=temperature)).page
    page.mouse.move(*middle(page.locator(".sa-grip").bounding_box()))
    page.mouse.down()
    for goal in ([0.2, 0.5, 0.3], [0.05, 0.05, 0.9], [0.34, 0.33, 0.33]):
        page.mouse.move(*screen_point(page, *(np.array(goal) @ CORNERS)), steps=3)
        assert values(page, "p") == pytest.approx(goal, abs=0.01)
    page.mouse.move(5, 5)  # far outside: to the border, and every score stays finite
    page.mouse.up()
    fields = page.locator(".sa-row .sa-field").all()[:3]
    scores = [float(field.get_attribute("data-value")) for field in fields]
    assert np.mean(scores) == pytest.approx(1.4), "a drag keeps the average of the scores"
    assert values(page, "p") == pytest.approx(list(softmax(scores, temperature=temperature)))
    assert min(values(page, "p")) > 0
    before = values(page, "p")
    page.mouse.move(*screen_point(page, 200, 200))
    assert values(page, "p") == before, "a point let go stays"


def test_click_into_the_triangle_moves_the_point(show):
    page = show(SimplexExplorer()).page
    page.mouse.click(*screen_point(page, *([0.2, 0.5, 0.3] @ CORNERS)))
    assert values(page, "p") == pytest.approx([0.2, 0.5, 0.3], abs=0.01)


def test_a_mouse_pressed_beside_the_point_goes_on_dragging_it(show):
    page = show(SimplexExplorer()).page
    page.mouse.move(*screen_point(page, *([0.2, 0.5, 0.3] @ CORNERS)))
    page.mouse.down()
    assert values(page, "p") == pytest.approx([0.2, 0.5, 0.3], abs=0.01)
    page.mouse.move(*screen_point(page, *([0.6, 0.2, 0.2] @ CORNERS)), steps=3)
    assert values(page, "p") == pytest.approx([0.6, 0.2, 0.2], abs=0.01)
    page.mouse.up()
    page.mouse.move(*screen_point(page, 200, 250))
    assert values(page, "p") == pytest.approx([0.6, 0.2, 0.2], abs=0.01)
    assert page.evaluate("document.activeElement.matches('.sa-point')"), "arrow keys go on"


def test_the_point_goes_where_the_arrow_keys_say(show):
    page = show(SimplexExplorer(scores=[0, 0, 0])).page
    page.locator(".sa-point").focus()
    place = lambda: points(page.locator(".sa-point").get_attribute("transform"))[0]  # noqa: E731
    for key, move in [("ArrowUp", [0, -6]), ("ArrowRight", [6, 0]), ("ArrowDown", [0, 6]),
                      ("ArrowLeft", [-6, 0]), ("Shift+ArrowLeft", [-30, 0])]:
        before, scroll = place(), page.evaluate("scrollY")
        page.keyboard.press(key)
        assert place() - before == pytest.approx(move, abs=1e-6), key
        assert page.evaluate("scrollY") == scroll
    for _ in range(60):
        page.keyboard.press("Shift+ArrowUp")
    assert values(page, "p")[0] > 0.999
    spoken = page.locator(".sa-point").get_attribute("aria-valuetext")
    assert spoken.startswith("cat 猫 1.000")


def test_the_legend_names_each_mark(show):
    page = show(SimplexExplorer()).page
    marks = page.locator(".sa-key li").evaluate_all("""(all) => all.map(
        (li) => [li.querySelector("svg > *").getAttribute("class"), li.innerText])""")
    said = {"sa-path": "temperature alone", "sa-step": "step of learning",
            "sa-goal": "right answer"}
    assert [mark for mark, _ in marks] == list(said)
    for mark, text in marks:
        assert said[mark] in text, (mark, text)


@pytest.mark.parametrize("width, most", [(1280, 20), (360, 100)])  # a phone has the button between
def test_the_legend_stands_under_the_triangle(show, width, most):
    page = show(SimplexExplorer(), viewport={"width": width, "height": 740}).page
    triangle, legend = (page.locator(name).bounding_box() for name in (".sa-triangle", ".sa-key"))
    assert 0 <= legend["y"] - triangle["y"] - triangle["height"] < most
    assert legend["x"] < triangle["x"] + triangle["width"]


def test_the_loss_has_its_name(show):
    page = show(SimplexExplorer(target=1)).page
    said = page.locator(".sa-loss").inner_text()
    assert said.startswith("Loss (cross-entropy): −log p(dog 狗) =")


@pytest.mark.parametrize("language, scores, shares", [
    ("en", "Scores z", "Probabilities p"), ("zh-CN", "分数 z", "概率 p")])
@pytest.mark.parametrize("width", [1280, 360])
def test_sliders_and_bars_have_their_names_over_them(show, language, scores, shares, width):
    page = show(SoftmaxExplorer(), language=language, viewport={"width": width, "height": 740}).page
    [bars, above, first, sliders] = [page.locator(".sa-explorer").locator(name).first.bounding_box()
                                     for name in (".sa-bar", f"text='{shares}'",
                                                  ".sa-class", f"text='{scores}'")]
    assert 0 <= bars["y"] - above["y"] - above["height"] < 12
    assert 0 <= first["y"] - sliders["y"] - sliders["height"] < 12


def test_one_descent_step(show):
    page = show(SimplexExplorer(target=1)).page
    page.get_by_role("button", name="Take one step").click()
    z = np.array([3.0, 1.0, 0.2])
    assert_equal(values(page, "p"), softmax(z - (softmax(z) - [0, 1, 0])))


# The finger is lifted, and the page drawn once more after that.
LIFTED = """() => {
  window.lifted = false;
  const drawn = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
  addEventListener("touchend", () => drawn(() => { window.lifted = true; }), { once: true });
}"""


def swipe(page, start, stop):
    session = page.context.new_cdp_session(page)

    def touch(kind, *at):
        places = [{"x": float(x), "y": float(y)} for x, y in at]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", start)
    for part in np.linspace(0, 1, 8)[1:]:
        touch("touchMove", (1 - part) * np.array(start) + part * np.array(stop))
    page.evaluate(LIFTED)
    touch("touchEnd")
    page.wait_for_function("lifted")


def test_a_finger_drags_the_point_and_scrolls_elsewhere(show):
    page = show(SimplexExplorer(), viewport={"width": 360, "height": 640}, has_touch=True).page
    start = middle(page.locator(".sa-grip").bounding_box())
    goal = screen_point(page, *([0.2, 0.5, 0.3] @ CORNERS))
    swipe(page, start, goal)
    assert page.evaluate("scrollY") == 0
    assert values(page, "p") == pytest.approx([0.2, 0.5, 0.3], abs=0.02)
    swipe(page, screen_point(page, 200, 290), screen_point(page, 200, 120))
    page.wait_for_function("scrollY > 50")  # the triangle must not hold the page back
    assert values(page, "p") == pytest.approx([0.2, 0.5, 0.3], abs=0.02)


# --- Classes, names, presets -------------------------------------------------------------------

def test_classes_come_and_go(show):
    page = show(SoftmaxExplorer()).page
    add = page.get_by_role("button", name="Add a class")
    for count in (4, 5, 6):
        add.click()
        assert page.locator(".sa-class").count() == count
        assert page.evaluate("document.activeElement.ariaLabel") == f"Name of class {count}"
    assert add.is_disabled()
    page.get_by_role("button", name="Remove B").click()
    assert page.locator("tbody th").all_inner_texts() == ["A", "C", "D", "E", "F"]
    assert values(page, "z") == [2, 0.1, 0, 0, 0]
    for _ in range(3):
        page.locator(".sa-remove").last.click()
    assert page.locator(".sa-remove:enabled").count() == 0, "two classes stay"
    add.click()
    assert page.locator("tbody th").all_inner_texts() == ["A", "C", "B"], "no name twice"


def test_a_table_of_extreme_numbers_can_be_read_on_a_phone(show):
    page = show(SoftmaxExplorer([-400, 3, 1.5], ["WWWWWWWWWWWW", "B", "C"]),
                viewport={"width": 360, "height": 740}).page
    frame, table = page.locator(".sa-scroll"), page.locator(".sa-table")
    frame.evaluate("(node) => node.scrollTo(1000, 0)")
    edges = [box["x"] + box["width"] for box in (table.bounding_box(), frame.bounding_box())]
    assert edges[0] <= edges[1]


def test_a_name_is_typed_and_reaches_every_label(show):
    page = show(SoftmaxExplorer()).page
    field = page.get_by_label("Name of class 1")
    field.fill("")
    field.press_sequentially("<b>猫</b>")
    page.keyboard.press("Enter")  # must not submit anything
    assert page.locator("tbody th").first.inner_text() == "<b>猫</b>"
    assert page.get_by_role("slider", name="Score of <b>猫</b>", exact=True).count() == 1
    field.fill("")
    page.get_by_label("Name of class 2").focus()
    assert field.input_value() == "A", "a class without a name gets its letter back"


def test_typing_a_number_is_not_interrupted(show):
    page = show(SoftmaxExplorer()).page
    field = page.get_by_label("Score of A, exact value")
    field.fill("")
    assert values(page, "z")[0] == 2, "an empty field changes nothing"
    field.press_sequentially("-2.50")
    assert field.input_value() == "-2.50" and values(page, "z")[0] == -2.5
    field.fill("")
    field.press_sequentially("0.00049")  # more digits than are shown
    assert field.input_value() == "0.00049" and values(page, "z")[0] == 0.00049
    field.fill("123456789")
    assert values(page, "z")[0] == LIMIT
    field.blur()
    assert float(field.input_value()) == LIMIT
    field.fill("0.12345")
    field.blur()
    assert field.input_value() == "0.123" and values(page, "z")[0] == 0.12345


def test_presets_and_reset(show):
    page = show(SoftmaxExplorer(scores=[1, 2], names=["x", "y"], temperature=2)).page
    seen = []
    for name in ("A tie", "A clear winner", "Too large"):
        page.get_by_role("button", name=name).click()
        seen.append([round(p, 3) for p in values(page, "p")])
    assert seen == [[0.333] * 3, [0.999, 0.001, 0.0], [0.665, 0.245, 0.09]]
    assert "subtracted" in page.locator(".sa-note").inner_text()
    page.get_by_role("button", name="Reset").click()
    assert page.locator("tbody th").all_inner_texts() == ["x", "y"]
    assert_equal(values(page, "p"), softmax([1, 2], temperature=2))


def test_a_preset_with_a_plus_adds_to_what_is_there(show):
    page = show(SoftmaxExplorer(scores=[4.5, 1, 0.1], temperature=0.5)).page
    before = values(page, "p")
    page.get_by_role("button", name="all + 100").click()
    assert_equal(values(page, "z"), [104.5, 101, 100.1])
    assert values(page, "p") == pytest.approx(before), "a shift leaves the bars where they were"
    assert page.get_by_label("Temperature T, exact value").input_value() == "0.5"
    sliders = page.locator(".sa-scores.sa-range").evaluate_all("(all) => all.map((s) => s.value)")
    assert [float(x) for x in sliders] == pytest.approx([104.5, 101, 100.1]), "none sticks"
    assert page.locator(".sa-span").inner_text() == "Sliders: 92 to 112"
    page.get_by_role("button", name="Reset").click()
    assert page.locator(".sa-span").inner_text() == ""


def test_two_views_of_one_explorer_move_together(show):
    explorer = SoftmaxExplorer()
    page = show(explorer, explorer).page
    field = page.get_by_label("Score of A, exact value")
    field.first.fill("5")
    assert field.nth(1).input_value() == "5"
    assert values(page, "p")[:3] == values(page, "p")[3:]


# --- Dragging, pointing, states in the address --------------------------------------------------

def test_bars_are_dragged_by_the_primary_button_alone(show):
    page = show(SoftmaxExplorer(scores=[2, 1, 0.1], temperature=0.5)).page
    box = page.locator(".sa-bar").nth(1).bounding_box()
    at = lambda share: (box["x"] + share * box["width"], box["y"] + 10)  # noqa: E731
    page.mouse.move(*at(0.3))
    page.mouse.down(button="right")
    page.mouse.move(*at(0.8))
    page.mouse.up(button="right")
    assert values(page, "z") == [2, 1, 0.1]
    page.mouse.move(*at(0.3))
    page.mouse.down()
    page.mouse.move(*at(0.6), steps=4)
    assert values(page, "p")[1] == pytest.approx(0.6, abs=0.01)
    page.mouse.move(5000, 5)
    page.mouse.up()
    assert values(page, "p")[1] == pytest.approx(0.999, abs=1e-3), "the other classes stay possible"
    assert [values(page, "z")[i] for i in (0, 2)] == [2, 0.1], "the other scores stay"
    assert_equal(values(page, "p"), softmax(values(page, "z"), temperature=0.5))


def test_a_finger_on_a_bar_drags_it_sideways_and_scrolls_the_page_upwards(show):
    page = show(SoftmaxExplorer(), viewport={"width": 360, "height": 640}, has_touch=True).page
    box = page.locator(".sa-bar").nth(1).bounding_box()
    start = (box["x"] + 0.3 * box["width"], box["y"] + 10)
    swipe(page, start, (box["x"] + 0.7 * box["width"], box["y"] + 10))
    assert values(page, "p")[1] == pytest.approx(0.7, abs=0.05)
    assert page.evaluate("scrollY") == 0
    page.evaluate("scrollTo(0, 1)")
    swipe(page, (300, 600), (300, 300))
    page.wait_for_function("scrollY > 50")


def test_a_right_button_does_not_drag_the_point(show):
    page = show(SimplexExplorer()).page
    before = values(page, "p")
    page.mouse.move(*middle(page.locator(".sa-dot").bounding_box()))
    page.mouse.down(button="right")
    page.mouse.move(*screen_point(page, 200, 250))
    page.mouse.up(button="right")
    assert values(page, "p") == before


@pytest.mark.parametrize("explorer, row, others", [
    (SoftmaxExplorer, ".sa-barrow", "tbody tr, .sa-class"),
    (SimplexExplorer, "tbody tr", ".sa-row:not(.sa-temperature), .sa-triangle text"),
])
def test_what_belongs_together_lights_up_together(show, explorer, row, others):
    page = show(explorer()).page
    page.locator(row).nth(1).hover()
    lit = page.locator(".sa-lit")
    assert lit.count() == 3
    names = page.locator(f":is({others}).sa-lit").evaluate_all("(all) => all.length")
    assert names == 2
    page.mouse.move(1, 1)
    assert lit.count() == 0


@pytest.mark.parametrize("temperature", [1.0, 0.2])
def test_one_step_lands_at_the_arrows_tip(show, temperature):
    page = show(SimplexExplorer(target=1, temperature=temperature)).page
    arrow = points(page.locator(".sa-triangle .sa-step").get_attribute("d"))
    page.get_by_role("button", name="Take one step").click()
    place = points(page.locator(".sa-point").get_attribute("transform"))[0]
    assert arrow[34] == pytest.approx(place, abs=1e-3)


def test_a_comma_and_a_name_of_spaces(show):
    page = show(SoftmaxExplorer()).page
    field = page.get_by_label("Score of A, exact value")
    field.fill("")
    field.press_sequentially("1,5")
    assert values(page, "z")[0] == 1.5
    field.fill("－２．５")
    assert values(page, "z")[0] == -2.5
    field.fill("１，５")
    assert values(page, "z")[0] == 1.5
    field.fill("nonsense")
    field.blur()
    assert values(page, "z")[0] == 1.5 and field.input_value() == "1.5"
    field.press("ArrowUp")
    assert values(page, "z")[0] == 2.5
    name = page.get_by_label("Name of class 1")
    name.fill("   ")
    assert page.locator("tbody th").first.inner_text() == "A"
    name.fill("cat")
    page.get_by_role("button", name="Reset").click()
    assert name.input_value() == "A" and page.locator("tbody th").first.inner_text() == "A"


def test_a_link_brings_the_state_back(show):
    page = show(SoftmaxExplorer(), SimplexExplorer()).page
    simplex = page.locator(".sa-explorer").nth(1)
    simplex.get_by_label("Score of dog 狗, exact value").fill("4,5")
    simplex.get_by_role("radio", name="bird").check()
    simplex.get_by_role("button", name="Copy link").click()
    page.wait_for_url("**#explorer=simplex-2*")
    simplex.get_by_role("button", name=re.compile("Link (copied|is in)")).wait_for()
    other = page.context.new_page()
    other.goto(page.url)
    state = """() => [...document.querySelectorAll(".sa-explorer")[1]
      .querySelectorAll(".sa-row .sa-field")].slice(0, 3).map((field) => field.value).join()"""
    other.wait_for_function(f"({state})() === '3,4.5,0.2'")
    assert other.get_by_role("radio", name="bird").is_checked()
    other.wait_for_function("document.querySelectorAll('.sa-explorer')[1]"
                            ".getBoundingClientRect().top < innerHeight / 2")
    assert other.locator(".sa-explorer").first.locator("tbody td").first.inner_text() == "2.000"


def test_reload_and_back_keep_what_was_set(show):
    page = show(SoftmaxExplorer(), SimplexExplorer()).page
    page.get_by_label("Score of A, exact value").fill("7")
    page.wait_for_function("history.state?.['softmax-1']?.scores?.[0] === 7")
    page.reload()
    page.wait_for_function("document.querySelector('tbody td')?.dataset.value === '7'")
    address = page.url
    page.goto("about:blank")
    page.go_back()
    assert page.url == address
    page.wait_for_function("document.querySelector('tbody td')?.dataset.value === '7'")
    page.get_by_role("button", name="Reset").first.click()
    assert values(page, "z")[0] == 2


@pytest.mark.parametrize("state", [
    "explorer=softmax-1&scores=[1]", "explorer=softmax-1&scores=[1,null]&temperature=2",
    "explorer=softmax-1&scores=%5B", "explorer=softmax-1&temperature=0", "explorer=softmax-1",
    "explorer=softmax-1&names=%22x%22", "explorer=softmax-1&initial=1&_esm=2",
    "explorer=softmax-1&scores=[1e7,0]", "explorer=simplex-1&target=1", "temperature=2", "%", "=&=",
])
def test_a_bad_address_is_ignored(show, state):
    seen = show(SoftmaxExplorer())
    seen.page.evaluate(f"location.hash = {json.dumps(state)}")
    seen.page.reload()
    seen.page.locator(".sa-explorer").wait_for()
    assert values(seen.page, "z") == [2, 1, 0.1]
    assert seen.complaints == []


def test_what_shows_a_control_has_contrast_and_survives_forced_colours(show):
    colours = """() => {
      const seen = (selector, part, property) => getComputedStyle(
        document.querySelector(selector), part)[property];
      return {
        bar: seen(".sa-bar", "::before", "backgroundColor"),
        empty: seen(".sa-bar", null, "backgroundColor"),
        track: seen(".sa-range", null, "backgroundImage"),
        field: seen(".sa-field", null, "borderColor"),
        surface: seen(".sa-explorer", null, "backgroundColor"),
      };
    }"""
    forced = show(SoftmaxExplorer(), forced_colors="active").page.evaluate(colours)
    assert forced["bar"] != forced["empty"] and forced["track"] != "none"
    for theme in ("light", "dark"):
        found = show(SoftmaxExplorer(), theme=theme).page.evaluate(colours)
        assert contrast(found["field"], found["surface"]) >= 3
        track = re.findall(r"(?:color|rgb)\([^)]*\)", found["track"])[0]
        assert contrast(track, found["surface"]) >= 3


def test_the_words_of_the_primary_button_are_seen_in_forced_colours(show):
    """The browser lays a plate of the page's colour behind words, in which they would vanish."""
    page = show(SimplexExplorer(), forced_colors="active").page
    button = page.locator("button.sa-primary")
    pixels = np.asarray(Image.open(io.BytesIO(button.screenshot())).convert("L"), dtype=int)
    words = pixels[12:-12, 20:-20]
    assert np.ptp(words) > 128 and 0.02 < (abs(words - pixels[6, 20]) > 64).mean() < 0.5


def contrast(one, other):
    """Of two colours as the browser tells them: rgb(…) or color(srgb …)."""
    def luminance(colour):
        parts = [float(x) for x in re.findall(r"[\d.]+", colour.replace("srgb", ""))[:3]]
        parts = [x / 255 for x in parts] if colour.startswith("rgb") else parts
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


# --- For everyone ------------------------------------------------------------------------------

BOTH = [SoftmaxExplorer, SimplexExplorer]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_nothing(show, theme, language):
    page = show(*[each() for each in BOTH], theme=theme, language=language).page
    assert_accessible(page)


def assert_tab_reaches(page, controls, more):
    """Each control is reached by Tab, within `more` presses than there are, has a name and shows
    its focus."""
    selector = f".sa-explorer :is({controls}):not([hidden], [hidden] *)"
    unreached = set(range(page.locator(selector).count()))
    for _ in range(len(unreached) + more):
        page.keyboard.press("Tab")
        at, name, ring = page.evaluate("""(selector) => {
          const focused = document.activeElement;
          const mark = focused.querySelector?.(".sa-dot, .sa-ring") ?? focused;
          const style = getComputedStyle(mark);
          return [[...document.querySelectorAll(selector)].indexOf(focused),
            focused.ariaLabel || focused.labels?.[0]?.textContent || focused.textContent,
            Math.max(style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
                     mark === focused ? 0 : parseFloat(style.strokeWidth))];
        }""", selector)
        if at >= 0:
            unreached.discard(at)
            assert name and ring >= 2
    assert unreached == set()


@pytest.mark.parametrize("explorer", BOTH)
def test_every_control_is_reached_by_tab_labelled_and_shows_its_focus(show, explorer):
    page = show(explorer()).page
    assert_tab_reaches(page, "input:not([type=radio]), button, .sa-point", more=2)


def test_sliders_and_target_by_keyboard_alone(show):
    page = show(SimplexExplorer()).page
    slider = page.get_by_role("slider", name="Score of cat 猫", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert float(slider.get_attribute("data-value")) == 3.1
    assert slider.get_attribute("aria-valuetext") == "3.100"
    page.keyboard.press("End")
    assert float(slider.get_attribute("data-value")) == 10
    page.get_by_role("radio", name="cat").focus()
    page.keyboard.press("ArrowDown")
    assert values(page, "y") == [0, 1, 0]


def test_the_outcome_is_spoken_after_a_pause(show):
    page = show(SoftmaxExplorer()).page
    status = page.locator(".sa-explorer [role=status]")
    page.get_by_text("Probabilities: A 0.659").wait_for(state="attached")
    stop_the_clock(page)
    page.locator(".sa-scores.sa-range").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        page.clock.run_for(60)
        assert status.text_content() == "Probabilities: A 0.659, B 0.242, C 0.099", "too soon"
    page.clock.run_for(1000)
    a, b, c = softmax([2.5, 1.0, 0.1])
    assert status.text_content() == f"Probabilities: A {a:.3f}, B {b:.3f}, C {c:.3f}"


def too_small(page, controls):
    """The controls of the explorer, named by selectors, that a finger would miss."""
    selector = f".sa-explorer :is({controls}):not([hidden], [hidden] *)"
    return page.locator(selector).evaluate_all("""(all) => all
      .map((control) => [control.getBoundingClientRect(), control.outerHTML])
      .filter(([box]) => Math.min(box.width, box.height) < 43.99)
      .map(([box, html]) => `${box.width} x ${box.height}: ${html}`)""")


@pytest.mark.parametrize("explorer", BOTH)
def test_touch_targets_are_at_least_44_pixels(show, explorer):
    page = show(explorer(), viewport={"width": 360, "height": 740}).page
    controls = "button, input:not([type=radio], [type=checkbox]), label, .sa-grip"
    assert too_small(page, controls) == []


FITS = """() => {
  const root = document.querySelector(".sa-explorer").getBoundingClientRect();
  const clips = (node) => node.matches("button, td, .sa-note, .sa-value")
    && node.scrollWidth > node.clientWidth + 1;
  const lost = [...document.querySelectorAll(".sa-explorer :not(.sa-hidden, .sa-hidden *)")]
    .filter((node) => !node.ownerSVGElement && !node.closest(".sa-scroll"))
    .filter((node) => node.getBoundingClientRect().right > root.right + 0.5 || clips(node));
  return [document.documentElement.scrollWidth <= innerWidth, lost.map((node) => node.outerHTML)];
}"""
WORST = {"scores": [-LIMIT, LIMIT, 123456.789, -0.000123, 1e-9, 99999.9994], "temperature": 0.05,
         "names": NAMES[:6], "by": "field"}


@pytest.mark.parametrize("explorer", BOTH)
@pytest.mark.parametrize(
    "width, text", [(360, 100), (320, 100), (640, 100), (1280, 100), (640, 200), (1280, 200)],
    ids=["phone", "zoom 400 %", "zoom 200 %", "wide", "text 200 % narrow", "text 200 %"])
def test_nothing_is_lost_on_a_phone_or_zoomed(show, explorer, width, text):
    page = show(explorer(), viewport={"width": width, "height": 800}).page
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    assert page.evaluate(FITS) == [True, []]
    page.evaluate(DRIVER)
    if explorer is SoftmaxExplorer:
        page.evaluate(DRIVE_SOFTMAX, [WORST])
    else:
        page.evaluate(DRIVE_SIMPLEX, [WORST | {"scores": WORST["scores"][:3], "target": 2}])
    assert page.evaluate(FITS) == [True, []]


def test_the_page_does_not_jump_while_a_slider_moves(show):
    page = show(SoftmaxExplorer(), viewport={"width": 360, "height": 740}).page
    page.evaluate(DRIVER)
    moves = [{"by": "range", "scores": [z, 1, -z], "names": ["A", "B", "C"], "temperature": t}
             for z in range(-10, 11) for t in range(-60, 61, 12)]
    assert len({found["height"] for found in page.evaluate(DRIVE_SOFTMAX, moves)}) == 1


def test_chinese_pages_get_chinese_controls(show):
    page = show(*[each() for each in BOTH], language="zh-CN").page
    assert page.get_by_role("button", name="重置").count() == 2
    words = page.locator("main").inner_text()
    assert not {"Reset", "Temperature", "class", "loss"} & set(re.findall(r"\w+", words))


def test_every_string_is_there_in_both_languages(new_context):
    page = new_context().new_page()
    source = (EXPLORERS / "strings.js").read_text(encoding="utf-8")
    strings = page.evaluate(f"() => {{ {source}; return STRINGS; }}")
    sources = [*EXPLORERS.glob("*.js"), *EXPLORERS.glob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    for key, texts in strings.items():
        assert set(texts) == {"en", "zh"} and all(texts.values()), key
        assert set(re.findall(r"{\w+}", texts["en"])) == set(re.findall(r"{\w+}", texts["zh"]))
        assert f'"{key}"' in code, f"nobody says {key}"


# --- The host: any anywidget, on http and file://, and a build that stops where it cannot help ---

class Small(anywidget.AnyWidget):
    """A widget that is not ours, with all that the format allows: bytes, styles, a beginning."""

    _esm = """
      function render({ model, el }) {
        const bytes = new Uint8Array(model.get("data").buffer);
        const label = document.createElement("b");
        label.className = "small";
        const write = () => (label.textContent = `${bytes.join("+")} ${model.get("count")}`);
        label.addEventListener("click", () => {
          model.set("count", model.get("count") + 1);
          model.save_changes();
          if (model.get("count") === 12) model.off("change:count", write);
        });
        model.on("change:count", write);
        write();
        el.append(label);
      }
      const initialize = ({ model }) => model.set("count", model.get("count") + 10);
      export default () => ({ initialize, render });
    """
    _css = ".small { color: rgb(1, 2, 3); }"
    data = traitlets.Bytes(b"\x01\xff\x00").tag(sync=True)
    count = traitlets.Int(0).tag(sync=True)


class Broken(anywidget.AnyWidget):
    _esm = 'export default { render({ el }) { el.append("half"); throw new Error("broken"); } };'


def test_any_anywidget_lives(show):
    small = Small()
    seen = show(small, small, ready=".small")
    label = seen.page.locator(".small").first
    assert label.inner_text() == "1+255+0 10", "begun once, shown twice"
    assert label.evaluate("(node) => getComputedStyle(node).color") == "rgb(1, 2, 3)"
    texts = []
    for _ in range(3):
        label.click()
        texts.append(label.inner_text())
    assert texts == ["1+255+0 11", "1+255+0 12", "1+255+0 12"], "off() ends the listening"
    assert seen.page.get_by_text("static").count() == 0
    assert seen.complaints == []


def test_an_explorer_that_throws_leaves_the_rest_alive(show):
    seen = show(SoftmaxExplorer(), Broken(), SimplexExplorer(), ready=".sa-triangle")
    message = seen.page.locator(".explorable").nth(1).inner_text()
    assert message.startswith("This explorer could not start")
    assert seen.page.locator(".sa-explorer").count() == 2
    assert len(seen.complaints) == 1 and "broken" in seen.complaints[0]


def build(folder, *cells):
    """A book of one notebook and one plain page, built with the site's extension."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Trial"), *cells])
    nbformat.write(notebook, folder / "trial.ipynb")
    (folder / "index.md").write_text("# Index\n\n```{toctree}\ntrial\n```\n", encoding="utf-8")
    (folder / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / '_ext')!r})\n"
        "extensions = ['myst_nb', 'explorables']\nroot_doc = 'index'\nhtml_theme = 'basic'\n"
        "nb_execution_mode = 'force'\nnb_ipywidgets_js = {}\n", encoding="utf-8")
    return subprocess.run([sys.executable, "-m", "sphinx", "-q", folder, folder / "html"],
                          capture_output=True, text=True)


def code(source, *tags):
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def test_the_build_names_the_cell_with_a_widget_that_cannot_live(tmp_path):
    run = build(tmp_path, code("import ipywidgets as w"), code("1 + 1"), code("w.HBox()"))
    assert run.returncode != 0
    assert "trial.ipynb: cell 4 shows HBoxModel" in run.stderr


def test_hidden_widgets_and_plain_pages_load_nothing(tmp_path, visit):
    run = build(tmp_path, code("import ipywidgets as w\nw.IntSlider()", "remove-output"),
                code("from softattn_core.explorers import SoftmaxExplorer\nSoftmaxExplorer()"))
    assert run.returncode == 0, run.stderr
    html = tmp_path / "html"
    assert "explorables.js" not in (html / "index.html").read_text(encoding="utf-8")
    assert not (ROOT / "_static").exists(), "Jupyter Book 1 loads all scripts of such a folder"
    alive = visit((html / "trial.html").as_uri())
    alive.page.locator(".sa-explorer").wait_for()
    assert alive.page.get_by_text("needs JavaScript").count() == 0
    assert alive.complaints == []
    plain = visit((html / "trial.html").as_uri(), java_script_enabled=False).page
    assert plain.get_by_text("needs JavaScript").is_visible()


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize("chapter, expected", [
    ("01_softmax", softmax([2.0, 1.0, 0.1])),
    ("02_cat_dog_bird", softmax([3.0, 1.0, 0.2])),
])
def test_the_chapters_explorer_is_alive(
        visit, site_url, site_dir, scheme, chapter, expected):
    root = site_url if scheme == "http" else site_dir.as_uri()
    seen = visit(f"{root}/chapters/{chapter}.html")
    seen.page.locator(".sa-explorer:not(.sa-question)").wait_for()
    assert_equal(values(seen.page, "p"), expected)
    seen.page.get_by_role("slider", name="Score of").first.focus()
    seen.page.keyboard.press("Home")
    assert values(seen.page, "p")[0] < 1e-4
    assert seen.complaints == []


def bytes_sent(explorer):
    """The size of the host and an explorer, compressed as a server sends them."""
    return len(gzip.compress((explorer._esm + explorer._css + HOST).encode()))


def test_the_explorers_of_a_page_are_small():
    for explorer in BOTH:
        assert bytes_sent(explorer) < 20_000
