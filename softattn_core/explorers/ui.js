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

// Numbers that a reader typed, without the zeros of a rounded one.
const typed = (x) => (Number.isInteger(x) ? String(x).replace("-", "−") : format(x));

const typedPair = (vector) => `(${vector.map(typed).join(", ")})`;
const pair = (vector) => `(${vector.map((x) => format(x)).join(", ")})`;

// What stays as it is costs the browser nothing, and a new text little: its node stays.
function write(node, text) {
  if (node.textContent === text) return;
  if (node.firstChild instanceof Text) node.firstChild.data = text;
  else node.textContent = text;
}

function put(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// The rounded value to read, the unrounded one beside it in data-value.
function show(node, x, text = format(x)) {
  if (node.dataset.value === String(x)) return;
  node.dataset.value = x;
  write(node, text);
}

// "−2", "0,5", "50 %" and the full-width "－２" are numbers too. NaN where there is none.
function readNumber(text) {
  const plain = text.normalize("NFKC").replace(/[−–]/g, "-").replace(",", ".").replace(/\s/g, "");
  if (!/\d/.test(plain)) return NaN;
  if (plain.endsWith("%")) return Number(plain.slice(0, -1)) / 100;
  const [over, under = 1] = plain.split("/");
  return Number(over) / Number(under);
}

const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

// A slider, and a text field for what the slider cannot say exactly or cannot reach; the field is
// not of type "number", which makes 15 of a typed "1,5".
// `scale` turns the slider's position into the value, `position` turns it back.
function slider({ min, max, step, low, high, role, oninput, scale = (x) => x, position = scale }) {
  const range = make("input", { type: "range", class: `sa-range sa-${role}`, min, max, step });
  const field = make("input", {
    type: "text", class: "sa-field", autocomplete: "off",
    // The decimal keyboard of some phones has no minus sign.
    inputmode: low < 0 ? "text" : "decimal",
  });
  let current;
  const text = () => String(Number(current.toFixed(3)));
  const enter = (x) => Number.isFinite(x) && oninput(clamp(x, low, high));
  range.addEventListener("input", () => oninput(scale(range.valueAsNumber)));
  field.addEventListener("input", () => enter(readNumber(field.value)));
  field.addEventListener("change", () => (field.value = text()));
  field.addEventListener("keydown", (event) => {
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!up) return;
    event.preventDefault();
    enter(Number((current + up).toFixed(9)));
    field.value = text();
  });
  function place() {
    range.value = position(current);
    range.style.setProperty("--at", (range.value - range.min) / (range.max - range.min));
  }
  return {
    range,
    field,
    label(name, exact) {
      put(range, "aria-label", name);
      put(field, "aria-label", exact);
    },
    span(from, to) {
      if (Number(range.min) === from && Number(range.max) === to) return;
      Object.assign(range, { min: from, max: to });
      if (current !== undefined) place();
    },
    show(x) {
      if (x === current) return;
      current = x;
      place();
      range.setAttribute("aria-valuetext", format(x));
      for (const input of [range, field]) input.dataset.value = x;
      // A reader who is typing is not interrupted.
      if (document.activeElement !== field) field.value = text();
    },
  };
}

const TEMPERATURE = { low: 0.05, high: 20 };

// Logarithmic, from `low` to `high`, usually with T = 1 in the middle; two significant digits, so that round values are hit.
function temperatureSlider(say, oninput, { low, high } = TEMPERATURE) {
  const position = (t) => (60 * Math.log(t)) / Math.log(high);
  const control = slider({
    min: Math.round(position(low)), max: 60, step: 1, low, high, role: "ink", oninput, position,
    scale: (s) => Number((high ** (s / 60)).toPrecision(2)),
  });
  control.label(say("temperature"), say("exactly", { label: say("temperature") }));
  const name = make("span", { class: "sa-name", "aria-hidden": "true" }, say("temperature"));
  const row = make("div", { class: "sa-row sa-temperature" }, name, control.range, control.field);
  return { row, range: control.range, show: control.show };
}

const button = (text, onclick) =>
  make("button", { type: "button", class: "sa-button", onclick }, text);

// A row of buttons, each of which sets some traits, or those that a function of the present finds.
function presets(model, say, examples) {
  const set = (traits) => () => change(model, typeof traits === "function" ? traits() : traits);
  return make(
    "div", { class: "sa-buttons", role: "group", "aria-label": say("examples") },
    ...examples.map(([text, traits]) => button(text, set(traits))),
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

// A word that a reader may have typed, marked as Chinese where it is.
function writeName(node, text) {
  write(node, text);
  if (node.lang !== (languageOf(text).lang ?? "")) node.lang = languageOf(text).lang ?? "";
}

// A box that scrolls sideways, and fades where there is more to see.
function scrollBox(label, child) {
  const box = make("div", { class: "sa-scroll", "data-lm-suppress-shortcuts": "" }, child);
  const cue = () => {
    const more = box.scrollWidth - box.clientWidth;
    box.classList.toggle("sa-more-right", box.scrollLeft < more - 1);
    box.classList.toggle("sa-more-left", box.scrollLeft > 1);
    // Whoever has no mouse scrolls by arrow keys.
    if (more > 1) for (const [name, value] of [["tabindex", 0], ["role", "region"], ["aria-label", label]]) put(box, name, value);
    else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  };
  box.addEventListener("scroll", cue, { passive: true });
  const watch = new ResizeObserver(cue);
  for (const node of [box, child]) watch.observe(node);
  return box;
}

// --- Pointing and dragging -----------------------------------------------------------------------

// Nodes that say the same light up together, under the pointer and around the focus.
function linked(...nodes) {
  const light = (on) => () => nodes.forEach((node) => node.classList.toggle("sa-lit", on));
  for (const node of nodes) {
    // To a shape of an SVG a listener for focus would bring a stop of the Tab key.
    const shape = node instanceof SVGElement && !node.hasAttribute("tabindex");
    for (const event of shape ? ["pointerenter"] : ["pointerenter", "focusin"]) node.addEventListener(event, light(true));
    for (const event of shape ? ["pointerleave"] : ["pointerleave", "focusout"]) node.addEventListener(event, light(false));
  }
}

// Lets the primary button, a pen or a finger drag `node`. move(x, y) is told where in `area` it is,
// from 0 to 1 and beyond. What an explorer lets drag, a slider or the arrow keys can do too.
function draggable(node, area, move) {
  const tell = (event) => {
    const box = area.getBoundingClientRect();
    move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  // Chromium overlooks `touch-action` within an SVG. Elsewhere the style sheet lets a page scroll.
  if (node.ownerSVGElement) node.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    node.setPointerCapture(event.pointerId);
    if (node.hasAttribute("tabindex")) node.focus();
    else tell(event);
  });
  node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && tell(event));
}

// No playing by itself for readers who asked for less motion.
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// --- The frame -----------------------------------------------------------------------------------

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

// Chromium keeps the box that it drew for a character before its font came, until the text is laid
// out anew.
function layOutAgain(node) {
  node.style.fontKerning = "none";
  node.getBoundingClientRect();
  node.style.fontKerning = "";
}

// Around every explorer: title and claim, then `children` with the picture first, at the end the
// quiet buttons. Returns tell(text), which announces the outcome. A form, so that radio buttons of
// two explorers on one page stay apart. `agree` says of a state whether its traits fit together;
// `onreset` brings back what is no trait.
function frame({ model, el, say, name, claim, agree, onreset = () => {} }, ...children) {
  const { node: status, tell } = announcer();
  const tools = make("div", { class: "sa-tools" });
  const node = make(
    "form", { class: "sa-explorer sa-frame", "aria-label": say(name), onsubmit: (event) => event.preventDefault() },
    make("div", { class: "sa-head" }, make("p", { class: "sa-title" }, say(name)), make("p", { class: "sa-claim" }, say(claim))),
    ...children, tools, status,
  );
  el.append(node);
  document.fonts.addEventListener("loadingdone", () => layOutAgain(node));
  const link = linkButton({ model, el, say, name, agree, node, tell });
  tools.append(...link, button(say("reset"), () => {
    change(model, model.get("initial"));
    onreset();
  }));
  return tell;
}

// Calls draw now, and once for all that one event changes, here or in Python. Browsers report
// moves once a frame, so this is at most one drawing a frame.
// The function returned ends that, when the view is closed.
function follow(model, traits, draw) {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  };
  for (const trait of traits) model.on(`change:${trait}`, soon);
  draw();
  return () => traits.forEach((trait) => model.off(`change:${trait}`, soon));
}
