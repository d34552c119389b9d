// Quality by source length, with a line to read it off, and one sentence in both translations.

// Whose translations are read, below the curves.
const TRANSLATORS = ["attention_h64", "fixed_h64"];
const FULL = { exact_match: 1, bleu: 100 };
const AXES = { exact_match: "exactShare", bleu: "bleu" };

function render({ model, el }) {
  const say = sayIn(el);
  const labels = model.get("labels");
  const at = (i) => ((i + 0.5) * 100) / labels.length;
  const place = (values, full) => (i) => `${at(i)} ${100 - (100 * values[i]) / full}`;
  const outline = (values, full) => values.map((_, i) => place(values, full)(i));

  // The chart is stretched to the page's width; its strokes keep their thickness.
  const drawing = (tag, role, name) => make(tag, { class: `sa-${role} sa-arm-${name}` });
  const arms = model.get("models").map((name) => ({
    name,
    title: titleOf(name),
    band: drawing("polygon", "band", name),
    curve: drawing("path", "curve", name),
    dot: drawing("path", "reader", name),
    box: make("input", { type: "checkbox", value: name, onchange: choose }),
  }));

  // At the end of its curves, each kind of model has its name.
  const ends = ["attention", "fixed"].map((kind) => ({
    arms: arms.filter(({ name }) => name.startsWith(kind)),
    node: make("span", { class: `sa-end sa-arm-${kind}`, "aria-hidden": "true" }, say(kind)),
  }));

  // "fixed_h64_20k": a fixed vector of 64 numbers, trained for 20,000 steps. 10,000 go without saying.
  function titleOf(name) {
    const [, kind, size, thousands] = name.match(/^([a-z]+)_h(\d+)(?:_(\d+)k)?$/);
    const steps = thousands ? [say("thousandSteps", { thousands })] : [];
    return [say(kind === "attention" ? "attention" : "fixed"), `H = ${size}`, ...steps].join(say("comma"));
  }

  function choose() {
    change(model, { arms: arms.filter(({ box }) => box.checked).map(({ name }) => name) });
  }

  const line = make("path", { class: "sa-line" });
  const edge = (model.get("trained") * 100) / labels.length;
  const chart = make(
    "svg", { class: "sa-chart", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
    make("path", { class: "sa-grid", d: "M0 0H100M0 50H100M0 100H100" }),
    make("path", { class: "sa-limit", d: `M${edge} 0V100` }),
    ...arms.map(({ band }) => band), line, ...arms.map(({ curve }) => curve), ...arms.map(({ dot }) => dot),
  );
  draggable(chart, chart, (x) =>
    change(model, { length: clamp(Math.floor(x * labels.length), 0, labels.length - 1) }));
  const ticks = ["sa-ticks sa-down", "sa-ticks"].map((name) => make("div", { class: name, "aria-hidden": "true" }));
  const axis = make("p", { class: "sa-axis" });
  ticks[0].append(make("span"), make("span"), make("span"));
  ticks[1].append(...labels.map((text) => make("span", {}, text)));
  const length = slider({
    min: 0, max: labels.length - 1, step: 1, role: "ink",
    oninput: (i) => change(model, { length: i }),
  });
  length.label(say("sourceLength"), "");

  const radios = Object.keys(FULL).map((measure) =>
    make("input", { type: "radio", name: "measure", value: measure, onchange: () => change(model, { measure }) }));
  const measures = make(
    "fieldset", { class: "sa-targets" }, make("legend", {}, say("measure")),
    ...radios.map((radio) => make("label", {}, radio, say(radio.value))),
  );

  const choice = make(
    "fieldset", { class: "sa-targets" }, make("legend", {}, say("models")),
    ...arms.map((arm) => {
      const line = make("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, make("path", { class: `sa-curve sa-arm-${arm.name}`, d: "M0 6H32" }));
      return (arm.label = make("label", {}, arm.box, line, arm.title));
    }),
  );
  const numbers = valueTable(say("qualityTable"), say("model"), [
    { heading: say("seeds"), value: ({ curves }, i) => curves[i].seeds, text: String },
    ...["mean", "low", "high"].map((kind) => ({
      heading: say({ mean: "mean", low: "lowest", high: "highest" }[kind]),
      value: ({ curves, group }, i) => curves[i][kind][group],
    })),
  ]);

  const title = make("b");
  const another = button(say("another"), () =>
    change(model, { sentence: (model.get("sentence") + 1) % model.get("sentences")[0].length }));
  const text = (label, attributes) => {
    const words = make("p", attributes);
    const count = make("small");
    return { node: make("div", {}, make("b", {}, label), " ", count, words), words, count };
  };
  const english = text(say("english"), { lang: "en" });
  const reference = text(say("reference"), { lang: "zh" });
  const outputs = TRANSLATORS.map((name) => text(titleOf(name), { lang: "zh" }));

  // Below the lowest curve of the kind that is shown, where there is room; else above the highest.
  function placeEnd({ arms: kind, node }, found, full) {
    const heights = kind.filter(({ box }) => box.checked).map(({ name }) => found[name].mean.at(-1) / full);
    node.hidden = !heights.length;
    const below = Math.min(...heights) > 0.15;
    node.style.top = below ? `calc(${100 - 100 * Math.min(...heights)}% + 6px)` : "auto";
    node.style.bottom = below ? "auto" : `calc(${100 * Math.max(...heights)}% + 6px)`;
  }

  let drawn; // the measure of the curves
  function draw() {
    const [i, measure] = [model.get("length"), model.get("measure")];
    const [found, full] = [model.get("curves")[measure], FULL[measure]];
    for (const { name, box, band, curve, dot } of arms) {
      const shown = model.get("arms").includes(name);
      const { mean, low, high } = found[name];
      box.checked = shown;
      for (const node of [band, curve, dot]) node.classList.toggle("sa-off", !shown);
      put(dot, "d", `M${place(mean, full)(i)}h0`);
      if (measure === drawn) continue;
      put(curve, "d", `M${outline(mean, full).join("L")}`);
      put(band, "points", [...outline(high, full), ...outline(low, full).reverse()].join(" "));
    }
    drawn = measure;
    for (const end of ends) placeEnd(end, found, full);
    const shown = arms.filter(({ box }) => box.checked);
    numbers.draw(arms.map(({ title }) => title), { curves: arms.map(({ name }) => found[name]), group: i });
    numbers.rows.forEach(({ node }, n) => (node.hidden = !arms[n].box.checked));
    [full, full / 2, 0].forEach((y, n) => write(ticks[0].children[n], String(y)));
    write(axis, say(AXES[measure]));
    put(line, "d", `M${at(i)} 0V100`);
    radios.forEach((radio) => (radio.checked = radio.value === measure));
    length.show(i);
    const words = say("wordsLong", { length: labels[i] });
    put(length.range, "aria-valuetext", words);

    const n = model.get("sentence");
    const sentence = model.get("sentences")[i][n];
    write(title, say("heldOut", { number: n + 1, count: sentence.english.length }));
    write(english.words, sentence.english.join(" "));
    write(reference.words, sentence.reference.join(" "));
    outputs.forEach(({ words: node, count }, m) => {
      const output = sentence.outputs[TRANSLATORS[m]];
      const wrong = output.filter(([, right]) => !right).length;
      node.replaceChildren(...output.flatMap(([word, right]) => (right ? `${word} ` : [make("mark", {}, word), " "])));
      write(count, wrong ? say("wrong", { wrong, all: output.length }) : say("right"));
    });
    const means = shown.map(({ name, title: kind }) => `${kind} ${format(found[name].mean[i])}`);
    tell(say("named", { name: words, value: means.join(say("comma")) }));
  }

  const tell = frame(
    { model, el, say, name: "bottleneck", claim: "bottleneckClaim" },
    make("div", { class: "sa-chartbox" }, axis, ticks[0], make("div", { class: "sa-plot" }, chart, ...ends.map(({ node }) => node)), make("span"), ticks[1], make("span"), length.range),
    numbers.node, make("p", { class: "sa-note" }, say("chartNote")), choice, measures,
    make("div", { class: "sa-heading" }, title, another), english.node, reference.node,
    make("div", { class: "sa-columns" }, ...outputs.map(({ node }) => node)),
    make("p", { class: "sa-note" }, say("markNote")),
  );
  const stop = follow(model, ["measure", "length", "sentence", "arms"], draw);
  arms.forEach(({ label, curve }, i) => linked(label, curve, numbers.rows[i].node));
  return stop;
}

export default { render };
