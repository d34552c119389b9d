"""What holds for every test of the book: the strict comparison of notebook outputs."""


def pytest_collectstart(collector):
    # Figures are compared through their text (their values in words), not by their drawing.
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/svg+xml",)
