"""The offer to run a chapter, and the page behind it: what it loads, and what it says where Python
cannot run. Three small files take Python's place here; test_lite.py runs the real one."""

import hashlib
import json
import re
import shutil
import threading

import pytest
from bs4 import BeautifulSoup

from tests.site.accessible import assert_accessible
from tests.site.conftest import PAGES, ROOT
from tools.check_site import SITE
from tools.lite import offer
from tools.pyodide import listed
from tools.serve import make_server

PYTHON = {"a.js": b"first", "b.wasm": b"second" * 1000, "c.zip": b"third"}
NOTEBOOKS = [page for page in PAGES if (ROOT / f"{page}.ipynb").is_file()]
LANGUAGES = {"en": ["Try again", "Read the chapter"], "zh": ["再试一次", "阅读本章"]}


@pytest.fixture
def start(tmp_path, new_context):
    """start(address, before) opens the start page, after before(page); both servers are local."""
    site = tmp_path / "book"
    (site / "lite" / "notebooks").mkdir(parents=True)
    (site / "lite" / "notebooks" / "index.html").write_text("<title>the notebook</title>")
    for name in ("run.html", "run.css", "run.js"):
        shutil.copy(ROOT / "lite" / name, site / "lite")
    (site / "lite" / "pyodide").mkdir()
    for name, content in PYTHON.items():
        (site / "lite" / "pyodide" / name).write_bytes(content)
    files = {name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
             for name, content in PYTHON.items()}
    (site / "lite" / "run.json").write_text(json.dumps({"address": "./pyodide/", "files": files}))
    server = make_server(tmp_path)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def open_page(query="path=chapters/02_cat_dog_bird.ipynb", before=lambda page: None, **context):
        page = new_context(**context).new_page()
        before(page)
        page.goto(f"http://127.0.0.1:{server.server_port}/book/lite/run.html?{query}")
        return page

    yield open_page
    server.shutdown()
    server.server_close()


def says(page, text):
    page.locator("#state").get_by_text(text).wait_for()


def offers_the_alternatives(page):
    """The way back to the page, and the notebooks to take along."""
    links = page.locator("#instead a").evaluate_all(
        "(all) => all.map((link) => new URL(link.href).pathname)")
    assert links == ["/book/chapters/02_cat_dog_bird.html", "/book/downloads/softattn-course.zip"]


@pytest.mark.parametrize("query, opened", [
    ("path=chapters/02_cat_dog_bird.ipynb", "chapters/02_cat_dog_bird.ipynb"),
    ("path=chapters/solutions.ipynb&lang=zh", "chapters/solutions.ipynb"),
    ("", "chapters/01_softmax.ipynb"),
    ("path=javascript:alert(1)", "chapters/01_softmax.ipynb"),
    ("path=../../elsewhere/x.ipynb", "chapters/01_softmax.ipynb"),
])
def test_it_loads_every_file_and_goes_on_to_the_notebook(start, query, opened):
    loaded = []
    page = start(query, lambda page: page.on("request", lambda asked: loaded.append(asked.url)))
    page.wait_for_url(re.compile(r"/book/lite/notebooks/"))
    assert page.url.partition("?")[2] == f"path={opened}"
    assert {url.rpartition("/pyodide/")[2] for url in loaded if "/pyodide/" in url} == {*PYTHON}


OBSTACLES = {
    "delete window.WebAssembly": "it has no WebAssembly",
    "WebAssembly.Memory = function () { throw new RangeError('no'); }": "gives no page the memory",
    "Object.defineProperty(navigator, 'deviceMemory', { value: 1 })": "too little memory",
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_it_says_at_once_why_python_cannot_run(start, obstacle):
    loaded = []

    def prepare(page):
        page.add_init_script(obstacle)
        page.on("request", lambda asked: loaded.append(asked.url))

    page = start(before=prepare)
    says(page, OBSTACLES[obstacle])
    offers_the_alternatives(page)
    assert not any("/pyodide/" in url for url in loaded), "nothing is loaded in vain"
    assert_accessible(page)


def test_little_memory_can_be_tried_all_the_same(start):
    page = start(before=lambda page: page.add_init_script(
        "Object.defineProperty(navigator, 'deviceMemory', { value: 1 })"))
    page.get_by_role("button", name="Try all the same").click()
    page.wait_for_url(re.compile(r"/lite/notebooks/"))


@pytest.mark.parametrize("answer, said", [
    (lambda route: route.abort(), "could not be loaded from this site"),
    (lambda route: route.fulfill(status=404), "could not be loaded from this site"),
    (lambda route: route.fulfill(body="another"), "is not the Python that this book was tested"),
], ids=["no network", "not there", "another file"])
def test_a_file_that_does_not_come_or_is_another_stops_it(start, answer, said):
    page = start(before=lambda page: page.route("**/b.wasm", answer))
    says(page, said)
    offers_the_alternatives(page)
    page.unroute("**/b.wasm")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(re.compile(r"/lite/notebooks/"))


def test_a_server_that_never_answers_is_given_up_after_ten_seconds(start):
    def prepare(page):
        page.clock.install()
        page.route("**/b.wasm", lambda route: None)

    page = start(before=prepare)
    says(page, "Loading Python from this site")
    page.clock.run_for(9_000)
    assert page.locator("#instead").inner_text() == ""
    page.clock.run_for(11_000)
    says(page, "could not be loaded from this site")
    offers_the_alternatives(page)


def test_a_site_without_the_notebooks_says_so(start):
    page = start(before=lambda page: page.route("**/run.json", lambda route: route.abort()))
    says(page, "not complete on this site")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_readers_language(start, language):
    page = start(f"path=chapters/02_cat_dog_bird.ipynb&lang={language}",
                 before=lambda page: page.route("**/b.wasm", lambda route: route.abort()))
    again, read = LANGUAGES[language]
    page.get_by_role("button", name=again).wait_for()
    assert page.get_by_role("link", name=read).count() == 1
    assert page.locator("html").get_attribute("lang").startswith(language)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(start, theme):
    page = start(before=lambda page: page.route("**/b.wasm", lambda route: route.abort()),
                 color_scheme=theme, viewport={"width": 360, "height": 740})
    says(page, "could not be loaded")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


# --- The offer on the pages ----------------------------------------------------------------------

def built(monkeypatch, tmp_path, elsewhere=True):
    """What run_here.js holds once the notebooks were built."""
    for folder in ("_static", "zh/_static"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr("tools.lite.SITE", tmp_path)
    offer(elsewhere)
    return (tmp_path / "_static" / "run_here.js").read_text(encoding="utf-8")


@pytest.fixture
def open_offer(new_context, site_dir, tmp_path, monkeypatch):
    """open_offer(page name, script) opens a page of the site, under a path and from a folder."""
    server = make_server(site_dir.parent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    http = f"http://127.0.0.1:{server.server_port}/{site_dir.name}"

    def open_page(name, elsewhere=True, root=http, script=None):
        context = new_context()
        body = built(monkeypatch, tmp_path, elsewhere) if script is None else script
        context.route("**/run_here.js*", lambda route: route.fulfill(
            body=body, content_type="text/javascript"))
        page = context.new_page()
        page.goto(f"{root}/{name}.html")
        return page

    yield open_page
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("book", ["", "zh/"])
@pytest.mark.parametrize("name", ["index", *NOTEBOOKS])
def test_every_notebook_and_the_front_page_offer_to_run(site_dir, book, name):
    html = (site_dir / f"{book}{name}.html").read_text(encoding="utf-8")
    page = BeautifulSoup(html, "html.parser")
    [line] = page.select(".sa-run")
    [link] = line.select("a")
    notebook = name if name in NOTEBOOKS else NOTEBOOKS[0]
    lite, _, query = link["data-address"].partition("?")
    assert (site_dir / f"{book}{name}.html").parent.joinpath(lite).resolve() == (
        site_dir / "lite" / "run.html").resolve()
    assert query == f"path={book}{notebook}.ipynb&lang={'zh' if book else 'en'}"
    assert link["target"] == "_blank"
    assert any(script["src"].partition("?")[0].endswith("/run_here.js")
               for script in page.select("script[src]")), "nothing makes the offer"


@pytest.mark.parametrize("name", ["index", NOTEBOOKS[0]])
def test_the_offer_says_what_it_costs_and_leads_to_python(open_offer, name):
    """Under a path."""
    line = open_offer(name).locator(".sa-run")
    assert line.count() == 1 and line.is_visible()
    said = line.inner_text()
    assert "46 MB" in said and "half a minute" in said and "cdn.jsdelivr.net" in said
    assert "//cdn.jsdelivr.net/" in listed()["address"]
    address = line.get_by_role("link").evaluate("(link) => link.href")
    assert address.endswith(f"/{SITE.name}/lite/run.html?path={NOTEBOOKS[0]}.ipynb&lang=en")


def test_a_site_that_brings_python_along_names_no_other(open_offer):
    assert "jsdelivr" not in open_offer("index", elsewhere=False).locator(".sa-run").inner_text()


def test_nothing_is_offered_where_it_cannot_work(open_offer, site_dir):
    """From a folder a browser runs no Python; and what was not built is not there."""
    from_folder = open_offer("index", root=site_dir.as_uri())
    for page in (from_folder, open_offer("index", script="// nothing was built")):
        assert page.locator(".sa-run").count() == 1
        assert not page.locator(".sa-run").is_visible()
        assert page.locator(".sa-run a[href]").count() == 0
