// The trained model, run in the page: the mirror of translator/model.py and corpus.py.

const sigmoid = (x) => 0.5 * (1 + Math.tanh(0.5 * x));

// The next state of a GRU; the blocks of W, U and b are r, z, n, one under the other, and fromX is
// W x + b.
function gru(fromX, h, U) {
  const [r, z, n] = [0, h.length, 2 * h.length];
  const gate = (i) => sigmoid(fromX[i] + dot(U[i], h));
  return h.map((hi, i) => {
    const proposal = Math.tanh(fromX[n + i] + gate(r + i) * dot(U[n + i], h));
    const keep = gate(z + i);
    return (1 - keep) * proposal + keep * hi;
  });
}

// translate(source, temperature): greedy, always the likeliest next word. One { word, weights } a
// step, the last one for <eos>. What is read a second time, words and beginnings of sentences, is
// remembered: a sentence that grows by a word costs the encoder one step.
function translatorOf(p, bos, eos) {
  const remembered = { encoder: [], decoder: [] };
  const embeddings = { encoder: p.source_embedding, decoder: p.target_embedding };
  const columns = [...p.attention_W[0]].map((_, j) => Float64Array.from(p.attention_W, (row) => row[j]));
  function read(part, word, h) {
    const b = p[`${part}_b`];
    remembered[part][word] ??= p[`${part}_W`].map((row, i) => dot(row, embeddings[part][word]) + b[i]);
    return gru(remembered[part][word], h, p[`${part}_U`]);
  }
  const start = new Float64Array(p.attention_W.length);
  let before = [];
  let states = [];
  function encode(source) {
    const same = source.findIndex((word, i) => word !== before[i]);
    states.length = same < 0 ? source.length : same;
    for (const word of source.slice(states.length)) states.push(read("encoder", word, states.at(-1) ?? start));
    before = source;
    return states;
  }
  return (source, temperature) => {
    const h = encode(source);
    let s = h.at(-1);
    const steps = [];
    let word = bos;
    while (word !== eos && steps.length < 2 * source.length) {
      s = read("decoder", word, s);
      const query = columns.map((column) => dot(column, s));
      const weights = softmax(h.map((hi) => dot(query, hi)), temperature);
      const features = Float64Array.of(...s, ...contextVector(weights, h));
      const logits = p.output_W.map((row, i) => dot(row, features) + p.output_b[i]);
      word = logits.indexOf(Math.max(...logits));
      steps.push({ word, weights });
    }
    return steps;
  };
}

// Whether words are put together like the sentences that the model was trained on.
function grammarOf(rules) {
  const expand = (name) => rules[name].replace(/<([A-Za-z]+)>/g, (_, inner) => `(?:${expand(inner)})`);
  const clause = new RegExp(`^(?:${expand("clause")})$`);
  const conjunction = new RegExp(` ${rules.conjunction} `);
  return (words) => words.join(" ").split(conjunction).every((part) => clause.test(part));
}

const WORD = 72; // pixels that a word needs to stand beside others

// The English words above the Chinese ones, or on a narrow screen beside them, with an arc between
// for every weight. onpoint(side, number) is told which word the pointer or the focus is on.
function arcs(say, onpoint) {
  const row = (side, lang, ...more) => make("div", { class: ["sa-words", ...more].join(" "), lang, role: "group", "aria-label": say(side) });
  const rows = { english: row("english", "en"), chinese: row("chinese", "zh", "sa-translation") };
  const curves = make("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const node = make("div", { class: "sa-arcs" }, rows.english, curves, rows.chinese);
  let width = 0;
  let drawn = [];

  function fill(row, words) {
    while (row.children.length > words.length) row.lastChild.remove();
    while (row.children.length < words.length) row.append(make("button", { type: "button" }));
    words.forEach(({ text, state = "" }, i) => {
      write(row.children[i], text);
      put(row.children[i], "class", state);
    });
  }

  // Words stand at equal distances, so that no position has to be measured.
  function arrange() {
    const counts = [rows.english, rows.chinese].map(({ children }) => children.length);
    const wide = Math.max(...counts) * WORD <= width;
    node.classList.toggle("sa-wide", wide);
    node.style.setProperty("--words", Math.max(...counts));
    const [across, down] = counts.map((count) => (number) => Number(((100 * (number + 0.5)) / count).toFixed(2)));
    drawn.forEach(({ i, j }, number) => {
      const [from, to] = [across(j), down(i)];
      put(curves.children[number], "d", wide ? `M${from} 0C${from} 50 ${to} 50 ${to} 100` : `M0 ${from}C50 ${from} 50 ${to} 100 ${to}`);
    });
  }

  function draw(english, chinese, weights) {
    fill(rows.english, english);
    fill(rows.chinese, chinese);
    drawn = chinese.flatMap((_, i) => [...weights[i]].flatMap((weight, j) => (weight < THINNEST ? [] : [{ i, j, weight }])));
    drawStrokes(curves, drawn);
    width ||= node.clientWidth;
    arrange();
    light(null, null);
  }

  // Lights the arcs of a Chinese word i, of an English word j, or the one arc between them.
  function light(i, j) {
    const picked = i !== null || j !== null;
    curves.classList.toggle("sa-picked", picked);
    const on = drawn.map((arc) => picked && (i === null || arc.i === i) && (j === null || arc.j === j));
    const meets = (side, number) => drawn.some((arc, n) => on[n] && arc[side] === number);
    on.forEach((lit, number) => curves.children[number].classList.toggle("sa-on", lit));
    [...rows.chinese.children].forEach((word, number) => word.classList.toggle("sa-on", number === i || meets("i", number)));
    [...rows.english.children].forEach((word, number) => word.classList.toggle("sa-on", number === j || meets("j", number)));
  }

  for (const [side, row] of Object.entries(rows)) {
    const at = (target) => [...row.children].indexOf(target);
    for (const event of ["focusin", "pointerover", "click"]) row.addEventListener(event, ({ target }) => {
      if (event === "click") target.focus(); // not every browser gives a pressed button the focus
      if (target !== row) onpoint(side, at(target));
    });
  }
  new ResizeObserver(() => {
    if (width === node.clientWidth) return;
    width = node.clientWidth;
    arrange();
  }).observe(node);
  return { node, draw, light };
}

function render({ model, el }) {
  const say = sayIn(el);
  const compact = model.get("compact");
  const [english, chinese] = [model.get("english"), model.get("chinese")];
  const known = english.slice(1);
  const [bos, eos] = [chinese.indexOf("<bos>"), chinese.indexOf("<eos>")];
  const translate = translatorOf(readParameters(model.get("parameters"), model.get("shapes")), bos, eos);
  const inGrammar = grammarOf(model.get("grammar"));

  let typing = false;
  const input = make("input", {
    type: "text", class: "sa-text", "aria-label": say("sentence"), maxlength: 1000,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", lang: "en",
    oninput() {
      typing = document.activeElement === input;
      change(model, { sentence: input.value });
    },
    onchange() {
      typing = false;
      draw();
    },
  });
  const message = make("div", { class: "sa-message", role: "status" });
  const caution = make("p", { class: "sa-caution", role: "status" }, say("outside"));
  const reading = make("p", { class: "sa-note sa-reading" });
  // A trained model's scores lie so far apart that only a high temperature shows.
  const temperature = temperatureSlider(say, (t) => change(model, { temperature: t }), { low: 1, high: 1000 });
  temperature.range.classList.add("sa-scrub");
  const picture = arcs(say, (side, number) => (side === "chinese" ? point(number, null) : point(null, number)));
  const map = compact ? null : heatMap(say("heatMap"), point);
  const below = compact ? [] : [
    scrollBox(say("heatMap"), map.node),
    make("div", { class: "sa-note" }, make("p", {}, say("eosNote")), make("p", {}, say("stateNote"))),
  ];
  let shown = { words: [], said: [], steps: [] };

  function use(text) {
    typing = false;
    input.value = text;
    change(model, { sentence: text });
  }

  // What is wrong with the sentence, with buttons that put it right.
  function faults(words) {
    if (!words.length) return [say("noWords")];
    if (words.some((word) => languageOf(word).lang)) return [say("isChinese")];
    if (words.length > model.get("max_words")) return [say("tooLong", { count: words.length, most: model.get("max_words") })];
    const unknown = words.filter((word) => !known.includes(word));
    return unknownWords(say, unknown, known, (word, other) => use(shown.words.map((old) => (old === word ? other : old)).join(" ")));
  }

  // The weights of a Chinese word, an English word or a cell, in words, and what shows them lit up.
  function point(i, j) {
    const { words, said, steps } = shown;
    picture.light(i < said.length ? i : null, j);
    map?.light(i, j);
    const list = (names, weights) => weights.map((weight, n) => [weight, names[n]]).filter(([weight]) => weight >= 0.005)
      .sort(([a], [b]) => b - a).slice(0, 3).map(([weight, name]) => `${name} ${weight.toFixed(2)}`).join(say("comma"));
    const spoken = [...said, "<eos>"];
    if (j === null) write(reading, say("looksAt", { chinese: spoken[i], words: list(words, [...steps[i].weights]) }));
    else if (i === null) write(reading, say("seenBy", { english: words[j], words: list(spoken, steps.map(({ weights }) => weights[j])) || say("nobody") }));
    else write(reading, say("reading", { chinese: spoken[i], english: words[j], weight: format(steps[i].weights[j]) }));
  }

  // Nothing is pointed at any more; what has the focus stays lit.
  function rest() {
    if (picture.node.contains(document.activeElement) || map?.node.contains(document.activeElement)) return;
    picture.light(null, null);
    map?.light(null, null);
    write(reading, shown.said.length ? say("arcHint") : "");
  }
  for (const node of [picture.node, map?.node]) for (const event of ["pointerleave", "focusout"]) node?.addEventListener(event, rest);

  function draw() {
    const text = model.get("sentence");
    if (!typing && document.activeElement !== input) input.value = text;
    temperature.show(model.get("temperature"));
    const words = tokenise(text, model.get("contractions"));
    const unfinished = typing && isUnfinished(words, text, known) ? [{ text: `${words.pop()}…`, state: "sa-ghost" }] : [];
    // What goes before the word that is being typed is translated if it is a sentence by itself.
    const waits = unfinished.length > 0 && !(words.length && inGrammar(words));
    const wrong = unfinished.length && !words.length ? [] : faults(words);
    const steps = wrong.length || waits ? [] : translate(words.map((word) => english.indexOf(word)), model.get("temperature"));
    const said = steps.filter(({ word }) => word !== eos).map(({ word }) => chinese[word]);
    shown = { words, said, steps };
    tellFaults(message, wrong);
    caution.hidden = !steps.length || inGrammar(words);
    const asTyped = words.length > model.get("max_words") ? [] : words;
    const weights = steps.map(({ weights }) => weights);
    picture.draw(
      [...asTyped.map((word) => ({ text: word, state: known.includes(word) ? "" : "sa-unknown" })), ...unfinished],
      said.map((word) => ({ text: word })), weights,
    );
    rest();
    for (const node of below) node.hidden = !steps.length;
    if (steps.length) {
      map?.draw(words, steps.map(({ word }) => (word === eos ? "<eos>*" : chinese[word])), weights);
      tell(said.join(" "));
    }
  }

  const tell = frame(
    { model, el, say, name: "translator", claim: "translatorClaim" },
    input, exampleButtons(say, model.get("examples"), use), message, picture.node, caution, reading,
    temperature.row, make("p", { class: "sa-note" }, say("temperatureNote")),
    ...below,
    ...(compact ? [] : [make("details", {}, make("summary", {}, say("knownWords", { count: known.length })), make("p", { lang: "en" }, known.join(" ")))]),
  );
  return follow(model, ["sentence", "temperature"], draw);
}

export default { render };
