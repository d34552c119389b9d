// Scores in; for each normaliser a card with bars, their sum, and in words what is lost.

// The mirror of softattn_core.sparsemax: max(z - tau, 0), tau the largest that leaves a sum of 1.
function sparsemax(scores) {
  const z = shifted(scores);
  let total = 0;
  const taus = [...z].sort((a, b) => b - a).map((x, k) => ((total += x) - 1) / (k + 1));
  return z.map((x) => Math.max(x - Math.max(...taus), 0));
}

const divided = (z) => z.map((x) => (sum(z) === 0 ? NaN : x / sum(z)));

const WEIGHTS = {
  softmax,
  sparsemax,
  divided,
  relu_sum: (z) => divided(z.map((x) => Math.max(x, 0))).map((w) => w || 0),
  softplus_sum: (z) => divided(z.map((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))))).map((w) => w || 0),
  relu_n: (z) => z.map((x) => Math.max(x, 0) / z.length),
  sigmoid: (z) => z.map((x) => softmax([x, 0])[0]),
  sigmoid_shift: (z) => z.map((x) => softmax([x - Math.log(z.length), 0])[0]),
  raw: (z) => z,
  argmax: (z) => z.map((_, i) => Number(i === z.indexOf(Math.max(...z)))),
  uniform: (z) => z.map(() => 1 / z.length),
};

// The key of the sentence that says what is lost with these scores z and weights w.
const LOST = {
  softmax: (z, w) => (Math.max(...w) > 0.999 ? "lostSlope" : "lostNothing"),
  sparsemax(z, w) {
    const kept = w.filter((x) => x > 0).length;
    return kept === 1 ? "lostChoice" : kept < w.length ? "lostZeros" : "lostNothing";
  },
  divided(z, w) {
    if (sum(z) === 0) return "lostDivision";
    if (Math.min(...w) < 0) return "lostSign";
    return sum(z) < 0 && Math.max(...z) > Math.min(...z) ? "lostOrder" : "lostShift";
  },
  relu_sum: (z) => (Math.max(...z) <= 0 ? "lostAll" : Math.min(...z) <= 0 ? "lostZeros" : "lostShift"),
  softplus_sum: () => "lostShift",
  relu_n: (z) => (Math.max(...z) <= 0 ? "lostAll" : "lostBudget"),
  sigmoid: () => "lostBudget",
  sigmoid_shift: () => "lostBudget",
  raw: (z) => (Math.min(...z) < 0 ? "lostSign" : "lostBudget"),
  argmax: () => "lostGradient",
  uniform: () => "lostFocus",
};

function render({ model, el }) {
  const say = sayIn(el);
  const titles = {
    softmax: "softmax", sparsemax: "sparsemax", divided: say("divided"), relu_sum: say("reluSum"),
    softplus_sum: say("softplusSum"), relu_n: say("reluN"), sigmoid: "sigmoid",
    sigmoid_shift: say("sigmoidShift"), raw: say("raw"), argmax: "argmax", uniform: say("uniform"),
  };
  const spans = scoreSliders(say);
  const scores = () => model.get("scores");
  const names = model.get("names");

  const sliders = names.map((name, i) => {
    const control = spans.make((z) =>
      change(model, { scores: scores().map((old, j) => (j === i ? z : old)) }));
    const label = say("score", { name });
    control.label(label, say("exactly", { label }));
    const head = make("span", { class: "sa-name", "aria-hidden": "true", ...languageOf(name) }, name);
    return { ...control, row: make("div", { class: "sa-row sa-plain" }, head, control.range, control.field) };
  });

  function share(head) {
    const bar = make("span", { class: "sa-bar sa-signed sa-weights" });
    const value = make("span", { class: "sa-value sa-weights" });
    return { bar, value, row: make("div", { class: "sa-share" }, head, bar, value) };
  }

  function card(kind) {
    const shares = names.map((name) => share(make("span", languageOf(name), name)));
    const total = make("b", { class: "sa-value" });
    const lost = make("p", { class: "sa-note" });
    const title = titles[kind];
    const node = make(
      "div", { class: "sa-card", role: "group", "aria-label": title },
      make("b", {}, title), ...shares.map(({ row }) => row),
      make("div", { class: "sa-share" }, say("sum"), make("span"), total), lost,
    );
    return { kind, title, shares, total, lost, node };
  }

  const cards = Object.keys(WEIGHTS).map(card);
  // A phone has room for one beside softmax.
  const radios = cards.slice(1).map(({ kind }) =>
    make("input", { type: "radio", name: "beside", value: kind, onchange: () => change(model, { beside: kind }) }));
  const choice = make(
    "fieldset", { class: "sa-targets sa-beside" }, make("legend", {}, say("beside")),
    ...radios.map((radio) => make("label", {}, radio, titles[radio.value])),
  );
  const showWeight = (node, x) => show(node, x, Number.isNaN(x) ? "—" : brief(x));

  function draw() {
    const z = scores();
    spans.fit(z);
    sliders.forEach((slider, i) => slider.show(z[i]));
    radios.forEach((radio) => (radio.checked = radio.value === model.get("beside")));
    const sums = cards.map(({ kind, title, shares, total, lost, node }) => {
      node.classList.toggle("sa-chosen", kind === "softmax" || kind === model.get("beside"));
      const w = WEIGHTS[kind](z);
      shares.forEach(({ bar, value }, i) => {
        fill(bar, clamp(w[i] || 0, -0.5, 1));
        showWeight(value, w[i]);
      });
      showWeight(total, sum(w));
      write(lost, say(LOST[kind](z, w)));
      return `${title} ${total.textContent}`;
    });
    tell(say("sums", { values: sums.join(say("comma")) }));
  }

  const set = (...numbers) => ({ scores: numbers });
  const examples = [
    [say("atI"), set(3, 0, -3)],
    [say("atLove"), set(1, 3, 0.2)],
    [say("shiftedByHundred"), () => ({ scores: scores().map((z) => clamp(z + 100, -1e6, 1e6)) })],
    [say("close"), set(0.5, 0.2, -0.1)],
    [say("below"), set(-1, -2, -0.5)],
  ];
  // Softmax and the scores share a screen, whatever else there is.
  const stay = make("div", { class: "sa-stay" }, make("p", { class: "sa-over sa-scores" }, say("scoresZ")), ...sliders.map(({ row }) => row), spans.note);
  const agree = (state) => state.scores.length === names.length && String(state.names) === String(names);
  const tell = frame(
    { model, el, say, name: "normalisers", claim: "normalisersClaim", agree },
    make("div", { class: `sa-compare ${names.length > 4 ? "" : "sa-picture"}` }, make("div", { class: "sa-lead" }, cards[0].node, stay),
      make("div", { class: "sa-cards" }, ...cards.slice(1).map(({ node }) => node))),
    choice, make("p", { class: "sa-note" }, say("cutBars")),
    presets(model, say, names.length === 3 ? examples : []),
  );
  sliders.forEach(({ row }, i) => linked(row, ...cards.map(({ shares }) => shares[i].row)));
  return follow(model, ["scores", "beside"], draw);
}

export default { render };
