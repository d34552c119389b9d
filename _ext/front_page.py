"""The front page's map: a card a chapter, with a small picture drawn from what it computes.

    :::{chapter} 01_softmax
    [Softmax](chapters/01_softmax.ipynb)

    What the chapter lets you do.
    :::

assets/scripts/predictions.js adds how far the reader is.
"""

import numpy as np
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from softattn_core import attention_weights, softmax, sparsemax

WIDTH, HEIGHT = 160, 72


def rect(x, y, width, height, role, opacity=1.0):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5" '
            f'fill="var(--sa-{role})" fill-opacity="{opacity:.2f}"/>')


def line(points, role, extra=""):
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (f'<polyline points="{corners}" fill="none" stroke="var(--sa-{role})" stroke-width="2" '
            f'{extra}/>')


def dot(x, y, role, radius=4):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="var(--sa-{role})"/>'


def bars(values, left, width, role):
    """Bars from the left, one below the other; below zero they start further left."""
    step = HEIGHT / len(values)
    return "".join(rect(left + min(0, v) * width, i * step + 4, abs(v) * width, step - 8, role)
                   for i, v in enumerate(values))


def cells(weights, left=0.0, side=HEIGHT):
    """A matrix of weights, the darker the larger."""
    step = side / len(weights)
    return "".join(rect(left + j * step + 1, i * step + 1, step - 2, step - 2, "weights", 0.08 + w)
                   for i, row in enumerate(weights) for j, w in enumerate(np.minimum(row, 0.92)))


def softmax_picture():
    """Scores on the left, their shares on the right."""
    scores = np.array([2.0, 1.0, 0.1])
    return bars(scores / 2, 4, 66, "scores") + bars(softmax(scores), 90, 66, "weights")


def triangle_picture():
    """The path of falling temperature through the triangle of all distributions."""
    corners = np.array([[120, 69], [80, 3], [40, 69]])
    path = [softmax([3.0, 1.0, 0.2], temperature=t) @ corners for t in np.geomspace(0.1, 40, 30)]
    edge = line([*corners, corners[0]], "muted")
    return edge + line(path, "weights", 'stroke-dasharray="4 3"') + dot(*path[12], "weights", 5)


def bottleneck_picture():
    """Many states go into one, and many words have to come out of it."""
    heights = [8, 26, 44, 62]
    threads = "".join(line([(20, y), (80, 36), (140, y)], "grid") for y in heights)
    states = "".join(dot(20, y, "values") + dot(140, y, "query") for y in heights)
    return threads + states + rect(70, 26, 20, 20, "values")


def arcs_picture():
    """Each word looks at its own: where the words change places, the arcs cross."""
    order = [0, 3, 2, 1]
    places = [22, 60, 98, 136]
    arcs = "".join(f'<path d="M{places[i]} 10C{places[i]} 40 {places[j]} 32 {places[j]} 62" '
                   f'fill="none" stroke="var(--sa-weights)" stroke-width="3"/>'
                   for i, j in enumerate(order))
    return arcs + "".join(dot(x, 8, "values") + dot(x, 64, "query") for x in places)


def normalisers_picture():
    """The same scores by softmax, sparsemax and ÷ sum, one of whose shares is negative."""
    scores = np.array([1.2, 0.6, -0.5])
    shares = [softmax(scores), sparsemax(scores), scores / scores.sum()]
    lefts = [6, 58, 118]
    return "".join(bars(p, left, 34 if p.max() <= 1 else 26, role) for p, left, role in
                   zip(shares, lefts, ("weights", "weights", "muted"), strict=True))


def causal_picture():
    """A masked attention matrix: a row sees itself and what came before."""
    rng = np.random.default_rng(3)
    mask = np.tri(6, dtype=bool)
    return cells(attention_weights(rng.normal(size=(6, 6)) * 1.3, mask=mask), left=44)


def stream_picture():
    """The stream of a word goes up through two blocks; bars of the next word stand at its top."""
    up = line([(24, 68), (24, 8)], "values")
    added = "".join(rect(34, y, 22, 12, role) + line([(34, y + 6), (26, y + 6)], role)
                    for y, role in ((54, "weights"), (38, "ink"), (22, "weights"), (6, "ink")))
    return up + added + bars(softmax([1.0, 3.0, 0.2, 1.4]), 92, 62, "weights")


def transformer_picture():
    """The drawing of the paper in small: two towers of boxes, the left one feeding the right."""
    left = [(58, "values"), (40, "weights"), (22, "ink")]
    right = [(58, "query"), (44, "weights"), (30, "weights"), (16, "ink"), (2, "scores")]
    boxes = "".join(rect(x, y, 44, 10, role) for x, tower in ((28, left), (88, right))
                    for y, role in tower)
    return line([(50, 68), (50, 10), (80, 10), (80, 35), (88, 35)], "muted") + boxes


PICTURES = {
    "01_softmax": softmax_picture,
    "02_cat_dog_bird": triangle_picture,
    "03_bottleneck": bottleneck_picture,
    "04_attention": arcs_picture,
    "05_meeting": normalisers_picture,
    "06_transformer": causal_picture,
    "07_language_model": stream_picture,
    "reading_the_transformer": transformer_picture,
}


class Chapter(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self):
        chapter = self.arguments[0]
        picture = (f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
                   f"{PICTURES[chapter]()}</svg>")
        progress = f'<p class="sa-how-far" data-chapter="{chapter}"></p>'
        card = nodes.container(classes=["sa-chapter"])
        card += nodes.raw("", picture, format="html")
        self.state.nested_parse(self.content, self.content_offset, card)
        card += nodes.raw("", progress, format="html")
        return [card]


def setup(app):
    app.add_directive("chapter", Chapter)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
