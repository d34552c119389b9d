"""softattn_core.probability against independent oracles: scipy, 50 decimal digits, and the maths.

The last section holds the promises that both core files make about themselves: their length, their
imports and their doctests.
"""

import ast
import io
import tokenize
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import softattn_core
from softattn_core import (
    cross_entropy,
    cross_entropy_gradient,
    entropy,
    log_softmax,
    softmax,
    softmax_jacobian,
    sparsemax,
)

pytestmark = pytest.mark.filterwarnings("error")

CAT_DOG_BIRD = [3.0, 1.0, 0.2]
LARGEST = float(np.finfo(np.float64).max)
ORACLE = Context(prec=50, Emax=MAX_EMAX, Emin=MIN_EMIN)
ROUNDING, LAST_STEPS = Decimal(2.0**-53), Decimal(2.0**-1073)
SMALLEST_NORMAL = Decimal(2.0**-1022)


def reproducible(cases):
    return settings(max_examples=cases, deadline=None, derandomize=True, database=None,
                    suppress_health_check=[HealthCheck.too_slow])


@st.composite
def score_lists(draw, largest_exponent=308):
    """1 to 64 scores of one magnitude between 1e-300 and 1e308: spread out, close together, tied,
    or of mixed magnitudes, some of them -inf."""
    size = draw(st.sampled_from([1, 2, 3, 4, 5, 7, 8, 9, 13, 20, 31, 64]))
    shape = draw(st.sampled_from(["spread", "close", "tied", "mixed"]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    magnitude = 10.0 ** int(random.integers(-300, largest_exponent + 1))
    if shape == "spread":
        scores = random.uniform(-1, 1, size) * magnitude
    elif shape == "close":
        scores = (random.choice([-1, 1]) + random.uniform(-1, 1, size) * 1e-3) * magnitude / 2
    elif shape == "tied":
        scores = random.integers(-2, 3, size) / 2 * magnitude
    else:
        scores = random.uniform(-1, 1, size) * 10.0 ** random.uniform(-300, largest_exponent, size)
    if random.random() < 0.5:
        scores[random.random(size) < 0.2] = -np.inf
        scores[random.integers(size)] = magnitude
    return scores


def exact_softmax(scores, temperature=1.0):
    """Pairs (p_i, (max z - z_i) / T), at 50 digits; from e^-2000 on p_i counts as 0."""
    largest, temperature = Decimal(float(max(scores))), Decimal(float(temperature))
    with localcontext(ORACLE):
        below = [min((largest - Decimal(float(z))) / temperature, Decimal(2000)) for z in scores]
        powers = [(-b).exp() if b < 2000 else Decimal(0) for b in below]
        total = sum(powers)
        return [(power / total, b) for power, b in zip(powers, below, strict=True)]


def assert_accurate(scores, temperature=1.0):
    """Relative error at most (8 + 2 (max z - z_i) / T) 2^-53; below 2^-1022, where floats thin out,
    two of their last steps more.

    Where more than eight weights are equal, the roundings of their sum can all go one way instead
    of averaging out; NumPy adds up to 16 in sequence in a row of 64. There 16 takes the place of 8.
    """
    computed = softmax(scores, temperature=temperature)
    tied = np.unique(computed[computed > 0], return_counts=True)[1].max()
    roundings = 8 if tied <= 8 else 16
    for p, (exact, below) in zip(computed, exact_softmax(scores, temperature), strict=True):
        with localcontext(ORACLE):
            allowed = (roundings + 2 * below) * ROUNDING * exact
            allowed += LAST_STEPS if exact < SMALLEST_NORMAL else 0
            assert abs(exact - Decimal(float(p))) <= allowed


# --- softmax: values ---


def test_the_numbers_of_the_book():
    np.testing.assert_allclose(softmax(CAT_DOG_BIRD), [0.8360, 0.1131, 0.0508], atol=5e-5)
    np.testing.assert_allclose(softmax([2.0, 1.0, 0.1]), [0.659, 0.242, 0.099], atol=5e-4)


@reproducible(2500)
@given(scores=score_lists(), sharpness=st.tuples(*[st.floats(-3, 3)] * 3))
def test_softmax_is_as_accurate_as_its_formula_allows(scores, sharpness):
    """At T = 1, and at temperatures around the scores' own size, where no weight is trivial."""
    assert_accurate(scores)
    size = float(np.abs(scores[np.isfinite(scores)]).max())
    for power in sharpness:
        assert_accurate(scores, temperature=min(max(size * 10.0**power, 5e-324), LARGEST))


@pytest.mark.parametrize("scores, temperature", [
    ([LARGEST, -LARGEST], 1.0),                     # z - max overflows: weight 0
    ([LARGEST, -LARGEST], LARGEST),                 # ... but here it must not: weight e^-2
    ([LARGEST, -LARGEST, 0.0, -np.inf], 3e307),
    ([-LARGEST, -LARGEST, -np.inf], 5e-324),
    ([1.0, 2.0], 5e-324),                           # the division overflows
    ([1.0, 1.0 + 2**-52], 2**-52),
    ([5e-324, 0.0], 5e-324),
    ([0.0, -708.0, -709.0, -740.0, -744.0, -745.0, -746.0, -1e5], 1.0),  # around 2^-1022 and 0
    ([1e30, 1e30 - 1e15], 1e15), ([2e30, 2e30 - 1e15], 1e15),
    ([710.0, 709.0], 1.0), ([1e5, 1e5 - 1], 1.0), ([7.0], 1.0),
])
def test_softmax_at_the_edges_of_the_floats(scores, temperature):
    assert_accurate(scores, temperature)


@pytest.mark.parametrize("shape, axis", [
    ((5,), -1), ((5,), 0), ((4, 3), -1), ((4, 3), 0), ((4, 3), -2), ((2, 3, 4), 1), ((3, 1), -1),
])
@pytest.mark.parametrize("function", ["softmax", "log_softmax"])
def test_any_axis_agrees_with_scipy(function, shape, axis):
    scores = np.random.default_rng(1).normal(0, 5, shape)
    np.testing.assert_allclose(getattr(softattn_core, function)(scores, axis=axis),
                               getattr(scipy.special, function)(scores, axis=axis), rtol=1e-13)


def test_the_last_axis_is_the_default():
    scores = [[3.0, 1.0], [0.0, 2.0], [1.0, 1.0]]
    for function in softmax, log_softmax, sparsemax:
        np.testing.assert_array_equal(function(scores), [function(row) for row in scores])
    assert entropy(softmax(scores)).shape == (3,)


@pytest.mark.parametrize("temperature", [0.5, 2.0, np.float32(0.25), 3, np.int64(3)])
def test_temperature_divides(temperature):
    expected = scipy.special.softmax(np.array(CAT_DOG_BIRD) / float(temperature))
    np.testing.assert_allclose(softmax(CAT_DOG_BIRD, temperature=temperature), expected, rtol=1e-14)
    np.testing.assert_allclose(log_softmax(CAT_DOG_BIRD, temperature=temperature),
                               np.log(expected), rtol=1e-13)


def test_log_softmax_where_the_probability_is_0():
    np.testing.assert_array_equal(log_softmax([0.0, -1000.0, -np.inf]), [0.0, -1000.0, -np.inf])
    exact = [float(p.ln(ORACLE)) for p, _ in exact_softmax([3.0, 1.0, 0.2, -600.0])]
    np.testing.assert_allclose(log_softmax([3.0, 1.0, 0.2, -600.0]), exact, rtol=1e-14)


# --- softmax: properties ---


@reproducible(300)
@given(score_lists())
def test_probabilities_sum_to_1_and_keep_the_order(scores):
    for function in softmax, sparsemax:
        p = function(scores)
        assert (p >= 0).all() and abs(p.sum() - 1) < 1e-14 * len(p)
        assert (np.diff(p[np.argsort(scores)]) >= 0).all()
        assert (p[scores == -np.inf] == 0).all()


@reproducible(300)
@given(score_lists(largest_exponent=2), st.integers(-1000, 1000))
def test_a_shift_changes_nothing(scores, shift):
    scores = np.round(scores * 1024) / 1024  # so that adding a whole number is exact
    for function in softmax, log_softmax, sparsemax:
        np.testing.assert_array_equal(function(scores + shift), function(scores))


@reproducible(300)
@given(score_lists(), st.randoms(use_true_random=False))
def test_a_permutation_goes_through(scores, random):
    order = random.sample(range(len(scores)), len(scores))
    for function in softmax, sparsemax:
        np.testing.assert_allclose(function(scores[order]), function(scores)[order],
                                   rtol=1e-13, atol=1e-14)


def test_a_higher_score_takes_from_all_others():
    before, after = softmax(CAT_DOG_BIRD), softmax([3.0, 1.5, 0.2])
    assert after[1] > before[1] and after[0] < before[0] and after[2] < before[2]


def test_the_ratio_of_two_is_the_exponential_of_their_gap():
    p = softmax(CAT_DOG_BIRD, temperature=0.5)
    assert p[0] / p[1] == pytest.approx(np.exp((3.0 - 1.0) / 0.5), rel=1e-14)


def test_temperature_limits():
    np.testing.assert_array_equal(softmax(CAT_DOG_BIRD, temperature=1e-3), [1, 0, 0])
    np.testing.assert_array_equal(softmax([2.0, 2.0, 1.0], temperature=1e-3), [0.5, 0.5, 0])
    np.testing.assert_allclose(softmax(CAT_DOG_BIRD, temperature=1e9), 1 / 3, rtol=1e-8)
    sharpness = [softmax(CAT_DOG_BIRD, temperature=T).max() for T in (0.1, 0.5, 1, 2, 10)]
    assert sharpness == sorted(sharpness, reverse=True)


# --- kinds of input ---


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0])
def test_float32_stays_float32_and_is_as_accurate_as_it_can_be(temperature):
    scores = np.random.default_rng(2).normal(0, 10, (50, 40)).astype(np.float32)
    p = softmax(scores, temperature=temperature)
    exact = softmax(scores.astype(np.float64), temperature=temperature)
    below = (scores.max(axis=-1, keepdims=True) - scores) / temperature
    assert p.dtype == np.float32
    assert (np.abs(p - exact) <= (8 + 2 * below) * 2.0**-24 * exact + 2.0**-126).all()


def test_float32_in_every_function():
    z = np.float32(CAT_DOG_BIRD)
    for result in [log_softmax(z), softmax_jacobian(z), sparsemax(z), cross_entropy(z, 0),
                   cross_entropy(z, [1.0, 0.0, 0.0]), cross_entropy_gradient(z, 0),
                   softmax_jacobian(z, temperature=np.float64(2)), entropy(softmax(z))]:
        assert result.dtype == np.float32


@pytest.mark.parametrize("temperature", [1e-300, 1e-46, 1e39, 1e300])
def test_float32_takes_temperatures_that_float32_cannot_hold(temperature):
    for scores in ([3e38, -3e38, 3e38], [1.0, 0.0, 1.0]):
        expected = softmax(scores, temperature=temperature)
        np.testing.assert_allclose(softmax(np.float32(scores), temperature=temperature), expected,
                                   rtol=1e-6)
    assert np.isfinite(softmax_jacobian(np.float32([1.0, 0.0]), temperature=temperature)).all()


@pytest.mark.parametrize("scores", [
    [3, 1, 0], (3, 1, 0), np.array([3, 1, 0], np.uint8), np.array([3, 1, 0], np.float16),
    np.array([3, 1, 0], ">f8"), np.array([3, 1, 0], np.longdouble), np.array([[0, 1, 3]])[0, ::-1],
])
def test_everything_else_is_computed_in_float64(scores):
    p = softmax(scores)
    assert p.dtype == np.float64
    np.testing.assert_array_equal(p, softmax([3.0, 1.0, 0.0]))


def test_booleans_count_as_0_and_1():
    np.testing.assert_array_equal(softmax([True, False]), softmax([1.0, 0.0]))


def test_no_rows_give_no_rows():
    assert softmax(np.zeros((0, 3))).shape == (0, 3)
    assert softmax(np.zeros((3, 0)), axis=0).shape == (3, 0)


def test_input_is_left_as_it_was():
    scores, target = np.array(CAT_DOG_BIRD), np.array([0.5, 0.5, 0.0])
    for call in (softmax, log_softmax, sparsemax, softmax_jacobian,
                 lambda z: softmax(z, temperature=3), lambda z: cross_entropy(z, target),
                 lambda z: cross_entropy_gradient(z, target), lambda z: entropy(target)):
        call(scores)
    assert scores.tolist() == CAT_DOG_BIRD and target.tolist() == [0.5, 0.5, 0.0]


def test_no_warning_however_large_the_scores():
    for z in ([LARGEST, -LARGEST, 0.0], [-LARGEST] * 3, [LARGEST] * 3, [LARGEST, -np.inf, 0.0]):
        for temperature in (1e-320, 1.0, 1e308):
            softmax(z, temperature=temperature)
            log_softmax(z, temperature=temperature)
            softmax_jacobian(z, temperature=temperature)
        sparsemax(z)
        cross_entropy(z, 2)
        cross_entropy(z, [0.5, 0.5, 0.0])
        cross_entropy_gradient(z, 1)


# --- Jacobian, cross-entropy, entropy ---


def finite_differences(function, z, step=1e-5):
    steps = step * np.eye(len(z))
    return np.stack([(function(z + s) - function(z - s)) / (2 * step) for s in steps], axis=-1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_jacobian_is_the_derivative_and_its_rows_sum_to_0(temperature):
    z = np.random.default_rng(3).normal(size=6)
    jacobian = softmax_jacobian(z, temperature=temperature)
    numeric = finite_differences(lambda z: softmax(z, temperature=temperature), z)
    np.testing.assert_allclose(jacobian, numeric, atol=1e-9)
    np.testing.assert_allclose(jacobian.sum(axis=-1), 0, atol=1e-15)
    np.testing.assert_array_equal(jacobian, jacobian.T)


TARGETS = [2, [0.0, 0.0, 1.0, 0.0], [0.1, 0.2, 0.3, 0.4]]


@pytest.mark.parametrize("target", TARGETS)
def test_cross_entropy_and_its_gradient(target):
    z = np.array([3.0, 1.0, 0.2, -2.0])
    y = np.eye(4)[target] if isinstance(target, int) else np.array(target)
    expected = sum(-y_i * float(p.ln(ORACLE)) for y_i, (p, _) in
                   zip(y, exact_softmax(z), strict=True))
    assert cross_entropy(z, target) == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(cross_entropy_gradient(z, target),
                               finite_differences(lambda z: cross_entropy(z, target), z), atol=1e-9)
    np.testing.assert_allclose(cross_entropy_gradient(z, target), scipy.special.softmax(z) - y,
                               atol=1e-15)


def test_cross_entropy_of_a_batch_is_that_of_its_rows():
    rng = np.random.default_rng(4)
    logits, index = rng.normal(size=(2, 3, 5)), rng.integers(0, 5, (2, 3))
    soft = scipy.special.softmax(rng.normal(size=(2, 3, 5)), axis=-1)
    for target in index, index.astype(np.uint8), soft, np.eye(5, dtype=bool)[index]:
        loss, gradient = cross_entropy(logits, target), cross_entropy_gradient(logits, target)
        assert loss.shape == (2, 3) and gradient.shape == (2, 3, 5)
        for i, j in np.ndindex(2, 3):
            assert loss[i, j] == pytest.approx(cross_entropy(logits[i, j], target[i, j]), rel=1e-14)
            np.testing.assert_allclose(
                gradient[i, j], cross_entropy_gradient(logits[i, j], target[i, j]), rtol=1e-13)


def test_cross_entropy_of_the_certain_and_the_impossible():
    assert str(cross_entropy([0.0, -np.inf], 0)) == "0.0"  # not -0.0
    assert cross_entropy([0.0, -np.inf], 1) == np.inf
    assert cross_entropy([0.0, 0.0, -np.inf], [0.5, 0.5, 0.0]) == pytest.approx(np.log(2))
    assert cross_entropy([1e5, 0.0], 1) == 1e5


def test_entropy_is_in_nats():
    assert entropy(softmax(CAT_DOG_BIRD)) == pytest.approx(0.5477, abs=5e-5)
    assert entropy([0.25] * 4) == pytest.approx(np.log(4), rel=1e-15)
    assert str(entropy([0.0, 1.0, 0.0])) == "0.0"  # not -0.0
    p = scipy.special.softmax(np.random.default_rng(5).normal(size=(3, 4)), axis=0)
    np.testing.assert_allclose(entropy(p, axis=0), scipy.special.entr(p).sum(axis=0), rtol=1e-14)


def test_entropy_takes_rounded_figures():
    assert entropy([0.8360, 0.1131, 0.0508]) == pytest.approx(0.5477, abs=5e-4)


# --- sparsemax ---


def nearest_point_of_the_simplex(z):
    """The projection as it is defined: a minimum under constraints, found by scipy's SLSQP."""
    solution = scipy.optimize.minimize(
        lambda p: ((p - z) ** 2).sum(), np.full(len(z), 1 / len(z)), jac=lambda p: 2 * (p - z),
        bounds=[(0, 1)] * len(z), method="SLSQP", options={"ftol": 1e-14},
        constraints={"type": "eq", "fun": lambda p: p.sum() - 1, "jac": np.ones_like})
    assert solution.success
    return solution.x


@pytest.mark.parametrize("seed", range(20))
def test_sparsemax_is_the_nearest_point_of_the_simplex(seed):
    rng = np.random.default_rng(seed)
    z = rng.normal(0, rng.choice([0.1, 0.3, 1]), rng.integers(1, 12))
    np.testing.assert_allclose(sparsemax(z), nearest_point_of_the_simplex(z), atol=1e-6)
    tau = scipy.optimize.brentq(lambda tau: np.maximum(z - tau, 0).sum() - 1,
                                z.min() - 1, z.max(), xtol=1e-15)
    np.testing.assert_allclose(sparsemax(z), np.maximum(z - tau, 0), atol=1e-13)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_sparsemax_along_any_axis(axis):
    z = np.random.default_rng(6).normal(size=(3, 4, 5))
    expected = np.apply_along_axis(sparsemax, axis, z)
    np.testing.assert_allclose(sparsemax(z, axis=axis), expected, atol=1e-15)


def test_sparsemax_is_exactly_0_below_its_threshold():
    np.testing.assert_array_equal(sparsemax(CAT_DOG_BIRD), [1, 0, 0])
    np.testing.assert_array_equal(sparsemax([1.0, 0.5, -1.0, -np.inf]), [0.75, 0.25, 0, 0])
    np.testing.assert_array_equal(sparsemax([LARGEST, -LARGEST, -LARGEST]), [1, 0, 0])
    np.testing.assert_array_equal(sparsemax([2.0, 2.0]), [0.5, 0.5])


def test_the_gradient_of_sparsemax_lives_on_its_support():
    """Its Jacobian is diag(s) - s s^T / |S|, s marking the support: here, away from ties."""
    z = np.array([0.3, 0.1, -0.2, -0.8, -1.5])
    s = (sparsemax(z) > 0).astype(float)
    assert s.tolist() == [1, 1, 1, 0, 0]
    np.testing.assert_allclose(finite_differences(sparsemax, z),
                               np.diag(s) - np.outer(s, s) / s.sum(), atol=1e-9)


# --- errors ---

BAD_SCORES = [
    ([], "empty"), (np.zeros((3, 0)), "empty"), (3.0, "axis"), ([1.0, np.nan], "nan"),
    ([1.0, np.inf], "inf"), ([-np.inf, -np.inf], "nothing to attend to"),
    ([[1.0, 2.0], [-np.inf, -np.inf]], "nothing to attend to"),
    ([[0.0, 1.0], [np.inf, np.nan]], "nan"), ([1j, 2.0], "complex"), (["a", "b"], "real numbers"),
    ([None, 1.0], "real numbers"), ([[1.0], [1.0, 2.0]], "array of numbers"), ({}, "real numbers"),
    (np.array(["2020-01-01"], "datetime64[D]"), "real numbers"), ([10**400, 1], "real numbers"),
    (np.float32([1.0, np.nan]), "nan"), (np.float32([np.inf, np.nan]), "nan"),
]


@pytest.mark.parametrize("scores, wrong", BAD_SCORES)
@pytest.mark.parametrize("name, function", [
    ("scores", softmax), ("scores", log_softmax), ("scores", sparsemax),
    ("logits", lambda z: cross_entropy(z, 0)), ("logits", lambda z: cross_entropy_gradient(z, 0)),
])
def test_bad_scores(name, function, scores, wrong):
    with pytest.raises(ValueError, match=wrong) as error:
        function(scores)
    assert ("axis" if wrong == "axis" else name) in str(error.value)


@pytest.mark.parametrize("temperature", [
    0, 0.0, -1, -1e-300, np.nan, np.inf, -np.inf, "1", None, [1.0], [1.0, 2.0], 1j, np.ones(2),
])
@pytest.mark.parametrize("function", [softmax, log_softmax, softmax_jacobian])
def test_bad_temperature(function, temperature):
    with pytest.raises(ValueError, match=r"temperature must be one finite number above 0, got"):
        function(CAT_DOG_BIRD, temperature=temperature)


@pytest.mark.parametrize("axis", [2, -3, None, 0.0, "0", (0, 1)])
@pytest.mark.parametrize("function", [softmax, log_softmax, sparsemax, entropy])
def test_bad_axis(function, axis):
    with pytest.raises(ValueError, match="axis must be an integer in range"):
        function([[0.5, 0.5], [0.25, 0.75]], axis=axis)


@pytest.mark.parametrize("scores", [3.0, [[1.0, 2.0]]])
def test_the_jacobian_takes_one_row(scores):
    with pytest.raises(ValueError, match="scores must have one axis"):
        softmax_jacobian(scores)


@pytest.mark.parametrize("target", [
    3, -1, 0.0, "cat", None, [0], [0.5, 0.5], [0.5, 0.6, 0.5], [1.5, -0.5, 0.0],
    [np.nan, 0.5, 0.5], [[1.0, 0.0, 0.0]], [1, [0, 0]], True,
])
@pytest.mark.parametrize("function", [cross_entropy, cross_entropy_gradient])
def test_bad_target(function, target):
    with pytest.raises(ValueError, match="target must"):
        function(CAT_DOG_BIRD, target)


@pytest.mark.parametrize("probabilities", [
    [0.5, 0.4], [1.5, -0.5], [np.nan, 1.0], [np.inf, 0.0], [], ["a"], [0.5, 0.502], CAT_DOG_BIRD,
])
def test_entropy_takes_distributions_only(probabilities):
    with pytest.raises(ValueError, match="probabilities must"):
        entropy(probabilities)


# --- what the two core files promise about themselves ---

CORE = {name: Path(softattn_core.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        for name in ("probability", "attention")}
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
           tokenize.ENDMARKER}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def code_lines(source):
    """How many lines hold code: neither blank, nor comment, nor docstring."""
    lines = {line for token in tokenize.generate_tokens(io.StringIO(source).readline)
             if token.type not in NO_CODE for line in range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def test_the_core_is_under_200_lines():
    assert code_lines('"""Doc."""\nx = (1,\n     2)  # two\n\n# comment\n') == 2
    assert sum(code_lines(source) for source in CORE.values()) < 200


@pytest.mark.parametrize("name, allowed", [
    ("probability", {"numpy"}),
    ("attention", {"numpy", "softattn_core.probability", "typing"}),  # typing: for NamedTuple alone
])
def test_the_core_imports_numpy_and_itself_only(name, allowed):
    imported = set()
    for node in ast.walk(ast.parse(CORE[name])):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported == allowed


@pytest.mark.parametrize("name", CORE)
def test_every_public_function_shows_an_example(name):
    public = [node for node in ast.parse(CORE[name]).body
              if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert len(public) > 6
    for function in public:
        assert ">>> " in ast.get_docstring(function), function.name
        assert function.name in softattn_core.__all__
