"""The explorers' page: how soon it lives, and how quickly it follows a slider.

The same notebook is built twice: with our host, and with the stock ipywidgets embedding (require.js
and html-manager from npm, served from the same local server). Without npm only ours is measured.
"""

import gzip
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import anywidget
import nbformat
from playwright.sync_api import sync_playwright

from tests.site.conftest import launch
from tools.serve import make_server

ROOT = Path(__file__).parents[1]
LOADS = 9
EVENTS = 1000
CELLS = ["from softattn_core.explorers import SimplexExplorer, SoftmaxExplorer\nSoftmaxExplorer()",
         "SimplexExplorer()"]
STOCK = """
html_static_path = ["stock"]
nb_ipywidgets_js = {
    "require.js": {}, "config.js": {}, "embed-amd.js": {"data-jupyter-widgets-cdn": ""},
}
"""
# Notes the moment at which the first explorer has its slider.
WATCH = """new MutationObserver((_, observer) => {
  if (!document.querySelector(".sa-range")) return;
  window.aliveAfter = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""

SLIDE = """([explorer, events]) => {
  const root = document.querySelectorAll(".sa-explorer")[explorer];
  const range = root.querySelector(".sa-range");
  const times = [];
  for (let n = 0; n < events; n += 1) {
    range.value = (n % 200) / 10 - 10;
    const start = performance.now();
    range.dispatchEvent(new InputEvent("input", { bubbles: true }));
    root.getBoundingClientRect();  // makes the browser lay out at once
    times.push(performance.now() - start);
  }
  return times;
}"""

# The longest pause of a loop that does nothing: what other programs on the machine add to a worst.
PAUSE = """() => {
  let [last, worst] = [performance.now(), 0];
  for (const end = last + 3000; last < end; ) {
    const now = performance.now();
    worst = Math.max(worst, now - last);
    last = now;
  }
  return worst;
}"""

# A task of its own changes the slider; frames are counted until one finds the new number shown.
FRAMES = """async ([explorer, events]) => {
  const root = document.querySelectorAll(".sa-explorer")[explorer];
  const range = root.querySelector(".sa-range");
  const shown = root.querySelector("tbody td:last-child");
  const frame = () => new Promise(requestAnimationFrame);
  const counts = [];
  for (let n = 0; n < events; n += 1) {
    await frame();
    await new Promise((next) => setTimeout(next));
    const before = shown.dataset.value;
    range.value = (n % 40) / 10;
    range.dispatchEvent(new InputEvent("input", { bubbles: true }));
    let count = 0;
    do { await frame(); count += 1; } while (shown.dataset.value === before && count < 60);
    counts.push(count);
  }
  return counts;
}"""


def build(folder, kind, stock_files):
    """The notebook's page under folder/kind, in the book's theme."""
    source = folder / f"source-{kind}"
    source.mkdir()
    cells = [nbformat.v4.new_markdown_cell("# Explorers")]
    notebook = nbformat.v4.new_notebook(cells=cells + [nbformat.v4.new_code_cell(c) for c in CELLS])
    nbformat.write(notebook, source / "index.ipynb")
    extensions = ["myst_nb"]
    settings = STOCK
    if kind == "ours":
        extensions.append("explorables")
        settings = "nb_ipywidgets_js = {}\n"
    else:
        shutil.copytree(stock_files, source / "stock")
    (source / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / '_ext')!r})\nextensions = {extensions}\n"
        f"html_theme = 'sphinx_book_theme'\nnb_execution_mode = 'force'\n{settings}",
        encoding="utf-8")
    subprocess.run([sys.executable, "-m", "sphinx", "-q", source, folder / kind], check=True,
                   capture_output=True)


def stock_scripts(folder):
    """require.js, html-manager and anywidget's own front end, or None without npm."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder,
                    "@jupyter-widgets/html-manager@1.0", "requirejs@2.3"], check=True)
    modules, stock = folder / "node_modules", folder / "stock"
    own = Path(anywidget.__file__).parent / "nbextension" / "index.js"
    stock.mkdir()
    shutil.copy(modules / "requirejs" / "require.js", stock)
    shutil.copy(modules / "@jupyter-widgets" / "html-manager" / "dist" / "embed-amd.js", stock)
    shutil.copy(own, stock / "anywidget.js")
    (stock / "config.js").write_text(
        'require.config({ paths: { anywidget: "_static/anywidget" } });', encoding="utf-8")
    return stock


def load(browser, address):
    """(milliseconds from navigation to the first live explorer, {script: its bytes})."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto(address)
    page.wait_for_function("window.aliveAfter !== undefined", timeout=60_000)
    alive_after = page.evaluate("window.aliveAfter")
    scripts = {r.url: r.body() for r in responses
               if r.request.resource_type == "script" and not r.url.startswith("blob:")}
    context.close()
    return alive_after, scripts


def kilobytes(scripts):
    plain = sum(map(len, scripts.values()))
    zipped = sum(len(gzip.compress(text)) for text in scripts.values())
    return f"{plain / 1e3:.0f} kB of script ({zipped / 1e3:.0f} kB gzip)"


def report_loading(browser, addresses):
    times = {kind: [] for kind in addresses}
    scripts = {}
    for _ in range(LOADS):  # in turn, so that both meet the same machine
        for kind, address in addresses.items():
            alive_after, scripts[kind] = load(browser, address)
            times[kind].append(alive_after)
    for kind, all_times in times.items():
        print(f"  {kind:5} first explorer alive after {statistics.median(all_times):.0f} ms "
              f"({min(all_times):.0f}–{max(all_times):.0f}), {kilobytes(scripts[kind])}")
    if "stock" in times:
        medians = [statistics.median(times[kind]) for kind in ("ours", "stock")]
        print(f"  ours / stock: {medians[0] / medians[1]:.2f} of the time (aim: at most 0.50)")


def report_sliding(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.locator(".sa-range").nth(5).wait_for()
    session = page.context.new_cdp_session(page)
    for slowdown in (1, 6):
        session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        for number, name in enumerate(("softmax", "simplex")):
            page.evaluate(SLIDE, [number, 50])  # warm
            times = page.evaluate(SLIDE, [number, EVENTS])
            frames = page.evaluate(FRAMES, [number, 100])
            print(f"  {name}, CPU slowed {slowdown}×: {EVENTS} slider events, handler plus layout "
                  f"{statistics.median(times):.1f} ms median, {max(times):.1f} ms worst; "
                  f"painted after {statistics.median(frames):.0f} frame (worst {max(frames)})")
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    print(f"  this machine interrupts an empty loop of 3 s for up to {page.evaluate(PAUSE):.1f} ms")
    page.close()


def main():
    print("Explorers (aims: worst under 4 ms unslowed, painted within 2 frames)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = folder / "site"
        site.mkdir()
        stock = stock_scripts(folder)
        kinds = ["ours"] if stock is None else ["ours", "stock"]
        for kind in kinds:
            build(site, kind, stock)
        server = make_server(site)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        with sync_playwright() as playwright:
            browser = launch(playwright)
            report_loading(browser, {kind: f"{root}/{kind}/index.html" for kind in kinds})
            report_sliding(browser, f"{root}/ours/index.html")
            browser.close()
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main()
