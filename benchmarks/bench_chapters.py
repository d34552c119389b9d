"""Each chapter of the built site: its bytes, how soon its first explorer lives, how it follows.

Beside it the same notebook in a stock Jupyter Book (stock.py; without npm and network ours alone).
The server compresses what it sends, as the published site's does.
"""

import statistics
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks import stock
from tests.site.conftest import launch
from tests.site.test_weight import sizes, zipped
from tools.serve import SITE, Handler

LOADS = 3
EVENTS = 500
# Megabit per second, milliseconds of latency, how many times slower the CPU is made.
LINES = {"1.6 Mbit/s, 150 ms": (1.6, 150, 1), "full speed": (None, 0, 1),
         "a sixth of the CPU": (None, 0, 6)}
# Notes the moment at which the first explorer stands in its place.
WATCH = """new MutationObserver((_, observer) => {
  if (!document.querySelector(".sa-explorer svg, .sa-explorer input, .sa-explorer button")) return;
  window.aliveAfter = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""
# Events on each explorer's English text, or its first slider or number: {title: [milliseconds,
# changes] each}. A slider goes from place to place, a text from sentence to sentence, so that every
# event changes something: what it changes is drawn within it, and laid out at once.
FOLLOW = """(events) => {
  window.queueMicrotask = (draw) => draw();
  window.requestAnimationFrame = (draw) => (draw(performance.now()), 0);
  const texts = ["i love you", "i eat apples at home today", "she does not drink coffee"];
  const all = {};
  for (const root of document.querySelectorAll(".explorable .sa-explorer:not(.sa-question)")) {
    const text = root.querySelector("input.sa-text[lang=en]");
    const slider = root.querySelector("input[type=range]");
    const input = text ?? slider ?? root.querySelector("input.sa-field");
    const { min, max, step } = slider ?? { min: -2, max: 2, step: 0.1 };
    const stride = step * Math.ceil((max - min) / step / 97);
    const places = Math.floor((max - min) / stride + 1e-9) + 1;
    const valueAt = (n) =>
      input === text ? texts[n % texts.length] : Number(min) + stride * (n % places);
    const watch = new MutationObserver(() => {});
    watch.observe(root, { attributes: true, characterData: true, childList: true, subtree: true });
    const found = (all[root.querySelector(".sa-title").textContent] = []);
    for (let n = 1; n <= events; n += 1) {
      input.value = valueAt(n);
      watch.takeRecords();
      const start = performance.now();
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      root.getBoundingClientRect();
      found.push([performance.now() - start, watch.takeRecords().length]);
    }
  }
  // The browser's brake slows short tasks by more than it says, on some machines by far: so also a
  // task that is none of ours.
  const box = document.createElement("div");
  box.append(...Array.from({ length: 150 }, () => document.createElement("span")));
  box.style.position = "absolute";
  document.body.append(box);
  const control = (all["for comparison, 150 words written anew"] = []);
  for (let n = 1; n <= events; n += 1) {
    const start = performance.now();
    for (const word of box.children) word.textContent = `word ${n}`;
    box.getBoundingClientRect();
    control.push([performance.now() - start, 1]);
  }
  box.remove();
  return all;
}"""


class Zipped(Handler):
    """Sends text compressed."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in {".html", ".css", ".js", ".json"} or not path.is_file():
            return super().do_GET()
        body = zipped(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served(site):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Zipped, directory=str(site)))
    server.handle_error = lambda *_: None  # a page that is closed hangs up on what it still loads
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def load(browser, address, line):
    """(milliseconds from navigation to the first live explorer, what the page was sent)."""
    mbit, latency, slowdown = line
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(WATCH)
    urls = []
    page.on("response", lambda response: response.ok and urls.append(response.url))
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    if mbit:
        rate = mbit * 1e6 / 8
        session.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": latency, "downloadThroughput": rate,
            "uploadThroughput": rate})
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    page.goto(address, timeout=120_000)
    page.wait_for_function("window.aliveAfter !== undefined", timeout=120_000)
    alive_after = page.evaluate("window.aliveAfter")
    context.close()
    return alive_after, urls


def report_loading(browser, roots, chapter):
    """What the chapter weighs and how soon it lives, on each site: roots is {folder: address}."""
    for name, line in LINES.items():
        times = {site: [] for site in roots}
        for _ in range(LOADS):  # in turn, so that both meet the same machine
            for site, root in roots.items():
                alive_after, urls = load(browser, f"{root}/chapters/{chapter}.html", line)
                times[site].append(alive_after)
                if line[0] and len(times[site]) == 1:
                    by_kind = sizes(site, root, urls)
                    text = ", ".join(f"{kind} {n / 1024:.0f}" for kind, n in by_kind.items())
                    whose = "ours" if site is SITE else "stock"
                    print(f"  {whose}: {by_kind.total() / 1024:.0f} KiB gzip ({text})")
        ours, *stocks = map(statistics.median, times.values())
        text = "".join(f", stock {one:.0f} ms, ours / stock {ours / one:.2f}" for one in stocks)
        print(f"  first explorer, {name}: {ours:.0f} ms{text}", flush=True)


def report_following(browser, address):
    page = browser.new_page()
    page.goto(address, wait_until="networkidle")
    session = page.context.new_cdp_session(page)
    for slowdown in (1, 6):
        session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        page.evaluate(FOLLOW, 30)  # warm
        for name, events in page.evaluate(FOLLOW, EVENTS).items():
            times, changes = zip(*events, strict=True)
            idle = f", {changes.count(0)} of them changed nothing" if 0 in changes else ""
            print(f"  CPU slowed {slowdown}×, {name}: event and layout "
                  f"{statistics.median(times):.1f} ms median, {statistics.mean(times):.1f} mean, "
                  f"{max(times):.1f} worst{idle}",
                  flush=True)
    page.close()


def main():
    print("Chapters (aims: 450 KiB, first explorer within 2 s on the slow line and in a quarter of "
          "the stock page's time, an event in 4 ms, in 16 at a sixth of the CPU)")
    with (tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright,
          ExitStack() as open_sites):
        browser = launch(playwright)
        sites = filter(None, [SITE, stock.build(Path(folder))])
        roots = {site: open_sites.enter_context(served(site)) for site in sites}
        for path in sorted(SITE.glob("chapters/0*.html")):
            print(path.stem)
            report_loading(browser, roots, path.stem)
            report_following(browser, f"{roots[SITE]}/chapters/{path.name}")
        browser.close()


if __name__ == "__main__":
    main()
