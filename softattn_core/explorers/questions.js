// Questions: choose or enter a number, check, try again. The answer can be had at any time.
// On the book's pages what the reader answered is kept, in the browser alone.

// Text with `code`, and with its Chinese marked as Chinese.
const inline = (text) =>
  text.split(/(`[^`]+`|\p{Script=Han}+)/u).map((part, i) => {
    if (i % 2 === 0) return part;
    return part[0] === "`" ? make("code", {}, part.slice(1, -1)) : make("span", { lang: "zh" }, part);
  });

// Each kind of answer: its controls, what the reader gave, and what is to be said of it.
function choiceAnswer(question, say) {
  const rows = question.choices.map(({ text }) => {
    const radio = make("input", { type: "radio", name: "choice" });
    const mark = make("span", { class: "sa-verdict", "aria-hidden": "true" });
    return { radio, mark, label: make("label", { class: "sa-choice" }, radio, make("span", {}, ...inline(text)), mark) };
  });
  const judge = () => {
    const chosen = rows.findIndex(({ radio }) => radio.checked);
    if (chosen < 0) return { told: say("chooseFirst") };
    const { right = false, reason } = question.choices[chosen];
    rows[chosen].mark.textContent = right ? "✓" : "✗";
    return { right, reason };
  };
  const { text, reason } = question.choices.find(({ right }) => right);
  const clear = () => rows.forEach(({ mark }) => (mark.textContent = ""));
  const given = () => question.choices[rows.findIndex(({ radio }) => radio.checked)]?.text;
  const fill = (text) => rows.forEach(({ radio }, i) => (radio.checked = question.choices[i].text === text));
  return { controls: rows.map(({ label }) => label), judge, clear, given, fill, answer: text, reason };
}

function numberAnswer(question, say) {
  const { answer, tolerance, reason, wrong, slips = [] } = question;
  const field = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "sa-text" });
  const judge = () => {
    const given = readNumber(field.value);
    if (Number.isNaN(given)) return { told: say("typeNumber") };
    const miss = (text) => Math.abs(given - Number(text));
    // The tolerance itself is within it, whatever its binary form.
    if (miss(answer) <= tolerance * (1 + 1e-9)) return { right: true, reason, exact: answer };
    const near = slips.filter(({ number }) => miss(number) <= tolerance * (1 + 1e-9));
    near.sort((a, b) => miss(a.number) - miss(b.number));
    const side = say(given > Number(answer) ? "tooHigh" : "tooLow");
    return { right: false, reason: near[0]?.reason ?? `${side} ${wrong}` };
  };
  const label = make("label", { class: "sa-number" }, say("yourNumber"), field);
  const given = () => field.value;
  const fill = (text = "") => (field.value = text);
  return { controls: [label], judge, clear() {}, given, fill, answer, reason };
}

function drawQuestion(el, question, say) {
  const kind = question.choices ? choiceAnswer : numberAnswer;
  const { controls, judge, clear, given, fill, answer, reason } = kind(question, say);
  const memory = globalThis.bookMemory;  // none in Jupyter
  let kept;
  const heading = (key) => make("b", {}, say(key));
  const feedback = make("div", { class: "sa-feedback", role: "status" });
  const tell = (state, ...parts) => {
    feedback.dataset.state = state;
    feedback.replaceChildren(make("p", {}, ...parts));
  };
  const explained = (answer, reason) => inline(say("answerReason", { answer, reason }));
  const answered = () => [heading("answerIs"), " ", ...explained(answer, reason)];

  // Was something given that can be judged?
  function comment() {
    const { told, right, reason, exact } = judge();
    if (told) tell("empty", told);
    else if (right) tell("right", "✓ ", heading("answerRight"), " ", ...(exact ? explained(exact, reason) : inline(reason)));
    else tell("wrong", "✗ ", heading("answerWrong"), " ", ...inline(reason));
    return !told;
  }

  function keep(answer) {
    kept = answer;
    memory?.keep("answers", question.key, answer);
  }

  function check(event) {
    event.preventDefault();
    if (comment()) keep({ given: given() });
  }

  function showAnswer() {
    tell("shown", ...answered());
    keep({ asked: true, given: kept?.given });
  }

  // JupyterLab keeps a browser from submitting a form by Enter.
  function onkeydown(event) {
    if (event.key === "Enter" && event.target.matches("input")) check(event);
  }

  // What was said of the last answer does not stand beside the next one.
  function forget() {
    clear();
    feedback.replaceChildren();
    delete feedback.dataset.state;
  }

  el.append(make(
    "form", { class: "sa-explorer sa-question", onsubmit: check, oninput: forget, onkeydown },
    make("fieldset", {}, make("legend", {}, heading("predict"), " ", ...inline(question.ask)), ...controls),
    make(
      "div", { class: "sa-buttons" },
      make("button", { type: "submit", class: "sa-button" }, say("check")),
      button(say("showAnswer"), showAnswer),
    ),
    feedback,
    make("p", { class: "sa-printed" }, ...answered()),
  ));

  // As the reader left it; and empty again when all is forgotten.
  function restore() {
    const stored = memory.recall("answers", question.key);
    if (JSON.stringify(stored) === JSON.stringify(kept)) return;
    kept = stored;
    fill(kept?.given);
    forget();
    if (kept?.given !== undefined) comment();
    else if (kept) tell("shown", ...answered());
  }
  memory?.onchange(restore);
  if (memory) restore();
}

function render({ model, el }) {
  const say = sayIn(el);
  for (const question of model.get("questions")) drawQuestion(el, question, say);
}

export default { render };
