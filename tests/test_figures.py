"""Figures show the numbers they are given, in the book's colours, with every letter drawn."""

import functools
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Annotation, Text

from softattn_core import attend, cross_entropy_gradient, figures, softmax

NAMES = ["cat 猫", "dog 狗", "bird 鸟"]
LOGITS = np.array([3.0, 1.0, 0.2])
STATES = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.4]])
BOXES = ("embedding", "positions", "attention", "masked", "cross", "norm", "network", "linear",
         "softmax")
CHAPTERS = sorted(Path(__file__).parents[1].glob("chapters/*.ipynb"))


@functools.cache
def drawings():
    """One figure of each kind, with the data of the book."""
    p = softmax(LOGITS)
    after = LOGITS - cross_entropy_gradient(LOGITS, 1)
    x = np.geomspace(0.05, 20, 50)
    y = np.array([softmax(LOGITS, temperature=t) for t in x])
    return {
        "scores_and_weights": figures.scores_and_weights(LOGITS - 1.5, p, NAMES, title="Bars"),
        "budgets": figures.budgets({"T = 2": softmax(LOGITS, temperature=2), "T = 1": p}, NAMES,
                                   title="Shares"),
        "lines": figures.lines({name: (x, y[:, i]) for i, name in enumerate(NAMES)}, log_x=True,
                               points={"T = 1": (1, p[0])}, title="Lines", x_label="T",
                               y_label="probability $p$"),
        "heatmap": figures.heatmap([p, softmax(-LOGITS)], ["one", "two"], NAMES, title="Table"),
        "step": figures.step([LOGITS, after], [p, softmax(after)], NAMES, title="Step"),
        "simplex": figures.simplex(NAMES, paths={"falling T": y[::-1]}, points={"T = 1": p},
                                   arrows={"step": [p, softmax(after)]}, title="A long title " * 6),
        "quality_by_length": figures.quality_by_length(
            [(3, 5), (6, 10), (11, 15), (51, 60)], limit=2, title="Curves",
            curves={"attention": [[1, 1, 0.9, 0.7], [1, 1, 1, 0.3]], "fixed 64": [[1, 0.5, 0, 0]]}),
        "attention_map": figures.attention_map(
            np.eye(6)[[0, 5, 3, 4, 1, 2]], "i eat apples at home today".split(),
            ["我", "今天", "在家", "at", "吃", "苹果"], title="Map"),
        "plane": figures.plane({"$h_1$ I": ("values", STATES[0]), "$s_t$": ("query", (1, 3)),
                                "$h_3$ you": ("values", STATES[2])}, corners=STATES, title="Plane"),
        "encoder_decoder": figures.encoder_decoder(["I", "love", "you"], ["我", "爱", "你"],
                                                   np.eye(3), title="All states kept"),
        "heads": figures.heads([[0.9, 0.06, 0.04], [0.04, 0.06, 0.9]], [[1, 0], [0, 0], [0, 1]],
                               ["cat 猫", "sees", "dog 狗"], "sees", title="Two look-ups"),
        "transformer": figures.transformer(
            dict.fromkeys(BOXES, "Masked\nself-attention"),
            {kind: f"01_softmax.ipynb#{kind}" for kind in BOXES},
            ("source words", "words said so far", "next word"), title="Parts", facts=["N = 6"]),
        "mechanism": figures.mechanism(attend([1.0, 3.0], STATES), ["I", "love", "you"], "爱",
                                       title="Mechanism"),
    }


@pytest.fixture(params=drawings().keys())
def drawing(request):
    return drawings()[request.param]


def letters(figure):
    """The texts that are really drawn, laid out. (Axes keep ticks beyond their ends, undrawn.)"""
    with matplotlib.rc_context(figures.STYLE):
        figure.draw_without_rendering()
    beyond = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            beyond |= {tick.label1 for tick in axis.get_major_ticks()
                       if not low <= tick.get_loc() <= high}
    return [t for t in figure.findobj(Text)
            if t.get_visible() and t.get_text().strip() and t not in beyond]


def test_there_is_a_drawing_for_every_function():
    assert {*drawings(), "COLOURS"} == set(figures.__all__)


def test_svg_is_the_same_every_time_and_fit_to_stand_in_a_page(drawing):
    svg = drawing._repr_svg_()
    assert svg == drawing._repr_svg_()
    assert svg.startswith('<svg role="img"')
    assert f"<title>{drawing.description}</title>" in svg
    assert "dc:date" not in svg
    assert drawing.figure.get_facecolor()[3] == 0  # transparent


def test_only_the_colours_of_the_book(drawing):
    svg = drawing._repr_svg_()
    assert set(re.findall(r"#[0-9a-f]{6}\b", svg)) <= set(figures.COLOURS.values())
    # Black is what SVG paints where no colour is written down, so the line above misses it.
    assert {to_hex(text.get_color()) for text in letters(drawing)} <= {*figures.COLOURS.values()}


def test_the_description_has_title_and_numbers():
    p = softmax(LOGITS)
    figure = figures.scores_and_weights(LOGITS, p, NAMES, title="Cat leads")
    assert repr(figure) == ("Cat leads. score: cat 猫 3, dog 狗 1, bird 鸟 0.2; "
                            "probability: cat 猫 0.836, dog 狗 0.113, bird 鸟 0.051.")
    assert "猫 0.978" in repr(figures.budgets({"T = 0.5": softmax(2 * LOGITS)}, NAMES, title=""))


def test_letters_are_large_enough_and_inside_the_figure(drawing):
    for text in letters(drawing):
        box = text.get_window_extent()
        assert text.get_fontsize() >= 10
        assert box.x0 >= -1 and box.y0 >= -1, text
        assert box.x1 <= drawing.bbox.x1 + 1 and box.y1 <= drawing.bbox.y1 + 1, text


def test_names_of_curves_with_the_same_end_do_not_overlap():
    x = np.linspace(0, 1, 20)
    figure = figures.lines({name: (x, x + i / 1000) for i, name in enumerate(NAMES)},
                           title="Close", x_label="x", y_label="y")
    boxes = sorted((t.get_window_extent() for t in letters(figure) if t.get_text() in NAMES),
                   key=lambda box: box.y0)
    assert len(boxes) == 3
    for lower, upper in itertools.pairwise(boxes):
        assert lower.y0 + 0.7 * lower.height <= upper.y0


def test_names_that_are_moved_apart_have_a_piece_of_their_line():
    x = np.linspace(0, 1, 20)
    for distance, crowded in ((0.001, True), (0.5, False)):
        figure = figures.lines({name: (x, x + i * distance) for i, name in enumerate(NAMES)},
                               title="Ends", x_label="x", y_label="y")
        names = {t.get_text(): t for t in figure.findobj(Annotation)}
        for name, line in zip(NAMES, figure.axes[0].get_lines(), strict=True):
            piece = names[name].arrow_patch
            assert (piece is not None) == crowded
            if crowded:
                assert piece._unscaled_dash_pattern == line._unscaled_dash_pattern
                assert to_hex(piece.get_edgecolor()) == line.get_color()


def test_a_label_in_a_font_without_chinese_fails():
    figure = figures.heatmap([[1.0]], ["row"], ["猫"], title="One cell")
    next(t for t in letters(figure) if t.get_text() == "猫").set_fontfamily("DejaVu Sans")
    with pytest.warns(UserWarning, match="Glyph 29483 .* missing"):
        figure._repr_svg_()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_character_a_notebook_can_draw_has_a_glyph(path):
    fonts = [fontManager.findfont(FontProperties(family=family), fallback_to_default=False)
             for family in figures.STYLE["font.family"]]
    drawable = set().union(*(FT2Font(font).get_charmap() for font in fonts))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert code
    assert {c for c in code if ord(c) not in drawable and c != "\n"} == set()


def test_bars_are_as_long_as_their_numbers():
    p = softmax(LOGITS)
    left, right = figures.scores_and_weights(LOGITS, p, NAMES, title="").axes
    assert np.allclose([bar.get_width() for bar in left.patches], LOGITS)
    assert np.allclose([bar.get_width() for bar in right.patches], p)
    bars = figures.budgets({"T = 1": p}, NAMES, title="").axes[0].patches
    assert np.allclose([bar.get_width() for bar in bars], p)
    assert np.allclose([bar.get_x() for bar in bars], [0, p[0], p[0] + p[1]])


def test_shades_grow_with_the_numbers():
    values = [[0.1, 0.9], [0.5, 0.5]]
    cells = figures.heatmap(values, ["a", "b"], ["c", "d"], title="").axes[0].patches
    shades = [cell.get_facecolor()[3] for cell in cells]
    assert np.allclose(np.array(shades) / np.ravel(values), shades[0] / 0.1)


def test_arrows_lead_from_before_to_after():
    after = LOGITS - cross_entropy_gradient(LOGITS, 1)
    axes = figures.step([LOGITS, after], [softmax(LOGITS), softmax(after)], NAMES, title="").axes
    arrows = [t for t in axes[0].texts if t.arrow_patch]
    assert np.allclose([a.xyann[0] for a in arrows], LOGITS)
    assert np.allclose([a.xy[0] for a in arrows], after)
    written = [t.get_text() for t in axes[0].texts if not t.arrow_patch]
    assert written == ["−0.836", "+0.887", "−0.051"]


def test_the_triangle_has_its_corners_and_its_centre():
    top, left, right = figures.corners_to_plane(np.eye(3))
    sides = [np.linalg.norm(a - b) for a, b in [(top, left), (left, right), (right, top)]]
    assert np.allclose(sides, 1)
    assert np.allclose(figures.corners_to_plane(np.full(3, 1 / 3)), (top + left + right) / 3)
    assert top[1] > left[1] and left[0] < right[0]


def test_the_band_runs_from_the_worst_seed_to_the_best():
    runs = np.array([[1.0, 0.9, 0.2], [1.0, 0.5, 0.6]])
    figure = figures.quality_by_length([(1, 2), (3, 4), (5, 6)], {"a": runs}, title="")
    [band], [line] = figure.axes[0].collections, figure.axes[0].lines
    assert np.allclose(line.get_ydata(), [1.0, 0.7, 0.4])
    corners = {(round(x), round(y, 3)) for x, y in band.get_paths()[0].vertices}
    assert {(1, 0.5), (1, 0.9), (2, 0.2), (2, 0.6)} <= corners
    assert "a, exact match, mean of 2: 1–2 1, 3–4 0.7, 5–6 0.4" in figure.description


def test_an_attention_map_has_words_on_both_axes_and_its_weights_as_shades():
    weights = [[0.9, 0.1, 0.0], [0.2, 0.0, 0.8]]
    figure = figures.attention_map(weights, ["big", "red", "apple"], ["大", "苹果"], title="")
    ax = figure.axes[0]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["big", "red", "apple"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["大", "苹果"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first word said is on top
    shades = np.array([cell.get_facecolor()[3] for cell in ax.patches])
    assert np.allclose(shades / shades[0], np.ravel(weights) / 0.9)
    assert [t.get_text() for t in ax.texts] == ["0.90", "0.10", "0.20", "0.80"]
    assert "苹果 looks most at apple, 0.8" in figure.description


def test_a_wide_attention_map_turns_its_words_but_neither_chinese_nor_arrows():
    read = ["<bos>", "i", "love", "you", "→", "我", "爱", "你"]
    ax = figures.attention_map(np.eye(8), read, read, title="").axes[0]
    assert [t.get_rotation() for t in ax.get_xticklabels()] == [90, 90, 90, 90, 0, 0, 0, 0]


def test_arrows_of_the_plane_start_at_the_origin():
    figure = figures.plane({"h": ("values", (1.0, 0.5)), "s": ("query", (-1.0, 2.0))}, title="")
    arrows = [t for t in figure.axes[0].texts if t.arrow_patch]
    assert [a.xy for a in arrows] == [(1.0, 0.5), (-1.0, 2.0)]
    assert {a.xyann for a in arrows} == {(0, 0)}
    assert figure.axes[0].get_aspect() == 1


def test_the_mechanism_shows_the_numbers_of_its_step():
    step = attend([1.0, 3.0], STATES)
    figure = figures.mechanism(step, ["I", "love", "you"], "爱", title="")
    written = [t.get_text() for t in figure.axes[0].texts]
    for text in ("1.0", "3.0", "0.2", "0.113", "0.836", "0.051", "$c_t$ = (0.062, 0.856)"):
        assert text in written
    arrows = filter(None, (getattr(t, "arrow_patch", None) for t in figure.axes[0].texts))
    widths = [arrow.get_linewidth() for arrow in arrows]
    assert max(widths) == pytest.approx(0.8 + 5 * step.weights[1])


def test_the_fixed_vector_comes_from_the_last_state_and_attention_from_all():
    words, said = ["I", "love", "you"], ["我", "爱", "你"]
    weights = np.array([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.2, 0.8]])

    def arrows(figure):
        """[(from, to, thickness)] of the arrows that end at a context."""
        texts = figure.axes[0].texts
        contexts = [t.get_position() for t in texts if t.get_text().startswith("$c")]
        found = [t for t in texts if getattr(t, "arrow_patch", None) and t.xy in contexts]
        return [(t.xyann, t.xy, t.arrow_patch.get_linewidth()) for t in found]

    fixed = figures.encoder_decoder(words, said, title="")
    place = {t.get_text(): t.get_position() for t in fixed.axes[0].texts}
    assert [(start, end) for start, end, _ in arrows(fixed)] == [(place["$h_3$"], place["$c$"])]
    mixed = arrows(figures.encoder_decoder(words, said, weights, title=""))
    assert len({(start, end) for start, end, _ in mixed}) == 9
    assert [width for _, _, width in mixed] == pytest.approx(list(0.8 + 5 * weights.ravel()))


def test_figures_do_without_pyplot():
    """pyplot keeps every figure it makes, and shows it a second time."""
    code = "import sys, softattn_core.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_head_draws_its_weights_as_thickness_and_writes_its_context():
    weights = np.array([[0.9, 0.1], [0.2, 0.8]])
    figure = figures.heads(weights, [[1.0, 0.0], [0.0, 1.0]], ["cat", "dog"], "sees", title="")
    ax = figure.axes[0]
    patches = [getattr(t, "arrow_patch", None) for t in ax.texts]
    arrows = [patch.get_linewidth() for patch in patches if patch]
    assert np.allclose([*arrows[:2], *arrows[3:5]], 0.8 + 5 * weights.ravel())
    written = [t.get_text() for t in ax.texts]
    assert "head 1\n(0.900, 0.100)" in written and "sees: (0.900, 0.100, 0.200, 0.800)" in written
    assert "head 2 of sees: cat 0.2, dog 0.8" in figure.description


# --- What is written around the numbers ----------------------------------------------------------

CURVES = {"falls": ([0.1, 1, 10], [1.0, 0.5, 0.2]), "rises": ([0.1, 1, 10], [0.0, 0.3, 0.9])}


def named_at(ax):
    """{text: the place it is written at} of an axes."""
    return {t.get_text(): t.xy for t in ax.texts if getattr(t, "xy", None) and t.get_text()}


def colours_of(bars):
    return {to_hex(bar.get_facecolor()) for bar in bars}


@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("role", ["weights", "scores"])
def test_lines_have_the_labels_the_scale_and_the_names_they_were_given(log_x, role):
    figure = figures.lines(CURVES, log_x=log_x, role=role, title="How it goes", x_label="the x",
                           y_label="the y", points={"here": (1, 0.5)})
    ax = figure.axes[0]
    assert (ax.get_xlabel(), ax.get_title(loc="left")) == ("the x", "the y")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log" if log_x else "linear", "linear")
    drawn = ax.get_lines()
    for (x, y), line in zip(CURVES.values(), drawn, strict=False):
        assert (*line.get_xdata(),) == (*x,) and (*line.get_ydata(),) == (*y,)
        assert line.get_color() == figures.COLOURS[role]
    assert len({str(line._unscaled_dash_pattern) for line in drawn[:2]}) == 2
    assert named_at(ax) == {"falls": (10, 0.2), "rises": (10, 0.9), "here": (1, 0.5)}
    (low, high), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    assert low <= 0.1 and high >= 10 and bottom <= 0 and top >= 1


def test_a_title_is_written_above_its_figure(drawing):
    assert re.sub(r"\s+", " ", drawing._suptitle.get_text()) == drawing.title.strip()
    assert drawing.description.startswith(f"{drawing.title}. ")


def test_bars_have_their_labels_and_the_colours_of_their_roles():
    p = softmax(LOGITS)
    bars = figures.scores_and_weights(LOGITS, p, NAMES, title="", score_label="in",
                                      weight_label="out")
    change = figures.step([LOGITS, LOGITS], [p, p], NAMES, title="", score_label="in",
                          weight_label="out")
    for figure in (bars, change):
        left, right = figure.axes
        assert [ax.get_xlabel() for ax in (left, right)] == ["in", "out"]
        assert [t.get_text() for t in left.get_yticklabels()] == NAMES
        assert colours_of(left.patches[:3]) == {figures.COLOURS["scores"]}
        assert colours_of(right.patches[:3]) == {figures.COLOURS["weights"]}
        for ax, values in ((left, LOGITS), (right, p)):
            low, high = ax.get_xlim()
            assert ax.get_ylim() == (2.5, -0.5) and low <= min(0, *values) and high > max(values)


def test_shares_fill_a_scale_from_0_to_1_and_have_their_names():
    p = softmax(LOGITS, temperature=2)
    ax = figures.budgets({"T = 2": p, "even": [1 / 3] * 3}, NAMES, title="", x_label="x").axes[0]
    assert ax.get_xlim() == (0, 1) and ax.get_xlabel() == "x"
    assert [t.get_text() for t in ax.get_yticklabels()] == ["T = 2", "even"]
    starts = np.cumsum(p) - p
    assert [named_at(ax)[name][0] for name in NAMES] == pytest.approx(list(starts + p / 2))


def test_a_table_has_its_heads_in_their_places():
    rows, columns = ["one", "two"], ["a", "b", "c"]
    for ax in (figures.heatmap(np.eye(3)[:2], rows, columns, title="").axes[0],
               figures.attention_map(np.eye(3)[:2], columns, rows, title="").axes[0]):
        assert [t.get_text() for t in ax.get_yticklabels()] == rows
        assert [t.get_text() for t in ax.get_xticklabels()] == columns
        assert (*ax.get_xticks(),) == (0.5, 1.5, 2.5) and ax.get_ylim() == (1.5, -0.5)


def test_quality_has_a_name_at_each_curve_and_its_limit_after_the_last_bin_of_training():
    curves = {"attention": [[1, 1, 0.9]], "fixed": [[1, 0.5, 0.1]]}
    figure = figures.quality_by_length([(3, 5), (6, 10), (11, 15)], curves, limit=1, title="",
                                       limit_label="trained", x_label="x", y_label="y")
    ax = figure.axes[0]
    assert (ax.get_xlabel(), ax.get_title(loc="left"), ax.get_ylim()[0]) == ("x", "y", 0)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["3–5", "6–10", "11–15"]
    places = named_at(ax)
    assert places["attention"] == (2, 0.9) and places["fixed"] == (2, 0.1)
    assert places["trained"][0] == 1.5 and {*ax.get_lines()[2].get_xdata()} == {1.5}
    colours = [line.get_color() for line in ax.get_lines()[:2]]
    assert colours == [figures.COLOURS["weights"], figures.COLOURS["values"]]


def test_the_plane_and_the_triangle_name_what_they_show():
    vectors = {"q": ("query", (1, 3)), "v": ("values", (-1, 0.5))}
    ax = figures.plane(vectors, title="", x_label="x", y_label="y").axes[0]
    assert (ax.get_xlabel(), ax.get_title(loc="left")) == ("x", "y")
    assert named_at(ax) == {"q": (1, 3), "v": (-1, 0.5)}
    corners = dict(zip(NAMES, map(tuple, figures.corners_to_plane(np.eye(3))), strict=True))
    triangle = named_at(figures.simplex(NAMES, title="", points={"p": [1, 0, 0]}).axes[0])
    assert triangle == corners | {"p": corners[NAMES[0]]}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_scale_of_factors_is_said_beside_it(path):
    """A reader who takes a logarithmic scale for an even one misreads the curve."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code" and "figures.lines(" in (code := "".join(cell["source"])):
            assert ("log_x=True" in code) == ("each mark: ten times the last" in code)


# --- One colour per role, in the pictures, on the site and in the explorers ----------------------

ROOT = Path(__file__).parents[1]
SITE_COLOURS = (ROOT / "assets/styles/colours.css").read_text(encoding="utf-8")
EXPLORERS = (ROOT / "softattn_core/explorers/explorers.css").read_text(encoding="utf-8")


def set_by(css, selector):
    """{name: colour} of every rule with exactly this selector."""
    rules = re.findall(rf"^{re.escape(selector)} \{{(.*?)\}}", css, flags=re.M | re.S)
    return dict(re.findall(r"--(?:sa-)?(\w+): (#[0-9a-f]{6});", "".join(rules)))


def test_a_role_has_one_colour_everywhere():
    light = set_by(SITE_COLOURS, "html")
    light.pop("border")  # of fields, which no picture has
    fallback = re.findall(r"--(\w+): var\(--sa-(\w+), (#[0-9a-f]{6})\)", EXPLORERS)
    assert light == figures.COLOURS
    assert {name: colour for name, _, colour in fallback} == figures.COLOURS
    assert all(name == site for name, site, _ in fallback)


def test_a_role_has_one_colour_in_the_dark():
    dark = set_by(SITE_COLOURS, 'html[data-theme="dark"]')
    dark.pop("border")
    assert dark == set_by(EXPLORERS, 'body[data-jp-theme-light="false"] .sa-explorer')
    assert set(dark) == set(figures.COLOURS)
    assert not {*dark.values()} & {*figures.COLOURS.values()}


def test_a_class_of_the_explorers_has_the_colour_of_its_name():
    roles = re.findall(r"\.sa-explorer \.sa-(\w+) \{ --role: var\(--(\w+)\); \}", EXPLORERS)
    assert len(roles) >= 4 and all(name == role for name, role in roles)


def test_every_box_of_the_transformer_is_a_named_link():
    labels = {kind: f"The\n{kind}" for kind in BOXES}
    links = {kind: f"01_softmax.ipynb#{kind}" for kind in BOXES}
    svg = figures.transformer(labels, links, "abc", title="", facts=[])._repr_svg_()
    found = re.findall(r'<a aria-label="The (\w+)" xlink:href="01_softmax.ipynb#(\w+)">', svg)
    assert found == [(kind, kind) for kind, _ in found], "each leads where its name says"
    often = {"embedding": 2, "positions": 2, "norm": 5, "network": 2}
    assert {kind: found.count((kind, kind)) for kind in BOXES} == dict.fromkeys(BOXES, 1) | often
    assert svg.count("<a ") == len(found) == 16
