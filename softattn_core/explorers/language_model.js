// The trained language model, run in the page: the mirror of language_model/model.py and generate.py.

// x W for a row x and a matrix of rows.
function times(x, W) {
  const result = new Float64Array(W[0].length);
  x.forEach((xi, i) => {
    const row = W[i];
    for (let j = 0; j < row.length; j += 1) result[j] += xi * row[j];
  });
  return result;
}

const plus = (x, y) => x.map((xi, i) => xi + y[i]);

function normed(x, gain) {
  const root = Math.sqrt(dot(x, x) / x.length + 1e-6);
  return x.map((xi, i) => (gain[i] * xi) / root);
}

// Each pair (x_i, x_{i + d/2}) turned by the angle place / 10000^(2i/d).
function rotated(x, place) {
  const half = x.length / 2;
  return x.map((xi, i) => {
    const angle = place / 10000 ** ((i % half) / half);
    return i < half ? xi * Math.cos(angle) - x[i + half] * Math.sin(angle) : x[i - half] * Math.sin(angle) + xi * Math.cos(angle);
  });
}

function heads(x, count) {
  const size = x.length / count;
  return Array.from({ length: count }, (_, head) => x.slice(head * size, (head + 1) * size));
}

// One word's way through the model, after those in `past`, whose keys and values are kept.
// `stages` are the vectors on the way, by name; `blocks` have keys, values, scores, weights by head.
function readWord(p, config, past, word) {
  const place = past.length;
  let x = p.embedding[word];
  const stages = { embedding: x };
  const blocks = [];
  for (let b = 1; b <= config.blocks; b += 1) {
    const name = `block${b}`;
    const read = normed(x, p[`${name}_norm_1`]);
    const [queries, keys, values] = ["q", "k", "v"].map((kind) => heads(times(read, p[`${name}_W_${kind}`]), config.heads));
    const block = { keys: keys.map((key) => rotated(key, place)), values };
    blocks.push(block);
    const all = [...past.map((earlier) => earlier.blocks[b - 1]), block];
    block.scores = queries.map((query, head) => {
      const turned = rotated(query, place);
      return all.map((each) => dot(turned, each.keys[head]) / Math.sqrt(query.length));
    });
    block.weights = block.scores.map((scores) => softmax(scores));
    const context = block.weights.flatMap((weights, head) => [...contextVector(weights, all.map((each) => each.values[head]))]);
    const attended = times(context, p[`${name}_W_o`]);
    x = plus(x, attended);
    const between = x;
    const inner = times(normed(x, p[`${name}_norm_2`]), p[`${name}_W_1`]).map((unit) => Math.max(unit, 0));
    const thought = times(inner, p[`${name}_W_2`]);
    x = plus(x, thought);
    Object.assign(stages, { [`norm${b}`]: read, [`attended${b}`]: attended, [`between${b}`]: between, [`inner${b}`]: inner, [`thought${b}`]: thought, [`out${b}`]: x });
  }
  stages.last = normed(x, p.norm);
  return { word, stages, blocks, logits: times(stages.last, p.output_W) };
}

// read(words): each word's way. What a line has in common with the line before is kept: keys and
// values of earlier words do not change when a word is added. `computed` says how many were new.
function readerOf(parameters, config) {
  let kept = [];
  let computed;
  return (words) => {
    const same = words.findIndex((word, i) => word !== kept[i]?.word);
    if (same >= 0 || words.length < kept.length) {
      kept = kept.slice(0, same < 0 ? words.length : same);
      computed = words.length - kept.length;
    }
    for (const word of words.slice(kept.length)) kept.push(readWord(parameters, config, kept, word));
    return { ways: kept, computed };
  };
}

// Of every word its probability, with those outside the k likeliest at 0.
function distribution(logits, temperature, k) {
  const least = [...logits].sort((a, b) => b - a)[Math.min(k, logits.length) - 1];
  return softmax([...logits].map((z) => (z < least ? -Infinity : z)), temperature);
}

// A number from 0 to 1 that depends on the seed and the place alone: the same seed, the same line.
function chance(seed, place) {
  let a = (seed * 2654435761 + place * 40503 + 1) >>> 0;
  a = Math.imul(a ^ (a >>> 15), a | 1);
  a ^= a + Math.imul(a ^ (a >>> 7), a | 61);
  return ((a ^ (a >>> 14)) >>> 0) / 4294967296;
}

const SHOWN = 6; // bars; the rest is one more
const HEIGHT = 84; // pixels for the arcs

function render({ model, el }) {
  const say = sayIn(el);
  const words = model.get("words");
  const number = new Map(words.map((word, i) => [word, i]));
  const known = words.filter((word) => word[0] !== "<");
  const config = model.get("config");
  const longest = model.get("longest");
  const eos = number.get("<eos>");
  const read = readerOf(readParameters(model.get("parameters"), model.get("shapes")), config);
  const chinese = known.filter((word) => languageOf(word).lang).sort((a, b) => b.length - a.length);
  const cut = new RegExp(`${chinese.join("|")}|.+`, "gu"); // Chinese stands without spaces
  let now = { line: [], ways: [], order: [], p: [] };
  let typing = false;
  let hovered = null;

  const input = make("input", {
    type: "text", class: "sa-text", "aria-label": say("prompt"), maxlength: 1000,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    oninput() {
      typing = document.activeElement === input;
      use(input.value);
    },
    onchange() {
      typing = false;
      draw();
    },
  });
  function use(prompt) {
    player.stop();
    change(model, { prompt, said: [], place: -1 });
  }
  const message = make("div", { class: "sa-message", role: "status" });
  const caution = make("p", { class: "sa-caution", role: "status" });

  // The words of the prompt, those that the model does not know among them.
  const tokens = (text) => text.split(/(→|->)/).flatMap((part, i) => (i % 2 ? ["→"]
    : tokenise(part, model.get("contractions")).flatMap((word) => (languageOf(word).lang ? word.match(cut) : [word]))));

  // What of it is read: all, but for the word that is being typed, an unknown one and what follows it.
  function readPrompt() {
    const typed = tokens(model.get("prompt"));
    const rest = typing && isUnfinished(typed, model.get("prompt"), known) ? [{ text: `${typed.pop()}…`, state: "sa-ghost" }] : [];
    const unknown = typed.filter((word) => !known.includes(word));
    const most = longest - 2;
    const end = unknown.length ? typed.indexOf(unknown[0]) : Math.min(typed.length, most);
    const faults = unknownWords(say, unknown, known, (word, other) => {
      typing = false;
      use(tokens(model.get("prompt")).map((old) => (old === word ? other : old)).join(" "));
    });
    if (typed.length > most) faults.push(say("tooLong", { count: typed.length, most }));
    rest.unshift(...typed.slice(end, most).map((text) => ({ text, state: known.includes(text) ? "sa-ghost" : "sa-unknown" })));
    return { typed: typed.slice(0, end), rest, faults };
  }

  // --- The line, and arcs from the chosen word to those it looks at ---
  const chips = make("div", { class: "sa-chips", role: "group", "aria-label": say("line") });
  const blank = make("b", { "aria-hidden": "true" }, "?"); // where the next word will stand
  const curves = make("svg", { "aria-hidden": "true", preserveAspectRatio: "none" });
  const looks = make("div", { class: "sa-looks" }, curves, make("div", { class: "sa-tokens" }, chips, blank));
  const strip = scrollBox(say("line"), looks);
  const reading = make("p", { class: "sa-note sa-reading" });
  const chosen = () => {
    const place = model.get("place");
    return place < 0 || place >= now.line.length ? now.line.length - 1 : place;
  };
  const weightsAt = (place) => now.ways[place].blocks[model.get("block") - 1].weights[model.get("head") - 1];
  const shownWord = (word) => (word === eos ? say("endOfLine") : words[word]);

  function addChip() {
    const at = chips.children.length;
    const point = (place) => () => {
      hovered = place < now.line.length ? place : null;
      drawArcs();
    };
    chips.append(make(
      "button", {
        type: "button", onclick: () => change(model, { place: at === now.line.length - 1 ? -1 : at }),
        onpointerenter: point(at), onpointerleave: point(Infinity),
      },
      make("span"), make("span", { class: "sa-weights" }),
    ));
  }

  function drawLine({ typed, rest }) {
    const { line } = now;
    const all = [...line.map((word, i) => ({ text: words[word], state: i > typed.length ? "sa-said" : "" })), ...rest];
    while (chips.children.length > all.length) chips.lastChild.remove();
    while (chips.children.length < all.length) addChip();
    all.forEach(({ text, state }, i) => {
      writeName(chips.children[i].firstChild, text);
      put(chips.children[i], "class", state);
      put(chips.children[i], "aria-pressed", i === chosen());
      chips.children[i].disabled = i >= line.length;
    });
    blank.hidden = rest.length > 0 || isOver();
    // Words stand at equal distances, so that no position has to be measured.
    curves.style.setProperty("--count", all.length);
    const letters = String(Math.max(...all.map(({ text }) => (languageOf(text).lang ? 2 : 1.1) * text.length)));
    if (looks.style.getPropertyValue("--letters") !== letters) looks.style.setProperty("--letters", letters);
    put(curves, "viewBox", `0 0 ${all.length} ${HEIGHT}`);
    drawArcs();
  }

  function drawArcs() {
    const from = hovered ?? chosen();
    const weights = weightsAt(from);
    [...chips.children].forEach((chip, j) => {
      const weight = weights[j];
      const number = chip.lastChild;
      const shade = (weight ?? 0).toFixed(2);
      if (weight === undefined) {
        write(number, "");
        delete number.dataset.value;
      } else show(number, weight, weight < 0.005 ? "" : weight.toFixed(2));
      if (chip.style.getPropertyValue("--weight") !== shade) chip.style.setProperty("--weight", shade);
      chip.classList.toggle("sa-from", j === from);
    });
    const arcs = weights.map((weight, j) => ({ weight, j })).filter(({ weight }) => weight >= THINNEST);
    drawStrokes(curves, arcs);
    arcs.forEach(({ j }, i) => {
      const [start, end] = [from + 0.5, j + 0.5];
      const top = HEIGHT - Math.min(1.3 * HEIGHT, 30 + 25 * (start - end));
      put(curves.children[i], "d", j === from ? `M${from + 0.4} ${HEIGHT}c-.2 -34 .4 -34 .2 0` : `M${start} ${HEIGHT}C${start} ${top} ${end} ${top} ${end} ${HEIGHT}`);
    });
    const most = [...arcs].sort((a, b) => b.weight - a.weight).slice(0, 3);
    write(reading, say("looksAt", { chinese: words[now.line[from]], words: most.map(({ weight, j }) => `${words[now.line[j]]} ${weight.toFixed(2)}`).join(say("comma")) }));
  }

  // --- What comes next ---
  const title = make("p", { class: "sa-next" });
  const bars = make("div", { role: "group", "aria-label": say("nextWords") });
  const mark = make("i");
  const lot = make("div", { class: "sa-lot", "aria-hidden": "true" }, mark);
  const lotNote = make("p", { class: "sa-note sa-reading" });
  const drawn = make("div", {}, lot, lotNote);
  const isOver = () => now.line.at(-1) === eos || now.line.length >= longest;
  const atEnd = () => chosen() === now.line.length - 1;

  // For the word after a place: of each word its probability, and the words from the likeliest on.
  function betsAt(place) {
    const p = distribution(now.ways[place].logits, model.get("temperature"), model.get("top_k"));
    return { p, order: p.map((_, i) => i).sort((a, b) => p[b] - p[a] || a - b) };
  }

  // The word to be said after the line.
  function pick() {
    const { p, order } = betsAt(now.line.length - 1);
    if (!model.get("draw")) return order[0];
    let left = chance(model.get("seed"), now.line.length);
    return order.find((word) => (left -= p[word]) < 0) ?? order[0];
  }
  const follower = (place) => now.line[place + 1] ?? pick();

  // A word after the chosen place; what stood there goes.
  function append(word) {
    const start = now.line.length - model.get("said").length; // of what was said
    const place = chosen() + 1;
    const said = [...model.get("said").slice(0, Math.max(0, place - start)), words[word]];
    const prompt = place < start ? now.line.slice(1, place).map((each) => words[each]).join(" ") : model.get("prompt");
    typing = false;
    change(model, { prompt, said, place: -1 });
  }
  const goOn = () => {
    if (!isOver()) change(model, { place: -1, said: [...model.get("said"), words[pick()]] });
  };

  function drawBars() {
    const { order, p, line } = now;
    const after = follower(chosen());
    const rest = order.slice(SHOWN);
    const rows = [...order.slice(0, SHOWN).map((word) => ({ word, share: p[word] })), { share: sum(rest.map((word) => p[word])) }];
    while (bars.children.length < rows.length) {
      const part = make("b");
      const option = make(
        "div", { class: "sa-option" },
        make("button", { type: "button", class: "sa-word" }), make("div", { class: "sa-bar sa-weights" }), make("span", { class: "sa-value sa-weights" }),
      );
      linked(option, part);
      bars.append(option);
      mark.before(part);
    }
    const over = atEnd() && isOver();
    rows.forEach(({ word, share }, i) => {
      const [name, bar, value] = bars.children[i].children;
      writeName(name, word === undefined ? say("allOthers", { count: rest.length }) : shownWord(word));
      name.disabled = word === undefined || over || now.faults > 0;
      name.onclick = () => append(word);
      fill(bar, share);
      show(value, share);
      bars.children[i].classList.toggle("sa-chosen", !over && (word === undefined ? rest.includes(after) : word === after));
    });
    write(title, say(over ? (line.at(-1) === eos ? "lineEnded" : "lineFull") : atEnd() ? "nextAfter" : "cameAfter", { word: words[line[chosen()]], next: shownWord(after), most: longest }));
    drawn.hidden = !model.get("draw") || over || !atEnd();
    const u = chance(model.get("seed"), line.length);
    rows.forEach(({ share }, i) => {
      lot.children[i].style.flexGrow = share;
    });
    mark.style.left = `${100 * u}%`;
    put(lotNote, "data-value", u);
    write(lotNote, say("drawnAt", { u: u.toFixed(3), word: shownWord(pick()) }));
  }

  // --- Going on ---
  const nextButton = button(say("nextWord"), goOn);
  nextButton.classList.add("sa-primary");
  const back = button(say("takeBack"), () => change(model, { said: model.get("said").slice(0, -1), place: -1 }));
  const player = playButton(say, 700, () => isOver() && change(model, { said: [], place: -1 }), () => {
    goOn();
    return !isOver();
  });
  const temperature = temperatureSlider(say, (t) => change(model, { temperature: t }));
  const group = (name, label, choices) => {
    const radios = choices.map(([text, traits]) => {
      const radio = make("input", { type: "radio", name, onchange: () => change(model, traits) });
      return { radio, traits, node: make("label", {}, radio, text) };
    });
    return {
      node: make("fieldset", { class: "sa-targets" }, make("legend", {}, label), ...radios.map(({ node }) => node)),
      draw: () => radios.forEach(({ radio, traits }) => (radio.checked = Object.entries(traits).every(([trait, value]) => model.get(trait) === value))),
    };
  };
  const choosing = group("draw", say("choose"), [[say("likeliest"), { draw: false }], [say("byChance"), { draw: true }]]);
  const looking = group("head", say("arcsOf"), Array.from({ length: config.blocks * config.heads }, (_, i) => {
    const [block, head] = [Math.floor(i / config.heads) + 1, (i % config.heads) + 1];
    return [say(config.heads > 1 ? "blockAndHead" : "blockNumber", { block, head }), { block, head }];
  }));
  const whole = (trait, label, most) => {
    const field = make("input", {
      type: "text", class: "sa-field", inputmode: "numeric", autocomplete: "off",
      oninput: () => Number.isInteger(readNumber(field.value)) && change(model, { [trait]: clamp(readNumber(field.value), 1, most) }),
      onchange: () => (field.value = model.get(trait)),
    });
    const draw = () => document.activeElement !== field && (field.value = model.get(trait));
    return { draw, node: make("label", { class: "sa-amount" }, make("span", {}, label), field) };
  };
  const topK = whole("top_k", say("topK"), words.length);
  const seed = whole("seed", say("seed"), 999999);
  const nextSeed = button(say("nextSeed"), () => change(model, { seed: (model.get("seed") % 999999) + 1, said: [], place: -1 }));
  const seeding = make("div", { class: "sa-seeding" }, seed.node, nextSeed);

  // --- Every number on the way ---
  const map = heatMap(say("lineWeights"), (i, j) => {
    map.light(i, j);
    write(mapReading, say("reading", { chinese: words[now.line[i]], english: words[now.line[j]], weight: format(weightsAt(i)[j] ?? 0) }));
  });
  const mapReading = make("p", { class: "sa-note sa-reading" });
  const folded = (summary, ...children) => {
    const box = make("details", {}, make("summary", {}, summary), ...children);
    box.addEventListener("toggle", () => box.open && draw());
    return box;
  };
  const mapBox = folded(say("lineWeights"), scrollBox(say("lineWeights"), map.node), mapReading);

  // One stage: its name and the vector drawn, and below, on demand, its numbers.
  function stage(name, text) {
    const shape = make("path");
    const drawing = make("svg", { class: "sa-strip", viewBox: "0 -1 1 2", preserveAspectRatio: "none", "aria-hidden": "true" }, shape);
    const numbers = make("p", { class: "sa-numbers" });
    const box = folded(make("span", {}, text, drawing), numbers);
    return {
      box,
      draw({ stages }) {
        const x = [...stages[name]];
        const most = Math.max(...x.map(Math.abs)) || 1;
        put(drawing, "viewBox", `0 -1 ${x.length} 2`);
        put(shape, "d", x.map((xi, i) => `M${i + 0.1} 0h.8V${(-xi / most).toFixed(3)}h-.8z`).join(""));
        if (box.open) show(numbers, x.join(" "), x.map(format).join("   "));
      },
    };
  }

  const attentionTable = (block) => {
    const found = valueTable(say("blockLooks", { block }), say("word"), [
      { heading: say("dividedScore"), role: "scores", value: ({ scores }, i) => scores[i] },
      { heading: say("weight"), role: "weights", value: ({ weights }, i) => weights[i], total: ({ weights }) => sum(weights) },
    ], say("sum"));
    const box = folded(say("blockLooks", { block }), found.node);
    return {
      box,
      draw({ blocks }) {
        if (!box.open) return;
        const [scores, weights] = ["scores", "weights"].map((kind) => blocks[block - 1][kind][model.get("head") - 1]);
        found.draw(weights.map((_, j) => words[now.line[j]]), { scores, weights });
      },
    };
  };

  const shares = valueTable(say("fromLogits"), say("word"), [
    { heading: "z", role: "scores", value: ({ z }, i) => z[i] },
    { heading: "(z−max)/T", value: ({ exponents }, i) => exponents[i] },
    { heading: "e^((z−max)/T)", value: ({ e }, i) => e[i], total: ({ total }) => total },
    { heading: "p", role: "weights", value: ({ p }, i) => p[i], total: ({ p }) => sum(p) },
  ], say("sumOfAll", { count: words.length }));
  const logits = {
    box: folded(say("fromLogits"), shares.node),
    draw({ logits: all }) {
      const { order, p } = now;
      const exponents = shifted([...all], model.get("temperature"));
      const shown = order.filter((word) => p[word] > 0).slice(0, SHOWN);
      const of = (list) => shown.map((word) => list[word]);
      const e = exponents.map((x, word) => (p[word] > 0 ? Math.exp(x) : 0));
      shares.draw(shown.map(shownWord), { z: of(all), exponents: of(exponents), e: of(e), p: of(p), total: sum(e) });
    },
  };
  const way = [
    stage("embedding", say("embedding")),
    ...Array.from({ length: config.blocks }, (_, i) => i + 1).flatMap((block) => [
      stage(`norm${block}`, say("normed", { block })), attentionTable(block),
      stage(`attended${block}`, say("attentionAdds", { block })), stage(`between${block}`, say("sumAfter", { block })),
      stage(`inner${block}`, say("networkInner", { block })), stage(`thought${block}`, say("networkAdds", { block })),
      stage(`out${block}`, say("sumAfter", { block })),
    ]),
    stage("last", say("lastNorm")), logits,
  ];
  const wayTitle = make("p", { class: "sa-note sa-reading" });
  const ending = make("p", { class: "sa-note sa-reading" });
  const wayBox = folded(say("way"), wayTitle, ...way.map(({ box }) => box), ending);
  wayBox.classList.add("sa-way");

  function drawWay() {
    const place = chosen();
    const { line, ways, computed } = now;
    write(wayTitle, say("wayOf", { word: words[line[place]], place, computed, kept: line.length - computed }));
    for (const part of way) part.draw(ways[place]);
    write(ending, say("andAgain", { word: shownWord(follower(place)) }));
  }

  function draw() {
    if (!typing && document.activeElement !== input) input.value = model.get("prompt");
    temperature.show(model.get("temperature"));
    for (const control of [choosing, looking, topK, seed]) control.draw();
    seeding.hidden = !model.get("draw");
    const { typed, rest, faults } = readPrompt();
    const said = rest.length || faults.length ? [] : model.get("said");
    const line = ["<bos>", ...typed, ...said].slice(0, longest).map((word) => number.get(word));
    now = { ...read(line), line, faults: faults.length };
    Object.assign(now, betsAt(chosen()));
    tellFaults(message, faults);
    const arrow = line.indexOf(number.get("→"));
    const most = model.get("most_english");
    caution.hidden = (arrow < 0 ? line.length - 1 : arrow - 1) <= most && line.length <= 2 * most + 2;
    write(caution, say("beyondTraining", { most }));
    for (const control of [nextButton, player.node]) control.disabled = now.faults > 0 || isOver();
    player.node.disabled = now.faults > 0;
    back.disabled = !said.length;
    if (now.faults) player.stop();
    drawLine({ typed, rest });
    drawBars();
    if (mapBox.open) {
      const names = line.map((word) => words[word]);
      map.draw(names, names, now.ways.map((_, i) => names.map((_, j) => weightsAt(i)[j] ?? 0)));
    }
    if (wayBox.open) drawWay();
    if (atEnd()) strip.scrollLeft = 1e6; // the last: it makes the browser lay out
    tell(isOver()
      ? say("lineIs", { line: line.slice(1).map(shownWord).join(" ") })
      : say("nextIs", { values: now.order.slice(0, 3).map((word) => `${shownWord(word)} ${format(now.p[word])}`).join(say("comma")) }));
  }

  const tell = frame(
    { model, el, say, name: "languageModel", claim: "languageModelClaim", onreset: player.stop },
    input, exampleButtons(say, model.get("examples"), (text) => {
      typing = false;
      input.value = text;
      use(text);
    }), message, strip, make("div", { class: "sa-looking" }, reading, looking.node), caution,
    make("div", { class: "sa-columns sa-bets" },
      make("div", { class: "sa-buttons" }, nextButton, player.node, back), make("div", {}, title, bars, drawn),
      make("div", {}, temperature.row, choosing.node, seeding, topK.node)),
    mapBox, wayBox,
  );
  return follow(model, ["prompt", "said", "temperature", "draw", "top_k", "seed", "block", "head", "place"], draw);
}

export default { render };
