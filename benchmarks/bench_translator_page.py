"""One translation in the page, from the press of the button to the laid-out heat-map."""

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
  const root = document.querySelector(".sa-explorer");
  const [input, go] = [root.querySelector("input"), root.querySelector(".sa-typing button")];
  const times = [];
  for (let n = 0; n < rounds * sentences.length; n += 1) {
    input.value = sentences[n % sentences.length];
    const start = performance.now();
    go.click();
    root.getBoundingClientRect();  // makes the browser lay out at once
    times.push(performance.now() - start);
  }
  return times;
}"""


def main():
    longest = [" ".join(pair.english) for pair in held_out_pairs()[-1][:4]]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "page.html")
        path.write_text(page_with(TranslatorExplorer()), encoding="utf-8")
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(path.as_uri())
        page.locator(".sa-map").wait_for()
        for name, sentences in [("demonstrations", DEMONSTRATIONS), ("51–60 words", longest)]:
            times = page.evaluate(TRANSLATE, [list(sentences), ROUNDS])
            print(f"{name}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")
        browser.close()


if __name__ == "__main__":
    main()
