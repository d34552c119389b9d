// Where a translator looks while it is trained: the heat-maps of a few sentences, step by step.

function render({ model, el }) {
  const say = sayIn(el);
  const [steps, losses, sentences] = ["steps", "losses", "sentences"].map((name) => model.get(name));
  const last = steps.length - 1;
  const go = (at) => change(model, { at });
  const at = () => Math.min(model.get("at"), last);

  const slider = make("input", {
    type: "range", class: "sa-range sa-ink sa-scrub", min: 0, max: last, step: 1, "aria-label": say("trainingStep"),
    oninput() {
      player.stop();
      go(slider.valueAsNumber);
    },
  });
  const player = playButton(say, 700, () => at() === last && go(0), () => {
    go(at() + 1);
    return at() < last;
  });
  const [step, loss] = ["b", "span"].map((tag) => make(tag));
  const reading = make("p", { class: "sa-note sa-reading" });
  const maps = sentences.map(({ english }, number) =>
    heatMap(say("heatMapOf", { sentence: english.join(" ") }), (i, j) => point(number, i, j), 0));

  // The cell that was pointed at, in words; it is told anew at every step.
  let pointed = null;
  function point(...place) {
    pointed = place;
    const [number, i, j] = place;
    const { english, chinese, weights } = sentences[number];
    maps.forEach((map, n) => (n === number ? map.light(i, j) : map.light(null, null)));
    write(reading, say("reading", { chinese: chinese[i], english: english[j], weight: format(weights[at()][i][j]) }));
  }

  function draw() {
    const now = at();
    slider.value = now;
    slider.style.setProperty("--at", now / last);
    put(slider, "aria-valuetext", say("stepIs", { step: steps[now] }));
    show(step, steps[now], say("stepIs", { step: steps[now] }));
    const [mean, from, to] = losses[now];
    show(loss, mean, say(from === to ? "lossAt" : "lossFrom", { loss: format(mean), from, to }));
    sentences.forEach(({ english, chinese, weights }, number) => maps[number].draw(english, chinese, weights[now]));
    if (pointed) point(...pointed);
    else write(reading, say("readHint"));
    const { english, chinese, weights } = sentences[0];
    const most = (row) => row.indexOf(Math.max(...row));
    const rows = weights[now].map((row, i) => say("reading", { chinese: chinese[i], english: english[most(row)], weight: format(Math.max(...row)) }));
    tell([say("stepIs", { step: steps[now] }), ...rows].join("; "));
  }

  const tell = frame(
    { model, el, say, name: "training", claim: "trainingClaim", onreset: player.stop },
    make("div", { class: "sa-films" }, ...maps.map(({ node }, number) => scrollBox(say("heatMapOf", { sentence: sentences[number].english.join(" ") }), node))),
    make("div", { class: "sa-stay" }, make("p", { class: "sa-readout" }, step, loss), make("div", { class: "sa-playing" }, player.node, slider)),
    reading,
  );
  return follow(model, ["at"], draw);
}

export default { render };
