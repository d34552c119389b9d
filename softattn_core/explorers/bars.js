// Draws `fraction` (-1…1) of a bar's length, from its zero to the right or to the left.
function fill(bar, fraction) {
  if (bar.dataset.length === String(fraction)) return;
  bar.dataset.length = fraction;
  bar.style.setProperty("--length", fraction);
}

// A weight where there is no room for a power of ten.
const brief = (x) => (x && Math.abs(x) < 0.0005 ? "≈ 0" : format(x));
