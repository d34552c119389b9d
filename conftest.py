"""What holds for every test of the book: one BLAS thread, and how notebook outputs are compared."""

import os

import pytest

# Read when NumPy is first imported, here and in the kernels and builds that tests start. On the
# translator's small matrices a second thread only waits and spins: three times the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collectstart(collector):
    # Figures and tables are compared through their text, not by their drawing.
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/svg+xml", "text/html")


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
