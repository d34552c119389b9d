// Predictions: what answers one is folded until the reader commits or asks. How many are made stands
// under the chapter's title, beside its name in the sidebar and on the front page.
(() => {
"use strict";

const memory = globalThis.bookMemory;
const WORDS = {
  en: {
    made: "{made} of {all} predictions made",
    forget: "Forget my answers",
    sure: "Forget all answers, in every chapter?",
    continue: "Continue with chapter {number}",
    answers: "Answers to the predictions",
  },
  zh: {
    made: "已做 {made} / {all} 个预测",
    forget: "清除我的答案",
    sure: "清除所有章节的全部答案？",
    continue: "接着读第 {number} 章",
    answers: "预测的答案",
  },
};
const words = WORDS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

const element = (tag, className, text = "") =>
  Object.assign(document.createElement(tag), { className, textContent: text });

// How many predictions each chapter has: { "01_softmax": 9, … }.
const totals = JSON.parse(document.getElementById("sa-predictions").textContent);
const made = (chapter) => {
  const keys = Object.keys(memory.all("answers")).filter((key) => key.startsWith(`${chapter}/`));
  return Math.min(keys.length, totals[chapter]);
};

// --- Folds -------------------------------------------------------------------------------------

function followFold(fold) {
  const { key } = fold.dataset;
  let settled = false;
  const update = () => {
    const now = memory.recall("answers", key) !== undefined;
    if (now !== settled) fold.open = settled = now;
  };
  fold.addEventListener("toggle", () => {
    if (!fold.open || printing || memory.recall("answers", key) !== undefined) return;
    memory.keep("answers", key, { asked: true });
  });
  memory.onchange(update);
  update();
}

// --- Progress ----------------------------------------------------------------------------------

// Fills `place` with "3 of 9 predictions made" and a bar, now and whenever that changes.
function followProgress(place, chapter) {
  const bar = element("progress", "sa-progress");
  const text = element("span", "sa-made");
  bar.max = totals[chapter];
  bar.setAttribute("aria-hidden", "true");
  place.append(bar, text);
  const update = () => {
    bar.value = made(chapter);
    text.textContent = say("made", { made: bar.value, all: bar.max });
  };
  memory.onchange(update);
  update();
}

function followSidebar(link, chapter) {
  const text = element("span", "sa-tally");
  link.append(text);
  const update = () => {
    const count = made(chapter);
    text.textContent = count ? ` ${count}/${totals[chapter]}` : "";
    text.title = say("made", { made: count, all: totals[chapter] });
  };
  memory.onchange(update);
  update();
}

// Forgets at the second press.
function forgetButton() {
  const button = element("button", "sa-forget", words.forget);
  button.type = "button";
  button.addEventListener("click", () => {
    if (button.textContent === words.sure) memory.forget();
    button.textContent = button.textContent === words.sure ? words.forget : words.sure;
  });
  button.addEventListener("blur", () => (button.textContent = words.forget));
  const update = () => (button.hidden = Object.keys(memory.all("answers")).length === 0);
  memory.onchange(update);
  update();
  return button;
}

const chapterOf = (address) => new URL(address, location).pathname.match(/(\w+)\.html$/)?.[1];

function showProgress() {
  for (const link of document.querySelectorAll(".bd-links a.reference.internal")) {
    const chapter = chapterOf(link.href);
    if (totals[chapter]) followSidebar(link, chapter);
  }
  for (const place of document.querySelectorAll("[data-chapter]")) {
    if (totals[place.dataset.chapter]) followProgress(place, place.dataset.chapter);
  }
  const start = document.querySelector(".sa-start");
  if (!start) return;
  start.append(forgetButton());
  followStart(start.querySelector("a"));
}

// Leads to where the reader was last; to the beginning once that is forgotten.
function followStart(link) {
  const first = { page: link.getAttribute("href"), text: link.textContent };
  const update = () => {
    const last = memory.recall("place", "chapter");
    link.setAttribute("href", last?.page ?? first.page);
    link.textContent = last ? say("continue", last) : first.text;
  };
  memory.onchange(update);
  update();
}

// Under the title of a chapter: its progress; and the place is noted for the front page.
function showChapter(chapter) {
  const title = document.querySelector("article h1");
  const number = title.querySelector(".section-number");
  if (number) {
    const page = `chapters/${chapter}.html`;
    memory.keep("place", "chapter", { page, number: parseInt(number.textContent, 10) });
  }
  const line = element("div", "sa-how-far");
  title.after(line);
  followProgress(line, chapter);
  line.append(forgetButton());
}

// --- Print -------------------------------------------------------------------------------------

// On paper every box is open, and what answers a prediction stands at the chapter's end.
let printing = false;
let undo = [];

function move(node, target) {
  const place = document.createComment("");
  node.replaceWith(place);
  target.append(node);
  undo.push(() => place.replaceWith(node));
}

function open(details) {
  if (details.open) return;
  details.open = true;
  undo.push(() => (details.open = false));
}

function answersOf(prediction) {
  const printed = [...prediction.querySelectorAll(".sa-printed")];
  const key = CSS.escape(prediction.dataset.key);
  const fold = document.querySelector(`.sa-reveal[data-key="${key}"]`);
  const revealed = fold ? [...fold.childNodes].filter(({ tagName }) => tagName !== "SUMMARY") : [];
  return [...printed, ...revealed];
}

function beforePrint() {
  if (printing) return;
  printing = true;
  for (const details of document.querySelectorAll("article details")) open(details);
  const section = element("section", "sa-answers");
  section.append(element("h2", "", words.answers));
  for (const prediction of document.querySelectorAll(".sa-prediction")) {
    const answers = answersOf(prediction);
    if (!answers.length) continue;
    section.append(element("h3", "", prediction.querySelector(".sa-label").textContent));
    answers.forEach((node) => move(node, section));
  }
  if (section.childElementCount === 1) return;
  document.querySelector("article").append(section);
  undo.push(() => section.remove());
}

function afterPrint() {
  undo.reverse().forEach((step) => step());
  undo = [];
  printing = false;
}

// --- Start -------------------------------------------------------------------------------------

document.querySelectorAll(".sa-reveal").forEach(followFold);
showProgress();
const chapter = chapterOf(location);
if (totals[chapter]) showChapter(chapter);
addEventListener("beforeprint", beforePrint);
addEventListener("afterprint", afterPrint);
})();
