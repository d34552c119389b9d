// What a reader typed, as words: those a model knows, and those it does not.

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

// Whether the reader may still be typing the last word of a text: no reason to call it unknown.
function isUnfinished(words, text, known) {
  const word = words.at(-1);
  return /[\p{L}\p{N}]$/u.test(text) && !known.includes(word) && known.some((whole) => whole.startsWith(word));
}

// For each unknown word a sentence that says so, with buttons for known words that look like it.
const unknownWords = (say, unknown, known, replace) => [...new Set(unknown)].map((word) => {
  const near = nearWords(word, known);
  return make(
    "p", {}, say(near.length ? "unknownNear" : "unknown", { word }), " ",
    ...near.map((other) => button(other, () => replace(word, other))),
  );
});

// Puts the faults into `message`. One that was there stays the node it was: the end of typing must
// not take a button away from under the pointer that presses it.
function tellFaults(message, faults) {
  faults.forEach((fault, i) => {
    const old = message.childNodes[i];
    if (!old) message.append(fault);
    else if (old.textContent !== (fault.textContent ?? fault)) old.replaceWith(fault);
  });
  while (message.childNodes[faults.length]) message.lastChild.remove();
}

// Directly under the field that they fill; on a phone one row that scrolls.
const exampleButtons = (say, texts, use) => scrollBox(say("examples"), make(
  "div", { class: "sa-buttons sa-examples", role: "group", "aria-label": say("examples") },
  ...texts.map((text) => button(text, () => use(text))),
));
