"""The pictures of the front page's map show what is computed, in the colours of their roles."""

import re
from xml.etree import ElementTree

import front_page
import numpy as np
import pytest
from front_page import PICTURES

from softattn_core import softmax, sparsemax
from softattn_core.figures import COLOURS

# What each card's picture shows, in the roles of its parts.
SHOWN = {
    "01_softmax": {"scores", "weights"},
    "02_cat_dog_bird": {"muted", "weights"},
    "03_bottleneck": {"grid", "values", "query"},
    "04_attention": {"weights", "values", "query"},
    "05_meeting": {"weights", "muted"},
    "06_transformer": {"weights"},
    "07_language_model": {"values", "weights", "ink"},
    "reading_the_transformer": {"muted", "values", "weights", "ink", "query", "scores"},
}


def parts(name, kind):
    """The parts of a picture of one kind, such as "rect", each with its role under "role"."""
    drawn = ElementTree.fromstring(f"<svg>{PICTURES[name]()}</svg>")
    return [part.attrib | {"role": role_of(part)} for part in drawn.iter(kind)]


def role_of(part):
    [role] = re.findall(r"var\(--sa-(\w+)\)", part.get("fill") + part.get("stroke", ""))
    return role


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def corners(line):
    return np.reshape(numbers(line["points"]), (-1, 2))


def dots(name, role):
    return [(float(dot["cx"]), float(dot["cy"])) for dot in parts(name, "circle")
            if dot["role"] == role]


def bars(name, role):
    """(x, width) of the bars of a role, from above, then from the left."""
    found = [(float(bar["y"]), float(bar["x"]), float(bar["width"]))
             for bar in parts(name, "rect") if bar["role"] == role]
    return np.array(sorted(found))[:, 1:]


@pytest.mark.parametrize("name", PICTURES)
def test_every_part_has_the_colour_of_its_role(name):
    drawn = ElementTree.fromstring(f"<svg>{PICTURES[name]()}</svg>")
    assert {role_of(part) for part in drawn} == SHOWN[name] <= COLOURS.keys()
    left, top, right, bottom = 0, 0, front_page.WIDTH, front_page.HEIGHT
    for bar in parts(name, "rect"):
        x, y, width, height = (float(bar[key]) for key in ("x", "y", "width", "height"))
        assert left <= x <= x + width <= right and top <= y <= y + height <= bottom


def test_the_bars_of_softmax_are_scores_and_their_shares():
    scores, shares = (bars("01_softmax", role) for role in ("scores", "weights"))
    assert scores[:, 1] / scores[0, 1] == pytest.approx([1, 1 / 2, 0.1 / 2], abs=0.01)
    assert shares[:, 1] / shares[:, 1].sum() == pytest.approx(softmax([2, 1, 0.1]), abs=0.01)
    assert scores[:, 0].max() < shares[:, 0].min(), "scores on the left"


def test_the_path_of_temperature_leads_from_the_largest_score_to_the_middle():
    edge, path = parts("02_cat_dog_bird", "polyline")
    cat, dog, bird = corners(edge)[:3]
    assert (edge["role"], path["role"]) == ("muted", "weights")
    cold, *between, hot = corners(path)
    assert cold == pytest.approx(cat, abs=0.2)
    assert hot == pytest.approx((cat + dog + bird) / 3, abs=1.5)
    [point] = dots("02_cat_dog_bird", "weights")
    assert point in {tuple(place) for place in between}
    shares = np.linalg.solve([*np.transpose([cat, dog, bird]), [1, 1, 1]],
                             np.transpose([[*place, 1] for place in between])).T
    assert (shares[:, 0] > shares[:, 1]).all() and (shares[:, 1] > shares[:, 2] - 1e-2).all()


def test_all_states_of_the_bottleneck_go_through_one():
    states, words = (dots("03_bottleneck", role) for role in ("values", "query"))
    threads = [corners(line) for line in parts("03_bottleneck", "polyline")]
    assert [tuple(thread[0]) for thread in threads] == states
    assert [tuple(thread[-1]) for thread in threads] == words
    [neck] = {tuple(thread[1]) for thread in threads}
    [box] = parts("03_bottleneck", "rect")
    middle = [float(box[at]) + float(box[size]) / 2 for at, size in (("x", "width"),
                                                                     ("y", "height"))]
    assert box["role"] == "values" and middle == pytest.approx(neck)


def test_each_word_of_the_arcs_looks_at_one_and_some_cross():
    states, words = (sorted(dots("04_attention", role)) for role in ("values", "query"))
    arcs = [numbers(arc["d"]) for arc in parts("04_attention", "path")]
    starts, ends = ([arc[i] for arc in arcs] for i in (0, -2))
    assert sorted(starts) == [x for x, _ in states] and sorted(ends) == [x for x, _ in words]
    assert starts == sorted(starts) and ends != sorted(ends)
    assert max(y for _, y in states) < min(y for _, y in words), "the states are above"


def test_the_rivals_of_softmax_have_their_own_shares():
    scores = np.array([1.2, 0.6, -0.5])
    known = [softmax(scores), sparsemax(scores), scores / scores.sum()]
    soft_and_sparse = bars("05_meeting", "weights")
    found = [soft_and_sparse[::2], soft_and_sparse[1::2], bars("05_meeting", "muted")]
    for shares, column in zip(known, found, strict=True):
        unit = column[0, 1] / shares[0]
        assert column[:, 1] / unit == pytest.approx(abs(shares), abs=0.01)
        start = column[0, 0]
        assert column[:, 0] == pytest.approx(start + unit * np.minimum(shares, 0), abs=0.1)


def test_the_stream_gets_what_its_layers_add_and_ends_in_bars():
    stream, *arrows = (corners(line) for line in parts("07_language_model", "polyline"))
    [x] = {x for x, _ in stream}
    assert stream[0][1] > stream[-1][1], "from below"
    boxes = [box for box in parts("07_language_model", "rect") if float(box["x"]) < 60]
    assert [box["role"] for box in boxes] == ["weights", "ink"] * 2
    for box, arrow in zip(boxes, arrows, strict=True):
        height = float(box["y"]) + float(box["height"]) / 2
        assert arrow.tolist() == [[float(box["x"]), height], [pytest.approx(x, abs=2), height]]
    shares = bars("07_language_model", "weights")
    shares = shares[shares[:, 0] > 60, 1]
    assert shares / shares.sum() == pytest.approx(softmax([1, 3, 0.2, 1.4]), abs=0.01)


def test_the_left_tower_of_the_transformer_feeds_the_right():
    towers = {}
    for box in parts("reading_the_transformer", "rect"):
        towers.setdefault(float(box["x"]), []).append(box)
    (left, encoder), (right, decoder) = sorted(towers.items())
    assert [box["role"] for box in encoder] == ["values", "weights", "ink"]
    assert [box["role"] for box in decoder] == ["query", "weights", "weights", "ink", "scores"]
    [way] = [corners(line) for line in parts("reading_the_transformer", "polyline")]
    (x, bottom), (end, height) = way[0], way[-1]
    assert left < x < left + float(encoder[0]["width"]) and bottom > float(encoder[0]["y"])
    cross = decoder[2]
    assert end == right
    assert float(cross["y"]) <= height <= float(cross["y"]) + float(cross["height"])
