"""What holds for every test of the book: one BLAS thread, how notebook outputs are compared, and
what the workers of a run share out among them."""

import os
import re

import kernels  # noqa: F401  from here on they are spoken to as this module says
import pytest

# Read when NumPy is first imported, here and in the kernels and builds that tests start. On the
# translator's small matrices a second thread only waits and spins: three times the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collectstart(collector):
    # Figures and tables are compared through their text, not by their drawing.
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/svg+xml", "text/html")


# Here a unit of work may take ten seconds or a minute. They come first, and the many short ones
# fill up what is left: else one worker would wait for the other at the end.
LONG = ("chapters/", "tests/site/", "tests/test_rebuild.py", "tests/test_translator.py",
        "tests/test_language_model.py", "tests/test_continuous_integration.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return unit(nodeid)

    return Units(config, log)


def unit(nodeid):
    """What stays on one worker: a page of the site, which is opened once; a notebook, which has a
    kernel; a file that drives the browser; else the tests of one function."""
    if page := re.search(r"^tests/site/.*\[((?:zh/)?(?:chapters/\w+|index))[]-]", nodeid):
        return page[1]
    alone = nodeid.startswith("tests/") and not nodeid.startswith("tests/site/")
    return nodeid.partition("[" if alone else "::")[0]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A run of everything fails if it left out a page, a notebook or a file of tests."""
    config = session.config
    everything = (config.args_source is pytest.Config.ArgsSource.TESTPATHS
                  and config.option.markexpr.strip() == "not nightly" and not config.option.keyword)
    if not everything or hasattr(config, "workerinput") or config.option.collectonly:
        return
    from tests.whole_run import untested

    reporter = config.pluginmanager.get_plugin("terminalreporter")
    ids = {report.nodeid for reports in reporter.stats.values() for report in reports
           if getattr(report, "when", "") == "call"}
    if lacking := untested(ids):
        reporter.write_line(f"\nNot tested in this run: {', '.join(lacking)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
