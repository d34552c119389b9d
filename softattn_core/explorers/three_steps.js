// Three encoder states h and a decoder state s as arrows in the plane: scores, weights, context.

const EDGE = 3.5;
const SIDE = 400; // of the drawing, in its own units
const STEPS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// The square of the plane that is drawn, from its lower left corner: around the origin and all
// points, as far as the edge. It grows by whole units.
function squareAround(points) {
  const spans = [0, 1].map((axis) => {
    const along = [0, ...points.map((point) => clamp(point[axis], -EDGE, EDGE))];
    return [Math.floor(Math.min(...along) + 0.5) - 0.5, Math.ceil(Math.max(...along) - 0.5) + 0.5];
  });
  const size = Math.max(...spans.map(([low, high]) => high - low));
  return { from: spans.map(([low]) => Math.min(low, EDGE - size)), size };
}
const linePath = (points) => `M${points.map((point) => point.join(" ")).join("L")}`;

// An arrow whose head is a shape of its own: dashes and thickness are the shaft's alone.
function makeArrow(role, more = "") {
  const shaft = make("path", { class: "sa-shaft" });
  const head = make("polygon", { class: "sa-head" });
  const node = make("g", { class: `sa-arrow sa-${role} ${more}` }, shaft, head);
  function place(start, tip, thickness = 2.5) {
    const [dx, dy] = [tip[0] - start[0], tip[1] - start[1]];
    const length = Math.hypot(dx, dy) || 1;
    const size = Math.min(9 + thickness, length) / length;
    const base = [tip[0] - size * dx, tip[1] - size * dy];
    const side = (share) => [base[0] - share * size * dy, base[1] + share * size * dx];
    put(shaft, "d", linePath([start, base]));
    put(shaft, "stroke-width", thickness.toFixed(2));
    put(head, "points", [tip, side(0.45), side(-0.45)].join(" "));
  }
  return { node, place };
}

// Where the word of an arrow stands: beyond its tip, and within the drawing.
function labelPlace([x, y], origin) {
  const [dx, dy] = [x - origin[0], y - origin[1]];
  const length = Math.hypot(dx, dy) || 1;
  const anchor = x > 330 ? "end" : x < 70 ? "start" : Math.abs(dx) < 0.4 * length ? "middle" : dx > 0 ? "start" : "end";
  return { anchor, x: (14 * dx) / length, y: clamp(y + (dy > 0 ? 26 : -14), 20, 392) - y };
}

const STAGES = ["scoreStep", "weightStep", "contextStep"];
const EXPLAINED = ["scoreStepNow", "weightStepNow", "contextStepNow"];
const SECONDS = 1.5; // that each step is played
const FRAMES = 33; // a second

function render({ model, el }) {
  const say = sayIn(el);
  const words = model.get("words");
  const replaced = (list, i, x) => list.map((old, j) => (j === i ? x : old));
  const index = (i) => "₁₂₃"[i];
  let square; // what is drawn of the plane
  let dragging = false;
  const onPlane = (point) => point.map((x, axis) => {
    const along = (SIDE * (x - square.from[axis])) / square.size;
    return axis ? SIDE - along : along;
  });

  // A vector that can be moved: h₁, h₂, h₃ and s, each with its arrow and its number fields.
  const vectors = [...words.map((word, i) => ({
    role: "values", symbol: `h${index(i)}`, tip: word, name: say("stateOf", { name: `h${index(i)}`, word }),
    get: () => model.get("h")[i],
    set: (vector) => change(model, { h: replaced(model.get("h"), i, vector) }),
  })), {
    role: "query", symbol: "s", tip: "s", name: say("decoderState"),
    get: () => model.get("s"),
    set: (vector) => change(model, { s: vector }),
  }].map((vector) => ({ ...vector, arrow: makeArrow(vector.role), ...makeGrip(vector), fields: [0, 1].map((axis) => numberField(
    say("coordinate", { name: vector.name, axis: axis + 1 }), EDGE,
    (x) => vector.set(replaced(vector.get(), axis, x)))) }));
  const states = vectors.slice(0, 3);
  const matrix = [0, 1].map((row) => [0, 1].map((column) => numberField(
    say("entry", { row: row + 1, column: column + 1 }), 100,
    (x) => change(model, { W: replaced(model.get("W"), row, replaced(model.get("W")[row], column, x)) }))));

  function numberField(label, limit, oninput) {
    const control = slider({ min: -limit, max: limit, step: 0.1, low: -limit, high: limit, role: "ink", oninput });
    control.label(label, label);
    return control;
  }

  function makeGrip({ role, tip, name, get, set }) {
    const moveTo = (vector) => set(vector.map((x) => clamp(x, -EDGE, EDGE)));
    const label = make("text", { class: `sa-${role}`, ...languageOf(tip) });
    const grip = make(
      "g", { class: `sa-point sa-${role}`, tabindex: 0, role: "slider", "aria-label": say("arrowOf", { name }), "aria-valuemin": -EDGE, "aria-valuemax": EDGE },
      make("circle", { class: "sa-grip", r: 31 }), make("circle", { class: "sa-ring", r: 10 }), label,
    );
    grip.addEventListener("keydown", (event) => {
      if (!STEPS[event.key]) return;
      event.preventDefault();
      const size = event.shiftKey ? 0.5 : 0.1;
      moveTo(get().map((x, axis) => Number((x + size * STEPS[event.key][axis]).toFixed(9))));
    });
    // Round numbers are easier to follow.
    const drag = (plane) => draggable(grip, plane, (x, y) =>
      moveTo([x, 1 - y].map((share, axis) => Math.round((square.from[axis] + share * square.size) * 20) / 20)));
    for (const how of ["got", "lost"]) grip.addEventListener(`${how}pointercapture`, () => {
      dragging = how === "got";
      draw();
    });
    return { grip, label, drag };
  }

  // The plane
  const triangle = make("polygon", { class: "sa-hull" });
  const query = makeArrow("query", "sa-dashed");
  const reaches = states.map(() => make("path", { class: "sa-reach" }));
  const parts = states.map(() => makeArrow("values", "sa-part"));
  const mark = make("g", { class: "sa-mark sa-values" }, make("path", { d: "M0-7L7 0L0 7L-7 0Z" }), make("text", { x: -22, y: 5 }, "c"));
  const [grid, axes] = ["grid", "axes"].map((name) => make("path", { class: `sa-${name}` }));
  const plane = make(
    "svg", { class: "sa-plane", viewBox: "0 0 400 400" },
    grid, axes,
    triangle, ...reaches, query.node, ...vectors.map(({ arrow }) => arrow.node), ...parts.map(({ node }) => node), mark,
    ...vectors.map(({ grip }) => grip),
  );
  vectors.forEach(({ drag }) => drag(plane));
  const key = (shape, text) => make("li", {}, make("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, shape), text);
  const legend = make(
    "ul", { class: "sa-key" },
    key(make("path", { class: "sa-keyline sa-query", d: "M1 6L31 6" }), say("queryKey")),
  );

  // The steps: by hand, or played. What is played runs from 0 to 3, a step from one whole number to the next.
  let played = null;
  const stages = STAGES.map((name, i) => button(say(name), () => {
    player.stop();
    played = null;
    change(model, { stage: i + 1 });
    draw();
  }));
  const player = playButton(say, 1000 / FRAMES, () => (played = 0), () => {
    played = Math.min(played + 1 / (SECONDS * FRAMES), 3);
    change(model, { stage: clamp(Math.ceil(played), 1, 3) });
    draw();
    if (played < 3) return true;
    played = null;
    return false;
  });
  const explanation = make("p", { class: "sa-now" });

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
  numbers.heads[3].classList.add("sa-weight");
  const rows = words.map((word, i) => {
    const cell = (role) => make("td", { class: role });
    const row = { product: cell("sa-product"), score: cell("sa-score"), weight: cell("sa-weights sa-weight") };
    const node = make("tr", {}, make("th", { scope: "row", ...languageOf(word) }, word), ...Object.values(row));
    linked(node, states[i].grip, states[i].arrow.node, parts[i].node, entries[i]);
    numbers.body.append(node);
    return row;
  });
  const queryText = make("p", { class: "sa-query" });
  const contextText = make("p", { class: "sa-contextline" });
  const result = make("b", { class: "sa-values" });

  // While the reader moves a vector, the scale stays: a picture must not shrink under the pointer.
  const isHeld = (node) => el.contains(node) && node.closest(".sa-point, .sa-entry");
  function fit(q) {
    const held = square && isHeld(document.activeElement);
    const corners = held ? [square.from, square.from.map((x) => x + square.size)] : [];
    square = squareAround([...vectors.map(({ get }) => get()), ...(dragging ? [] : [q]), ...corners]);
    const lines = (n) => linePath([onPlane([n, -EDGE]), onPlane([n, EDGE])]) + linePath([onPlane([-EDGE, n]), onPlane([EDGE, n])]);
    put(grid, "d", [-3, -2, -1, 1, 2, 3].map(lines).join(""));
    put(axes, "d", lines(0));
  }

  function drawPlane({ scores, weights, context, query: q }, at) {
    const h = model.get("h");
    fit(q);
    const origin = onPlane([0, 0]);
    vectors.forEach(({ arrow, grip, label, tip, get }, i) => {
      const vector = get();
      const place = onPlane(vector);
      const grown = i < 3 ? clamp(at - 1, 0, 1) : 0;
      arrow.place(origin, place, 2.5 + grown * (9 * (weights[i] ?? 0) - 1));
      put(grip, "transform", `translate(${place.join(" ")})`);
      put(grip, "aria-valuenow", vector[0]);
      put(grip, "aria-valuetext", pair(vector));
      const { anchor, x, y } = labelPlace(place, origin);
      for (const [name, value] of Object.entries({ "text-anchor": anchor, x: x.toFixed(1), y: y.toFixed(1) })) put(label, name, value);
      write(label, i < 3 ? `${tip} ${(at > 1 ? weights : scores)[i].toFixed(2).replace("-", "−")}` : tip);
    });
    put(triangle, "points", h.map(onPlane).join(" "));
    query.place(origin, onPlane(q));
    // How far each h reaches along the query: the foot of its perpendicular.
    const long = dot(q, q);
    reaches.forEach((path, i) => put(path, "d", long && at <= 1 ? linePath([onPlane(h[i]), onPlane(q.map((x) => (x * scores[i]) / long))]) : ""));
    // The weighted h, tip to tail, one after the other.
    let start = [0, 0];
    parts.forEach((part, i) => {
      const share = clamp(3 * (at - 2) - i, 0, 1) * weights[i];
      const end = start.map((x, axis) => x + share * h[i][axis]);
      part.node.toggleAttribute("hidden", !share);
      part.place(onPlane(start), onPlane(end), 5);
      start = end;
    });
    put(mark, "transform", `translate(${onPlane(context).join(" ")})`);
    mark.toggleAttribute("hidden", at < 3);
  }

  function draw() {
    const [h, s, W, stage] = ["h", "s", "W", "stage"].map((name) => model.get(name));
    const found = attend(s, h, W);
    const { scores, weights } = found;
    drawPlane(found, played ?? stage);
    form.dataset.stage = stage;
    stages.forEach((each, i) => put(each, "aria-pressed", i + 1 === stage));
    write(explanation, say(EXPLAINED[stage - 1]));
    vectors.forEach(({ fields, get }) => fields.forEach((field, axis) => field.show(get()[axis])));
    matrix.forEach((row, i) => row.forEach((field, j) => field.show(W[i][j])));

    write(queryText, `sᵀW = ${pair(found.query)}`);
    rows.forEach(({ product, score, weight }, i) => {
      write(product, h[i].map((x, j) => `${typed(found.query[j])} · ${typed(x)}`).join(" + "));
      show(score, scores[i]);
      show(weight, weights[i]);
    });
    const terms = h.map((hi, i) => `${format(weights[i])} · ${typedPair(hi)}`).join(" + ");
    contextText.replaceChildren(say("named", { name: say("contextStep"), value: `c = ${terms} = ` }), result);
    result.textContent = pair(found.context);
    result.dataset.value = found.context;
    const shares = words.map((word, i) => `${word} ${format(weights[i])}`).join(say("comma"));
    tell(say("contextIs", { weights: shares, context: pair(found.context) }));
  }

  const tell = frame(
    { model, el, say, name: "threeSteps", claim: "threeStepsClaim" },
    make("div", { class: "sa-buttons sa-steps", role: "group", "aria-label": say("stepsChoice") }, ...stages, player.node),
    explanation,
    make("div", { class: "sa-columns sa-stage" }, make("div", {}, plane, legend), make("div", {}, queryText, numbers.node, contextText)),
    presets(model, say, [
      [say("identity"), { W: [[1, 0], [0, 1]] }],
      [say("swap"), { W: [[0, 1], [1, 0]] }],
      [say("noW"), { W: [[0, 0], [0, 0]] }],
    ]),
    make("div", { class: "sa-columns sa-entries" }, make("div", {}, ...entries.slice(0, 4)), make("div", {}, ...entries.slice(4))),
  );
  const form = el.querySelector("form");
  form.addEventListener("focusout", ({ relatedTarget }) => isHeld(relatedTarget) || draw());
  return follow(model, ["h", "s", "W", "stage"], draw);
}

export default { render };
