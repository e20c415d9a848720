"""A small picture for each word of the glossary, as SVG. Pure functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from pages.figures.sketching import (
    AGAINST,
    BACK,
    CURVE,
    DIM,
    FOR,
    FORWARD,
    GROUND,
    HEIGHT,
    PLAIN,
    RIGHT,
    WIDTH,
    WRONG,
    X,
    arrow,
    bars,
    box,
    dot,
    image,
    line,
    network,
    seven,
    units,
    valley,
    words,
)
from simplenet.data.augmentation import augmented
from simplenet.functions import sigmoid, softmax

Draw = Callable[[], str]
_DRAWN: dict[str, Draw] = {}


@cache
def picture(term: str) -> str:
    """Return the picture of a term, by its key in the glossary.

    Raises
    ------
    KeyError
        If there is none.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{GROUND}"/>{_DRAWN[term]()}</svg>'
    )


def pictured() -> set[str]:
    """Return the keys of all terms that have a picture."""
    return set(_DRAWN)


def _of(*terms: str) -> Callable[[Draw], Draw]:
    """Return a decorator: what follows draws these terms."""

    def remember(draw: Draw) -> Draw:
        _DRAWN.update(dict.fromkeys(terms, draw))
        return draw

    return remember


@_of("network")
def _whole_network() -> str:
    return network((0, 1, 2), PLAIN)


@_of("input")
def _input() -> str:
    return network((0,))


@_of("hidden_layer")
def _hidden_layer() -> str:
    return network((1,))


@_of("hidden_unit")
def _hidden_unit() -> str:
    (x, y) = units(1)[1]
    return network((1,), unit=1) + "".join(arrow(a, b, x - 7, y, FORWARD, 1.5) for a, b in units(0))


@_of("output")
def _output() -> str:
    return network((2,))


@_of("weight")
def _weight() -> str:
    (a, b), (c, d) = units(0)[1], units(1)[0]
    (e, f), (g, h) = units(1)[2], units(2)[1]
    return network(
        over=f'<path d="M{a} {b}L{c} {d}" stroke="{FOR}" stroke-width="4"/>'
        f'<path d="M{e} {f}L{g} {h}" stroke="{AGAINST}" stroke-width="4"/>'
    )


@_of("parameter")
def _parameter() -> str:
    return network(edges=FOR)


@_of("bias")
def _bias() -> str:
    here, there = (sigmoid(12 * (X - at)) for at in (0.6, 0.35))
    return line(X, here, DIM) + line(X, there, FOR) + arrow(58, 36, 40, 36, FOR)


@_of("pixel")
def _pixel() -> str:
    frame = f'fill-opacity="0" stroke="{FOR}" stroke-width="2"'
    return image(seven(), 20, 8, 56) + box(51, 27, 4, 4, FOR, frame)


@_of("activation")
def _activation() -> str:
    shown = sigmoid(np.array([-4.0, -1.0, 0.5, 2.0, 5.0]))
    return "".join(
        box(7 + 17 * i, 28, 14, 14, FORWARD, f'fill-opacity="{max(a, 0.06):.2f}"')
        + box(7 + 17 * i, 28, 14, 14, "none", f'stroke="{DIM}"')
        for i, a in enumerate(shown)
    )


@_of("sigmoid")
def _sigmoid() -> str:
    return line((0, 1), (0.5, 0.5), DIM, 1) + line(X, sigmoid(14 * (X - 0.5)), FORWARD)


@_of("softmax")
def _softmax() -> str:
    sums = np.array([0.3, 1.2, 0.6, 2.4, 0.9])
    return (
        bars(sums / 3, [PLAIN] * 5, 6, 36)
        + arrow(43, 40, 53, 40, PLAIN, 2)
        + bars(softmax(sums), [FORWARD] * 5, 57, 36)
    )


@_of("probability")
def _probability() -> str:
    shown = softmax(np.array([0.1, 0.8, 0.2, 3.4, 0.1, 1.4, 0.3, 0.9, 0.5, 0.2]))
    return bars(shown, [FORWARD if p == shown.max() else PLAIN for p in shown], 8, 82)


@_of("label")
def _label() -> str:
    return (
        image(seven(), 6, 14, 44) + arrow(54, 36, 64, 36, PLAIN, 2) + words("7", 78, 44, RIGHT, 26)
    )


@_of("one_hot")
def _one_hot() -> str:
    return "".join(
        box(4 + 9 * i, 26, 8, 20, RIGHT if i == 7 else DIM)
        + words("1" if i == 7 else "0", 8 + 9 * i, 40, GROUND if i == 7 else PLAIN, 10)
        for i in range(10)
    )


@_of("loss")
def _loss() -> str:
    noise = np.random.default_rng(3).normal(0, 0.05, len(X))
    return line(X, 0.08 + 0.8 * np.exp(-4 * X) + noise * (1 - 0.7 * X), AGAINST)


@_of("cross_entropy")
def _cross_entropy() -> str:
    p = np.linspace(0.04, 1, 60)
    return (
        line(p, -np.log(p) / 3.3, AGAINST)
        + dot(0.1, -np.log(0.1) / 3.3, WRONG)
        + dot(0.95, 0.02, RIGHT)
    )


@_of("accuracy")
def _accuracy() -> str:
    return "".join(
        box(9 + 16 * (i % 5), 17 + 21 * (i // 5), 13, 17, WRONG if i == 6 else RIGHT)
        for i in range(10)
    )


@_of("derivative")
def _derivative() -> str:
    at, slope = 0.25, 4.2 * (0.25 - 0.6)
    x = np.array((0.02, 0.5))
    return CURVE + line(x, valley(at) + slope * (x - at), FORWARD) + dot(at, float(valley(at)), FOR)


@_of("gradient")
def _gradient() -> str:
    rings = "".join(
        f'<ellipse cx="60" cy="40" rx="{r}" ry="{0.6 * r}" fill="none" stroke="{DIM}" '
        f'stroke-width="1.5"/>'
        for r in (9, 20, 31)
    )
    return rings + arrow(32, 25, 13, 12, FORWARD) + f'<circle cx="32" cy="25" r="4" fill="{FOR}"/>'


@_of("numerical_gradient")
def _numerical_gradient() -> str:
    here, there = 0.12, 0.42
    high, low = (float(valley(x)) for x in (here, there))
    step = line((here, here, there), (high, low, low), FORWARD, 1.5, "3 3")
    return CURVE + step + dot(here, high, FOR) + dot(there, low, FOR)


@_of("central_difference")
def _central_difference() -> str:
    low, high = 0.1, 0.46
    ends = [float(valley(x)) for x in (low, high)]
    return (
        CURVE
        + line((low, high), ends, FORWARD)
        + "".join(dot(x, y, FOR) for x, y in zip((low, high), ends, strict=True))
    )


@_of("forward_pass")
def _forward_pass() -> str:
    return network() + arrow(24, 64, 74, 64, FORWARD, 3) + arrow(24, 8, 74, 8, FORWARD, 3)


@_of("backpropagation")
def _backpropagation() -> str:
    return network() + arrow(74, 64, 24, 64, BACK, 3) + arrow(74, 8, 24, 8, BACK, 3)


@_of("chain_rule")
def _chain_rule() -> str:
    boxes = "".join(box(6 + 32 * i, 26, 20, 20, DIM) for i in range(3))
    return (
        boxes
        + arrow(70, 36, 60, 36, BACK, 2)
        + arrow(38, 36, 28, 36, BACK, 2)
        + words("×", 49, 20, BACK, 15)
    )


@_of("gradient_check")
def _gradient_check() -> str:
    values = (0.7, 0.35, 0.85, 0.5)
    return (
        bars(values, [FORWARD] * 4, 8, 32)
        + bars(values, [BACK] * 4, 60, 32)
        + words("=", 49, 44, RIGHT, 20)
    )


@_of("gradient_descent")
def _gradient_descent() -> str:
    x = [0.02]
    for _ in range(6):
        x.append(x[-1] - 0.1 * 4.2 * (x[-1] - 0.6))
    return CURVE + "".join(dot(a, float(valley(a)), FOR, 3) for a in x)


@_of("learning_rate")
def _learning_rate() -> str:
    small, large = [0.05], [0.05]
    for _ in range(3):
        small.append(small[-1] - 0.03 * 4.2 * (small[-1] - 0.6))
        large.append(large[-1] - 0.43 * 4.2 * (large[-1] - 0.6))
    return (
        CURVE
        + line(large, valley(large), WRONG, 1.5, "3 3")
        + "".join(dot(a, float(valley(a)), WRONG, 3) for a in large)
        + "".join(dot(a, float(valley(a)), FOR, 3) for a in small)
    )


@_of("sgd")
def _shaky() -> str:
    rng = np.random.default_rng(1)
    x = np.linspace(0.03, 0.9, 9)
    return line(x, 0.85 * np.exp(-2.6 * x) + rng.normal(0, 0.07, 9), FOR, 2)


@_of("momentum")
def _momentum() -> str:
    x = np.linspace(0.03, 0.9, 30)
    return f'<g opacity="0.45">{_shaky()}</g>' + line(x, 0.85 * np.exp(-3.2 * x), FORWARD)


@_of("mini_batch")
def _mini_batch() -> str:
    chosen = {3, 9, 10, 16, 21, 27}
    return "".join(
        box(8 + 10 * (i % 8), 16 + 10 * (i // 8), 8, 8, FORWARD if i in chosen else DIM)
        for i in range(32)
    )


@_of("iteration")
def _iteration() -> str:
    return (
        f'<path d="M66 27A20 20 0 1 0 68 40" fill="none" stroke="{FOR}" stroke-width="3"/>'
        + arrow(56, 25, 67, 29, FOR, 3)
        + words("1", 48, 43)
    )


@_of("epoch")
def _epoch() -> str:
    rows = "".join(box(8 + 10 * (i % 8), 12 + 10 * (i // 8), 8, 8, FORWARD) for i in range(32))
    return rows + arrow(10, 62, 86, 62, FOR)


@_of("training_set")
def _training_set() -> str:
    return _sets(FORWARD, DIM)


@_of("test_set")
def _test_set() -> str:
    return _sets(DIM, FORWARD)


def _sets(training: str, test: str) -> str:
    """Return sixty small boxes, and ten apart from them."""
    many = "".join(box(6 + 6 * (i % 10), 19 + 6 * (i // 10), 5, 5, training) for i in range(60))
    return many + "".join(box(78 + 6 * (i % 2), 22 + 6 * (i // 2), 5, 5, test) for i in range(10))


@_of("overfitting")
def _overfitting() -> str:
    known, unseen = 0.95 - 0.85 * np.exp(-5 * X), 0.72 - 0.62 * np.exp(-6 * X) - 0.25 * X**2
    return line(X, known, FOR) + line(X, unseen, AGAINST, dash="5 4")


@_of("generalisation")
def _generalisation() -> str:
    known, unseen = 0.95 - 0.85 * np.exp(-5 * X), 0.86 - 0.76 * np.exp(-5 * X)
    return line(X, known, FOR) + line(X, unseen, RIGHT, dash="5 4")


@_of("initial")
def _initial() -> str:
    at = np.linspace(-2.4, 2.4, 11)
    colours = [AGAINST if x < -0.1 else FOR if x > 0.1 else PLAIN for x in at]
    return bars(0.95 * np.exp(-(at**2) / 2), colours, 9, 80)


@_of("saturated")
def _saturated() -> str:
    return _sigmoid() + dot(0.93, float(sigmoid(np.array(14 * 0.43))), WRONG, 5)


@_of("dead")
def _dead() -> str:
    return "".join(
        box(11 + 20 * i, 28, 15, 15, DIM if i == 2 else FORWARD)
        + (words("×", 18.5 + 20 * i, 41, WRONG, 16) if i == 2 else "")
        for i in range(4)
    )


@_of("confusion_matrix")
def _confusion_matrix() -> str:
    return _matrix(lambda row, column: DIM)


@_of("precision")
def _precision() -> str:
    return _matrix(lambda row, column: WRONG if column == 3 else DIM)


@_of("recall")
def _recall() -> str:
    return _matrix(lambda row, column: WRONG if row == 3 else DIM)


def _matrix(other: Callable[[int, int], str]) -> str:
    """Return a matrix, green on its diagonal."""
    return "".join(
        box(20 + 11.5 * c, 8 + 11.5 * r, 10, 10, RIGHT if r == c else other(r, c))
        for r in range(5)
        for c in range(5)
    )


@_of("augmentation")
def _augmentation() -> str:
    three = np.repeat(seven(), 3, axis=0)
    moved = augmented(three, ("affine", "elastic"), np.random.default_rng(4))
    return "".join(image(x, 4 + 30 * i, 22, 28) for i, x in enumerate(moved))


@_of("numerical_precision")
def _numerical_precision() -> str:
    return line(X, X**2, DIM) + line(X, np.round(X**2 * 6) / 6, AGAINST)


@_of("fine_tuning")
def _fine_tuning() -> str:
    before, after = X[X <= 0.6], X[X >= 0.6]
    learned = 0.78 - 0.7 * np.exp(-7 * X)
    return (
        line(before, learned[X <= 0.6], DIM)
        + line(after, learned[X >= 0.6] + 0.5 * (after - 0.6), FOR)
        + dot(0.6, float(learned[X >= 0.6][0]), FOR)
    )


@_of("seed")
def _seed() -> str:
    die = box(28, 16, 40, 40, PLAIN, 'style="rx:7"')
    return die + "".join(
        f'<circle cx="{x}" cy="{y}" r="4" fill="{GROUND}"/>'
        for x, y in ((38, 26), (58, 26), (48, 36), (38, 46), (58, 46))
    )


@_of("pca")
def _pca() -> str:
    return _groups((0.35, 0.6), (0.6, 0.65), (0.5, 0.35))


@_of("tsne")
def _tsne() -> str:
    return _groups((0.2, 0.7), (0.75, 0.75), (0.5, 0.25))


def _groups(*middles: tuple[float, float]) -> str:
    """Return three groups of points around their middles."""
    rng = np.random.default_rng(0)
    return "".join(
        dot(x, y, colour, 2)
        for middle, colour in zip(middles, (FOR, AGAINST, RIGHT), strict=True)
        for x, y in rng.normal(middle, (0.07, 0.09), (14, 2))
    )
