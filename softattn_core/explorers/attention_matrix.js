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

// The characters of a text that no font here can draw: they look like one that exists nowhere.
function withoutGlyph(text, node) {
  const pen = make("canvas").getContext("2d", { willReadFrequently: true });
  const { fontWeight, fontFamily } = getComputedStyle(node);
  pen.font = `${fontWeight} 16px ${fontFamily}`;
  const look = (character) => {
    pen.clearRect(0, 0, 40, 40);
    pen.fillText(character, 5, 25);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const box = look("\u{2FFFE}");
  return [...new Set(text)].filter((character) => character > "\u02ff" && look(character) === box);
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
      onchange: () => (name.value = name.value.trim() || LETTERS[i]),
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

  // The two matrices. A cell that is pressed, or walked to, has its arithmetic told below.
  const choose = (i, j, { type }) => (type === "focusin" ? change(model, { row: i, column: j }) : light(i, j));
  const grid = (key) => {
    const body = make("tbody");
    const columns = make("tr");
    const caption = make("caption", {}, say(key));
    const node = make("table", { class: "sa-map sa-matrix" }, caption, make("thead", {}, columns), body);
    node.addEventListener("pointerleave", () => light());
    return { node: scrollBox(say(key), node), columns, body, ...walkable(node, body, choose) };
  };
  const [scoreGrid, weightGrid] = [grid("scoreMatrix"), grid("weightMatrix")];

  function makeCells({ columns, body }, role, words, extra) {
    const heads = [...words, ...extra].map(() => make("th", { scope: "col" }));
    columns.replaceChildren(make("td"), ...heads);
    const rows = words.map(() => {
      const head = make("th", { scope: "row" });
      const cells = words.map(() => make("td", { class: `sa-${role}`, tabindex: -1 }));
      const totals = extra.map(() => make("td", { class: "sa-total" }));
      return { head, cells, totals, node: make("tr", {}, head, ...cells, ...totals) };
    });
    body.replaceChildren(...rows.map(({ node }) => node));
    if (extra.length) heads.at(-1).classList.add("sa-total");
    return { heads, rows };
  }

  // One row, step by step
  const detail = table(say("rowTable"), [say("token"), "q · k", "", "", say("weight")]);
  detail.heads[3].append("e", make("sup", {}, "z−max"));
  detail.node.classList.add("sa-detail");
  const totals = { e: make("td"), weight: make("td") };
  detail.foot.append(make("tr", {}, make("th", { scope: "row" }, say("sum")), make("td"), make("td"), totals.e, totals.weight));
  const contextText = make("p", {});
  const result = make("b", { class: "sa-values" });
  const note = make("p", { class: "sa-note" });
  const cellText = make("p", { class: "sa-now" });
  const glyphs = make("p", { class: "sa-note", role: "status", hidden: "" });
  const matrices = make("div", { class: "sa-columns" }, scoreGrid.node, weightGrid.node);
  let scoreCells;
  let weightCells;
  let lines;
  let chosen;
  let checked;

  function build(words) {
    for (const node of [list, detail.body]) node.replaceChildren();
    while (rowChoice.children.length > 1) rowChoice.lastChild.remove();
    tokens = words.map(makeToken);
    scoreCells = makeCells(scoreGrid, "scores", words, []);
    weightCells = makeCells(weightGrid, "cell", words, ["Σ"]);
    weightCells.heads.at(-1).textContent = "Σ";
    lines = words.map((_, j) => {
      const head = make("th", { scope: "row" });
      const [product, score, e, weight] = ["sa-product", "sa-score", "", "sa-weights"].map((role) => make("td", { class: role }));
      const node = make("tr", { onpointerenter: () => light(chosen.row, j), onpointerleave: () => light() }, head, product, score, e, weight);
      detail.body.append(node);
      return { node, head, product, score, e, weight };
    });
    matrices.classList.toggle("sa-many", words.length > 4);
    for (const { body, enter } of [scoreGrid, weightGrid]) enter(body.querySelector("td"));
  }

  // Lights the two cells of a score and its weight, and its line of the arithmetic; or nothing.
  function light(i, j) {
    el.querySelectorAll(".sa-lit").forEach((old) => old.classList.remove("sa-lit"));
    if (i === undefined) return;
    const line = i === chosen.row ? [lines[j].node] : [];
    [scoreCells.rows[i].cells[j], weightCells.rows[i].cells[j], ...line].forEach((node) => node.classList.add("sa-lit"));
  }

  // The arithmetic of one cell: dot product, division, exponential, share.
  function tellCell(words, Q, K, { scores, weights }) {
    const { row, column } = chosen;
    const [score, weight] = [scores[row][column], weights[row][column]];
    const e = shifted(scores[row]).map(Math.exp);
    const product = K[column].map((x, axis) => `${typed(Q[row][axis])} · ${typed(x)}`);
    const raw = dot(Q[row], K[column]);
    const share = e[column] / sum(e);
    cellText.replaceChildren(
      make("b", {}, say("cellOf", { from: words[row], to: words[column] })), ` ${plus(product)} = ${format(raw)}; `,
      model.get("scaled") ? `${format(raw)} / √2 = ${format(raw / Math.SQRT2)}; ` : "",
      score === -Infinity ? `${say("maskedScore")} ` : "",
      "e", make("sup", {}, "z\u00a0−\u00a0max"), ` = ${format(e[column])}; ${format(e[column])} / ${format(sum(e))} = ${format(share)}`,
      weight === share ? "" : `; ${say("maskedWeight")}`,
    );
  }

  function checkGlyphs() {
    const missing = tokens.flatMap(({ name }) => withoutGlyph(name.value, name));
    glyphs.hidden = !missing.length;
    writeName(glyphs, missing.length ? say("noGlyph", { characters: missing.join(" ") }) : "");
  }

  function draw() {
    const [named, Q, K, V, mask] = get("words", "Q", "K", "V", "mask");
    const words = named.map((text, i) => text.trim() || LETTERS[i]);
    // The traits of another number of tokens arrive one after the other.
    if ([Q, K, V].some((vectors) => vectors.length !== words.length)) return;
    if (tokens.length !== words.length) build(words);
    const last = words.length - 1;
    chosen = { row: Math.min(model.get("row"), last), column: Math.min(model.get("column"), last) };
    const found = attentionMatrix(Q, K, V, mask, model.get("scaled"));
    const { scores, weights, context } = found;
    tokens.forEach(({ name: input, pairs, radio, label }, i) => {
      if (document.activeElement !== input) input.value = words[i];
      pairs.forEach(({ kind, fields }) => fields.forEach((field, axis) => {
        const vector = say("vectorOf", { kind: say(KINDS[kind][1]), word: words[i] });
        field.label("", say("coordinate", { name: vector, axis: axis + 1 }));
        field.show(model.get(kind)[i][axis]);
      }));
      radio.checked = i === chosen.row;
      writeName(label, words[i]);
    });
    for (const { radio } of masks) radio.checked = radio.value === mask;
    scaled.checked = model.get("scaled");
    for (const { heads, rows } of [scoreCells, weightCells]) {
      words.forEach((text, i) => [heads[i], rows[i].head].forEach((node) => writeName(node, text)));
      rows.forEach(({ node }, i) => node.classList.toggle("sa-on", i === chosen.row));
    }
    weights.forEach((row, i) => row.forEach((weight, j) => {
      const cell = weightCells.rows[i].cells[j];
      showScore(scoreCells.rows[i].cells[j], scores[i][j]);
      show(cell, weight, brief(weight));
      cell.style.setProperty("--weight", weight);
      const picked = i === chosen.row && j === chosen.column;
      for (const node of [cell, scoreCells.rows[i].cells[j]]) node.classList.toggle("sa-chosen", picked);
    }));
    weights.forEach((row, i) => show(weightCells.rows[i].totals[0], sum(row)));

    const e = shifted(scores[chosen.row]).map(Math.exp);
    lines.forEach(({ head, product, score, e: cell, weight }, j) => {
      writeName(head, words[j]);
      write(product, plus(K[j].map((x, axis) => `${typed(Q[chosen.row][axis])}\u00a0·\u00a0${typed(x)}`)));
      showScore(score, scores[chosen.row][j]);
      show(cell, e[j]);
      show(weight, weights[chosen.row][j]);
    });
    write(detail.heads[2], `z = q · k${model.get("scaled") ? " / √2" : ""}`);
    show(totals.e, sum(e));
    show(totals.weight, sum(weights[chosen.row]));
    const seen = V.map((v, j) => [v, j]).filter(([, j]) => mask === "none" || j <= chosen.row);
    const terms = seen.map(([v, j]) => `${format(weights[chosen.row][j])} · ${typedPair(v)}`);
    contextText.replaceChildren(say("named", { name: say("context"), value: `c = ${plus(terms)} = ` }), result);
    result.textContent = pair(context[chosen.row]);
    result.dataset.value = context[chosen.row];
    write(note, say(MASKS[mask][1]));
    tellCell(words, Q, K, found);
    // Drawing characters to see whether a font has them takes long.
    if (named !== checked) checkGlyphs();
    checked = named;
    const shares = words.map((text, j) => `${text} ${format(weights[chosen.row][j])}`).join(say("comma"));
    tell(say("rowIs", { word: words[chosen.row], weights: shares, sum: format(sum(weights[chosen.row])) }));
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
    matrices, cellText, choice(say("maskChoice"), ...masks.map(({ label }) => label)),
    choice(say("scaleChoice"), make("label", {}, scaled, say("divide"))), note,
    header, list, glyphs, make("div", { class: "sa-buttons" }, alike, enlarge, addButton, removeButton),
    rowChoice, detail.node, contextText,
  );
  document.fonts.addEventListener("loadingdone", checkGlyphs);
  return follow(model, ["words", "Q", "K", "V", "mask", "scaled", "row", "column"], draw);
}

export default { render };
