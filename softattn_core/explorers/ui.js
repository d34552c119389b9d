// What all explorers share on the page. User text becomes text nodes and attributes, never HTML.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = ["svg", "g", "path", "polygon", "circle", "text"];
const FOCUSABLE = ["a", "button", "input", "select", "summary", "textarea"];

// make("button", { class: "sa-add", onclick: add }, "Add"): an element with all it needs.
function make(tag, attributes = {}, ...children) {
  const node = SVG_TAGS.includes(tag)
    ? document.createElementNS(SVG, tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  // JupyterLab takes arrow keys for its own, but not from an element with this mark.
  if (FOCUSABLE.includes(tag) || "tabindex" in attributes) node.dataset.lmSuppressShortcuts = "";
  node.append(...children);
  return node;
}

const superscript = (exponent) =>
  [...exponent].map((sign) => ({ "-": "⁻", "+": "" })[sign] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]).join("");

// Three decimals, or a power of ten where these would say nothing. A plain 0 is exactly 0.
function format(x) {
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 0.0005 && size < 1e5) return x.toFixed(3).replace("-", "−");
  const [digits, exponent] = x.toExponential(2).split("e");
  return `${digits.replace("-", "−")}×10${superscript(exponent)}`;
}

// The rounded value to read, the unrounded one beside it in data-value.
function show(node, x, text = format(x)) {
  if (node.dataset.value === String(x)) return;
  node.dataset.value = x;
  node.textContent = text;
}

// Draws `fraction` (-1…1) of a bar's length, from its zero to the right or to the left.
function fill(bar, fraction) {
  bar.style.setProperty("--length", Math.abs(fraction));
  bar.classList.toggle("sa-negative", fraction < 0);
}

const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

// A slider, and a number field for what the slider cannot say exactly or cannot reach.
// `scale` turns the slider's position into the value, `position` turns it back.
function slider({ min, max, step, low, high, role, oninput, scale = (x) => x, position = scale }) {
  const range = make("input", { type: "range", class: `sa-range sa-${role}`, min, max, step });
  const field = make("input", { type: "number", class: "sa-field", min: low, max: high, step: "any" });
  let current;
  const write = () => (field.value = Number(current.toFixed(3)));
  range.addEventListener("input", () => oninput(scale(range.valueAsNumber)));
  field.addEventListener("input", () => {
    if (!Number.isNaN(field.valueAsNumber)) oninput(clamp(field.valueAsNumber, low, high));
  });
  field.addEventListener("change", write);
  return {
    range,
    field,
    label(text, exact) {
      range.setAttribute("aria-label", text);
      field.setAttribute("aria-label", exact);
    },
    show(x) {
      if (x === current) return;
      current = x;
      range.value = position(x);
      range.style.setProperty("--at", (range.value - min) / (max - min));
      range.setAttribute("aria-valuetext", format(x));
      for (const input of [range, field]) input.dataset.value = x;
      // A reader who is typing is not interrupted.
      if (document.activeElement !== field) write();
    },
  };
}

const TEMPERATURE = { low: 0.05, high: 20 };

// Logarithmic, with T = 1 in the middle; two significant digits, so that round values are hit.
function temperatureSlider(say, oninput) {
  const control = slider({
    min: -60, max: 60, step: 1, ...TEMPERATURE, role: "ink", oninput,
    scale: (s) => Number((20 ** (s / 60)).toPrecision(2)),
    position: (t) => (60 * Math.log(t)) / Math.log(20),
  });
  control.label(say("temperature"), say("exactly", { label: say("temperature") }));
  const name = make("span", { class: "sa-name", "aria-hidden": "true" }, say("temperature"));
  const row = make("div", { class: "sa-row sa-temperature" }, name, control.range, control.field);
  return { row, show: control.show };
}

const scoreSlider = (oninput) =>
  slider({ min: -10, max: 10, step: 0.1, low: -1e6, high: 1e6, role: "scores", oninput });

const button = (text, onclick) =>
  make("button", { type: "button", class: "sa-button", onclick }, text);

const resetButton = (model, say) => button(say("reset"), () => change(model, model.get("initial")));

// A row of buttons, each of which sets some traits; the last one resets.
function presets(model, say, examples) {
  return make(
    "div", { class: "sa-buttons", role: "group", "aria-label": say("examples") },
    ...examples.map(([text, traits]) => button(text, () => change(model, traits))),
    resetButton(model, say),
  );
}

function change(model, traits) {
  for (const [name, value] of Object.entries(traits)) model.set(name, value);
  model.save_changes();
}

// A table with its header; the explorer adds the rows.
function table(caption, columns) {
  const body = make("tbody");
  const foot = make("tfoot");
  const heads = columns.map((text) => make("th", { scope: "col" }, text));
  const node = make(
    "table", { class: "sa-table" },
    make("caption", { class: "sa-hidden" }, caption),
    make("thead", {}, make("tr", {}, ...heads)), body, foot,
  );
  return { node, heads, body, foot };
}

// Tells screen readers the outcome once the reader has paused, not at every pixel of a drag.
function announcer() {
  const node = make("p", { class: "sa-hidden", role: "status" });
  let timer;
  const tell = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (node.textContent = text), 800);
  };
  return { node, tell };
}

// The outer element; a form, so that radio buttons of two explorers on one page stay apart.
function frame(el, label, ...children) {
  const onsubmit = (event) => event.preventDefault();
  el.append(make("form", { class: "sa-explorer", "aria-label": label, onsubmit }, ...children));
}

// Calls draw now and whenever one of these traits changes, here or in Python.
// The function returned ends that, when the view is closed.
function follow(model, traits, draw) {
  for (const trait of traits) model.on(`change:${trait}`, draw);
  draw();
  return () => traits.forEach((trait) => model.off(`change:${trait}`, draw));
}
