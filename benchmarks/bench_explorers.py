"""How quickly two explorers follow a slider: each event, and the frames until it is painted."""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from softattn_core.explorers import SimplexExplorer, SoftmaxExplorer
from tests.site.conftest import launch
from tests.site.test_explorers import page_with

EVENTS = 1000

SLIDE = """([explorer, events]) => {
  const root = document.querySelectorAll(".sa-explorer")[explorer];
  const range = root.querySelector(".sa-range");
  const { queueMicrotask } = window;
  window.queueMicrotask = (draw) => draw();  // what the event changes is drawn within the event
  const times = [];
  for (let n = 0; n < events; n += 1) {
    range.value = (n % 200) / 10 - 10;
    const start = performance.now();
    range.dispatchEvent(new InputEvent("input", { bubbles: true }));
    root.getBoundingClientRect();  // makes the browser lay out at once
    times.push(performance.now() - start);
  }
  window.queueMicrotask = queueMicrotask;
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
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "page.html")
        path.write_text(page_with(SoftmaxExplorer(), SimplexExplorer()), encoding="utf-8")
        browser = launch(playwright)
        report_sliding(browser, path.as_uri())
        browser.close()


if __name__ == "__main__":
    main()
