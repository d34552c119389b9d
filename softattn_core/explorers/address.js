// An explorer's state in the address and in the history: on the static page only, where the host
// puts each explorer into an element of class "explorable". In Jupyter the kernel keeps the state.

// Whether a trait may have this value; its rule comes from Python.
function fits(value, { each, least, most, values, min, max, whole }) {
  if (values) return values.includes(value);
  if (each) return Array.isArray(value) && least <= value.length && value.length <= most && value.every((x) => fits(x, each));
  if (min === undefined) return typeof value === "string" && value.length <= 1000;
  return Number.isFinite(value) && min <= value && value <= max && (!whole || Number.isInteger(value));
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The button that copies a link to the present state, or nothing where there is no address to keep.
function linkButton({ model, el, say, name, agree = () => true, node, tell }) {
  const places = [...document.querySelectorAll(".explorable")];
  const place = places.indexOf(el.closest(".explorable"));
  if (place < 0) return [];
  const id = `${name}-${place + 1}`;
  const rules = model.get("rules");
  const initial = model.get("initial");
  const changed = () => Object.keys(rules).map((trait) => [trait, model.get(trait)])
    .filter(([trait, value]) => JSON.stringify(value) !== JSON.stringify(initial[trait]));
  const parameters = () => new URLSearchParams(location.hash.slice(1));
  const isMine = () => parameters().get("explorer") === id;
  const hash = () => `#${new URLSearchParams([["explorer", id], ...changed().map(([trait, value]) => [trait, JSON.stringify(value)])])}`;
  const keep = (address) => history.replaceState({ ...history.state, [id]: Object.fromEntries(changed()) }, "", address);

  // A state that does not fit, say of an older edition, changes nothing.
  function adopt(state) {
    const whole = { ...initial, ...state };
    if (Object.entries(rules).every(([trait, rule]) => fits(whole[trait], rule)) && agree(whole)) change(model, whole);
  }

  // What was set before a reload or a step back; otherwise what the address says.
  function restore() {
    const kept = history.state?.[id];
    if (kept) return adopt(kept);
    if (!isMine()) return;
    const given = [...parameters()].filter(([trait]) => trait in rules);
    adopt(Object.fromEntries(given.map(([trait, text]) => [trait, parse(text)])));
    // What stands above may still grow, until the reader does something.
    const follow = new ResizeObserver(() => node.scrollIntoView());
    follow.observe(document.body);
    for (const sign of ["pointerdown", "keydown", "wheel"]) addEventListener(sign, () => follow.disconnect());
  }
  restore();

  const copy = button(say("copyLink"), async () => {
    keep(hash());
    // Without a secure connection there is no clipboard; the address stands above the page.
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    write(copy, say(copied ? "linkCopied" : "linkAbove"));
    tell(copy.textContent);
  });
  let timer;
  model.on("change", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      keep(isMine() ? hash() : location.href);
      write(copy, say("copyLink"));
    }, 200);
  });
  addEventListener("hashchange", () => {
    restore();
    keep(location.href);
  });
  return [copy];
}
