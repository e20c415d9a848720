"""Numerical gradients: by the definition, and the same numbers hundreds of times as fast.

The partial derivative of f with respect to one entry of x is taken as the central difference
(f(x + h) - f(x - h)) / 2h, where h is added to that entry alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.blas import one_blas_thread
from simplenet.functions import (
    EPSILON,
    as_labels,
    as_pixels,
    checked_pixels,
    sigmoid,
    softmax,
)

H = 1e-4
"""How far an entry is moved, up and down."""


def central_difference(
    f: Callable[[NDArray[Any]], float], x: NDArray[Any], index: tuple[int, ...]
) -> float:
    """Return one partial derivative of `f` at `x`.

    Parameters
    ----------
    f : callable
        Takes the array and returns a number.
    x : ndarray of float
        Changed in place while `f` is evaluated, so that `f` may also look at it by itself, and
        left as it was, also if `f` raises. In float32 most of the difference is rounded away.
    index : tuple of int
        Which entry of `x` is moved.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `x` is not a floating-point array: in integers, h would be rounded to 0.
    """
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(
            f"a numerical gradient needs a floating-point array, such as x.astype(float): "
            f"{x.dtype} cannot be moved by {H}"
        )
    value = x[index]
    try:
        x[index] = value + H
        above = f(x)
        x[index] = value - H
        below = f(x)
    finally:
        x[index] = value
    return float((above - below) / (2 * H))


def numerical_gradient_1d(
    f: Callable[[NDArray[Any]], float], x: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the gradient of `f` at a vector, one central difference an entry.

    Takes what `numerical_gradient_2d` takes, but `x` must have the shape (m,).
    """
    if x.ndim != 1:
        raise ValueError(f"x must have one dimension, got shape {x.shape}")
    return numerical_gradient_2d(f, x)


def numerical_gradient_2d(
    f: Callable[[NDArray[Any]], float], X: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the gradient of `f` at a matrix or a vector, one central difference an entry.

    Parameters
    ----------
    f : callable
        Takes the whole array and returns a number. It is called twice for each entry, with one
        BLAS thread: see `simplenet.blas`.
    X : ndarray of float, shape (n, m) or (m,)
        Changed in place while `f` is evaluated, and left as it was, also if `f` raises.

    Returns
    -------
    ndarray of float64
        Same shape as `X`.

    Raises
    ------
    ValueError
        If `X` has neither one nor two dimensions, or is not a floating-point array.

    Examples
    --------
    >>> numerical_gradient_2d(lambda v: float(np.sum(v**2)), np.array([[3.0, -1.0]])).round(6)
    array([[ 6., -2.]])
    """
    if X.ndim not in (1, 2):
        raise ValueError(f"X must have one or two dimensions, got shape {X.shape}")
    gradient = np.zeros(X.shape)
    with one_blas_thread:
        for index in np.ndindex(X.shape):
            gradient[index] = central_difference(f, X, index)
    return gradient


def fast_numerical_gradient(
    params: Mapping[str, NDArray[Any]], x: ArrayLike, t: ArrayLike
) -> dict[str, NDArray[Any]]:
    """Return the gradient of a SimpleNet's loss by central differences, without the waste.

    Parameters
    ----------
    params : dict of str to ndarray
        ``W1`` (inputs, hidden), ``b1`` (hidden,), ``W2`` (hidden, classes), ``b2`` (classes,).
    x : array_like, shape (n, inputs) or (inputs,)
        Pixels in [0, 1], or bytes; or any finite numbers.
    t : array_like
        Integer labels, shape (n,), or one-hot, shape (n, classes).

    Returns
    -------
    dict of str to ndarray of float64
        Names and shapes of `params`.

    Raises
    ------
    ValueError
        If there is no sample, or `x` and `t` do not fit the parameters.

    Notes
    -----
    It is the same number as by the definition: the loss with one parameter moved up, less the
    loss with it moved down, over 2h. No derivative is taken. Only what a move leaves as it was
    is not computed again, and that is nearly everything:

    - Moving ``W1[i, j]`` by h moves the input of hidden unit j by ``h * x[:, i]`` and touches no
      other unit. A sample whose pixel i is 0 (four in five) does not notice, and pixels of equal
      value in one sample make the same difference, which is computed once.
    - The scores are then the old ones plus the change of that unit times ``W2[j]``: ten numbers,
      where the definition multiplies the whole batch by the whole of ``W1``.
    - Moving ``W2[j, k]`` changes the score k alone, by ``h * a1[:, j]``.
    - A bias is the weight of one more input that is always 1.

    For 784-50-10 and 100 digits that is some 8 million exponentials, against the 300 billion
    multiplications of the definition's 79,520 forward passes.
    """
    w1, b1, w2, b2 = (np.asarray(params[key], np.float64) for key in ("W1", "b1", "W2", "b2"))
    inputs, classes = len(w1), len(b2)
    x, labels = _checked(x, t, inputs, classes)
    n = len(x)

    x = np.column_stack([x, np.ones(n)])  # (n, inputs + 1)
    s1 = x @ np.vstack([w1, b1])  # (n, inputs + 1) @ (inputs + 1, hidden) -> (n, hidden)
    a1 = np.column_stack([sigmoid(s1), np.ones(n)])  # (n, hidden + 1)
    s2 = a1 @ np.vstack([w2, b2])  # (n, hidden + 1) @ (hidden + 1, classes) -> (n, classes)
    y = softmax(s2)

    # Sums over the samples of loss(+h) - loss(-h); the last row of each is the bias's.
    layer1 = np.zeros((inputs + 1, len(b1)))
    layer2 = np.zeros((len(b1) + 1, classes))
    h = np.array([H, -H])[:, np.newaxis, np.newaxis]
    for i, label in enumerate(labels):
        # Every entry of the first layer that this sample notices, each distinct move once.
        pixels = np.flatnonzero(x[i])
        values, which = np.unique(x[i, pixels], return_inverse=True)
        moves = sigmoid(s1[i] + h * values[:, np.newaxis]) - a1[i, :-1]  # (2, values, hidden)
        layer1[pixels] += _loss_difference(_after_unit(s2[i], label, moves, w2))[which]

        # Every entry of the second layer.
        moves = h * a1[i, :, np.newaxis]  # (2, hidden + 1, 1)
        layer2 += _loss_difference(_after_score(y[i], label, moves))
    layer1 /= 2 * H * n
    layer2 /= 2 * H * n
    return {"W1": layer1[:-1], "b1": layer1[-1], "W2": layer2[:-1], "b2": layer2[-1]}


def central_difference_error(
    params: Mapping[str, NDArray[Any]], x: ArrayLike, t: ArrayLike
) -> dict[str, NDArray[np.float64]]:
    """Return how far `fast_numerical_gradient` may be from the derivative, for each parameter.

    Parameters
    ----------
    params, x, t
        What `fast_numerical_gradient` takes.

    Returns
    -------
    dict of str to ndarray of float64
        Names and shapes of `params`; the largest absolute error that each entry may have.

    Raises
    ------
    ValueError
        If there is no sample, or `x` and `t` do not fit the parameters.

    Notes
    -----
    The error of a central difference has two parts (Press et al., "Numerical Recipes", section
    5.7). Each is the mean of those of the samples, at most:

    - The truncation of the Taylor series, h^2 / 6 times the third derivative. With
      ``q = y / (y + 1e-7)`` of the right class, the loss ``-log(y + 1e-7)`` has by ``g = log(y)``
      the derivatives ``-q``, ``-q (1 - q)`` and ``-q (1 - q) (1 - 2 q)``. And g has by a step
      along w in the scores: ``w_right`` less the mean of w under y, less its variance, and less
      its third central moment.
    - The rounding of two losses over 2h: ``c * eps / 2h``. A loss is the logarithm of what some
      ``c = classes + 4`` operations make: a sum of as many exponentials, a division, the 1e-7,
      the quotient of the two, the logarithm. An exponential adds the rounding of its exponent,
      which is its score less the right one, as much as it counts in the sum. The first layer
      adds that of the sigmoid, some 3 eps, times the slope behind it.

    A gradient that is smaller than this cannot be measured by a central difference, however right
    it is. A network that is sure of its digits has such a one.
    """
    w1, b1, w2, b2 = (np.asarray(params[key], np.float64) for key in ("W1", "b1", "W2", "b2"))
    x, labels = _checked(x, t, len(w1), len(b2))
    n, samples, eps = len(x), np.arange(len(x)), np.finfo(np.float64).eps
    x = np.column_stack([x, np.ones(n)])  # (n, inputs + 1)
    a1 = sigmoid(x @ np.vstack([w1, b1]))  # (n, hidden)
    s2 = a1 @ w2 + b2  # (n, classes)
    y = softmax(s2)
    right = y[samples, labels][:, np.newaxis]  # (n, 1)
    q = right / (right + EPSILON)
    p = q * (1 - q)

    def third(g1: NDArray[Any], g2: NDArray[Any], g3: NDArray[Any]) -> NDArray[Any]:
        """Return the third derivative of the loss from the three of g."""
        return np.asarray(-q * g3 - 3 * p * g1 * g2 - p * (1 - 2 * q) * g1**3)

    # A step in the output of hidden unit j is one along W2[j] in the scores.
    mean, square, cube = (y @ (w2**power).T for power in (1, 2, 3))  # (n, hidden)
    g1, g2, g3 = w2.T[labels] - mean, mean**2 - square, 3 * mean * square - cube - 2 * mean**3
    slope = a1 * (1 - a1)
    third1 = third(g1, g2, g3) * slope**3
    third1 -= 3 * (q * g2 + p * g1**2) * slope**2 * (1 - 2 * a1)
    third1 -= q * g1 * slope * (1 - 6 * slope)
    # One in the score k.
    g2 = y * (y - 1)  # (n, classes)
    third2 = third(np.eye(len(b2))[labels] - y, g2, g2 * (1 - 2 * y))

    exponents = y * np.abs(s2 - s2[samples, labels][:, np.newaxis])  # (n, classes)
    rounding = len(b2) + 4 + q * exponents.sum(axis=1, keepdims=True)  # (n, 1), in eps / 2h
    rounding1 = rounding + 3 * q * np.abs(g1)  # (n, hidden)
    unit = eps / (2 * H)
    a1 = np.column_stack([a1, np.ones(n)])  # (n, hidden + 1)
    # The weight of a blank pixel moves nothing: the difference is 0, and exact.
    layer1 = unit * (x != 0).T @ rounding1 + H**2 / 6 * (np.abs(x) ** 3).T @ np.abs(third1)
    layer2 = unit * rounding.sum() + H**2 / 6 * (a1**3).T @ np.abs(third2)
    layer1 /= n
    layer2 /= n
    return {"W1": layer1[:-1], "b1": layer1[-1], "W2": layer2[:-1], "b2": layer2[-1]}


def _checked(
    x: ArrayLike, t: ArrayLike, inputs: int, classes: int
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return samples as a matrix, and their labels; ValueError if there are none or do not fit."""
    x = np.atleast_2d(as_pixels(checked_pixels(x, images=False), np.float64))
    n = len(x)
    if x.shape != (n, inputs):
        raise ValueError(f"x must have shape (n, {inputs}), got {x.shape}")
    if n == 0:
        raise ValueError("a gradient needs at least one sample")
    return x, as_labels(t, n, classes)


def _after_unit(
    scores: NDArray[Any], label: int, moves: NDArray[Any], w2: NDArray[Any]
) -> NDArray[Any]:
    """Return the right class's probability after one hidden unit has moved, for each move.

    `scores` are one sample's, shape (classes,); `moves` has the shape (..., hidden).
    """
    margins = scores - scores[label]  # (classes,)
    effects = np.subtract(w2.T, w2.T[label], order="C")  # (classes, hidden): on the margins
    total = np.zeros(moves.shape)
    # exp(710) is inf, and the 1 / inf = 0 that comes of it is right to the last digit.
    with np.errstate(over="ignore"):
        for margin, effect in zip(margins, effects, strict=True):  # Class by class, in the cache.
            term = moves * effect  # (..., hidden)
            term += margin
            total += np.exp(term, out=term)
    return 1 / total


def _after_score(y: NDArray[Any], label: int, moves: NDArray[Any]) -> NDArray[Any]:
    """Return the right class's probability after one score has moved, for each move and score.

    `y` are one sample's probabilities, shape (classes,); `moves` has the shape (..., 1).
    One exponential of the softmax grows, so their sum, which was 1, grows by its share of it.
    """
    growth = np.expm1(moves)
    total = 1 + growth * y  # (..., classes)
    right: NDArray[Any] = y[label] / total
    right[..., label] = y[label] * (1 + growth[..., 0]) / total[..., label]
    return right


def _loss_difference(right: NDArray[Any]) -> NDArray[Any]:
    """Return loss(+h) - loss(-h) from the right class's probabilities, (+h, -h) along axis 0."""
    above, below = right + EPSILON
    return np.asarray(np.log(below / above))
