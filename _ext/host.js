// Brings a page's anywidgets to life without a kernel: reads the state that the notebook left in
// the page, gives each widget a model that lives only here, and calls its render(). It stands behind
// the state and does not wait for the page: each widget starts as soon as its own place has come.
(() => {
"use strict";

const read = (kind) =>
  [...document.querySelectorAll(`script[type="application/vnd.jupyter.widget-${kind}+json"]`)];
const saved = read("state").map((script) => JSON.parse(script.textContent));
const states = Object.assign({}, ...saved.map(({ state }) => state));
// The site stores code that widgets share once a page: a widget has the places of its pieces there.
const texts = saved.flatMap(({ texts = [] }) => texts);
const sorry = {
  en: "This explorer could not start. The text and the figures around it say the same.",
  zh: "这个交互图未能启动。周围的文字和图说明了同样的内容。",
};
const modules = new Map();
const styles = new Map();
const models = new Map();
const files = new Map();

// Many bytes come in a file of their own, when the page is there: a script, which a page that was
// opened from a folder may load, too.
const folder = document.currentScript.src;
const arrived = new Map();
globalThis.explorableBytes = (file, data) => arrived.set(file, data);
const fetchBytes = (file) => new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = new URL(file, folder);
  script.onload = () => resolve(arrived.get(file));
  script.onerror = () => reject(new Error(`${file} did not come`));
  document.head.append(script);
});

// Bytes stand beside the state, or in a file, as base64; a widget expects a DataView.
async function restoreBuffers(state, buffers = []) {
  for (const { path, file, data = await once(files, file, () => fetchBytes(file)) } of buffers) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const parent = path.slice(0, -1).reduce((part, key) => part[key], state);
    parent[path.at(-1)] = new DataView(bytes.buffer);
  }
  return state;
}

async function makeModel({ state, buffers }) {
  const values = await restoreBuffers(state, buffers);
  const listeners = {};
  const emit = (event, ...details) => [...(listeners[event] ?? [])].forEach((call) => call(...details));
  const model = {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      emit(`change:${name}`, model, value);
      emit("change", model);
    },
    on: (event, call) => (listeners[event] ??= new Set()).add(call),
    off: (event, call) => listeners[event]?.delete(call),
    save_changes() {},
  };
  return model;
}

async function load(source) {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = (await import(url)).default;
  return typeof widget === "function" ? widget() : widget;
}

function addStyle(css) {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
}

// Two views of one widget share its module and its model, and all of a page what styles they have in
// common: the browser tries each rule on each node.
function once(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}

async function start(script) {
  const place = document.createElement("div");
  script.parentElement.replaceChildren(place);
  try {
    const id = JSON.parse(script.textContent).model_id;
    const [code, looks] = ["_esm", "_css"].map((part) =>
      [states[id].state[part]].flat().map((piece) => texts[piece] ?? piece));
    for (const css of looks) once(styles, css, () => addStyle(css));
    const _esm = code.join("\n");
    const widget = await once(modules, _esm, () => load(_esm));
    const model = await once(models, id, async () => {
      const model = await makeModel(states[id]);
      await widget.initialize?.({ model });
      return model;
    });
    await widget.render({ model, el: place });
  } catch (error) {
    place.textContent = document.documentElement.lang.startsWith("zh") ? sorry.zh : sorry.en;
    console.error(error);
  }
}

// Whether all of an element has come: whatever the parser reads next stands behind it.
function isWhole(node) {
  if (document.readyState !== "loading") return true;
  while (node && !node.nextSibling) node = node.parentElement;
  return node !== null;
}

function startWhatIsThere() {
  for (const script of read("view")) if (isWhole(script.parentElement)) start(script);
}

const arrivals = new MutationObserver(startWhatIsThere);
arrivals.observe(document, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => {
  arrivals.disconnect();
  startWhatIsThere();
});
startWhatIsThere();
})();
