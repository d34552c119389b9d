// Shows the lines that offer to run a chapter. From a folder (file://) a browser runs no Python.
// tools/lite.py writes before this where Python comes from: const elsewhere = true, or false.
if (location.protocol !== "file:") {
  for (const line of document.querySelectorAll(".sa-run")) {
    const link = line.querySelector("a");
    link.href = link.dataset.address;
    line.querySelector(".sa-elsewhere").hidden = !elsewhere;
    line.hidden = false;
  }
}
