"""One translation in the page, from the typed sentence to the laid-out arcs and heat-map."""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from softattn_core.explorers import TranslatorExplorer
from softattn_core.translator.corpus import DEMONSTRATIONS, held_out_pairs
from tests.site.conftest import launch
from tests.site.test_explorers import page_with

ROUNDS = 10

TRANSLATE = """([sentences, rounds]) => {
  window.queueMicrotask = (draw) => draw();  // what the event changes is drawn within the event
  const root = document.querySelector(".sa-explorer");
  const input = root.querySelector("input.sa-text");
  const times = [];
  for (let n = 0; n < rounds * sentences.length; n += 1) {
    input.value = sentences[n % sentences.length];
    const start = performance.now();
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    root.getBoundingClientRect();  // makes the browser lay out at once
    times.push(performance.now() - start);
  }
  return times;
}"""


def main():
    longest = [" ".join(pair.english) for pair in held_out_pairs()[-1][:4]]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "page.html")
        browser = launch(playwright)
        for compact in (False, True):
            path.write_text(page_with(TranslatorExplorer(compact=compact)), encoding="utf-8")
            report(browser.new_page(), path.as_uri(), "compact, " * compact, longest)
        browser.close()


def report(page, address, kind, longest):
    page.goto(address)
    page.locator(".sa-translation button").first.wait_for()
    session = page.context.new_cdp_session(page)
    for slowdown in (1, 6):
        session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        for name, sentences in [("demonstrations", DEMONSTRATIONS), ("51–60 words", longest)]:
            times = page.evaluate(TRANSLATE, [list(sentences), ROUNDS])
            print(f"{kind}{name}, CPU slowed {slowdown}×: "
                  f"median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")


if __name__ == "__main__":
    main()
