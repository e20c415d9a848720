"""Backprop under the microscope: one digit, one step, everything that is computed on the way."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import simplenet.functions
import simplenet.network
import simplenet.training
from simplenet.functions import as_pixels, checked_pixels
from simplenet.network import Params, SimpleNet, backprop, forward
from simplenet.training import LIMITS, Layout, check_between

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Stage:
    """A stage of one step of learning, and where the engine does it.

    Parameters
    ----------
    name : str
    formula : str
        In LaTeX, of one sample.
    code : tuple of (function, first, last)
        The lines of a function from the one that holds `first` to the one that holds `last`.
    """

    name: str
    formula: str
    code: tuple[tuple[Callable[..., Any], str, str], ...]


STAGES = (
    Stage("input", r"x \in [0, 1]^{784}", ((as_pixels, "np.copyto", "1 / 255"),)),
    Stage(
        "hidden",
        r"\begin{gathered} s_1 = x W_1 + b_1 \\ a_1 = \frac{1}{1 + e^{-s_1}}"
        r" = \frac{1}{2} \left(1 + \tanh \frac{s_1}{2}\right) \end{gathered}",
        ((forward, "a1 =", "a1 ="), (simplenet.functions.sigmoid, "y = np", "return y")),
    ),
    Stage(
        "output",
        r"s_2 = a_1 W_2 + b_2 \qquad y_k = \frac{e^{s_{2,k}}}{\sum_j e^{s_{2,j}}}",
        ((forward, "y =", "y ="), (simplenet.functions.softmax, "y = np", "return y.T")),
    ),
    Stage(
        "loss",
        r"L = -\log (y_{\mathrm{right}} + 10^{-7})",
        ((backprop, "right = y", "safe ="), (backprop, "return", "return")),
    ),
    Stage(
        "delta2",
        r"\delta_2 = \frac{\partial L}{\partial s_2}"
        r" = (y - t) \cdot \frac{y_{\mathrm{right}}}{y_{\mathrm{right}} + 10^{-7}}",
        ((backprop, "delta2 = y", "delta2 *="),),
    ),
    Stage(
        "gradient2",
        r"\frac{\partial L}{\partial W_2} = a_1^{\top} \delta_2"
        r" \qquad \frac{\partial L}{\partial b_2} = \delta_2",
        ((backprop, "np.dot(a1.T", '"b2"'),),
    ),
    Stage(
        "delta1",
        r"\delta_1 = \frac{\partial L}{\partial s_1}"
        r" = (\delta_2 W_2^{\top}) \odot a_1 \odot (1 - a_1)",
        ((backprop, "delta1 = np", "delta1 *="),),
    ),
    Stage(
        "gradient1",
        r"\frac{\partial L}{\partial W_1} = x^{\top} \delta_1"
        r" \qquad \frac{\partial L}{\partial b_1} = \delta_1",
        ((backprop, "np.dot(x.T", '"b1"'),),
    ),
    Stage(
        "update",
        r"W \leftarrow W - \eta \frac{\partial L}{\partial W}",
        ((Layout.descend, "if momentum", "self._vector -="),),
    ),
    Stage("after", r"y' = \mathrm{forward}(x;\, W')", ((forward, "a1 =", "return"),)),
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
    a1, y = forward(params, pixels)
    # The training's own step. Of one sample, the error of a layer is its biases' gradient.
    layout = Layout(net, np.ones(net.input_size, bool))
    backprop(layout.params, pixels, labels, layout.gradient)
    gradient = {key: value.copy() for key, value in layout.gradient.items()}
    layout.descend(learning_rate, momentum=0.0)
    return Dissection(
        x=pixels[0],
        label=label,
        s1=(np.dot(pixels, params["W1"]) + params["b1"])[0],
        a1=a1[0],
        s2=(np.dot(a1, params["W2"]) + params["b2"])[0],
        y=y[0],
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
    """Return the engine's lines of a stage: file, number of the first line, and text, by piece."""
    pieces = []
    for function, first, last in stage.code:
        lines, start = inspect.getsourcelines(function)
        begin = _line_with(lines, first, after=0)
        end = _line_with(lines, last, after=begin)
        path = Path(inspect.getsourcefile(function) or "").relative_to(PROJECT)
        text = inspect.cleandoc("\n" + "".join(lines[begin : end + 1]))
        pieces.append((path.as_posix(), start + begin, text))
    return pieces


def _line_with(lines: list[str], words: str, after: int) -> int:
    """Return the first line of the code, below the docstring, that holds some words."""
    quotes = [i for i, line in enumerate(lines) if '"""' in line]
    body = quotes[-1] + 1 if quotes else 0
    for i in range(max(after, body), len(lines)):
        if words in lines[i]:
            return i
    raise ValueError(f"no line with {words!r}")
