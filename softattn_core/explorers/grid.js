// The cells of a table as one stop of the Tab key, with arrow keys to walk from cell to cell.
// onpoint(row, column, event) is told which cell the pointer or the focus is on.
function walkable(node, body, onpoint) {
  const place = (cell) => [[...body.children].indexOf(cell.parentNode), cell.cellIndex - 1];
  function enter(cell) {
    body.querySelectorAll("[tabindex='0']").forEach((old) => (old.tabIndex = -1));
    cell.tabIndex = 0;
  }
  for (const name of ["focusin", "pointerover"]) node.addEventListener(name, (event) => {
    const cell = event.target.closest("td[tabindex]");
    if (!cell) return;
    enter(cell);
    onpoint(...place(cell), event);
  });
  node.addEventListener("keydown", (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const [i, j] = place(event.target);
    const next = body.children[i + move[0]]?.children[j + move[1] + 1];
    if (next?.matches("td[tabindex]")) next.focus();
  });
  return { enter };
}
