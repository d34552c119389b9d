"""Arrays in, figure out: every static picture of the book, in one style.

A figure shows itself in Jupyter and on the website as SVG, and describes itself in one sentence
made from the numbers it was given: the sentence is its alternative text and its `repr`.
Only the nine colours below are used, one per role, because the website swaps each for its dark
value. Titles and labels are arguments; what a figure says by itself, it says in the reader's
language.
"""

import io
import itertools
import re
import textwrap

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.patches import FancyBboxPatch
from matplotlib.patheffects import withStroke
from pylopdf_fonts_zh_cn import sans_path

from softattn_core.language import say, spoken

__all__ = ["COLOURS", "attention_map", "budgets", "encoder_decoder", "heads", "heatmap", "lines",
           "mechanism", "plane", "quality_by_length", "scores_and_weights", "simplex", "step",
           "transformer"]

COLOURS = {
    "scores": "#0b62a8",
    "weights": "#b34a00",
    "values": "#08705a",
    "query": "#93367f",
    "ink": "#1f2328",
    "muted": "#59636e",
    "grid": "#d5dae0",
    "surface": "#ffffff",
    "panel": "#f6f8fa",
}
WIDTH = 5.0  # inches: the page's column; on a phone the letters are still 11 px high

fontManager.addfont(sans_path())
STYLE = {
    # Noto Sans SC draws Latin and Chinese; DejaVu Sans has the few signs it lacks.
    "font.family": ["Noto Sans SC", "DejaVu Sans"],
    "font.size": 12,
    "mathtext.fontset": "stix",
    "text.color": COLOURS["ink"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.edgecolor": COLOURS["muted"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "figure.facecolor": "none",
    "grid.color": COLOURS["grid"],
    "xtick.color": COLOURS["muted"],
    "ytick.color": COLOURS["muted"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "lines.linewidth": 2.2,
    "svg.fonttype": "path",  # letters as shapes: the same picture on every machine
    "svg.hashsalt": "softattn",  # the same ids on every run
}
_in_style = matplotlib.rc_context(STYLE)
_STRONGEST = 0.45  # opacity of a full shade; more would hide the figures written on it
_HALO = [withStroke(linewidth=3, foreground=COLOURS["surface"])]  # keeps names clear of lines


class BookFigure(Figure):
    """A matplotlib Figure that shows itself as SVG and describes itself in words."""

    def __init__(self, height, title, facts):
        super().__init__(figsize=(WIDTH, height), layout="constrained")
        # The website takes the title out of the drawing and writes it above, by these two names.
        width = 50 if spoken() == "en" else 26  # a Chinese character takes the room of two letters
        self.suptitle(textwrap.fill(title, width), x=0.01, ha="left", fontsize=13, gid="title")
        self.title = title
        stop = "" if title.endswith(("?", "？")) else say(".")
        self.description = say("{title}{stop} {facts}.", title=title, stop=stop,
                               facts=say("; ").join(facts))

    def __repr__(self):
        return self.description

    def _repr_svg_(self):
        """Without date, prolog or background: text that a page can take in as it is.

        A link is named by the id of what carries it, "link: name", for those who do not see it.
        """
        file = io.StringIO()
        with matplotlib.rc_context(STYLE):
            self.savefig(file, format="svg", metadata={
                "Date": None, "Title": self.description, "Description": self.title})
        self.set_layout_engine("none")  # laid out: a second time would move things by a hair
        svg = re.sub(r'<g id="link: (.*?)">\s*<a (.*?) target="_blank"',
                     r'<g><a aria-label="\1" \2', file.getvalue())
        # In a dark Jupyter the drawing needs the light behind it that its colours are made for.
        root = '<svg role="img" style="background: var(--sa-surface, #ffffff)" '
        return svg[svg.index("<svg"):].replace("<svg ", root, 1)


def _number(value):
    """To three places, without trailing zeros and never as -0."""
    return f"{round(float(value), 3) + 0.0:g}"


def _listed(name, labels, values):
    """'scores: cat 3, dog 1, bird 0.2', for a figure's description."""
    pairs = [f"{label} {_number(value)}" for label, value in zip(labels, values, strict=True)]
    return say("{name}: {values}", name=name, values=say(", ").join(pairs))


def _at(name, x, y):
    """'dog 0.113: 2.179 at 0.113', for a figure's description."""
    return say("{name}: {y} at {x}", name=name, x=_number(x), y=_number(y))


def _name_bars(ax, labels):
    """One bar per label, the first on top."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)


def _name_cells(ax, rows, columns):
    """A table's heads, rows on the left and columns on top; its cells need no other frame."""
    _name_bars(ax, rows)
    ax.set_xlim(0, len(columns))
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def _write_at_bar_ends(ax, values, pattern):
    """Room for the numbers is made on both sides of the axis."""
    low, high = min(0, *values), max(0, *values)
    room = 0.3 * ((high - low) or 1)
    ax.set_xlim(low - room * (low < 0), high + room)
    for row, value in enumerate(values):
        text = pattern.format(value).replace("-", "−")
        side = "right" if value < 0 else "left"
        gap = -4 if value < 0 else 4
        ax.annotate(text, (value, row), (gap, 0), textcoords="offset points", va="center", ha=side)


@_in_style
def scores_and_weights(scores, weights, labels, *, title,
                       score_label="score", weight_label="probability"):
    """Two rows of bars over the same labels: what goes into softmax, and what comes out.

    Shapes: scores (K,), weights (K,), labels K strings.
    """
    score_label, weight_label = say(score_label), say(weight_label)
    facts = [_listed(score_label, labels, scores), _listed(weight_label, labels, weights)]
    figure = BookFigure(1.5 + 0.42 * len(labels), title, facts)
    left, right = figure.subplots(1, 2)
    for ax, values, role, pattern, label in [
        (left, scores, "scores", "{:.3g}", score_label),
        (right, weights, "weights", "{:.3f}", weight_label),
    ]:
        ax.barh(range(len(labels)), values, color=COLOURS[role], height=0.6)
        _name_bars(ax, labels)
        _write_at_bar_ends(ax, values, pattern)
        ax.axvline(0, color=COLOURS["muted"], linewidth=1)
        ax.set_xlabel(label)
    right.set_yticklabels([])
    right.set_xlim(0, 1.3)
    right.set_xticks([0, 0.5, 1])
    return figure


@_in_style
def budgets(rows, labels, *, title, x_label="share of the budget of 1"):
    """One bar of length 1 for each way to share it out, cut into the shares.

    Shapes: rows {name: (K,)}, labels K strings. The labels stand over the first row, so let that
    be one with no narrow share. A share too narrow for its number goes without.
    """
    facts = [_listed(name, labels, shares) for name, shares in rows.items()]
    figure = BookFigure(1.5 + 0.62 * len(rows), title, facts)
    ax = figure.subplots()
    shades = np.linspace(_STRONGEST, 0.1, len(labels))
    for row, shares in enumerate(rows.values()):
        start = 0.0
        for share, shade in zip(shares, shades, strict=True):
            ax.barh(row, share, left=start, height=0.62, color=(COLOURS["weights"], shade),
                    edgecolor=COLOURS["weights"], linewidth=1)
            if share > 0.1:
                ax.text(start + share / 2, row, f"{share:.3f}", ha="center", va="center")
            start += share
    _name_bars(ax, list(rows))
    first, start = next(iter(rows.values())), 0.0
    for label, share in zip(labels, first, strict=True):
        ax.annotate(label, (start + share / 2, -0.36), (0, 3), textcoords="offset points",
                    ha="center", va="bottom")
        start += share
    ax.set_ylim(len(rows) - 0.5, -0.85)
    ax.set_xlim(0, 1)
    ax.grid(visible=False)
    ax.set_xlabel(say(x_label))
    return figure


def _looks(names, roles):
    """{name: its line's look}: colours say the role, dashes tell curves of one role apart."""
    dashes = ["-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 3))]
    return {name: {"color": COLOURS[role], "linestyle": dash}
            for name, role, dash in zip(names, roles, dashes, strict=False)}


def _name_ends(ax, curves, looks):
    """Each curve's name beside its end. If names are too close to read, they are moved apart, and
    each gets a piece of its line.
    """
    low, high = ax.get_ylim()
    gap = 0.075 * (high - low)
    ends = sorted([(y[-1], x[-1], name) for name, (x, y) in curves.items()], key=lambda end: end[0])
    crowded = any(after[0] - before[0] < gap for before, after in itertools.pairwise(ends))
    below = -np.inf
    for y, x, name in ends:
        below = max(y, below + gap)
        piece = {"arrowstyle": "-", "shrinkA": 2, "shrinkB": 9, **looks[name],
                 "linewidth": matplotlib.rcParams["lines.linewidth"]} if crowded else None
        ax.annotate(name, (x, below), (40 if crowded else 8, 0), textcoords="offset points",
                    va="center", annotation_clip=False, arrowprops=piece)


@_in_style
def lines(curves, *, title, x_label, y_label, role="weights", points=None, log_x=False):
    """Curves with their names at their ends, told apart by dashes as well as by place.

    Shapes: curves {name: (x (n,), y (n,))}; points {name: (x, y)} are marked and named.
    Twelve values or fewer are drawn as dots on the line, for they were measured one by one.
    """
    points = points or {}
    facts = []
    for name, (x, y) in curves.items():
        facts.append(_at(name or y_label.replace("$", ""), x[0], y[0]))
        facts.append(_at(say("to"), x[-1], y[-1]))
    facts += [_at(name, x, y) for name, (x, y) in points.items()]
    figure = BookFigure(3.8, title, facts)
    ax = figure.subplots()
    looks = _looks(curves, [role] * len(curves))
    for name, (x, y) in curves.items():
        ax.plot(x, y, marker="o" if len(x) <= 12 else None, **looks[name])
    _name_ends(ax, curves, looks)
    first = next(iter(curves.values()))[1]
    side = -1 if first[-1] > first[0] else 1  # the empty side of a rising curve is its left
    for name, (x, y) in points.items():
        ax.plot(x, y, "o", color=COLOURS["ink"])
        ax.annotate(name, (x, y), (8 * side, 6), textcoords="offset points",
                    ha="left" if side > 0 else "right", path_effects=_HALO)
    if log_x:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
    ax.set_xlabel(say(x_label))
    ax.set_title(y_label)
    return figure


@_in_style
def heatmap(values, rows, columns, *, title, role="weights", pattern="{:.3f}"):
    """A table of numbers from 0 to 1, each shaded by its size.

    Shapes: values (n, m), rows n strings, columns m strings.
    """
    values = np.asarray(values)
    facts = [_listed(name, columns, row) for name, row in zip(rows, values, strict=True)]
    figure = BookFigure(1.2 + 0.5 * len(rows), title, facts)
    ax = figure.subplots()
    for (i, j), value in np.ndenumerate(values):
        ax.barh(i, 1, left=j, height=1, color=(COLOURS[role], _STRONGEST * np.clip(value, 0, 1)),
                edgecolor=COLOURS["grid"], linewidth=1)
        ax.text(j + 0.5, i, pattern.format(value), ha="center", va="center")
    _name_cells(ax, rows, columns)
    return figure


@_in_style
def step(scores, weights, labels, *, title, score_label="score", weight_label="probability"):
    """Bars before a change, and an arrow from each to where the change takes it.

    Shapes: scores and weights (2, K), before and after; labels K strings.
    """
    facts = []
    score_label, weight_label = say(score_label), say(weight_label)
    for name, (before, after) in [(score_label, scores), (weight_label, weights)]:
        facts.append(_listed(say("{name} before", name=name), labels, before))
        facts.append(_listed(say("{name} after", name=name), labels, after))
    figure = BookFigure(1.5 + 0.62 * len(labels), title, facts)
    for ax, (before, after), role, name in zip(
        figure.subplots(1, 2), (scores, weights), ("scores", "weights"),
        (score_label, weight_label), strict=True,
    ):
        ax.barh(range(len(labels)), before, color=(COLOURS[role], 0.25), height=0.6)
        for row, (old, new) in enumerate(zip(before, after, strict=True)):
            ax.annotate("", (new, row), (old, row), arrowprops={
                "arrowstyle": "-|>", "color": COLOURS[role], "linewidth": 2.2,
                "shrinkA": 0, "shrinkB": 0, "mutation_scale": 14})
            ax.annotate(f"{new - old:+.3f}".replace("-", "−"), (max(old, new), row), (11, 0),
                        textcoords="offset points", va="center")
        _name_bars(ax, labels)
        low, high = min(0, np.min([before, after])), np.max([before, after])
        ax.set_xlim(1.1 * low, high + 0.55 * (high - low))
        ax.axvline(0, color=COLOURS["muted"], linewidth=1)
        ax.set_xlabel(name)
    figure.axes[1].set_yticklabels([])
    return figure


def corners_to_plane(weights):
    """Three weights that sum to 1 as a point of the triangle: (..., 3) -> (..., 2)."""
    corners = np.array([[0.5, np.sqrt(0.75)], [0.0, 0.0], [1.0, 0.0]])
    return np.asarray(weights) @ corners


@_in_style
def simplex(labels, *, title, paths=None, points=None, arrows=None):
    """The triangle of all distributions over three classes: corner = sure, centre = no idea.

    Shapes: labels 3 strings (top, left, right); paths {name: (n, 3)}, points {name: (3,)},
    arrows {name: (2, 3), from and to}.
    """
    paths, points, arrows = paths or {}, points or {}, arrows or {}
    facts = [_listed(where, labels, end)
             for name, p in [*paths.items(), *arrows.items()]
             for where, end in ((say("{name} starts at", name=name), p[0]),
                                (say("ends at"), p[-1]))]
    facts += [_listed(name, labels, p) for name, p in points.items()]
    figure = BookFigure(4.6, title, facts)
    ax = figure.subplots()
    top, left, right = corners_to_plane(np.eye(3))
    ax.plot(*np.array([top, left, right, top]).T, color=COLOURS["muted"], linewidth=1.2)
    for label, (x, y), drop in [
        (labels[0], top, 8), (labels[1], left, -20), (labels[2], right, -20)
    ]:
        ax.annotate(label, (x, y), (0, drop), textcoords="offset points", ha="center")
    for name, path in paths.items():
        xy = corners_to_plane(path)
        ax.plot(*xy.T, color=COLOURS["weights"])
        middle = xy[len(xy) // 2]
        ax.annotate(name, middle, (8, 0), textcoords="offset points", va="center",
                    path_effects=_HALO)
    for name, ends in arrows.items():
        start, end = corners_to_plane(ends)
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": COLOURS["weights"],
                                                "linewidth": 2.2, "shrinkA": 0, "shrinkB": 0})
        side = 1 if end[0] > 0.5 else -1  # outwards, where the triangle leaves room
        ax.annotate(name, end, (6 * side, -6), textcoords="offset points", va="top",
                    ha="left" if side > 0 else "right", path_effects=_HALO)
    for name, p in points.items():
        x, y = corners_to_plane(p)
        ax.plot(x, y, "o", color=COLOURS["ink"])
        ax.annotate(name, (x, y), (9, 0), textcoords="offset points", va="center",
                    path_effects=_HALO)
    ax.set_aspect("equal")
    ax.set_xlim(-0.15, 1.15)
    ax.set_ylim(-0.14, 1.0)
    ax.axis("off")
    return figure


@_in_style
def quality_by_length(bins, curves, *, title, limit=None, limit_label="longest in training",
                      x_label="words in the source sentence", y_label="exact match",
                      others="values"):
    """How good translations are, by length of the source: the mean of the seeds, and their band.

    Shapes: bins [(low, high)] n of them; curves {name: (seeds, n)}, at most five, the first with
    attention, the rest in the colour of the role `others` ("values" if they have one fixed context,
    the colour of contexts). The band runs from the worst seed to the best. `limit` is the last bin
    that training covered.
    """
    curves = {name: np.asarray(runs) for name, runs in curves.items()}
    labels = [f"{low}–{high}" for low, high in bins]
    limit_label, x_label, y_label = say(limit_label), say(x_label), say(y_label)
    facts = [_listed(say("{name}, {measure}, mean of {count}", name=name, measure=y_label,
                         count=len(runs)), labels, runs.mean(axis=0))
             for name, runs in curves.items()]
    figure = BookFigure(4.2, title, facts)
    ax = figure.subplots()
    x = np.arange(len(bins))
    looks = _looks(curves, ["weights"] + [others] * 4)
    for name, runs in curves.items():
        ax.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=(looks[name]["color"], 0.2),
                        linewidth=0)
        ax.plot(x, runs.mean(axis=0), marker="o", markersize=5, **looks[name])
    if limit is not None:
        ax.axvline(limit + 0.5, color=COLOURS["muted"], linewidth=1, linestyle=(0, (2, 2)))
        ax.annotate(limit_label, (limit + 0.5, 1.04), (-4, 0), textcoords="offset points",
                    xycoords=("data", "axes fraction"), ha="right", va="center", fontsize=10.5)
    ax.set_xticks(x, labels, rotation=45)
    ax.set_ylim(bottom=0)
    _name_ends(ax, {name: (x, runs.mean(axis=0)) for name, runs in curves.items()}, looks)
    ax.set_xlabel(x_label)
    ax.set_title(y_label, pad=16)
    return figure


@_in_style
def attention_map(weights, source, target, *, title):
    """Where a translator looked: one row for each word it said, one column for each word it read.

    Shapes: weights (T_y, T_x), source T_x strings, target T_y strings. Each row sums to 1; a weight
    under 0.05 is shaded, not written.
    """
    weights = np.asarray(weights)
    facts = []
    for word, row in zip(target, weights, strict=True):
        facts.append(say("{word} looks most at {other}, {weight}", word=word,
                         other=source[row.argmax()], weight=_number(row.max())))
    figure = BookFigure(1.7 + 0.36 * len(target), title, facts)
    ax = figure.subplots()
    for (i, j), value in np.ndenumerate(weights):
        ax.barh(i, 1, left=j, height=1, color=(COLOURS["weights"], _STRONGEST * value),
                edgecolor=COLOURS["grid"], linewidth=1)
        if value >= 0.05:
            text = f"{value:.2f}" if len(source) < 8 else f"{value:.1f}".lstrip("0")
            ax.text(j + 0.5, i, text, ha="center", va="center", fontsize=10.5)
    long = max(map(len, source)) * len(source) > 30
    _name_cells(ax, target, source)
    # Letters are turned on their side; Chinese characters and arrows are not.
    for name in ax.get_xticklabels() if long else ():
        name.set_rotation(90 if name.get_text().isascii() else 0)
    return figure


@_in_style
def plane(vectors, *, title, corners=None, x_label="first number", y_label="second number"):
    """Arrows from the origin, and the region that averages of `corners` can reach.

    Shapes: vectors {name: (role, (2,))}, corners (n, 2).
    """
    facts = [f"{name}: ({_number(x)}, {_number(y)})" for name, (_, (x, y)) in vectors.items()]
    tips = np.array([(0, 0), *(xy for _, xy in vectors.values())])
    (left, bottom), (right, top) = tips.min(axis=0), tips.max(axis=0)
    room = 0.18 * max(right - left, top - bottom)
    width, height = right - left + 3.2 * room, top - bottom + 2 * room
    figure = BookFigure(1.6 + 4.2 * height / width, title, facts)
    ax = figure.subplots()
    if corners is not None:
        ax.fill(*np.transpose(corners), color=(COLOURS["values"], 0.12),
                edgecolor=COLOURS["values"], linewidth=1, linestyle=(0, (2, 2)))
    for name, (role, (x, y)) in vectors.items():
        ax.annotate("", (x, y), (0, 0), arrowprops={
            "arrowstyle": "-|>", "color": COLOURS[role], "linewidth": 2.2, "shrinkA": 0,
            "shrinkB": 0, "mutation_scale": 14})
        upright = abs(x) < 0.05 * abs(y)  # its name stands on it, else beside its tip
        side = "center" if upright else "left" if x > 0 else "right"
        ax.annotate(name, (x, y), (0 if upright else 7 * np.sign(x), 4 if y >= 0 else -10), ha=side,
                    textcoords="offset points", path_effects=_HALO)
    ax.set_xlim(left - 1.6 * room, right + 1.6 * room)
    ax.set_ylim(bottom - room, top + room)
    ax.set_aspect("equal")
    ax.set_xlabel(say(x_label))
    ax.set_title(say(y_label))
    return figure


def _box(ax, x, y, text, role):
    ax.annotate(text, (x, y), ha="center", va="center", zorder=3, bbox={
        "boxstyle": "round,pad=0.35", "facecolor": COLOURS["surface"],
        "edgecolor": COLOURS[role], "linewidth": 1.8})


def _arrow(ax, start, end, role, thickness=1.4, bend=0.0, gap=13):
    """From one box to another; it ends at their edges, `gap` points before their middles."""
    ax.annotate("", end, start, arrowprops={
        "arrowstyle": "-|>", "color": COLOURS[role], "linewidth": thickness, "shrinkA": gap,
        "shrinkB": gap, "mutation_scale": 11, "connectionstyle": f"arc3,rad={bend}"})


@_in_style
def encoder_decoder(words, target, weights=None, *, title,
                    row_labels=("encoder\nstates", "context", "decoder\nstates"),
                    facts=("the last state is the context of every word",
                           "every word has a context of its own, made of all states")):
    """A translator as a drawing, read from below: its one fixed vector, or all its states kept.

    words T_x strings, target T_y strings. Without weights the encoder's last state is the context;
    with weights (T_y, T_x) each word said has its own, and an arrow is as thick as its weight.
    """
    figure = BookFigure(4.6, title, [say(facts[weights is not None])])
    ax = figure.subplots()
    y_word, y_h, y_context, y_s, y_said = 0.3, 1.35, 3.3, 5.3, 6.5
    sources, targets = (np.linspace(2.6, 8.6, len(row)) for row in (words, target))
    middle = (sources[0] + sources[-1]) / 2
    for i, (x, word) in enumerate(zip(sources, words, strict=True)):
        ax.text(x, y_word, word, ha="center", va="center")
        _arrow(ax, (x, y_word), (x, y_h), "values")
        if i:
            _arrow(ax, (sources[i - 1], y_h), (x, y_h), "values")
        _box(ax, x, y_h, f"$h_{i + 1}$", "values")
    if weights is None:
        _arrow(ax, (sources[-1], y_h), (middle, y_context), "values", 3)
        _box(ax, middle, y_context, "$c$", "values")
    for t, (x, word) in enumerate(zip(targets, target, strict=True)):
        if weights is None:
            _arrow(ax, (middle, y_context), (x, y_s), "values")
        else:
            for source, weight in zip(sources, weights[t], strict=True):
                _arrow(ax, (source, y_h), (x, y_context), "values", 0.8 + 5 * weight)
            _box(ax, x, y_context, f"$c_{t + 1}$", "values")
            _arrow(ax, (x, y_context), (x, y_s), "values")
        _box(ax, x, y_s, f"$s_{t + 1}$", "query")
        _arrow(ax, (x, y_s), (x, y_said), "query")
        ax.text(x, y_said, word, ha="center", va="center")
        if t:  # the decoder's own state goes on, and the word it has said is read in
            _arrow(ax, (targets[t - 1], y_s), (x, y_s), "query")
            _arrow(ax, (targets[t - 1], y_said), (x, y_s), "query")
    for y, label in zip((y_h, y_context, y_s), row_labels, strict=True):
        ax.text(0, y, say(label), va="center", color=COLOURS["muted"])
    ax.set_xlim(0, 9.6)
    ax.set_ylim(-0.1, 7)
    ax.axis("off")
    return figure


@_in_style
def mechanism(step, words, target, *, title, state="$s_t$",
              row_labels=("encoder\nstates", "1  scores", "2  weights", "3  context", "next word"),
              state_label="decoder\nstate"):
    """The three steps of attention as a drawing, read from below, with their numbers written in.

    `step` is an AttentionStep of one query: scores and weights (3,) or (T_x,), context (2,);
    words T_x strings.
    """
    facts = [_listed(say("scores"), words, step.scores),
             _listed(say("weights"), words, step.weights),
             say("their context and {state} predict {word}", state=state.strip("$"), word=target)]
    figure = BookFigure(5.4, title, facts)
    ax = figure.subplots()
    columns = np.linspace(3.1, 6.7, len(words))
    y_word, y_h, y_score, y_weight, y_context, y_next = 0.3, 1.35, 3.1, 4.6, 6.2, 7.7
    right, middle = 8.9, columns.mean()

    for i, (x, word) in enumerate(zip(columns, words, strict=True)):
        ax.text(x, y_word, word, ha="center", va="center")
        _arrow(ax, (x, y_word), (x, y_h), "values")
        if i:
            _arrow(ax, (columns[i - 1], y_h), (x, y_h), "values")
        _arrow(ax, (x, y_h), (x, y_score), "values")
        _arrow(ax, (right, y_h), (x, y_score), "query", bend=0.12)
        _arrow(ax, (x, y_score), (x, y_weight), "weights")
        _arrow(ax, (x, y_weight), (middle, y_context), "values", 0.8 + 5 * step.weights[i])
        _box(ax, x, y_h, f"$h_{i + 1}$", "values")
        _box(ax, x, y_score, f"{step.scores[i]:.1f}", "scores")
        _box(ax, x, y_weight, f"{step.weights[i]:.3f}", "weights")
    _arrow(ax, (middle, y_context), (middle, y_next), "values")
    ax.plot([right, right], [y_h + 0.4, y_next], color=COLOURS["query"], linewidth=1.4)
    _arrow(ax, (right + 0.37, y_next), (middle + 1.1, y_next), "query")
    context = ", ".join(f"{value:.3f}" for value in step.context)
    _box(ax, middle, y_context, f"$c_t$ = ({context})", "values")
    _box(ax, right, y_h, state, "query")
    _box(ax, middle, y_next, f"[{state}; $c_t$]  →  {target}", "ink")
    for y, label in zip((y_h, y_score, y_weight, y_context, y_next), row_labels, strict=True):
        ax.text(0, y, say(label), va="center", color=COLOURS["muted"])
    ax.text(right, y_word, say(state_label), ha="center", va="center", color=COLOURS["muted"])
    ax.text(middle, (y_score + y_weight) / 2, "softmax", ha="center", va="center",
            path_effects=_HALO)
    ax.set_xlim(0, 9.6)
    ax.set_ylim(-0.1, 8.2)
    ax.axis("off")
    return figure


@_in_style
def heads(weights, values, words, query, *, title, row_labels=("values", "heads", "together"),
          head_label="head {}"):
    """What one word fetches with each head, as a drawing, read from below.

    Shapes: weights (heads, n), values (n, d_v), words n strings; query, the word that looks. An
    arrow is as thick as its weight.
    """
    contexts = np.asarray(weights) @ values
    names = [say(head_label).format(i + 1) for i in range(len(contexts))]
    facts = [_listed(say("{name} of {query}", name=name, query=query), words, row)
             for name, row in zip(names, weights, strict=True)]
    figure = BookFigure(4.2, title, facts)
    ax = figure.subplots()
    y_word, y_value, y_head, y_both = 0.2, 1.2, 3.5, 5.4
    columns, places = np.linspace(2.6, 8.4, len(words)), np.linspace(3.6, 7.4, len(contexts))
    middle = columns.mean()
    for x, word, value in zip(columns, words, values, strict=True):
        ax.text(x, y_word, word, ha="center", va="center")
        _box(ax, x, y_value, f"({', '.join(map(_number, value))})", "values")
    for x, name, row, context in zip(places, names, weights, contexts, strict=True):
        for column, weight in zip(columns, row, strict=True):
            _arrow(ax, (column, y_value), (x, y_head), "values", 0.8 + 5 * weight)
        _arrow(ax, (x, y_head), (middle, y_both), "values")
        _box(ax, x, y_head, f"{name}\n({', '.join(f'{number:.3f}' for number in context)})",
             "weights")
    together = ", ".join(f"{number:.3f}" for number in np.concatenate(contexts))
    _box(ax, middle, y_both, say("{name}: {values}", name=query, values=f"({together})"), "values")
    for y, label in zip((y_value, y_head, y_both), row_labels, strict=True):
        ax.text(0, y, say(label), va="center", color=COLOURS["muted"])
    ax.set_xlim(0, 9.6)
    ax.set_ylim(-0.2, 5.9)
    ax.axis("off")
    return figure


# The Transformer of 2017, from below: what each box is, the colour of its role, its place.
_ENCODER, _DECODER = 2.6, 7.6
_BOXES = {
    _ENCODER: (("embedding", "values", 1.6), ("positions", "muted", 2.9),
               ("attention", "weights", 4.9), ("norm", "muted", 6.1),
               ("network", "ink", 7.7), ("norm", "muted", 8.9)),
    _DECODER: (("embedding", "values", 1.6), ("positions", "muted", 2.9),
               ("masked", "weights", 4.9), ("norm", "muted", 6.1),
               ("cross", "weights", 7.7), ("norm", "muted", 8.9),
               ("network", "ink", 10.5), ("norm", "muted", 11.7),
               ("linear", "scores", 13.5), ("softmax", "weights", 14.7)),
}
_HALF = 0.45  # of a box's height
_REPEATED = {_ENCODER: 9.75, _DECODER: 12.55}  # up to where the blocks are that are stacked


@_in_style
def transformer(labels, links, ends, *, title, facts, repeat="N ×"):
    """The Transformer of 2017, encoder on the left, decoder on the right, read from below.

    After Vaswani and others 2017, figure 1. labels and links say by kind of box what stands in it
    and where it leads: embedding, positions, attention, masked, cross, norm, network, linear,
    softmax. ends are what goes in on the left, on the right, and what comes out.
    """
    figure = BookFigure(8.8, title, facts)
    ax = figure.subplots()
    for x, boxes in _BOXES.items():
        top = _REPEATED[x]
        ax.add_patch(FancyBboxPatch((x - 2.25, 3.75), 4.3, top - 3.75, boxstyle="round,pad=0.05",
                                    facecolor=COLOURS["panel"], edgecolor=COLOURS["grid"]))
        ax.text(x + 2.0, top + 0.15, repeat, ha="right", va="bottom", color=COLOURS["muted"])
        for kind, role, y in boxes:
            _linked_box(ax, x, y, labels[kind], links[kind], COLOURS[role])
        heights = [0.55 - _HALF, *(y for _, _, y in boxes)]
        for lower, upper in itertools.pairwise(heights):
            _arrow(ax, (x, lower + _HALF), (x, upper - _HALF), "muted", gap=0)
        for (_, _, y), (kind, _, norm) in itertools.pairwise(boxes):
            if kind == "norm":  # the residual way around what is below
                start = y - _HALF - 0.35
                ax.plot([x, x - 2.1, x - 2.1], [start, start, norm], color=COLOURS["muted"], lw=1.2)
                _arrow(ax, (x - 2.1, norm), (x - 1.75, norm), "muted", gap=0)
    # What the encoder's last block says becomes the keys and values of cross-attention.
    ax.plot([_ENCODER, _ENCODER, 5.05, 5.05], [9.35, 10.7, 10.7, 7.7], color=COLOURS["values"],
            lw=1.8)
    _arrow(ax, (5.05, 7.7), (_DECODER - 1.75, 7.7), "values", gap=0)
    _arrow(ax, (_DECODER, 15.15), (_DECODER, 15.7), "muted", gap=0)
    for x, y, text in zip((_ENCODER, _DECODER, _DECODER), (0.2, 0.2, 16.0), ends, strict=True):
        ax.text(x, y, text, ha="center", va="center", color=COLOURS["muted"], fontsize=11)
    ax.set_xlim(0, 10)
    ax.set_ylim(-0.1, 16.3)
    ax.axis("off")
    return figure


def _linked_box(ax, x, y, label, link, colour):
    box = FancyBboxPatch((x - 1.75, y - _HALF), 3.5, 2 * _HALF, zorder=3, edgecolor=colour,
                         boxstyle="round,pad=0,rounding_size=0.2", facecolor=COLOURS["surface"],
                         linewidth=1.8, url=link, gid=f"link: {label.replace(chr(10), ' ')}")
    ax.add_patch(box)
    ax.text(x, y, label, ha="center", va="center", zorder=4, fontsize=11, linespacing=1.1)
