"""What holds for every explorer, whatever it shows: no control is dead, Reset undoes each of them,
reload and link keep what was set, all is seen in every theme, and who cannot see the picture hears
what comes of it."""

import pytest

from softattn_core import explorers
from tests.site.conftest import ALIVE
from tests.site.test_explorers import DRIVER, contrast, show  # noqa: F401

EVERY = [getattr(explorers, name) for name in explorers.__all__ if name != "Questions"]

# Keeps a hand on the traits of the models: the host makes each from what it reads in the page.
KEEP = """(() => {
const parse = JSON.parse;
JSON.parse = (text) => {
  const found = parse(text);
  if (found?.state) window.traits = Object.values(found.state).map(({ state }) => state);
  return found;
};
})()"""

# Touches a control as a reader would.
TOUCH = """
const root = document.querySelector(".sa-explorer");
const status = root.querySelector(".sa-hidden[role=status]");
// What waits for time to pass waits for pass().
const waiting = new Map();
let calls = 0;
window.setTimeout = (call) => (waiting.set(++calls, call), calls);
window.clearTimeout = (number) => waiting.delete(number);
const pass = () => waiting.forEach((call, number) => (waiting.delete(number), call()));

const controls = () => [...root.querySelectorAll("input, select, textarea, button, [role=slider]")]
  .filter((node) => node.checkVisibility() && !node.disabled && !node.closest(".sa-tools"));
const slides = (node) => node.matches("[role=slider], [type=range]");
const press = (node, key) =>
  node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));

function touch(node) {
  node.focus();
  if (node.matches("[role=slider]")) ["ArrowLeft", "ArrowDown"].forEach((key) => press(node, key));
  else if (node.type === "range") use(node, +node.value < +node.max ? node.max : node.min);
  else if (node.matches(".sa-field")) use(node, node.value === "2" ? "1.5" : "2");
  else if (node.matches("select")) node.selectedIndex = (node.selectedIndex + 1) % node.length;
  else if (node.type === "text") use(node, node.value + "s");
  else node.click();
  node.dispatchEvent(new Event("change", { bubbles: true }));
  pass();
}
"""

# One control after the other, each from the state that Reset returns to. Says of each what changed,
# what a screen reader was told, and what Reset left behind.
TOUCH_ALL = f"() => {{{TOUCH}" + """
// A node with what is in it, whatever the order of its attributes; nothing is pointed at.
function written(node) {
  if (!node.attributes) return node.data;
  const classes = [...node.classList].filter((one) => one !== "sa-lit").sort().join(".");
  const attributes = [...node.attributes].map(({ name, value }) =>
    (name === "class" ? classes : value && `${name}=${value}`)).filter(Boolean).sort();
  return `<${node.tagName} ${attributes}>${[...node.childNodes].map(written).join("")}`;
}

// All that a reader sees, and what a link or Python would take along.
function state() {
  const copy = root.cloneNode(true);
  const unseen = ".sa-tools, .sa-hidden[role=status], [hidden], details:not([open]) > *";
  copy.querySelectorAll(unseen).forEach((node) => node.remove());
  return {
    page: written(copy),
    inputs: JSON.stringify([...root.querySelectorAll("input, select, textarea")]
      .map(({ value, checked, min, max }) => [value, checked, min, max])),
    traits: JSON.stringify(traits, (name, value) => (name.startsWith("_") ? undefined : value)),
  };
}
const differs = (a, b) => Object.keys(a).filter((part) => a[part] !== b[part]);
const back = () => { document.activeElement.blur(); reset(root); pass(); };

back();
const start = state();
return controls().map((_, number) => {
  const node = controls()[number];
  const name = node.ariaLabel ?? (node.closest("label, button")?.textContent || node.value);
  const chosen = node.checked || node.ariaPressed === "true";
  const result = { name: `${name} (${node.type ?? node.tagName})`, slides: slides(node), chosen };
  const before = status.textContent;
  touch(node);
  result.changed = differs(start, state());
  result.told = status.textContent !== before;
  back();
  result.left = differs(start, state());
  // A button may set what is set already, but not when all else is changed.
  if (!result.changed.length) {
    controls().forEach((one) => one.matches("input, [role=slider]") && touch(one));
    document.activeElement.blur();  // what waits for the reader to let go is drawn now
    pass();
    const other = state();
    touch(controls()[number]);
    result.changed = differs(other, state());
    back();
  }
  return result;
});
}"""


@pytest.mark.parametrize("explorer", EVERY)
def test_no_control_is_dead_each_is_undone_and_sliders_are_heard(show, explorer):  # noqa: F811
    seen = show(explorer(), before=KEEP)
    seen.page.evaluate(DRIVER)
    controls = seen.page.evaluate(TOUCH_ALL)
    assert [each["name"] for each in controls if not each["changed"] and not each["chosen"]] == []
    assert {each["name"]: each["left"] for each in controls if each["left"]} == {}
    assert any(each["told"] for each in controls), "the outcome reaches no screen reader"
    assert [each["name"] for each in controls if each["slides"] and not each["told"]] == []
    assert seen.complaints == []


# The buttons first: some of them set what the other controls show.
TOUCH_ONCE = f"() => {{{TOUCH}" + """
const isButton = (node) => node.matches("button, [type=button]");
for (const node of controls().sort((a, b) => isButton(b) - isButton(a)))
  if (node.checkVisibility() && !node.disabled) touch(node);
}"""
TRAITS = """() => JSON.stringify(traits,
  (name, value) => (name.startsWith("_") ? undefined : value))"""


@pytest.mark.parametrize("explorer", EVERY)
def test_reload_and_link_keep_what_was_set(show, explorer):  # noqa: F811
    page = show(explorer(), before=KEEP).page
    page.evaluate(DRIVER)
    start = page.evaluate(TRAITS)
    page.evaluate(TOUCH_ONCE)
    state = page.evaluate(TRAITS)
    assert state != start
    page.reload()
    page.wait_for_function(ALIVE)
    assert page.evaluate(TRAITS) == state
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_function("location.hash.length > 1")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_function(ALIVE)
    assert other.evaluate(TRAITS) == state


# What a reader presses or fills in: the colours of its border and of what is behind. A quiet button
# is a word, as a link is; what the browser draws by itself it draws in contrast.
SHAPES = """() => {
  const solid = (colour) => !colour.startsWith("rgba") && !colour.endsWith("/ 0)");
  const behind = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return solid(colour) ? colour : behind(node.parentElement);
  };
  return [...document.querySelectorAll(".sa-explorer :is(input, button, select, .sa-tile)")]
    .filter((node) => node.checkVisibility() && !node.disabled && !node.closest(".sa-tools"))
    .filter((node) => !["radio", "checkbox"].includes(node.type))
    .map((node) => {
      const style = getComputedStyle(node);
      const track = style.backgroundImage.match(/(?:color|rgb)\\([^)]*\\)/);
      const border = node.type === "range" ? track[0] : style.borderTopColor;
      return { html: node.outerHTML, border, behind: behind(node.parentElement) };
    }).filter(({ border }) => solid(border));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("explorer", EVERY)
def test_the_shape_of_a_control_has_contrast(show, explorer, theme):  # noqa: F811
    page = show(explorer(), theme=theme).page
    shapes = page.evaluate(SHAPES)
    assert shapes
    assert [each["html"] for each in shapes if contrast(each["border"], each["behind"]) < 3] == []


# All that can light up is lit; of each of its texts, its colour and what is behind it.
LIT = """() => {
  document.querySelectorAll(".sa-explorer *").forEach((node) =>
    node.dispatchEvent(new PointerEvent("pointerenter")));
  const solid = (colour) => colour !== "rgba(0, 0, 0, 0)";
  const behind = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return solid(colour) ? colour : behind(node.parentElement);
  };
  return [...document.querySelectorAll(":is(tr, div, label).sa-lit, :is(tr, div, label).sa-lit *")]
    .filter((node) => node.checkVisibility() && !node.closest("svg, :disabled"))
    .filter((node) => [...node.childNodes].some((child) => child.data?.trim()))
    .map((node) => [node.outerHTML, getComputedStyle(node).color, behind(node)]);
}"""
LIGHTING = [explorer for explorer in EVERY if explorer.__name__ not in
            ("FocusExplorer", "TrainingExplorer", "TranslatorExplorer", "AttentionMatrixExplorer")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("explorer", LIGHTING)
def test_what_lights_up_stays_readable(show, explorer, theme):  # noqa: F811
    texts = show(explorer(), theme=theme).page.evaluate(LIT)
    assert texts
    assert [html for html, *colours in texts if contrast(*colours) < 4.5] == []


# Of everything whose colour says something: its colour, and what it must differ from.
SAYING = """() => {
  const style = (node, part) => getComputedStyle(node, part);
  const all = (selector) => [...document.querySelectorAll(`.sa-explorer ${selector}`)]
    .filter((node) => node.checkVisibility());
  const tracks = all(".sa-range").map((range) => [style(range).backgroundImage, "none"]);
  const bars = all(".sa-bar").map((bar) =>
    [style(bar, "::before").backgroundColor, style(bar).backgroundColor]);
  const marks = all("mark").map((mark) => [style(mark).color, style(mark).backgroundColor]);
  const chosen = all(".sa-tile:has(:checked)").map((tile) => [style(tile).outlineStyle, "none"]);
  const weight = (shade) => Number(shade.style.getPropertyValue("--weight"));
  const byWeight = all(".sa-shade").sort((a, b) => weight(a) - weight(b));
  const shades = [byWeight.at(0), byWeight.at(-1)].filter(Boolean).map((shade) =>
    style(shade).backgroundColor);
  const drawn = all("svg :is(path, polygon, circle)")
    .map((shape) => [style(shape).stroke, style(shape).fill])
    .map((paints) => [paints.join(), "none,none"]);
  return [...tracks, ...bars, ...marks, ...chosen, ...(shades.length ? [shades] : []), ...drawn];
}"""


@pytest.mark.parametrize("explorer", EVERY)
def test_forced_colours_hide_nothing(show, explorer):  # noqa: F811
    page = show(explorer(), forced_colors="active").page
    assert [pair for pair in page.evaluate(SAYING) if pair[0] == pair[1]] == []


FRAME = """() => {
  const root = document.querySelector(".sa-explorer");
  const text = (selector) => root.querySelector(selector)?.textContent.trim();
  const top = (selector) => Math.min(...[...root.querySelectorAll(selector)]
    .filter((node) => node.checkVisibility()).map((node) => node.getBoundingClientRect().top));
  return {
    title: text(".sa-title"), claim: text(".sa-claim"),
    primary: root.querySelectorAll(".sa-primary").length,
    picture: top("svg, .sa-bar, .sa-shade, td[data-value]"), fields: top(".sa-field"),
  };
}"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("explorer", EVERY)
def test_the_message_comes_first(show, explorer, width):  # noqa: F811
    """A title, a line that says what to see, the picture; then the fields. One primary button."""
    page = show(explorer(), viewport={"width": width, "height": 800}).page
    found = page.evaluate(FRAME)
    assert found["title"] and 20 < len(found["claim"]) < 140
    assert found["picture"] <= found["fields"], "beside it at most"
    assert found["primary"] <= 1
