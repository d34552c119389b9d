// A table whose columns own their heading and their value:
// { heading, role, value(found, i), total(found), text(x) }. The first column names the rows.
// rows[i] is { node, cells }, for what else an explorer does with a row.
function valueTable(caption, first, columns, last = "") {
  const { node, heads, body, foot } = table(caption, [first, ...columns.map(({ heading }) => heading)]);
  const cellsOf = () => columns.map(({ role }) => make("td", { class: role ? `sa-${role}` : "" }));
  columns.forEach(({ role }, j) => role && heads[j + 1].classList.add(`sa-${role}`));
  const rows = [];
  const totals = cellsOf();
  if (last) foot.append(make("tr", {}, make("th", { scope: "row" }, last), ...totals));
  const showIn = (cell, { text = format }, x) => show(cell, x, text(x));

  function addRow() {
    const [head, cells] = [make("th", { scope: "row" }), cellsOf()];
    const row = { node: make("tr", {}, head, ...cells), head, cells };
    body.append(row.node);
    rows.push(row);
  }

  function draw(names, found) {
    while (rows.length < names.length) addRow();
    while (rows.length > names.length) rows.pop().node.remove();
    rows.forEach(({ head, cells }, i) => {
      writeName(head, names[i]);
      columns.forEach((column, j) => showIn(cells[j], column, column.value(found, i)));
    });
    columns.forEach((column, j) => column.total && showIn(totals[j], column, column.total(found)));
  }
  return { node: scrollBox(caption, node), heads: heads.slice(1), rows, draw };
}
