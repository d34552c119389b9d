// Scores in, probabilities out, with every step of the arithmetic in between.

const LETTERS = "ABCDEF";
// e^700 still fits into a float64, e^710 does not.
const LARGEST_EXPONENT = 700;

// Where e^(z/T) would not fit, what softmax really computes is shown: e^((z - max)/T).
function exponents(z, t) {
  const plain = z.map((zi) => zi / t);
  const fits = Math.max(...plain.map(Math.abs)) <= LARGEST_EXPONENT;
  return { fits, values: fits ? plain : shifted(z, t) };
}

// The score with which class i gets the probability p while the other scores stay.
function scoreFor(p, i, z, t) {
  const others = z.filter((_, j) => j !== i);
  const most = Math.max(...others);
  const logSum = most / t + Math.log(sum(shifted(others, t).map(Math.exp)));
  const share = clamp(p, 0.001, 0.999);
  return clamp(Number((t * (Math.log(share / (1 - share)) + logSum)).toFixed(3)), -1e6, 1e6);
}

function render({ model, el }) {
  const say = sayIn(el);
  const chart = make("div", { class: "sa-chart-rows sa-picture" }, make("p", { class: "sa-over sa-weights" }, say("probabilitiesP")));
  const classes = make("div", { class: "sa-classes" }, make("p", { class: "sa-over sa-scores" }, say("scoresZ")));
  const note = make("p", { class: "sa-note" });
  const sliders = scoreSliders(say);
  const temperature = temperatureSlider(say, (t) => change(model, { temperature: t }));
  const addButton = button(say("add"), add);
  const arithmetic = valueTable(say("softmaxTable"), say("class"), [
    { heading: "z", role: "scores", value: ({ z }, i) => z[i] },
    { heading: "z/T", value: ({ exponent }, i) => exponent[i] },
    { heading: "e", value: ({ e }, i) => e[i], total: ({ e }) => sum(e) },
    { heading: "p", role: "weights", value: ({ p }, i) => p[i], total: ({ p }) => sum(p) },
  ], say("sum"));
  const rows = [];

  const scores = () => model.get("scores");
  const names = () => scores().map((_, i) => model.get("names")[i]?.trim() || LETTERS[i]);
  const replaced = (list, i, x) => list.map((old, j) => (j === i ? x : old));
  const setScore = (i, z) => change(model, { scores: replaced(scores(), i, z) });
  // A microtask later the row is drawn.
  const focusOn = (i) => queueMicrotask(() => rows[Math.min(i, rows.length - 1)].name.focus());

  function add() {
    const letter = [...LETTERS].find((free) => !names().includes(free));
    change(model, { names: [...names(), letter], scores: [...scores(), 0] });
    focusOn(rows.length);
  }

  function remove(i) {
    const others = (list) => list.filter((_, j) => j !== i);
    change(model, { names: others(names()), scores: others(scores()) });
    focusOn(i);
  }

  function makeRow(i) {
    const score = sliders.make((z) => setScore(i, z));
    const name = make("input", {
      type: "text", class: "sa-text", maxlength: 12, autocomplete: "off", spellcheck: "false",
      "aria-label": say("className", { number: i + 1 }),
      oninput: () => change(model, { names: replaced(names(), i, name.value) }),
      onchange: () => (name.value = names()[i]),
    });
    const removeButton = button("×", () => remove(i));
    removeButton.classList.replace("sa-button", "sa-remove");
    const title = make("span", { class: "sa-name" });
    const bar = make("div", { class: "sa-bar sa-weights sa-drag" });
    const p = make("span", { class: "sa-value sa-weights" });
    const picture = make("div", { class: "sa-barrow" }, title, bar, p);
    const control = make("div", { class: "sa-class" }, name, score.range, score.field, removeButton);
    draggable(bar, bar, (x) => setScore(i, scoreFor(x, i, scores(), model.get("temperature"))));
    chart.append(picture);
    classes.append(control);
    linked(picture, control, arithmetic.rows[i].node);
    return { score, name, removeButton, title, bar, p, nodes: [picture, control] };
  }

  function draw() {
    const z = scores();
    const t = model.get("temperature");
    const p = softmax(z, t);
    const { fits, values } = exponents(z, t);
    arithmetic.draw(names(), { z, exponent: values, e: values.map(Math.exp), p });
    while (rows.length < z.length) rows.push(makeRow(rows.length));
    while (rows.length > z.length) {
      rows.pop().nodes.forEach((node) => node.remove());
      sliders.drop();
    }
    sliders.fit(z);
    rows.forEach((row, i) => {
      const name = names()[i];
      row.score.show(z[i]);
      if (document.activeElement !== row.name && row.name.value !== name) row.name.value = name;
      writeName(row.title, name);
      const label = say("score", { name });
      row.score.label(label, say("exactly", { label }));
      put(row.removeButton, "aria-label", say("remove", { name }));
      row.removeButton.disabled = z.length === 2;
      fill(row.bar, p[i]);
      show(row.p, p[i]);
    });
    temperature.show(t);
    addButton.disabled = z.length === 6;
    const exponent = fits ? "z/T" : "(z−max)/T";
    if (arithmetic.heads[1].textContent !== exponent || !arithmetic.heads[2].children.length) {
      arithmetic.heads[1].textContent = exponent;
      arithmetic.heads[2].replaceChildren("e", make("sup", {}, exponent));
    }
    write(note, say(fits ? "plain" : "stable"));
    const summary = names().map((name, i) => `${name} ${format(p[i])}`).join(say("comma"));
    tell(say("distribution", { values: summary }));
  }

  const tell = frame(
    { model, el, say, name: "softmax", claim: "softmaxClaim" },
    chart, classes, sliders.note,
    make("div", { class: "sa-buttons" }, addButton), temperature.row,
    presets(model, say, [
      [say("shiftedByHundred"), () => ({ scores: scores().map((z) => clamp(z + 100, -1e6, 1e6)) })],
      [say("tie"), { scores: [1, 1, 1], temperature: 1 }],
      [say("clearWinner"), { scores: [8, 1, 0], temperature: 1 }],
      [say("tooLarge"), { scores: [1000, 999, 998], temperature: 1 }],
    ]),
    arithmetic.node, note,
  );
  return follow(model, ["scores", "names", "temperature"], draw);
}

export default { render };
