// Three encoder states h and a decoder state s as arrows in the plane: scores, weights, context.

const EDGE = 3.5;
const UNIT = 200 / EDGE;
const STEPS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const onPlane = ([x, y]) => [200 + UNIT * x, 200 - UNIT * y];
const linePath = (points) => `M${points.map((point) => point.join(" ")).join("L")}`;
const pair = (vector) => `(${vector.map((x) => format(x)).join(", ")})`;

// From the origin to the vector, with a head.
function arrowPath(vector) {
  const [start, tip] = [onPlane([0, 0]), onPlane(vector)];
  const [dx, dy] = [tip[0] - start[0], tip[1] - start[1]];
  const head = 10 / Math.max(Math.hypot(dx, dy), 10);
  const barb = (side) => [tip[0] - head * (dx + side * dy), tip[1] - head * (dy - side * dx)];
  return linePath([start, tip]) + linePath([barb(0.6), tip, barb(-0.6)]);
}

const gridLines = (places) => places
  .map((n) => linePath([onPlane([n, -EDGE]), onPlane([n, EDGE])]) + linePath([onPlane([-EDGE, n]), onPlane([EDGE, n])]))
  .join("");

function render({ model, el }) {
  const say = sayIn(el);
  const words = model.get("words");
  const replaced = (list, i, x) => list.map((old, j) => (j === i ? x : old));
  const index = (i) => "₁₂₃"[i];

  // A vector that can be moved: h₁, h₂, h₃ and s, each with its arrow and its number fields.
  const vectors = [...words.map((word, i) => ({
    role: "values", symbol: `h${index(i)}`, tip: word, name: say("stateOf", { name: `h${index(i)}`, word }),
    get: () => model.get("h")[i],
    set: (vector) => change(model, { h: replaced(model.get("h"), i, vector) }),
  })), {
    role: "query", symbol: "s", tip: "s", name: say("decoderState"),
    get: () => model.get("s"),
    set: (vector) => change(model, { s: vector }),
  }].map((vector) => ({ ...vector, ...makeArrow(vector), fields: [0, 1].map((axis) => numberField(
    say("coordinate", { name: vector.name, axis: axis + 1 }), EDGE,
    (x) => vector.set(replaced(vector.get(), axis, x)))) }));
  const matrix = [0, 1].map((row) => [0, 1].map((column) => numberField(
    say("entry", { row: row + 1, column: column + 1 }), 100,
    (x) => change(model, { W: replaced(model.get("W"), row, replaced(model.get("W")[row], column, x)) }))));

  function numberField(label, limit, oninput) {
    const control = slider({ min: -limit, max: limit, step: 0.1, low: -limit, high: limit, role: "ink", oninput });
    control.label(label, label);
    return control;
  }

  function makeArrow({ role, tip, name, get, set }) {
    const moveTo = (vector) => set(vector.map((x) => clamp(x, -EDGE, EDGE)));
    const path = make("path", { class: `sa-arrow sa-${role}` });
    const label = make("text", { class: `sa-${role}`, ...languageOf(tip) }, tip);
    const dot = make("circle", { class: `sa-dot sa-${role}`, r: 8 });
    const grip = make(
      "g", { class: "sa-point", tabindex: 0, role: "slider", "aria-label": say("arrowOf", { name }), "aria-valuemin": -EDGE, "aria-valuemax": EDGE },
      make("circle", { class: "sa-grip", r: 31 }), dot, label,
    );
    grip.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    grip.addEventListener("pointerdown", (event) => {
      grip.setPointerCapture(event.pointerId);
      grip.focus();
      event.preventDefault();
    });
    grip.addEventListener("pointermove", (event) => {
      if (!grip.hasPointerCapture(event.pointerId)) return;
      const box = plane.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width - 0.5) * 2 * EDGE;
      const y = (0.5 - (event.clientY - box.top) / box.height) * 2 * EDGE;
      moveTo([x, y].map((value) => Math.round(value * 20) / 20)); // round numbers are easier to follow
    });
    grip.addEventListener("keydown", (event) => {
      if (!STEPS[event.key]) return;
      event.preventDefault();
      const size = event.shiftKey ? 0.5 : 0.1;
      moveTo(get().map((x, axis) => Number((x + size * STEPS[event.key][axis]).toFixed(9))));
    });
    return { path, grip, label };
  }

  // The plane
  const triangle = make("polygon", { class: "sa-hull" });
  const query = make("path", { class: "sa-arrow sa-query sa-dashed" });
  const context = make("path", { class: "sa-arrow sa-values sa-context" });
  const mark = make("path", { class: "sa-mark", d: "M0-9L9 0L0 9L-9 0Z" });
  const plane = make(
    "svg", { class: "sa-plane", viewBox: "0 0 400 400" },
    make("path", { class: "sa-grid", d: gridLines([-3, -2, -1, 1, 2, 3]) }),
    make("path", { class: "sa-axes", d: gridLines([0]) }),
    triangle, query, context, ...vectors.map(({ path }) => path), ...vectors.map(({ grip }) => grip), mark,
  );
  const key = (shape, text) => make("li", {}, make("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, shape), text);
  const legend = make(
    "ul", { class: "sa-key" },
    key(make("path", { class: "sa-mark", d: "M16-1L23 6L16 13L9 6Z" }), say("contextKey")),
    key(make("path", { class: "sa-arrow sa-query sa-dashed", d: "M1 6L31 6" }), say("queryKey")),
  );

  // The numbers
  const entry = (role, symbol, word, fields) => make(
    "div", { class: `sa-entry sa-${role}` },
    make("span", { "aria-hidden": "true" }, make("b", {}, symbol), " ", make("span", languageOf(word), word)),
    ...fields.map(({ field }) => field),
  );
  const entries = [
    ...vectors.map(({ role, symbol, tip, fields }, i) => entry(role, symbol, i < 3 ? tip : "", fields)),
    ...matrix.map((row, i) => entry("ink", i ? "" : "W", "", row)),
  ];
  const numbers = table(say("stepsTable"), [say("word"), "sᵀW · h", say("scoreStep"), say("weightStep")]);
  const rows = words.map((word) => {
    const cell = (role) => make("td", { class: role });
    const row = { product: cell("sa-product"), score: cell("sa-score"), weight: cell("sa-weights") };
    numbers.body.append(make("tr", {}, make("th", { scope: "row", ...languageOf(word) }, word), ...Object.values(row)));
    return row;
  });
  const queryText = make("p", { class: "sa-query" });
  const contextText = make("p", {});
  const result = make("b", { class: "sa-values" });

  function draw() {
    const [h, s, W] = [model.get("h"), model.get("s"), model.get("W")];
    const found = attend(s, h, W);
    const { scores, weights } = found;
    vectors.forEach(({ path, grip, label, name, fields, get }) => {
      const vector = get();
      const [x, y] = onPlane(vector);
      path.setAttribute("d", arrowPath(vector));
      grip.setAttribute("transform", `translate(${x} ${y})`);
      grip.setAttribute("aria-valuenow", vector[0]);
      grip.setAttribute("aria-valuetext", pair(vector));
      const left = x > 320 || (x < 200 && x > 80);
      label.setAttribute("text-anchor", left ? "end" : "start");
      label.setAttribute("x", left ? -12 : 12);
      label.setAttribute("y", y < 30 ? 24 : -10);
      fields.forEach((field, axis) => field.show(vector[axis]));
    });
    matrix.forEach((row, i) => row.forEach((field, j) => field.show(W[i][j])));
    triangle.setAttribute("points", h.map(onPlane).join(" "));
    query.setAttribute("d", arrowPath(found.query));
    context.setAttribute("d", arrowPath(found.context));
    mark.setAttribute("transform", `translate(${onPlane(found.context).join(" ")})`);

    queryText.textContent = `sᵀW = ${pair(found.query)}`;
    rows.forEach(({ product, score, weight }, i) => {
      product.textContent = h[i].map((x, j) => `${format(found.query[j])} · ${format(x)}`).join(" + ");
      show(score, scores[i]);
      show(weight, weights[i]);
    });
    const terms = h.map((hi, i) => `${format(weights[i])} · ${pair(hi)}`).join(" + ");
    contextText.replaceChildren(`${say("contextStep")}: c = ${terms} = `, result);
    result.textContent = pair(found.context);
    result.dataset.value = found.context;
    const shares = words.map((word, i) => `${word} ${format(weights[i])}`).join(", ");
    tell(say("contextIs", { weights: shares, context: pair(found.context) }));
  }

  const tell = frame(
    { model, el, say, name: "threeSteps", claim: "threeStepsClaim" },
    presets(model, say, [
      [say("identity"), { W: [[1, 0], [0, 1]] }],
      [say("swap"), { W: [[0, 1], [1, 0]] }],
      [say("noW"), { W: [[0, 0], [0, 0]] }],
    ]),
    make("div", { class: "sa-columns" }, make("div", {}, plane, legend), make("div", { class: "sa-entries" }, ...entries)),
    queryText, numbers.node, contextText,
  );
  return follow(model, ["h", "s", "W"], draw);
}

export default { render };
