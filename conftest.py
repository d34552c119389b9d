"""What holds for every test of the book: one BLAS thread, and how notebook outputs are compared."""

import os

# Read when NumPy is first imported, here and in the kernels and builds that tests start. On the
# translator's small matrices a second thread only waits and spins: three times the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collectstart(collector):
    # Figures and tables are compared through their text, not by their drawing.
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/svg+xml", "text/html")
