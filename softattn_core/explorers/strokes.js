// An arc for each weight: the thicker, the larger the weight.

const THINNEST = 0.02; // weights below have no arc

// As many paths in `curves` as there are arcs, each of the thickness of its weight.
function drawStrokes(curves, arcs) {
  while (curves.children.length > arcs.length) curves.lastChild.remove();
  while (curves.children.length < arcs.length) curves.append(make("path"));
  arcs.forEach(({ weight }, number) => {
    put(curves.children[number], "stroke-width", (1 + 5 * weight).toFixed(1));
    put(curves.children[number], "stroke-opacity", (0.25 + 0.75 * weight).toFixed(2));
  });
}
