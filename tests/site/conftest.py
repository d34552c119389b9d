"""What the tests of the built site share: the site, a server for it and a real browser."""

import re
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Error, sync_playwright

from tools.check_site import SITE, pages, pages_of_both
from tools.serve import make_server

ROOT = Path(__file__).parents[2]
PAGES, BOTH = pages(), pages_of_both()
# An installed Chrome gives each of its windows two hidden pages for its address bar. Without them
# a window costs a third. The list takes the place of Playwright's own, so it repeats that.
FEATURES = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", *"""
    AimEnabled AvoidCorsURLLoaderRestartOnRedirect AvoidUnnecessaryBeforeUnloadCheckSync
    DestroyProfileOnBrowserClose HttpsFirstBalancedModeAutoEnable HttpsUpgrades LensOverlay
    MediaRouter NetworkTimeServiceQuerying OptimizationHints PaintHolding PreconnectToSearch
    ThirdPartyStoragePartitioning""".split()]
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             f"--disable-features={','.join(FEATURES)}"]
PATIENCE = 60_000  # for a state to come about, however busy the machine is
INSTALL = "no browser: install Chrome, Chromium or Edge, or run 'playwright install chromium'"


# The explorers of a page are there once each has put something into its place.
ALIVE = """() => [...document.querySelectorAll(".explorable > div")]
    .every((place) => place.childNodes.length > 0)"""


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def pytest_generate_tests(metafunc):
    # The session's scope makes pytest run all tests of one page, then those of the next.
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "page_name" in metafunc.fixturenames and "page_name" not in named:
        metafunc.parametrize("page_name", BOTH, scope="session")


@pytest.fixture(scope="session")
def site_dir():
    assert (SITE / "index.html").is_file(), "the site is not built: run 'make book' first"
    return SITE


@pytest.fixture(scope="session")
def published_at(site_dir):
    """The address that the site was built for (SITE_URL), or "" if for any."""
    index = (site_dir / "index.html").read_text(encoding="utf-8")
    said = re.search(r'<link rel="canonical" href="([^"]*)index.html"', index)
    return said[1] if said else ""


@contextmanager
def served(site, prefix):
    """The site's address on this machine, where it stands under a path."""
    server = make_server(site, prefix)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{prefix.rstrip('/')}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def site_url(site_dir, published_at):
    """Under the path that the site was built for."""
    with served(site_dir, urlparse(published_at).path or "/") as address:
        yield address


@pytest.fixture(scope="session")
def moved_url(site_dir):
    """Under another path: only the 404 page has to know where it is."""
    with served(site_dir, "/moved/to/") as address:
        yield address


def launch(playwright):
    """An installed browser, else the one that Playwright downloads; else a failure that helps."""
    names = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge")
    installed = next(filter(None, map(shutil.which, names)), None)
    attempts = [{"executable_path": installed}] if installed else []
    attempts += [{"channel": "chrome"}, {"channel": "msedge"}, {}]
    for attempt in attempts:
        try:
            return playwright.chromium.launch(args=ARGUMENTS, **attempt)
        except Error:
            continue
    pytest.fail(INSTALL, pytrace=False)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def open_context(browser, **options):
    """A window of the browser: the one place where tests open one. Nothing moves by itself."""
    context = browser.new_context(**({"reduced_motion": "reduce"} | options))
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def new_context(browser):
    """new_context(**options): a window of the browser, closed after the test."""
    contexts = []

    def new_context(**options):
        contexts.append(open_context(browser, **options))
        return contexts[-1]

    yield new_context
    for context in contexts:
        context.close()


class Visit:
    """One page open in the browser, with everything it asked for and complained about."""

    def __init__(self, browser, before="", **context):
        self.scripted = context.get("java_script_enabled", True)
        self.context = open_context(browser, **context)
        self.context.add_init_script(before)
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"lost {request.url}"))
        self.page.on("console", self.note)

    def note(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, address, until="load"):
        """The page with its fonts and its explorers. "networkidle" waits for latecomers, too."""
        self.page.goto(address, wait_until="commit")
        return self.settle(until)

    def settle(self, until):
        self.page.wait_for_load_state(until)
        if self.scripted:
            self.page.evaluate("document.fonts.ready.then(() => true)")
            self.page.wait_for_function(ALIVE)
        return self


@pytest.fixture
def visit(browser):
    """visit(address, **context) opens a page and returns the Visit; closed after the test."""
    visits = []

    def open_page(address, until="load", **context):
        visits.append(Visit(browser, **context))
        return visits[-1].open(address, until)

    yield open_page
    for each in visits:
        each.context.close()


@pytest.fixture(scope="session")
def opened(browser, site_url, site_dir, page_name):
    """The Visits of a page of the book: by its address, and from a folder, on a phone, with every
    box open. Both load at once, and each is opened once for all tests that only look at it."""
    visits = Visit(browser), Visit(browser, viewport={"width": 360, "height": 740})
    for visit, root in zip(visits, (site_url, site_dir.as_uri()), strict=True):
        visit.page.goto(f"{root}/{page_name}.html", wait_until="commit")
    for visit in visits:
        visit.settle("networkidle")
    unfold(visits[1].page)
    yield visits
    for visit in visits:
        visit.context.close()


@pytest.fixture(scope="session")
def seen(opened):
    return opened[0]


@pytest.fixture(scope="session")
def seen_from_folder(opened):
    return opened[1]
