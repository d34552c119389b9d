// The trained model, run in the page: the mirror of translator/model.py and corpus.py.

function fromFloat16(bits) {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
}

// The arrays by name: a matrix is a list of rows.
function readParameters(bytes, shapes) {
  let at = 0;
  const row = (length) => Float64Array.from({ length }, () => fromFloat16(bytes.getUint16(2 * at++, true)));
  const read = ([rows, columns]) => (columns ? Array.from({ length: rows }, () => row(columns)) : row(rows));
  return Object.fromEntries(shapes.map(([name, shape]) => [name, read(shape)]));
}

const sigmoid = (x) => 0.5 * (1 + Math.tanh(0.5 * x));

// The next state of a GRU; the blocks of W, U and b are r, z, n, one under the other.
function gru(x, h, W, U, b) {
  const [r, z, n] = [0, h.length, 2 * h.length];
  const fromX = (i) => dot(W[i], x) + b[i];
  const gate = (i) => sigmoid(fromX(i) + dot(U[i], h));
  return h.map((hi, i) => {
    const proposal = Math.tanh(fromX(n + i) + gate(r + i) * dot(U[n + i], h));
    const keep = gate(z + i);
    return (1 - keep) * proposal + keep * hi;
  });
}

// Greedy: always the likeliest next word. One { word, weights } a step, the last one for <eos>.
function translate(p, source, bos, eos) {
  const read = (part, x, h) => gru(x, h, p[`${part}_W`], p[`${part}_U`], p[`${part}_b`]);
  const h = [];
  let s = new Float64Array(p.attention_W.length);
  for (const word of source) h.push((s = read("encoder", p.source_embedding[word], s)));
  const steps = [];
  let word = bos;
  while (word !== eos && steps.length < 2 * source.length) {
    s = read("decoder", p.target_embedding[word], s);
    const { weights, context } = attend(s, h, p.attention_W);
    const features = Float64Array.of(...s, ...context);
    const logits = p.output_W.map((row, i) => dot(row, features) + p.output_b[i]);
    word = logits.indexOf(Math.max(...logits));
    steps.push({ word, weights });
  }
  return steps;
}

// Lower-case words of a text, without punctuation.
function tokenise(text, contractions) {
  let plain = text.toLowerCase().replaceAll("’", "'");
  for (const [short, long] of Object.entries(contractions)) plain = plain.replaceAll(short, long);
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

// How many characters lie in common runs: the longest, then the same to its left and its right.
function matching(a, b) {
  let [size, i, j] = [0, 0, 0];
  a.forEach((_, m) => b.forEach((_, n) => {
    let k = 0;
    while (m + k < a.length && a[m + k] === b[n + k]) k += 1;
    if (k > size) [size, i, j] = [k, m, n];
  }));
  if (!size) return 0;
  return size + matching(a.slice(0, i), b.slice(0, j)) + matching(a.slice(i + size), b.slice(j + size));
}

// Up to three known words that look like this one, the nearest first, as difflib finds them.
function nearWords(word, known) {
  const typed = [...word];
  const ratio = (other) => (2 * matching([...other], typed)) / (other.length + typed.length);
  return known.map((other) => [ratio(other), other]).filter(([near]) => near >= 0.6)
    .sort(([a, x], [b, y]) => b - a || (x < y ? 1 : -1)).slice(0, 3).map(([, other]) => other);
}

function render({ model, el }) {
  const say = sayIn(el);
  const [english, chinese] = [model.get("english"), model.get("chinese")];
  const known = english.slice(1);
  const [bos, eos] = [chinese.indexOf("<bos>"), chinese.indexOf("<eos>")];
  const parameters = readParameters(model.get("parameters"), model.get("shapes"));

  const input = make("input", {
    type: "text", class: "sa-text", "aria-label": say("sentence"), maxlength: 1000,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", lang: "en",
  });
  const go = make("button", { class: "sa-button", onclick: () => use(input.value) }, say("translate"));
  const result = make("p", { class: "sa-translation", lang: "zh", role: "status" });
  const message = make("div", { class: "sa-message", role: "status" });
  const reading = make("p", { class: "sa-note sa-reading" });
  const map = make("table", { class: "sa-map", role: "grid", "aria-label": say("heatMap") });
  const box = make("div", { class: "sa-scroll" }, map);
  const footnotes = make("div", { class: "sa-note" }, make("p", {}, say("eosNote")), make("p", {}, say("stateNote")));

  function use(text) {
    input.value = text;
    change(model, { sentence: text });
  }

  // What is wrong with the sentence, with buttons that put it right.
  function faults(words) {
    if (!words.length) return [say("noWords")];
    if (words.some((word) => languageOf(word).lang)) return [say("isChinese")];
    if (words.length > model.get("max_words")) return [say("tooLong", { count: words.length, most: model.get("max_words") })];
    const unknown = [...new Set(words)].filter((word) => !known.includes(word));
    return unknown.map((word) => {
      const near = nearWords(word, known);
      const put = (other) => use(words.map((old) => (old === word ? other : old)).join(" "));
      return make(
        "p", {}, say(near.length ? "unknownNear" : "unknown", { word }), " ",
        ...near.map((other) => button(other, () => put(other))),
      );
    });
  }

  // The words on both axes and every weight in its cell.
  function drawMap(words, steps) {
    const head = (text, scope) => make("th", { scope, ...languageOf(text) }, make("span", {}, text));
    const rows = steps.map(({ word, weights }, i) => {
      const cells = weights.map((weight, j) => {
        const cell = make("td", { tabindex: i + j ? -1 : 0, style: `--weight: ${weight}` });
        show(cell, weight, weight.toFixed(2));
        return cell;
      });
      return make("tr", {}, head(word === eos ? "<eos>*" : chinese[word], "row"), ...cells);
    });
    const columns = make("tr", {}, make("td"), ...words.map((word) => head(word, "col")));
    map.replaceChildren(make("thead", {}, columns), make("tbody", {}, ...rows));
    reading.textContent = say("readHint");
  }

  // The cell under the pointer or the focus, in words; arrow keys walk from cell to cell.
  function readCell({ target }) {
    const cell = target.closest("tbody td");
    if (!cell) return;
    const heads = [cell.parentNode.cells[0], map.rows[0].cells[cell.cellIndex]];
    map.querySelectorAll(".sa-on").forEach((old) => old.classList.remove("sa-on"));
    [...heads, cell].forEach((node) => node.classList.add("sa-on"));
    map.querySelector("[tabindex='0']").tabIndex = -1;
    cell.tabIndex = 0;
    const [row, column] = heads.map((node) => node.textContent);
    reading.textContent = say("reading", { chinese: row, english: column, weight: format(Number(cell.dataset.value)) });
  }
  map.addEventListener("focusin", readCell);
  map.addEventListener("pointerover", readCell);
  map.addEventListener("keydown", (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const next = map.rows[event.target.parentNode.rowIndex + move[0]]?.cells[event.target.cellIndex + move[1]];
    if (next?.matches("tbody td")) next.focus();
  });

  function draw() {
    const text = model.get("sentence");
    if (document.activeElement !== input) input.value = text;
    const words = tokenise(text, model.get("contractions"));
    const wrong = faults(words);
    message.replaceChildren(...wrong);
    for (const node of [result, box, reading, footnotes]) node.hidden = wrong.length > 0;
    if (wrong.length) return;
    const steps = translate(parameters, words.map((word) => english.indexOf(word)), bos, eos);
    result.textContent = steps.filter(({ word }) => word !== eos).map(({ word }) => chinese[word]).join(" ");
    drawMap(words, steps);
  }

  frame(
    { model, el, say, name: "translator", claim: "translatorClaim" },
    make(
      "div", { class: "sa-buttons sa-examples", role: "group", "aria-label": say("examples") },
      ...model.get("examples").map((text) => button(text, () => use(text))),
    ),
    make("div", { class: "sa-typing" }, input, go),
    message, result, box, reading, footnotes,
    make("details", {}, make("summary", {}, say("knownWords", { count: known.length })), make("p", { lang: "en" }, known.join(" "))),
  );
  return follow(model, ["sentence"], draw);
}

export default { render };
