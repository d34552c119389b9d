const USUAL = [-10, 10];

// Sliders for scores with one span for all: −10…10, or around scores that lie elsewhere, so that
// no slider sticks at an end. While a slider has the focus its span only grows.
function scoreSliders(say) {
  const sliders = [];
  const note = make("p", { class: "sa-span" });
  let [from, to] = USUAL;
  return {
    note,
    drop: () => sliders.pop(),
    make(oninput) {
      const control = slider({ min: from, max: to, step: 0.1, low: -1e6, high: 1e6, role: "scores", oninput });
      sliders.push(control);
      return control;
    },
    fit(scores) {
      const [least, most] = [Math.min(...scores), Math.max(...scores)];
      const held = sliders.some(({ range }) => range === document.activeElement);
      if (held && from <= least && most <= to) return;
      const usual = USUAL[0] <= least && most <= USUAL[1];
      const middle = Math.round((least + most) / 2);
      const reach = Math.max(10, Math.ceil((most - least) / 2 + 1));
      [from, to] = usual ? USUAL : [middle - reach, middle + reach];
      sliders.forEach((control) => control.span(from, to));
      const [left, right] = [from, to].map((end) => String(end).replace("-", "−"));
      write(note, usual ? "" : say("span", { from: left, to: right }));
    },
  };
}
