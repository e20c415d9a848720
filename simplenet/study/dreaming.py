"""The image that a network finds most like a digit: gradient ascent on its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp

from simplenet.functions import as_labels, as_pixels, checked_pixels, sigmoid
from simplenet.network import Params
from simplenet.study.units import signals

STEPS, STEP = 60, 0.5
"""How many steps a dream takes, and how long each is at most: the Euclidean norm of what it adds to
the 784 pixels, before they are kept in [0, 1]. A handwritten digit has a norm of some 9."""

LENGTHS = 12
"""How many lengths are tried: the shortest is a two-thousandth of the longest."""


@dataclass(frozen=True, eq=False)
class Dream:
    """An image on its way to what a network finds most like a digit.

    Parameters
    ----------
    x : ndarray of float64, shape (steps + 1, 784)
        The image at first and after each step, pixels in [0, 1].
    y : ndarray of float64, shape (steps + 1, 10)
        What the network makes of it.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]


def input_gradient(params: Params, x: ArrayLike, digit: int) -> NDArray[Any]:
    """Return how the log-probability of a digit changes with each pixel of an image.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters.
    x : array_like, shape (inputs,)
        Pixels in [0, 1], or bytes.
    digit : int
        The class whose probability is asked for.

    Returns
    -------
    ndarray, shape (inputs,)
        The gradient of ``log y[digit]`` by the pixels.

    Raises
    ------
    ValueError
        If there is no such class, or `x` has another number of pixels or one that cannot be.

    Notes
    -----
    Backpropagation one step further than a training goes, to the image: the error of the scores is
    ``t - y``, and the chain rule carries it through both layers,
    ``((t - y) W2ᵀ ⊙ a1 ⊙ (1 - a1)) W1ᵀ``. (Simonyan et al., "Deep Inside Convolutional Networks",
    2013, follow it to images of a class.)
    """
    seen = signals(params, x)
    (k,) = as_labels(digit, 1, len(seen.y))
    delta2 = -seen.y
    delta2[k] += 1  # t - y
    delta1 = params["W2"] @ delta2 * seen.a1 * (1 - seen.a1)  # (hidden, output) @ (output,)
    return np.asarray(params["W1"] @ delta1)  # (inputs, hidden) @ (hidden,) -> (inputs,)


def dream(
    params: Params, start: ArrayLike, digit: int, steps: int = STEPS, step: float = STEP
) -> Dream:
    """Change an image step by step so that a network finds it more and more like a digit.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters; they are left as they are. All is computed in float64.
    start : array_like, shape (784,)
        The image at first, pixels in [0, 1] or bytes.
    digit : int
        What it is to be read as.
    steps : int
    step : float
        The Euclidean norm of the longest step, before the pixels are kept in [0, 1].

    Returns
    -------
    Dream

    Raises
    ------
    ValueError
        If there is no such digit, or `start` cannot be an image.

    Notes
    -----
    Projected gradient ascent with a line search (Bertsekas, "Nonlinear Programming", 1999, section
    2.3): along the gradient of the log-probability the lengths ``step``, ``step / 2``, ``step / 4``
    and so on are tried, clipped to what pixels can be, and the one is taken that makes the digit
    most probable. So the probability never falls. The image rests where none of them helps: on a
    local maximum, or where all hidden units are saturated and the gradient is 0.
    """
    exact = {key: value.astype(np.float64) for key, value in params.items()}
    x = as_pixels(checked_pixels(start), np.float64)
    images, lengths = [x], step * 0.5 ** np.arange(LENGTHS)
    for _ in range(steps):
        gradient = input_gradient(exact, x, digit)
        size = np.linalg.norm(gradient)
        if size > 0:
            tried = np.clip(x + lengths[:, np.newaxis] * (gradient / size), 0, 1)
            found = _log_probabilities(exact, np.vstack([x, tried]), digit)  # (1 + lengths,)
            best = int(found.argmax())
            x = tried[best - 1] if best else x
        images.append(x)
    path = np.array(images)
    return Dream(path, np.array([signals(exact, image).y for image in path]))


def _log_probabilities(params: Params, x: NDArray[np.float64], digit: int) -> NDArray[np.float64]:
    """Return the logarithms of a digit's probability, also where those are too small for a float.

    `x` is (n, inputs), the result (n,).
    """
    a1 = sigmoid(x @ params["W1"] + params["b1"])  # (n, inputs) @ (inputs, hidden)
    s2 = a1 @ params["W2"] + params["b2"]
    return np.asarray(s2[:, digit] - logsumexp(s2, axis=1))
