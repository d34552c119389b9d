// A few tokens attend to each other: the matrix of scores, the matrix of weights, one row in detail.

const MOST = 6;
const LETTERS = "ABCDEF";
const LIMIT = 100;
// Each trait with its colour and its name.
const KINDS = { Q: ["query", "query"], K: ["ink", "key"], V: ["values", "value"] };
const MASKS = {
  none: ["maskNone", "maskNoneNote"],
  scores: ["maskScores", "maskScoresNote"],
  weights: ["maskWeights", "maskWeightsNote"],
};

// Numbers that a reader typed, without the zeros of a rounded one.
const typed = (x) => (Number.isInteger(x) ? String(x).replace("-", "−") : format(x));
const typedPair = (vector) => `(${vector.map(typed).join(", ")})`;
const pair = (vector) => `(${vector.map((x) => format(x)).join(", ")})`;
const plus = (terms) => terms.join(" + ");

// The scores of every query with every key, masked ones −∞, and what follows from them. A mask on
// the weights is the mistake: softmax has already shared the budget out.
function attentionMatrix(Q, K, V, mask, scaled) {
  const hides = (place, i, j) => mask === place && j > i;
  const size = scaled ? Math.sqrt(Q[0].length) : 1;
  const scores = Q.map((q, i) => {
    const query = q.map((x) => x / size);
    return K.map((k, j) => (hides("scores", i, j) ? -Infinity : dot(query, k)));
  });
  const weights = scores.map((row, i) => softmax(row).map((w, j) => (hides("weights", i, j) ? 0 : w)));
  return { scores, weights, context: weights.map((row) => contextVector(row, V)) };
}

function render({ model, el }) {
  const say = sayIn(el);
  const get = (...names) => names.map((name) => model.get(name));
  const replaced = (list, i, x) => list.map((old, j) => (j === i ? x : old));
  const set = (name, i, x) => change(model, { [name]: replaced(model.get(name), i, x) });
  const showScore = (cell, x) => show(cell, x, x === -Infinity ? "−∞" : format(x));

  // The tokens: a name, a query, a key and a value each.
  const heads = Object.values(KINDS).map(([role, name]) => make("b", { class: `sa-${role}` }, say(name)));
  const header = make("div", { class: "sa-token", "aria-hidden": "true" }, make("span"), ...heads);
  const list = make("div", {});
  const every = ["words", ...Object.keys(KINDS)];
  const addButton = button(say("addToken"), () => change(model, Object.fromEntries(
    every.map((name) => [name, [...model.get(name), name === "words" ? LETTERS[tokens.length] : [0, 0]]]))));
  const removeButton = button(say("removeToken"), () => change(model, Object.fromEntries(
    every.map((name) => [name, model.get(name).slice(0, -1)]))));
  let tokens = [];

  function makeToken(_, i) {
    const name = make("input", {
      type: "text", class: "sa-text", maxlength: 12, autocomplete: "off", spellcheck: "false",
      "aria-label": say("tokenName", { number: i + 1 }), oninput: () => set("words", i, name.value),
      onchange: () => (name.value ||= LETTERS[i]),
    });
    const pairs = Object.entries(KINDS).map(([kind, [role]]) => {
      const fields = [0, 1].map((axis) => slider({
        min: 0, max: 1, step: 1, low: -LIMIT, high: LIMIT, role,
        oninput: (x) => set(kind, i, replaced(model.get(kind)[i], axis, x)),
      }));
      return { kind, fields, node: make("span", { class: `sa-${role}` }, ...fields.map(({ field }) => field)) };
    });
    list.append(make("div", { class: "sa-token" }, name, ...pairs.map(({ node }) => node)));
    const radio = make("input", { type: "radio", name: "row", onchange: () => change(model, { row: i }) });
    const label = make("span");
    rowChoice.append(make("label", {}, radio, label));
    return { name, pairs, radio, label };
  }

  // Where the mask acts, and what scores are divided by.
  const choice = (legend, ...labels) => make("fieldset", { class: "sa-targets" }, make("legend", {}, legend), ...labels);
  const masks = Object.entries(MASKS).map(([mask, [key]]) => {
    const radio = make("input", { type: "radio", name: "mask", value: mask, onchange: () => change(model, { mask }) });
    return { radio, label: make("label", {}, radio, say(key)) };
  });
  const scaled = make("input", { type: "checkbox", onchange: () => change(model, { scaled: scaled.checked }) });
  const rowChoice = choice(say("rowChoice"));

  // The two matrices
  const grid = (key) => {
    const body = make("tbody");
    const columns = make("tr");
    const caption = make("caption", {}, say(key));
    const node = make("table", { class: "sa-map sa-matrix" }, caption, make("thead", {}, columns), body);
    return { node: make("div", { class: "sa-scroll", tabindex: 0, role: "region", "aria-label": say(key) }, node), columns, body };
  };
  const [scoreGrid, weightGrid] = [grid("scoreMatrix"), grid("weightMatrix")];

  function makeCells({ columns, body }, role, words, extra) {
    const heads = [...words, ...extra].map(() => make("th", { scope: "col" }));
    columns.replaceChildren(make("td"), ...heads);
    const rows = words.map(() => {
      const head = make("th", { scope: "row" });
      const cells = words.map(() => make("td", { class: `sa-${role}` }));
      const totals = extra.map(() => make("td", { class: "sa-total" }));
      return { head, cells, totals, node: make("tr", {}, head, ...cells, ...totals) };
    });
    body.replaceChildren(...rows.map(({ node }) => node));
    return { heads, rows };
  }

  // One row, step by step
  const detail = table(say("rowTable"), [say("token"), "q · k", say("scoreStep"), "", say("weightStep")]);
  detail.heads[3].append("e", make("sup", {}, "z−max"));
  detail.node.classList.add("sa-detail");
  const totals = { e: make("td"), weight: make("td") };
  detail.foot.append(make("tr", {}, make("th", { scope: "row" }, say("sum")), make("td"), make("td"), totals.e, totals.weight));
  const contextText = make("p", {});
  const result = make("b", { class: "sa-values" });
  const note = make("p", { class: "sa-note" });
  let scoreCells;
  let weightCells;
  let lines;

  function build(words) {
    for (const node of [list, detail.body]) node.replaceChildren();
    while (rowChoice.children.length > 1) rowChoice.lastChild.remove();
    tokens = words.map(makeToken);
    scoreCells = makeCells(scoreGrid, "scores", words, []);
    weightCells = makeCells(weightGrid, "cell", words, ["Σ"]);
    weightCells.heads.at(-1).textContent = "Σ";
    lines = words.map(() => {
      const head = make("th", { scope: "row" });
      const [product, score, e, weight] = ["sa-product", "sa-score", "", "sa-weights"].map((role) => make("td", { class: role }));
      detail.body.append(make("tr", {}, head, product, score, e, weight));
      return { head, product, score, e, weight };
    });
  }

  function write(node, text) {
    if (node.textContent === text) return;
    node.textContent = text;
    node.lang = languageOf(text).lang ?? "";
  }

  function draw() {
    const [named, Q, K, V, mask] = get("words", "Q", "K", "V", "mask");
    const words = named.map((text, i) => text || LETTERS[i]);
    // The traits of another number of tokens arrive one after the other.
    if ([Q, K, V].some((vectors) => vectors.length !== words.length)) return;
    if (tokens.length !== words.length) build(words);
    const chosen = Math.min(model.get("row"), words.length - 1);
    const { scores, weights, context } = attentionMatrix(Q, K, V, mask, model.get("scaled"));
    tokens.forEach(({ name: input, pairs, radio, label }, i) => {
      if (document.activeElement !== input) input.value = words[i];
      pairs.forEach(({ kind, fields }) => fields.forEach((field, axis) => {
        const vector = say("vectorOf", { kind: say(KINDS[kind][1]), word: words[i] });
        field.label("", say("coordinate", { name: vector, axis: axis + 1 }));
        field.show(model.get(kind)[i][axis]);
      }));
      radio.checked = i === chosen;
      write(label, words[i]);
    });
    for (const { radio } of masks) radio.checked = radio.value === mask;
    scaled.checked = model.get("scaled");
    for (const { heads, rows } of [scoreCells, weightCells]) {
      words.forEach((text, i) => [heads[i], rows[i].head].forEach((node) => write(node, text)));
      rows.forEach(({ node }, i) => node.classList.toggle("sa-on", i === chosen));
    }
    weights.forEach((row, i) => row.forEach((weight, j) => {
      const cell = weightCells.rows[i].cells[j];
      showScore(scoreCells.rows[i].cells[j], scores[i][j]);
      show(cell, weight);
      cell.style.setProperty("--weight", weight);
    }));
    weights.forEach((row, i) => show(weightCells.rows[i].totals[0], sum(row)));

    const e = shifted(scores[chosen]).map(Math.exp);
    lines.forEach(({ head, product, score, e: cell, weight }, j) => {
      write(head, words[j]);
      product.textContent = plus(K[j].map((x, axis) => `${typed(Q[chosen][axis])}\u00a0·\u00a0${typed(x)}`));
      showScore(score, scores[chosen][j]);
      show(cell, e[j]);
      show(weight, weights[chosen][j]);
    });
    detail.heads[2].textContent = `z = q · k${model.get("scaled") ? " / √2" : ""}`;
    show(totals.e, sum(e));
    show(totals.weight, sum(weights[chosen]));
    const seen = V.map((v, j) => [v, j]).filter(([, j]) => mask === "none" || j <= chosen);
    const terms = seen.map(([v, j]) => `${format(weights[chosen][j])} · ${typedPair(v)}`);
    contextText.replaceChildren(`${say("contextStep")}: c = ${plus(terms)} = `, result);
    result.textContent = pair(context[chosen]);
    result.dataset.value = context[chosen];
    note.textContent = say(MASKS[mask][1]);
    const shares = words.map((text, j) => `${text} ${format(weights[chosen][j])}`).join(", ");
    tell(say("rowIs", { word: words[chosen], weights: shares, sum: format(sum(weights[chosen])) }));
    addButton.disabled = words.length === MOST;
    removeButton.disabled = words.length === 2;
  }

  const enlarge = button(say("tenfold"), () => change(model, {
    Q: model.get("Q").map((q) => q.map((x) => clamp(10 * x, -LIMIT, LIMIT))),
  }));
  const alike = button(say("noQueries"), () => change(model, { Q: model.get("Q").map(() => [0, 0]) }));
  const agree = ({ words, Q, K, V }) => [Q, K, V].every((vectors) => vectors.length === words.length);
  const tell = frame(
    { model, el, say, name: "attentionMatrix", claim: "attentionMatrixClaim", agree },
    make("div", { class: "sa-buttons" }, alike, enlarge, addButton, removeButton), header, list,
    choice(say("maskChoice"), ...masks.map(({ label }) => label)),
    choice(say("scaleChoice"), make("label", {}, scaled, say("divide"))),
    make("div", { class: "sa-columns" }, scoreGrid.node, weightGrid.node),
    note, rowChoice, detail.node, contextText,
  );
  return follow(model, ["words", "Q", "K", "V", "mask", "scaled", "row"], draw);
}

export default { render };
