"""The Python side of the normalisers explorer, and the figure that goes with its chapter."""

import numpy as np
import pytest
import traitlets

from softattn_core import figures, softmax, sparsemax
from softattn_core.explorers import NormaliserExplorer
from softattn_core.translator.normalisers import NORMALISERS


def test_results_follow_the_controls():
    explorer = NormaliserExplorer()
    explorer.set_state({"scores": [1, 3, 0.2]})  # as the browser sends it
    z, weights = np.array([1.0, 3.0, 0.2]), explorer.weights
    np.testing.assert_allclose(weights["softmax"], softmax(z))
    np.testing.assert_allclose(weights["sparsemax"], sparsemax(z))
    np.testing.assert_allclose(weights["divided"], z / 4.2)
    np.testing.assert_allclose(weights["argmax"], [0, 1, 0])
    for name in set(NORMALISERS) & set(weights):  # as the translator was trained with
        np.testing.assert_allclose(weights[name], NORMALISERS[name].weights(z), rtol=1e-14)
    budgets = {name for name, total in explorer.sums.items() if total == pytest.approx(1)}
    assert set(weights) - budgets == {"sigmoid", "sigmoid_shift", "relu_n", "raw"}


def test_where_a_normaliser_cannot_say():
    explorer = NormaliserExplorer([3.0, 0.0, -3.0])
    assert np.isnan(explorer.weights["divided"]).all()
    assert explorer.weights["relu_sum"].tolist() == [1, 0, 0]
    explorer.scores = [-1.0, -2.0, -0.5]
    assert explorer.weights["relu_sum"].tolist() == [0, 0, 0]
    assert explorer.weights["divided"].argmax() == 1, "the lowest score gets most"
    explorer.scores = [2.0, 2.0, 1.0]
    assert explorer.weights["argmax"].tolist() == [1, 0, 0]


@pytest.mark.parametrize("wrong, names", [
    ([1.0], ["a"]), ([0.0] * 7, "abcdefg"), ([float("inf"), 0], "ab"), ([1e7, 0], "ab")])
def test_what_the_controls_cannot_show_is_an_error(wrong, names):
    with pytest.raises(traitlets.TraitError):
        NormaliserExplorer(wrong, names)


def test_names_fit_the_scores():
    with pytest.raises(ValueError, match="equally many, got 2 and 3"):
        NormaliserExplorer([1.0, 2.0], ["a", "b", "c"])


def test_the_others_have_the_colour_that_is_asked_for():
    curves = {name: [[1.0, 0.5]] for name in ("attention", "b", "c", "d", "e")}
    lines = {}
    for others in ("values", "ink"):
        figure = figures.quality_by_length([(1, 2), (3, 4)], curves, title="", others=others)
        lines[others] = [line.get_color() for line in figure.axes[0].lines]
    assert lines["ink"] == [figures.COLOURS["weights"]] + [figures.COLOURS["ink"]] * 4
    assert lines["values"][1:] == [figures.COLOURS["values"]] * 4
    styles = {str(line.get_linestyle()) + str(line._dash_pattern) for line in figure.axes[0].lines}
    assert len(styles) == 5, "told apart by dashes too"
