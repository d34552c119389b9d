"""The Python side of the explorers: values that follow the controls, and ipywidgets' ways."""

import ipywidgets
import numpy as np
import pytest
import traitlets

from softattn_core import cross_entropy_gradient, softmax
from softattn_core.explorers import SimplexExplorer, SoftmaxExplorer


def test_results_follow_the_controls():
    explorer = SoftmaxExplorer()
    assert explorer.probabilities == pytest.approx(softmax([2.0, 1.0, 0.1]), rel=1e-15)
    explorer.set_state({"scores": [5, 1, 0, -1], "temperature": 2})  # as the browser sends it
    assert explorer.probabilities == pytest.approx(softmax([5, 1, 0, -1], temperature=2), rel=1e-15)

    simplex = SimplexExplorer(scores=np.array([1.0, 2.0, 3.0]), target=2)
    simplex.set_state({"target": 1, "temperature": 0.5})
    assert simplex.gradient == pytest.approx(cross_entropy_gradient([2.0, 4.0, 6.0], 1))
    later = softmax(np.array([1.0, 2.0, 3.0]) - simplex.gradient, temperature=0.5)
    assert simplex.after_step == pytest.approx(later)


@pytest.mark.parametrize("wrong", [
    {"scores": [1.0]}, {"scores": [0.0] * 7}, {"scores": [1e7, 0]}, {"scores": ["a", 1]},
    {"scores": [float("inf"), 0]}, {"temperature": 0}, {"temperature": 21}, {"names": [1, 2, 3]},
])
def test_what_the_controls_cannot_show_is_an_error(wrong):
    with pytest.raises(traitlets.TraitError):
        SoftmaxExplorer(**wrong)


@pytest.mark.parametrize("wrong", [{"scores": [1, 2]}, {"names": ["a", "b"]}, {"target": 3}])
def test_the_simplex_has_three_classes(wrong):
    with pytest.raises(traitlets.TraitError):
        SimplexExplorer(**wrong)


def test_observe_and_links():
    explorer, slider = SoftmaxExplorer(), ipywidgets.FloatSlider(min=0.05, max=20)
    heard = []
    explorer.observe(lambda change: heard.append(change["new"]), "temperature")
    traitlets.link((explorer, "temperature"), (slider, "value"))
    slider.value = 3.5
    assert explorer.temperature == 3.5
    explorer.set_state({"temperature": 0.5})
    assert heard == [3.5, 0.5] and slider.value == 0.5


def test_composes_with_boxes_and_front_end_links():
    explorer, slider = SoftmaxExplorer(), ipywidgets.FloatSlider()
    box = ipywidgets.HBox([explorer, slider])
    link = ipywidgets.jslink((explorer, "temperature"), (slider, "value"))
    assert box.get_state()["children"][0] == f"IPY_MODEL_{explorer.model_id}"
    assert link.source == (explorer, "temperature")


def test_the_printed_form_is_short_and_the_same_each_time():
    assert repr(SoftmaxExplorer(names=["x", "y"], scores=[1, 2])) == (
        "SoftmaxExplorer(scores=[1.0, 2.0], temperature=1.0)")
    assert repr(SimplexExplorer()) == (
        "SimplexExplorer(scores=[3.0, 1.0, 0.2], temperature=1.0, target=0)")


def test_reset_knows_the_beginning():
    explorer = SimplexExplorer(target=2)
    explorer.target = 0
    assert explorer.initial == {"scores": [3.0, 1.0, 0.2], "temperature": 1.0, "target": 2}
