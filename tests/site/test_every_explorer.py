"""What holds for every explorer, whatever it shows: no control is dead, Reset undoes each of them,
and who cannot see the picture hears what comes of it."""

import pytest

from softattn_core import explorers
from tests.site.test_explorers import DRIVER, show  # noqa: F401

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

# Touches one control after the other as a reader would, each from the state that Reset returns to.
# Says of each what changed, what a screen reader was told, and what Reset left behind.
TOUCH_ALL = """() => {
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
