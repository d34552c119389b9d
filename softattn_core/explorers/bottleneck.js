// Quality by source length, with a line to read it off, and one sentence in both translations.

const MODELS = ["attention_h64", "fixed_h64", "fixed_h128"];
const FULL = { exact_match: 1, bleu: 100 };

function render({ model, el }) {
  const say = sayIn(el);
  const labels = model.get("labels");
  const at = (i) => ((i + 0.5) * 100) / labels.length;
  const outline = (values, full) => values.map((y, i) => `${at(i)} ${100 - (100 * y) / full}`);

  // The chart is stretched to the page's width; its strokes keep their thickness.
  const drawing = (tag, role, i = "") => make(tag, { class: `sa-${role} sa-model${i}` });
  const bands = MODELS.map((_, i) => drawing("polygon", "band", i));
  const curves = MODELS.map((_, i) => drawing("path", "curve", i));
  const dots = MODELS.map((_, i) => drawing("path", "reader", i));
  const line = make("path", { class: "sa-line" });
  const edge = (model.get("trained") * 100) / labels.length;
  const chart = make(
    "svg", { class: "sa-chart", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" },
    make("path", { class: "sa-grid", d: "M0 0H100M0 50H100M0 100H100" }),
    make("path", { class: "sa-limit", d: `M${edge} 0V100` }),
    ...bands, line, ...curves, ...dots,
  );
  const point = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = chart.getBoundingClientRect();
    const i = Math.floor(((event.clientX - box.left) / box.width) * labels.length);
    change(model, { length: clamp(i, 0, labels.length - 1) });
  };
  chart.addEventListener("pointerdown", point);
  chart.addEventListener("pointermove", point);
  const ticks = ["sa-ticks sa-down", "sa-ticks"].map((name) => make("div", { class: name, "aria-hidden": "true" }));
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

  const numbers = table(say("qualityTable"), [say("model"), say("mean"), say("lowest"), say("highest")]);
  const rows = MODELS.map((name, i) => {
    const cells = [0, 1, 2].map(() => make("td"));
    const key = make("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, make("path", { class: `sa-curve sa-model${i}`, d: "M0 6H32" }));
    const { seeds } = model.get("curves").bleu[name];
    numbers.body.append(make("tr", {}, make("th", { scope: "row" }, key, say(name), make("small", {}, say("seeds", { seeds }))), ...cells));
    return cells;
  });

  const title = make("b");
  const another = button(say("another"), () =>
    change(model, { sentence: (model.get("sentence") + 1) % model.get("sentences")[0].length }));
  const text = (label, attributes) => {
    const words = make("p", attributes);
    const count = make("small");
    return { node: make("div", {}, make("b", {}, say(label)), " ", count, words), words, count };
  };
  const english = text("english", { lang: "en" });
  const reference = text("reference", { lang: "zh" });
  const outputs = MODELS.slice(0, 2).map((name) => text(name, { lang: "zh" }));

  function draw() {
    const [measure, i] = [model.get("measure"), model.get("length")];
    const found = model.get("curves")[measure];
    const full = FULL[measure];
    MODELS.forEach((name, m) => {
      const { mean, low, high } = found[name];
      curves[m].setAttribute("d", `M${outline(mean, full).join("L")}`);
      bands[m].setAttribute("points", [...outline(high, full), ...outline(low, full).reverse()].join(" "));
      dots[m].setAttribute("d", `M${outline(mean, full)[i]}h0`);
      [mean, low, high].forEach((values, column) => show(rows[m][column], values[i]));
    });
    ticks[0].replaceChildren(...[full, full / 2, 0].map((y) => make("span", {}, String(y))));
    line.setAttribute("d", `M${at(i)} 0V100`);
    radios.forEach((radio) => (radio.checked = radio.value === measure));
    length.show(i);
    const words = say("wordsLong", { length: labels[i] });
    length.range.setAttribute("aria-valuetext", words);

    const n = model.get("sentence");
    const sentence = model.get("sentences")[i][n];
    title.textContent = say("heldOut", { number: n + 1, count: sentence.english.length });
    english.words.textContent = sentence.english.join(" ");
    reference.words.textContent = sentence.reference.join(" ");
    outputs.forEach(({ words: node, count }, m) => {
      const output = sentence.outputs[MODELS[m]];
      const wrong = output.filter(([, right]) => !right).length;
      node.replaceChildren(...output.flatMap(([word, right]) => [right ? word : make("mark", {}, word), " "]));
      count.textContent = wrong ? say("wrong", { wrong, all: output.length }) : say("right");
    });
    tell(`${words}: ${MODELS.map((name) => `${say(name)} ${format(found[name].mean[i])}`).join(", ")}`);
  }

  const tell = frame(
    { model, el, say, name: "bottleneck", claim: "bottleneckClaim" }, measures,
    make("div", { class: "sa-chartbox" }, ticks[0], chart, make("span"), ticks[1], make("span"), length.range),
    make("p", { class: "sa-note" }, say("chartNote")), numbers.node,
    make("div", { class: "sa-heading" }, title, another), english.node, reference.node,
    make("div", { class: "sa-columns" }, ...outputs.map(({ node }) => node)),
    make("p", { class: "sa-note" }, say("markNote")),
  );
  return follow(model, ["measure", "length", "sentence"], draw);
}

export default { render };
