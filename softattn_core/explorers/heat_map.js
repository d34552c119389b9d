// Attention weights as a table of shaded cells: one row a Chinese word, one column an English word.

const NUMBERED = 16; // with more columns the cells are small and stand without their numbers

// onpoint(row, column) is told which cell the pointer or the focus is on; arrow keys walk. With more
// columns than `most`, the cells are small.
function heatMap(label, onpoint, most = NUMBERED) {
  const columns = make("tr", {}, make("td"));
  const body = make("tbody");
  const node = make("table", { class: "sa-map", role: "grid", "aria-label": label }, make("thead", {}, columns), body);
  const { enter } = walkable(node, body, onpoint);
  let lit = [];

  // As many children as there are texts, each with its text.
  function fit(parent, count, first, model) {
    while (parent.children.length > first + count) parent.lastChild.remove();
    while (parent.children.length < first + count) parent.append(model.cloneNode(true));
  }
  function name(head, text) {
    writeName(head.firstChild, text);
    // Letters are turned on their side; Chinese characters and arrows are not.
    head.classList.toggle("sa-turned", /[a-z]/i.test(text));
  }
  const heading = (scope) => make("th", { scope }, make("span"));
  const [column, cell, row] = [heading("col"), make("td", { tabindex: -1 }), make("tr", {}, heading("row"))];

  // Only what differs from the drawing before is written.
  function draw(english, chinese, weights) {
    const numbered = english.length <= most;
    node.classList.toggle("sa-numbered", numbered);
    node.style.setProperty("--columns", english.length);
    fit(columns, english.length, 1, column);
    english.forEach((word, j) => name(columns.children[j + 1], word));
    fit(body, chinese.length, 0, row);
    chinese.forEach((word, i) => {
      const line = body.children[i];
      name(line.firstChild, word);
      fit(line, english.length, 1, cell);
      english.forEach((_, j) => shade(line.children[j + 1], weights[i][j], numbered));
    });
    if (lit.length) light(null, null);
    const first = body.querySelector("td");
    if (first && !node.contains(document.activeElement)) enter(first);
  }

  function shade(cell, weight, numbered) {
    const text = numbered && weight >= 0.005 ? weight.toFixed(2) : "";
    if (cell.dataset.value === String(weight) && cell.textContent === text) return;
    cell.dataset.value = weight;
    cell.style.setProperty("--weight", weight.toFixed(3));
    write(cell, text);
    if (!text) cell.ariaLabel = weight.toFixed(3);
    else if (cell.ariaLabel) cell.ariaLabel = null;
  }

  // Lights a row, a column or, with both, a cell.
  function light(i, j) {
    lit.forEach((old) => old.classList.remove("sa-on"));
    const line = body.children[i];
    const ofColumn = j === null ? [] : [columns, ...body.children].map((each) => each.children[j + 1]);
    if (i !== null && j !== null) lit = [line.firstChild, ofColumn[0], line.children[j + 1]];
    else lit = i === null ? ofColumn : [...line.children];
    lit.forEach((each) => each.classList.add("sa-on"));
  }

  return { node, draw, light };
}
