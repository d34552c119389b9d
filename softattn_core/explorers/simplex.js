// All distributions over three classes as the points of a triangle: where scores, temperature and
// one step of learning put the point.

const SIDE = 300;
const HEIGHT = (SIDE * Math.sqrt(3)) / 2;
// The corners, in the order of the classes: top, left, right.
const CORNERS = [[200, 44], [50, 44 + HEIGHT], [350, 44 + HEIGHT]];
// The border itself would need a score of -∞.
const NEAREST = 1e-6;
const ARROW_KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const toPlane = (p) => [0, 1].map((axis) => sum(p.map((pi, i) => pi * CORNERS[i][axis])));

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

// An arrow from p along `step`, its true length unless it would leave the triangle.
function arrow(p, step) {
  const room = Math.min(1, ...step.map((s, i) => (s < 0 ? p[i] / -s : 1)));
  const tail = toPlane(p);
  const tip = toPlane(p.map((pi, i) => pi + room * step[i]));
  const [dx, dy] = [tip[0] - tail[0], tip[1] - tail[1]];
  const length = Math.hypot(dx, dy);
  if (length < 1) return "";
  const head = Math.min(10, length / 2) / length;
  const barb = (side) => [tip[0] - head * (dx + side * dy), tip[1] - head * (dy - side * dx)];
  return pathThrough([tail, tip]) + pathThrough([barb(0.6), tip, barb(-0.6)]);
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
    make("circle", { class: "sa-grip", r: 32 }), dot,
  );
  const corner = ([x, y], i) =>
    make("text", { x, y: i === 0 ? y - 22 : y + 36, "text-anchor": "middle" }, names[i]);
  const jump = (event) => moveTo(under(event));
  const triangle = make(
    "svg", { class: "sa-triangle", viewBox: "0 0 400 350" },
    make("polygon", { class: "sa-area", points: CORNERS.join(" "), onclick: jump }),
    ...CORNERS.map(corner), goal, path, step, point,
  );

  function under(event) {
    const box = triangle.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top].map((offset) => (offset * 400) / box.width);
  }
  // A finger on the point drags it; Chromium overlooks `touch-action` within an SVG.
  point.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  point.addEventListener("pointerdown", (event) => {
    point.setPointerCapture(event.pointerId);
    point.focus();
    event.preventDefault();
  });
  point.addEventListener("pointermove", (event) => {
    if (point.hasPointerCapture(event.pointerId)) moveTo(under(event));
  });
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
    const bar = make("div", { class: "sa-bar sa-diverging sa-ink" });
    const slope = make("span", { class: "sa-value" });
    const row = make(
      "div", { class: "sa-row" },
      make("span", { class: "sa-name", "aria-hidden": "true" }, name), score.range, score.field,
      make("span", { class: "sa-under" }, "p − y"), bar, slope,
    );
    return { row, score, bar, slope };
  });
  const temperatureRow = temperatureSlider(say, (t) => change(model, { temperature: t }));
  const radios = names.map((_, i) =>
    make("input", { type: "radio", name: "target", onchange: () => change(model, { target: i }) }));
  const targets = make(
    "fieldset", { class: "sa-targets" }, make("legend", {}, say("target")),
    ...names.map((name, i) => make("label", {}, radios[i], name)),
  );
  const stepButton = button(say("step"), descend);
  function descend() {
    const slope = gradient(distribution(), model.get("target"));
    change(model, { scores: scores().map((z, i) => clamp(z - slope[i], -1e6, 1e6)) });
  }

  // The numbers
  const numbers = table(say("simplexTable"), [say("class"), "p", "y", "−J(p − y)"]);
  const cells = names.map((name) => {
    const [p, y, move] = ["sa-weights", "", "sa-ink"].map((role) => make("td", { class: role }));
    numbers.body.append(make("tr", {}, make("th", { scope: "row" }, name), p, y, move));
    return { p, y, move };
  });
  const lossName = make("th", { scope: "row", colspan: 3 });
  const loss = make("td");
  numbers.foot.append(make("tr", {}, lossName, loss));
  const key = (shape, text) =>
    make("li", {}, make("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, shape), text);
  const legend = make(
    "ul", { class: "sa-key" },
    key(make("path", { class: "sa-path", d: "M1 6L31 6" }), say("pathKey")),
    key(make("path", { class: "sa-step", d: "M1 6L29 6M23 1L29 6L23 11" }), say("stepKey")),
    key(make("circle", { class: "sa-goal", cx: 16, cy: 6, r: 5 }), say("targetKey")),
  );

  function draw() {
    const [z, t, target] = [scores(), temperature(), model.get("target")];
    const p = softmax(z, t);
    sliders.fit(z);
    const slope = gradient(p, target);
    const move = descentDirection(z, target, t);
    rows.forEach(({ score, bar, slope: number }, i) => {
      score.show(z[i]);
      fill(bar, slope[i]);
      show(number, slope[i]);
      show(cells[i].p, p[i]);
      show(cells[i].y, Number(i === target), i === target ? "1" : "0");
      show(cells[i].move, move[i]);
      radios[i].checked = i === target;
    });
    temperatureRow.show(t);
    lossName.textContent = say("loss", { name: names[target] });
    show(loss, -logSoftmax(z, t)[target]);

    const place = `translate(${toPlane(p).join(" ")})`;
    const summary = names.map((name, i) => `${name} ${format(p[i])}`).join(", ");
    point.setAttribute("transform", place);
    point.setAttribute("aria-valuenow", p[target]);
    point.setAttribute("aria-valuetext", summary);
    goal.setAttribute("transform", `translate(${CORNERS[target].join(" ")})`);
    path.setAttribute("d", temperaturePath(z));
    step.setAttribute("d", arrow(p, move));
    tell(say("distribution", { values: summary }));
  }

  const tell = frame(
    { model, el, say, name: "simplex", claim: "simplexClaim" },
    make("div", { class: "sa-buttons" }, stepButton),
    make(
      "div", { class: "sa-columns" },
      make("div", {}, triangle, legend, make("p", { class: "sa-note" }, say("representative"))),
      make("div", {}, ...rows.map(({ row }) => row), temperatureRow.row, targets, numbers.node, sliders.note),
    ),
  );
  return follow(model, ["scores", "temperature", "target"], draw);
}

export default { render };
