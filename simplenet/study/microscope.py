"""Backprop under the microscope: one digit, one step, everything that is computed on the way."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_pixels, checked_pixels, sigmoid, softmax
from simplenet.network import Params, SimpleNet, backprop, forward
from simplenet.study.units import signals
from simplenet.training import LIMITS, Layout, check_between

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Piece:
    """The statements of a function that write certain things, one after another.

    Parameters
    ----------
    function : callable
        Of the engine.
    writes : tuple of str
        What they write: a variable, ``self.attribute``, ``mapping["key"]``, or ``return``.
    """

    function: Callable[..., Any]
    writes: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """A stage of one step of learning, and where the engine does it.

    Parameters
    ----------
    name : str
    formula : str
        In LaTeX, of one sample.
    code : tuple of Piece
        What of the engine's source computes it.
    """

    name: str
    formula: str
    code: tuple[Piece, ...]


STAGES = (
    Stage("input", r"x \in [0, 1]^{784}", (Piece(as_pixels, ("out",)),)),
    Stage(
        "hidden",
        r"\begin{gathered} s_1 = x W_1 + b_1 \\ a_1 = \frac{1}{1 + e^{-s_1}}"
        r" = \frac{1}{2} \left(1 + \tanh \frac{s_1}{2}\right) \end{gathered}",
        (Piece(forward, ("a1",)), Piece(sigmoid, ("y", "return"))),
    ),
    Stage(
        "output",
        r"s_2 = a_1 W_2 + b_2 \qquad y_k = \frac{e^{s_{2,k}}}{\sum_j e^{s_{2,j}}}",
        (Piece(forward, ("y",)), Piece(softmax, ("y", "return"))),
    ),
    Stage(
        "loss",
        r"L = -\log (y_{\mathrm{right}} + 10^{-7})",
        (Piece(backprop, ("right", "safe")), Piece(backprop, ("return",))),
    ),
    Stage(
        "delta2",
        r"\delta_2 = \frac{\partial L}{\partial s_2}"
        r" = (y - t) \cdot \frac{y_{\mathrm{right}}}{y_{\mathrm{right}} + 10^{-7}}",
        (Piece(backprop, ("delta2",)),),
    ),
    Stage(
        "gradient2",
        r"\frac{\partial L}{\partial W_2} = a_1^{\top} \delta_2"
        r" \qquad \frac{\partial L}{\partial b_2} = \delta_2",
        (Piece(backprop, ('gradient["W2"]', 'gradient["b2"]')),),
    ),
    Stage(
        "delta1",
        r"\delta_1 = \frac{\partial L}{\partial s_1}"
        r" = (\delta_2 W_2^{\top}) \odot a_1 \odot (1 - a_1)",
        (Piece(backprop, ("delta1",)),),
    ),
    Stage(
        "gradient1",
        r"\frac{\partial L}{\partial W_1} = x^{\top} \delta_1"
        r" \qquad \frac{\partial L}{\partial b_1} = \delta_1",
        (Piece(backprop, ('gradient["W1"]', 'gradient["b1"]')),),
    ),
    Stage(
        "update",
        r"W \leftarrow W - \eta \frac{\partial L}{\partial W}",
        (Piece(Layout.descend, ("self._velocity", "self._step", "self._vector")),),
    ),
    Stage("after", r"y' = \mathrm{forward}(x;\, W')", (Piece(forward, ("a1", "y", "return")),)),
)


@dataclass(frozen=True, eq=False)
class Dissection:
    """All that one step of learning from one digit computes.

    Parameters
    ----------
    x : ndarray, shape (784,)
        Pixels in [0, 1].
    label : int
        What it is.
    s1, a1, carried, delta1 : ndarray, shape (hidden,)
        The hidden layer: what comes in, what goes out, the error that is carried back to what
        goes out, and the error of what came in.
    s2, y, delta2 : ndarray, shape (10,)
        The output layer: the scores, the probabilities, and their error.
    loss, loss_after : float
        The loss of the digit before and after the step.
    gradient, before, after : dict of str to ndarray
        The gradient, and the parameters before and after the step.
    y_after : ndarray, shape (10,)
        The probabilities after the step.
    """

    x: NDArray[Any]
    label: int
    s1: NDArray[Any]
    a1: NDArray[Any]
    s2: NDArray[Any]
    y: NDArray[Any]
    loss: float
    delta2: NDArray[Any]
    carried: NDArray[Any]
    delta1: NDArray[Any]
    gradient: Params
    before: Params
    after: Params
    y_after: NDArray[Any]
    loss_after: float


def dissect(params: Params, x: ArrayLike, label: int, learning_rate: float) -> Dissection:
    """Return all that a step of gradient descent computes on one digit.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters; they are left as they are.
    x : array_like, shape (784,)
        Pixels in [0, 1], or bytes.
    label : int
        What it is, 0 to 9.
    learning_rate : float
        Of the step; more than 0, at most 100.

    Returns
    -------
    Dissection

    Raises
    ------
    ValueError
        If `x`, the label or the learning rate cannot be.
    """
    check_between("learning_rate", learning_rate, *LIMITS["learning_rate"])
    net = SimpleNet.from_params(params)
    pixels = np.atleast_2d(as_pixels(checked_pixels(x), net.dtype))
    labels = np.array([label])
    loss = net.loss(pixels, labels)
    seen = signals(params, pixels[0])
    # The training's own step. Of one sample, the error of a layer is its biases' gradient.
    layout = Layout(net, np.ones(net.input_size, bool))
    backprop(layout.params, pixels, labels, layout.gradient)
    gradient = {key: value.copy() for key, value in layout.gradient.items()}
    layout.descend(learning_rate, momentum=0.0)
    return Dissection(
        x=pixels[0],
        label=label,
        s1=seen.s1,
        a1=seen.a1,
        s2=seen.s2,
        y=seen.y,
        loss=loss,
        delta2=gradient["b2"],
        carried=np.dot(params["W2"], gradient["b2"]),
        delta1=gradient["b1"],
        gradient=gradient,
        before=params,
        after=net.params,
        y_after=net.predict(pixels)[0],
        loss_after=net.loss(pixels, labels),
    )


def code_of(stage: Stage) -> list[tuple[str, int, str]]:
    """Return the engine's lines of a stage, as `source_of` does."""
    return source_of(stage.code)


def source_of(code: Sequence[Piece]) -> list[tuple[str, int, str]]:
    """Return the engine's lines: file, number of the first line, and text, by piece.

    Raises
    ------
    ValueError
        If nothing in a function writes what a piece says, or something else stands in between.
    """
    pieces = []
    for piece in code:
        lines, start = inspect.getsourcelines(piece.function)
        (function,) = ast.parse(inspect.cleandoc("\n" + "".join(lines))).body
        assert isinstance(function, ast.FunctionDef)
        wanted = set(piece.writes)
        at = [i for i, part in enumerate(function.body) if wanted & set(_written(part))]
        found = {name for i in at for name in _written(function.body[i])}
        if not wanted <= found or at != list(range(at[0], at[-1] + 1)):
            raise ValueError(
                f"{function.name} does not write {' and '.join(piece.writes)} in one piece"
            )
        begin, end = function.body[at[0]].lineno, function.body[at[-1]].end_lineno
        path = Path(inspect.getsourcefile(piece.function) or "").relative_to(PROJECT).as_posix()
        text = inspect.cleandoc("\n" + "".join(lines[begin - 1 : end]))
        pieces.append((path, start + begin - 1, text))
    return pieces


def _written(statement: ast.stmt) -> Iterator[str]:
    """Yield what a statement writes, and those inside it."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Return):
            yield "return"
        elif isinstance(node, ast.Assign):
            yield from map(_name, node.targets)
        elif isinstance(node, ast.AugAssign):
            yield _name(node.target)
        elif isinstance(node, ast.Call):
            yield from (_name(word.value) for word in node.keywords if word.arg == "out")
            if ast.unparse(node.func) == "np.copyto":
                yield _name(node.args[0])


def _name(target: ast.expr) -> str:
    """Return the name of what is written: some of an array is the array."""
    if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        target = target.value
    return ast.unparse(target).replace("'", '"')
