"""Takes the README's picture of the book: the front page with its translator, light and dark.

    python tools/readme_picture.py      (`make picture`)
"""

import io
import sys
import threading
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.site.conftest import ALIVE, launch  # noqa: E402
from tools.check_site import SITE  # noqa: E402
from tools.serve import make_server  # noqa: E402

PICTURES = ROOT / "assets" / "readme"
WIDTH = 1100  # wide enough for the arcs, narrow enough to be read in a README
# From the title, below the page's buttons, to the explorer's last row.
FRAME = """() => {
  const title = document.querySelector("article h1").getBoundingClientRect();
  const explorer = document.querySelector("article .sa-explorer").getBoundingClientRect();
  const [x, y] = [explorer.left - 24, title.top - 8];
  return { x, y, width: explorer.width + 48, height: explorer.bottom + 24 - y };
}"""

# What the picture says goes into its file: a test compares it with the page.
WORDS = """() => [...document.querySelectorAll(
    "article :is(h1, h1 + p, .sa-explorer :is(p:not([role]), button))")]
  .map((node) => node.innerText.trim()).filter(Boolean).join("\\n")"""


def take(browser, address, theme):
    page = browser.new_page(viewport={"width": WIDTH, "height": 1100}, color_scheme=theme,
                            reduced_motion="reduce")
    page.goto(address)
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_function(ALIVE)
    picture = Image.open(io.BytesIO(page.screenshot(clip=page.evaluate(FRAME))))
    words = PngInfo()
    words.add_itxt("says", page.evaluate(WORDS))
    picture.save(PICTURES / f"front-{theme}.png", pnginfo=words, optimize=True)
    page.close()


def main():
    PICTURES.mkdir(exist_ok=True)
    server = make_server(SITE)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for theme in ("light", "dark"):
            take(browser, f"http://127.0.0.1:{server.server_port}/index.html", theme)
        browser.close()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
