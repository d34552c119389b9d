// Scores in, probabilities out, with every step of the arithmetic in between.

const LETTERS = "ABCDEF";
// e^700 still fits into a float64, e^710 does not.
const LARGEST_EXPONENT = 700;

function render({ model, el }) {
  const say = sayIn(el);
  const classes = make("div", { class: "sa-classes" });
  const arithmetic = table(say("softmaxTable"), [say("class"), "z", "z/T", "", "p"]);
  const note = make("p", { class: "sa-note" });
  const temperature = temperatureSlider(say, (t) => change(model, { temperature: t }));
  const addButton = button(say("add"), add);
  const totals = { e: make("td"), p: make("td") };
  const sumHead = make("th", { scope: "row" }, say("sum"));
  const noScore = make("td", { class: "sa-scores" });
  arithmetic.foot.append(make("tr", {}, sumHead, noScore, make("td"), totals.e, totals.p));
  arithmetic.heads[1].classList.add("sa-scores");
  const sliders = scoreSliders(say);
  let rows = [];

  const scores = () => model.get("scores");
  const names = () => scores().map((_, i) => model.get("names")[i] || LETTERS[i]);
  const replaced = (list, i, x) => list.map((old, j) => (j === i ? x : old));

  function add() {
    change(model, { names: [...names(), [...LETTERS].find((letter) => !names().includes(letter))], scores: [...scores(), 0] });
    queueMicrotask(() => rows.at(-1).name.focus()); // once it is drawn
  }

  function remove(i) {
    const others = (list) => list.filter((_, j) => j !== i);
    change(model, { names: others(names()), scores: others(scores()) });
    queueMicrotask(() => rows[Math.min(i, rows.length - 1)].name.focus());
  }

  function makeRow(_, i) {
    const score = sliders.make((z) => change(model, { scores: replaced(scores(), i, z) }));
    const name = make("input", {
      type: "text", class: "sa-text", maxlength: 12, autocomplete: "off", spellcheck: "false",
      "aria-label": say("className", { number: i + 1 }),
      oninput: () => change(model, { names: replaced(names(), i, name.value) }),
      onchange: () => (name.value = names()[i]),
    });
    const removeButton = button("×", () => remove(i));
    removeButton.classList.replace("sa-button", "sa-remove");
    const bar = make("div", { class: "sa-bar sa-weights" });
    const p = make("span", { class: "sa-value sa-weights" });
    const head = make("th", { scope: "row" });
    const roles = ["sa-scores", "", "", "sa-weights"];
    const [z, exponent, e, pCell] = roles.map((role) => make("td", { class: role }));
    classes.append(
      make("div", { class: "sa-class" }, name, score.range, score.field, removeButton, bar, p),
    );
    arithmetic.body.append(make("tr", {}, head, z, exponent, e, pCell));
    return { score, name, removeButton, bar, p, head, z, exponent, e, pCell };
  }

  // Where e^(z/T) would not fit, what softmax really computes is shown: e^((z - max)/T).
  function exponents(z, t) {
    const plain = z.map((zi) => zi / t);
    const fits = Math.max(...plain.map(Math.abs)) <= LARGEST_EXPONENT;
    return { fits, values: fits ? plain : shifted(z, t) };
  }

  function draw() {
    const z = scores();
    const t = model.get("temperature");
    if (rows.length !== z.length) {
      classes.replaceChildren();
      sliders.clear();
      arithmetic.body.replaceChildren();
      rows = z.map(makeRow);
    }
    sliders.fit(z);
    const p = softmax(z, t);
    const { fits, values } = exponents(z, t);
    const e = values.map(Math.exp);
    rows.forEach((row, i) => {
      const name = names()[i];
      row.score.show(z[i]);
      if (row.head.textContent !== name) {
        if (document.activeElement !== row.name) row.name.value = name;
        row.head.textContent = name;
        const label = say("score", { name });
        row.score.label(label, say("exactly", { label }));
        row.removeButton.setAttribute("aria-label", say("remove", { name }));
      }
      row.removeButton.disabled = z.length === 2;
      fill(row.bar, p[i]);
      show(row.p, p[i]);
      show(row.z, z[i]);
      show(row.exponent, values[i]);
      show(row.e, e[i]);
      show(row.pCell, p[i]);
    });
    show(totals.e, sum(e));
    show(totals.p, sum(p));
    temperature.show(t);
    addButton.disabled = z.length === 6;
    arithmetic.heads[2].textContent = fits ? "z/T" : "(z−max)/T";
    arithmetic.heads[3].replaceChildren("e", make("sup", {}, arithmetic.heads[2].textContent));
    note.textContent = say(fits ? "plain" : "stable");
    const summary = names().map((name, i) => `${name} ${format(p[i])}`).join(", ");
    tell(say("distribution", { values: summary }));
  }

  const tell = frame(
    { model, el, say, name: "softmax", claim: "softmaxClaim" },
    presets(model, say, [
      [say("shiftedByHundred"), () => ({ scores: scores().map((z) => clamp(z + 100, -1e6, 1e6)) })],
      [say("tie"), { scores: [1, 1, 1], temperature: 1 }],
      [say("clearWinner"), { scores: [8, 1, 0], temperature: 1 }],
      [say("tooLarge"), { scores: [1000, 999, 998], temperature: 1 }],
    ]),
    classes, sliders.note, addButton, temperature.row, arithmetic.node, note,
  );
  return follow(model, ["scores", "names", "temperature"], draw);
}

export default { render };
