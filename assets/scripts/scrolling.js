// What scrolls sideways must be reachable by keyboard.
document.addEventListener("DOMContentLoaded", () => {
  const boxes = document.querySelectorAll("div.math, .bd-article table, div.cell_output, .bd-article pre");
  const update = () => {
    for (const box of boxes) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  update();
  addEventListener("resize", update);
});
