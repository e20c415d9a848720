"""The three functions that SimpleNet is made of: sigmoid, softmax and the cross-entropy error.

They are pure: their input is left as it is, and keeps its precision if it is floating-point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

EPSILON = 1e-7
"""Added inside the logarithm of the cross-entropy error, so that log(0) never happens."""


SLACK = 1e-6
"""How far a pixel may be outside of [0, 1], by rounding."""


def as_float(x: ArrayLike) -> NDArray[Any]:
    """Return `x` as a floating-point array: float32 and float64 as they are, the rest float64."""
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def as_pixels(
    x: ArrayLike, dtype: DTypeLike = np.float32, out: NDArray[Any] | None = None
) -> NDArray[Any]:
    """Return pixels in [0, 1]: of bytes, 255 stands for 1; all else is taken as it is.

    Parameters
    ----------
    x : array_like
        Any shape; uint8, or numbers in [0, 1].
    dtype : float32 or float64
        Precision of the result.
    out : ndarray, optional
        Where the pixels of bytes are written to, of the shape of `x`.

    Returns
    -------
    ndarray
        Same shape; `x` itself where there is nothing to do.
    """
    x = np.asarray(x)
    if x.dtype.char != "B":
        return np.asarray(x, dtype)
    if out is None:
        out = np.empty(x.shape, dtype)
    np.copyto(out, x)  # First the type, then the scale: both at once would take longer.
    out *= 1 / 255
    return out


def checked_pixels(x: ArrayLike, *, images: bool = True) -> NDArray[Any]:
    """Return pixels as an array, once it is clear what they mean: where data enter.

    Parameters
    ----------
    x : array_like
        Any shape: bytes (uint8), of which 255 stands for 1; or floats in [0, 1], and by rounding
        1e-6 beyond; or booleans, or integers of another type that are 0 or 1.
    images : bool
        Whether they are pixels. Else they are any finite numbers, of whatever a network is for;
        integers mean the same, so that bytes are not taken for numbers by mistake.

    Returns
    -------
    ndarray
        `x` itself where it is one.

    Raises
    ------
    ValueError
        If a number is not finite or out of its range, or is no number. Integers beyond 1 that are
        not uint8 are not guessed at: of a dark image they may all be 0 and 1.
    """
    x = np.asarray(x)
    if x.dtype.char in "B?" or not x.size:
        return x
    if x.dtype.kind not in "iuf":
        raise ValueError(f"pixels must be numbers, got {x.dtype}")
    low, high = (0.0, 1.0) if images or x.dtype.kind != "f" else (-np.inf, np.inf)
    if low - SLACK <= x.min() and x.max() <= high + SLACK and (images or np.isfinite(x).all()):
        return x
    bad = x[~(np.isfinite(x) & (x >= low - SLACK) & (x <= high + SLACK))].flat[0]
    if not images and x.dtype.kind == "f":
        raise ValueError(f"inputs must be finite, got {bad}")
    raise ValueError(
        f"pixels of type {x.dtype} must be in [0, 1], got {bad}: "
        "pass uint8 for 0..255 or floats in [0, 1]"
    )


def whole_number(name: str, value: Any) -> int:
    """Return a whole number as an int; ValueError, in a sentence, if it is none, such as 100.5."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    return int(value)


def sigmoid(x: ArrayLike) -> NDArray[Any]:
    """Return 1 / (1 + exp(-x)), element by element.

    Parameters
    ----------
    x : array_like
        Any shape, any finite value.

    Returns
    -------
    ndarray
        Same shape, values in [0, 1].

    Notes
    -----
    Computed as (1 + tanh(x / 2)) / 2, which is the same function and cannot overflow.

    Examples
    --------
    >>> sigmoid([-1000, 0, 1000])
    array([0. , 0.5, 1. ])
    """
    y = np.asarray(0.5 * as_float(x))
    np.tanh(y, out=y)
    y += 1
    y *= 0.5
    return y


def softmax(x: ArrayLike) -> NDArray[Any]:
    """Return exp(x) / sum(exp(x)) for one vector of scores, or for each row of a matrix.

    Parameters
    ----------
    x : array_like, shape (k,) or (n, k)
        Scores, any finite value.

    Returns
    -------
    ndarray
        Same shape; along the last axis the values are in [0, 1] and sum to 1.

    Raises
    ------
    ValueError
        If `x` has neither one nor two dimensions.

    Notes
    -----
    The largest score is subtracted first: it changes nothing in the quotient, and the largest
    exponent is then 0, so that nothing overflows.

    Worked on as k long rows, and not as n short ones: NumPy is faster along them.

    Examples
    --------
    >>> softmax([1.0, 1.0, 1001.0])
    array([0., 0., 1.])
    >>> softmax([[0, 0], [0, 0]])
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    x = as_float(x)
    if x.ndim not in (1, 2):
        raise ValueError(f"softmax takes scores of shape (k,) or (n, k), got shape {x.shape}")
    y = np.array(x.T, order="C")  # (k, n)
    y -= y.max(axis=0)
    np.exp(y, out=y)
    y /= y.sum(axis=0)
    return y.T


def cross_entropy_error(y: ArrayLike, t: ArrayLike) -> float:
    """Return the mean of -log(y[i, label i] + 1e-7) over the samples.

    Parameters
    ----------
    y : array_like, shape (k,) or (n, k)
        Probabilities.
    t : array_like
        What is right: one-hot of the same shape as `y`, or integer labels, shape () or (n,). A
        row of one-hot has a single 1, and else 0: nothing between is taken for either.

    Returns
    -------
    float
        The error, at least about 0 (-1e-7 for a certain and right answer), at most about 16.1.

    Raises
    ------
    ValueError
        If there is no sample, the shapes of `y` and `t` do not belong together, the probability
        of a right class is not in [0, 1], or `t` is not what it should be.

    Notes
    -----
    E = -1/n sum_i sum_k t_ik log(y_ik): of the inner sum only the right label's term is left.

    Examples
    --------
    >>> round(cross_entropy_error([0.1, 0.9], 1), 4)
    0.1054
    >>> round(cross_entropy_error([[0.1, 0.9], [0.9, 0.1]], [[0, 1], [0, 1]]), 4)
    1.204
    """
    y = np.atleast_2d(as_float(y))
    if y.ndim != 2 or len(y) == 0:
        raise ValueError(f"y must have shape (k,) or (n, k), n at least 1, got {y.shape}")
    labels = as_labels(t, *y.shape)
    right = y[np.arange(len(y)), labels]
    if not (right.min() >= 0 and right.max() <= 1 + SLACK):
        bad = right[~((right >= 0) & (right <= 1 + SLACK))][0]
        raise ValueError(f"y must be probabilities, in [0, 1], got {bad}")
    return float(-np.mean(np.log(right + EPSILON)))


def as_labels(t: ArrayLike, n: int, k: int) -> NDArray[np.intp]:
    """Return the labels of `n` samples in `k` classes, from labels or from one-hot rows.

    Parameters
    ----------
    t : array_like
        Integer labels in [0, k), shape (n,) (or () where n is 1), or one-hot, shape (n, k)
        (or (k,) where n is 1).
    n, k : int
        How many samples and classes there are.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        If `t` has another shape, holds no integers where it holds labels, or a label that is
        not in [0, k), or a row that is not one-hot, such as an empty one, or one of probabilities.
    """
    t = np.asarray(t)
    is_label = n == k == 1 and t.shape == (1,) and t.dtype.kind in "iu"
    if t.shape == (n, k) or (n == 1 and t.shape == (k,) and not is_label):
        return _hot(t.reshape(n, k))
    if t.shape != (n,) and not (n == 1 and t.shape == ()):
        raise ValueError(
            f"t must be {n} integer labels, shape ({n},), or one-hot, shape ({n}, {k}); "
            f"got shape {t.shape}"
        )
    if not np.issubdtype(t.dtype, np.integer):
        raise ValueError(f"labels must be integers, got {t.dtype}")
    t = t.reshape(n)
    if n and (t.min() < 0 or t.max() >= k):
        raise ValueError(f"labels must be in 0..{k - 1}, got {t.min()}..{t.max()}")
    return t.astype(np.intp)


def _hot(t: NDArray[Any]) -> NDArray[np.intp]:
    """Return where each row has its single 1; ValueError if one has not."""
    if t.dtype.kind not in "biuf":
        raise ValueError(f"one-hot rows must be numbers, got {t.dtype}")
    rows, labels = np.arange(len(t)), np.asarray(t.argmax(axis=1), np.intp)
    if np.count_nonzero(t) != len(t) or not (t[rows, labels] == 1).all():
        wrong = (np.count_nonzero(t, axis=1) != 1) | (t[rows, labels] != 1)
        i = int(wrong.argmax())
        raise ValueError(
            f"a one-hot row has a single 1, and else 0; row {i} is {t[i].tolist()}. "
            "Pass one-hot rows or integer labels"
        )
    return labels
