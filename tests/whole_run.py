"""What a run of the whole suite must have tested: a parametrisation that is empty fails nothing."""

import nbformat

from tools.check_site import ROOT, pages, pages_of_both

# The Chinese notebooks have the same code, and the build has just executed them.
CHINESE = "tests/site/test_chinese.py::test_the_chinese_notebooks_print_the_same_numbers[{}]"


def due():
    """{what must be tested: (how its tests' ids begin, how many of them there are at least)}."""
    opened = "tests/site/test_pages.py::test_page_is_whole_and_asks_nobody[{}]"
    wanted = {f"the page {page}": (opened.format(page), 1) for page in pages_of_both()}
    for page in pages():
        if (path := ROOT / f"{page}.ipynb").is_file():
            cells = [cell for cell in nbformat.read(path, as_version=4).cells
                     if cell.cell_type == "code" and cell.source.strip()]
            wanted[f"the notebook {page}"] = (f"{page}.ipynb::", len(cells))
            wanted[f"the notebook zh/{page}"] = (CHINESE.format(page), 1)
    for path in [*ROOT.glob("tests/**/test_*.py"), ROOT / "README.md"]:
        name = path.relative_to(ROOT).as_posix()
        wanted[name] = (f"{name}::", 1)
    return wanted


def untested(ids):
    """What these ids leave out, of all that is due."""
    return [what for what, (begins, least) in due().items()
            if sum(one.startswith(begins) for one in ids) < least]
