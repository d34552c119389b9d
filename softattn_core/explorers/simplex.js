// All distributions over three classes as the points of a triangle: where scores, temperature and
// one step of learning put the point.

const SIDE = 300;
const HEIGHT = (SIDE * Math.sqrt(3)) / 2;
const [WIDTH, BOTTOM] = [400, 350];
// The corners, in the order of the classes: top, left, right.
const CORNERS = [[200, 44], [50, 44 + HEIGHT], [350, 44 + HEIGHT]];
// The border itself would need a score of -∞.
const NEAREST = 1e-6;
const ARROW_KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const toPlane = (p) => [0, 1].map((axis) => sum(p.map((pi, i) => pi * CORNERS[i][axis])));

function logSoftmax(scores, temperature = 1) {
  const z = shifted(scores, temperature);
  const logTotal = Math.log(sum(z.map(Math.exp)));
  return z.map((zi) => zi - logTotal);
}

// p - y, the slope of the cross-entropy for the right class `target`.
const gradient = (p, target) => p.map((pi, i) => pi - (i === target ? 1 : 0));

// The distribution at a point of the plane; a point outside moves to the border.
function toDistribution([x, y]) {
  const top = (CORNERS[1][1] - y) / HEIGHT;
  const right = (x - CORNERS[1][0]) / SIDE - top / 2;
  const inside = [top, 1 - top - right, right].map((pi) => Math.max(pi, NEAREST));
  const total = sum(inside);
  return inside.map((pi) => pi / total);
}

// Scores with softmax(scores / T) = p. Any common shift would do; their average stays as it was.
function scoresFor(p, temperature, before) {
  const z = p.map((pi) => temperature * Math.log(pi));
  const shift = (sum(before) - sum(z)) / 3;
  return z.map((zi) => clamp(zi + shift, -1e6, 1e6));
}

const pathThrough = (points) => `M${points.map((point) => point.join(" ")).join("L")}`;

// From the centre (T large) to the corner (T small), through the point itself.
function temperaturePath(scores) {
  const points = [];
  for (let n = 0; n <= 60; n += 1) points.push(toPlane(softmax(scores, 10 ** (6 - n / 5))));
  return pathThrough(points);
}

// The scores after the share `part` of one step of gradient descent.
const stepped = (scores, slope, part = 1) => scores.map((z, i) => z - part * slope[i]);

// How one step moves the point: a curve, for softmax bends the straight way of the scores.
function stepPath(scores, slope, temperature) {
  const points = [];
  for (let n = 0; n <= 32; n += 1) points.push(toPlane(softmax(stepped(scores, slope, n / 32), temperature)));
  const [tail, tip] = [points[0], points.at(-1)];
  if (Math.hypot(tip[0] - tail[0], tip[1] - tail[1]) < 1) return "";
  // The head points as the curve does where it gets there, however short its last piece is.
  const before = points.findLast(([x, y]) => Math.hypot(tip[0] - x, tip[1] - y) > 0.5);
  const [dx, dy] = [tip[0] - before[0], tip[1] - before[1]];
  const head = 10 / Math.hypot(dx, dy);
  const barb = (side) => [tip[0] - head * (dx + side * dy), tip[1] - head * (dy - side * dx)];
  return pathThrough(points) + pathThrough([barb(0.6), tip, barb(-0.6)]);
}

function render({ model, el }) {
  const say = sayIn(el);
  const names = model.get("names");
  const sliders = scoreSliders(say);
  const scores = () => model.get("scores");
  const temperature = () => model.get("temperature");
  const distribution = () => softmax(scores(), temperature());

  const moveTo = (point) =>
    change(model, { scores: scoresFor(toDistribution(point), temperature(), scores()) });

  // The triangle
  const path = make("path", { class: "sa-path" });
  const step = make("path", { class: "sa-step" });
  const goal = make("circle", { class: "sa-goal", r: 14 });
  const dot = make("circle", { class: "sa-dot", r: 9 });
  const point = make(
    "g",
    {
      class: "sa-point", tabindex: 0, role: "slider",
      "aria-label": say("point"), "aria-valuemin": 0, "aria-valuemax": 1,
    },
    make("circle", { class: "sa-grip", r: 37 }), dot,
  );
  const corners = CORNERS.map(([x, y], i) =>
    make("text", { x, y: i === 0 ? y - 22 : y + 36, "text-anchor": "middle", ...languageOf(names[i]) }, names[i]));
  const area = make("polygon", { class: "sa-area", points: CORNERS.join(" ") });
  const triangle = make(
    "svg", { class: "sa-triangle", viewBox: `0 0 ${WIDTH} ${BOTTOM}` },
    area, ...corners, goal, path, step, point,
  );
  const pressed = (event) => {
    const box = triangle.getBoundingClientRect();
    moveTo([event.clientX - box.left, event.clientY - box.top].map((offset) => (offset * WIDTH) / box.width));
  };
  area.addEventListener("click", pressed);
  // A mouse goes on dragging from where it presses; a finger there scrolls the page.
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault();
    pressed(event);
    point.setPointerCapture(event.pointerId);
    point.focus({ preventScroll: true });
  });
  draggable(point, triangle, (x, y) => moveTo([x * WIDTH, y * BOTTOM]));
  point.addEventListener("keydown", (event) => {
    const direction = ARROW_KEYS[event.key];
    if (!direction) return;
    event.preventDefault();
    const [x, y] = toPlane(distribution());
    const distance = event.shiftKey ? 30 : 6;
    moveTo([x + distance * direction[0], y + distance * direction[1]]);
  });

  // The controls
  const rows = names.map((name, i) => {
    const score = sliders.make((z) =>
      change(model, { scores: scores().map((old, j) => (j === i ? z : old)) }));
    const label = say("score", { name });
    score.label(label, say("exactly", { label }));
    const row = make(
      "div", { class: "sa-row" },
      make("span", { class: "sa-name", "aria-hidden": "true", ...languageOf(name) }, name), score.range, score.field,
    );
    return { row, score };
  });
  const temperatureRow = temperatureSlider(say, (t) => change(model, { temperature: t }));
  const radios = names.map((_, i) =>
    make("input", { type: "radio", name: "target", onchange: () => change(model, { target: i }) }));
  const targets = make(
    "fieldset", { class: "sa-targets" }, make("legend", {}, say("target")),
    ...names.map((name, i) => make("label", {}, radios[i], name)),
  );
  const slope = () => gradient(distribution(), model.get("target"));
  const stepButton = button(say("step"), () =>
    change(model, { scores: stepped(scores(), slope()).map((z) => clamp(z, -1e6, 1e6)) }));
  stepButton.classList.add("sa-primary");

  // The numbers
  const numbers = valueTable(say("simplexTable"), say("class"), [
    { heading: "p", role: "weights", value: ({ p }, i) => p[i] },
    { heading: "y", value: ({ y }, i) => y[i], text: String },
    { heading: "p − y", value: ({ slope }, i) => slope[i] },
    { heading: say("afterStep"), role: "weights", value: ({ next }, i) => next[i] },
  ]);
  const loss = make("b", { class: "sa-value" });
  const lossName = make("span");
  const key = (shape, text) =>
    make("li", {}, make("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, shape), text);
  const legend = make(
    "ul", { class: "sa-key" },
    key(make("path", { class: "sa-path", d: "M1 6L31 6" }), say("pathKey")),
    key(make("path", { class: "sa-step", d: "M1 6L29 6M23 1L29 6L23 11" }), say("stepKey")),
    key(make("circle", { class: "sa-goal", cx: 16, cy: 6, r: 5 }), say("targetKey")),
  );

  let drawn;
  function draw() {
    const [z, t, target] = [scores(), temperature(), model.get("target")];
    const p = softmax(z, t);
    const found = gradient(p, target);
    sliders.fit(z);
    rows.forEach(({ score }, i) => {
      score.show(z[i]);
      radios[i].checked = i === target;
    });
    numbers.draw(names, { p, y: names.map((_, i) => Number(i === target)), slope: found, next: softmax(stepped(z, found), t) });
    temperatureRow.show(t);
    write(lossName, say("loss", { name: names[target] }));
    show(loss, -logSoftmax(z, t)[target]);

    const place = `translate(${toPlane(p).join(" ")})`;
    const summary = names.map((name, i) => `${name} ${format(p[i])}`).join(say("comma"));
    point.setAttribute("transform", place);
    point.setAttribute("aria-valuenow", p[target]);
    point.setAttribute("aria-valuetext", summary);
    goal.setAttribute("transform", `translate(${CORNERS[target].join(" ")})`);
    if (z !== drawn) put(path, "d", temperaturePath(z));
    drawn = z;
    put(step, "d", stepPath(z, found, t));
    tell(say("distribution", { values: summary }));
  }

  const tell = frame(
    { model, el, say, name: "simplex", claim: "simplexClaim" },
    make(
      "div", { class: "sa-columns sa-simplex" },
      make("div", {}, make("div", { class: "sa-picture" }, triangle, make("div", { class: "sa-buttons" }, stepButton)), legend),
      make("div", { class: "sa-controls" }, make("p", { class: "sa-over sa-scores" }, say("scoresZ")), ...rows.map(({ row }) => row), sliders.note, temperatureRow.row, targets),
    ),
    numbers.node, make("p", { class: "sa-loss" }, lossName, " ", loss),
    make("p", { class: "sa-note" }, say("representative")),
  );
  const end = follow(model, ["scores", "temperature", "target"], draw);
  rows.forEach(({ row }, i) => linked(row, numbers.rows[i].node, corners[i]));
  return end;
}

export default { render };
