// What scrolls sideways must be reachable by keyboard. An observer asks for sizes when they are known
// anyway: to ask while explorers start would make the browser lay out the page once more.
document.addEventListener("DOMContentLoaded", () => {
  const watch = new ResizeObserver((entries) => {
    for (const { target: box } of entries) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  });
  const boxes = document.querySelectorAll("div.math, .bd-article table, div.cell_output, .bd-article pre");
  for (const box of boxes) watch.observe(box);
});
