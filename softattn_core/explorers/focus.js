// A sentence as tiles, shaded by attention. One word is chosen; the slider sets its score.

function render({ model, el }) {
  const say = sayIn(el);
  const tiles = make("fieldset", { class: "sa-tiles" });
  const total = make("output", { class: "sa-value sa-weights" });
  const sliders = scoreSliders(say);
  const scores = () => model.get("scores");
  const control = sliders.make((z) =>
    change(model, { scores: scores().map((old, i) => (i === chosen ? z : old)) }));
  const name = make("span", { class: "sa-name", "aria-hidden": "true" });
  let rows = [];
  let drawn;
  let chosen;

  function makeTile(word, i) {
    const radio = make("input", { type: "radio", name: "word", onchange: () => choose(i) });
    const [score, weight] = ["scores", "weights"].map((role) => make("span", { class: `sa-value sa-${role}` }));
    const bar = make("span", { class: "sa-bar sa-weights" });
    const gloss = model.get("glosses")[i];
    const shade = make("span", { class: "sa-shade" }, make("b", languageOf(word), word), make("span", languageOf(gloss), gloss));
    tiles.append(make("label", { class: "sa-tile" }, radio, shade, score, bar, weight));
    return { radio, score, weight, bar, shade };
  }

  function choose(i) {
    chosen = i;
    rows[i].radio.checked = true;
    const label = say("score", { name: model.get("words")[i] });
    name.textContent = label;
    control.label(label, say("exactly", { label }));
    control.show(scores()[i]);
  }

  function draw() {
    const words = model.get("words");
    // The traits of a new sentence arrive one after the other.
    if (words.length !== scores().length) return;
    const p = softmax(scores());
    sliders.fit(scores());
    if (drawn !== words) {
      tiles.replaceChildren(make("legend", { class: "sa-hidden" }, say("words")));
      rows = words.map(makeTile);
      drawn = words;
      choose(p.indexOf(Math.max(...p)));
    }
    rows.forEach((row, i) => {
      show(row.score, scores()[i]);
      show(row.weight, p[i], brief(p[i]));
      fill(row.bar, p[i]);
      row.shade.style.setProperty("--weight", p[i]);
    });
    control.show(scores()[chosen]);
    show(total, sum(p));
    tell(say("weightsAre", { values: words.map((word, i) => `${word} ${format(p[i])}`).join(say("comma")) }));
  }

  // The word that is chosen is no trait: it is chosen anew with the tiles.
  function onreset() {
    drawn = undefined;
    draw();
  }

  const { chinese, english } = model.get("sentences");
  const alike = button(say("alike"), () => change(model, { scores: scores().map(() => 0) }));
  const choices = presets(model, say, [[say("chineseSentence"), chinese], [say("englishSentence"), english]]);
  choices.append(alike);
  // An address chooses a sentence and its scores; it does not bring words of its own.
  const known = [chinese, english, model.get("initial")].map(({ words, glosses }) => JSON.stringify([words, glosses]));
  const agree = ({ words, glosses, scores: given }) =>
    given.length === words.length && known.includes(JSON.stringify([words, glosses]));
  const tell = frame(
    { model, el, say, name: "focus", claim: "focusClaim", agree, onreset }, tiles,
    make("div", { class: "sa-row" }, name, control.range, control.field),
    make("p", { class: "sa-note" }, say("budget"), " ", say("sumOfWeights"), " ", total), sliders.note, choices,
  );
  return follow(model, ["words", "glosses", "scores"], draw);
}

export default { render };
