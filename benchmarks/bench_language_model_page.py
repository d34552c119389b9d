"""The language model in the page: one word generated, from the click to the laid-out line, and
what NumPy takes for the same words with and without its cache."""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from softattn_core.explorers import LanguageModelExplorer
from softattn_core.language_model import generate, load_checkpoint
from softattn_core.language_model.lines import ARROW
from softattn_core.translator.corpus import held_out_pairs
from tests.site.conftest import launch
from tests.site.test_explorers import page_with

ROUNDS = 10

GENERATE = """([prompts, rounds]) => {
  window.queueMicrotask = (draw) => draw();  // what the event changes is drawn within the event
  const root = document.querySelector(".sa-explorer");
  const input = root.querySelector("input.sa-text");
  const [next] = root.querySelectorAll(".sa-bets .sa-buttons button");
  const times = [];
  for (let n = 0; n < rounds * prompts.length; n += 1) {
    input.value = prompts[n % prompts.length];
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    while (!next.disabled) {
      const start = performance.now();
      next.click();
      root.getBoundingClientRect();  // makes the browser lay out at once
      times.push(performance.now() - start);
    }
  }
  return times;
}"""


def prompts_of(length_bin):
    return [f"{' '.join(pair.english)} {ARROW}" for pair in held_out_pairs()[length_bin][:8]]


def numpy_times(model, prompts, cache):
    """Milliseconds per word, one number a line."""
    times = []
    for prompt in prompts:
        start = time.perf_counter()
        said = generate(model, prompt, cache=cache)
        times.append(1000 * (time.perf_counter() - start) / (len(said) + 1))
    return times


def main():
    model = load_checkpoint("main")
    groups = [("6–10 words", prompts_of(1)), ("36–40 words", prompts_of(7))]
    print("Milliseconds per generated word (aim in the page: median under 3)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "page.html")
        path.write_text(page_with(LanguageModelExplorer("")), encoding="utf-8")
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(path.as_uri())
        page.locator(".sa-chips button").first.wait_for()
        session = page.context.new_cdp_session(page)
        for slowdown in (1, 6):
            session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
            for name, prompts in groups:
                times = page.evaluate(GENERATE, [prompts, ROUNDS])
                print(f"  page, {name}, CPU slowed {slowdown}×: "
                      f"median {statistics.median(times):.1f}, worst {max(times):.1f}")
        browser.close()
    for name, prompts in groups:
        kept, anew = (statistics.median(numpy_times(model, prompts, c)) for c in (True, False))
        print(f"  NumPy, {name}: {kept:.2f} with the cache, {anew:.2f} without")


if __name__ == "__main__":
    main()
