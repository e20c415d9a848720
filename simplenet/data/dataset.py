"""Images with their labels: a data set, one-hot labels, and mini-batches."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels


class Dataset:
    """Images and labels to train on, and others to test with.

    Parameters
    ----------
    x_train, x_test : ndarray, shape (n, 784)
        Pixels, 28 rows of 28, one image a row: in [0, 1], or bytes, of which 255 stands for 1.
    t_train, t_test : ndarray of float32, shape (n, 10)
        One-hot labels.

    Raises
    ------
    ValueError
        If a pixel or a label cannot be, or there is not a label for each image. It is here that
        data are checked, once: a training takes them as they are.

    Attributes
    ----------
    x_train, x_test : ndarray of float32, shape (n, 784)
        Pixels in [0, 1]. Of bytes they are made when they are first asked for.
    t_train, t_test : ndarray of float32, shape (n, 10)
        One-hot labels.
    pixels_train, pixels_test : ndarray, shape (n, 784)
        The pixels as they were given. Bytes take a quarter of the memory, and of the time that
        a random mini-batch of them needs to come from there.
    lit : ndarray of bool, shape (784,)
        Whether a pixel is lit in any training image. 67 of MNIST's are in none: nothing can be
        learned of them.
    lit_train : ndarray, shape (n, lit.sum())
        The lit pixels of `pixels_train`.
    """

    def __init__(
        self,
        x_train: NDArray[Any],
        t_train: NDArray[Any],
        x_test: NDArray[Any],
        t_test: NDArray[Any],
    ) -> None:
        for x, t in ((x_train, t_train), (x_test, t_test)):
            if np.ndim(t) != 2 or len(x) != len(t):
                raise ValueError(
                    "a data set needs a one-hot row for each image, "
                    f"got labels of shape {np.shape(t)} for {len(x)} images"
                )
            as_labels(t, *np.shape(t))
        self.pixels_train, self.t_train = checked_pixels(x_train), np.asarray(t_train)
        self.pixels_test, self.t_test = checked_pixels(x_test), np.asarray(t_test)

    @cached_property
    def x_train(self) -> NDArray[Any]:  # noqa: D102, described with the class
        return read_only(as_pixels(self.pixels_train))

    @cached_property
    def x_test(self) -> NDArray[Any]:  # noqa: D102
        return read_only(as_pixels(self.pixels_test))

    @cached_property
    def lit(self) -> NDArray[np.bool_]:  # noqa: D102
        return read_only(np.asarray(self.pixels_train.any(axis=0)))

    @cached_property
    def lit_train(self) -> NDArray[Any]:  # noqa: D102
        if self.lit.all():
            return self.pixels_train
        return read_only(self.pixels_train.compress(self.lit, axis=1))


def one_hot_label(X: ArrayLike) -> NDArray[np.float32]:
    """Return digits as one-hot rows.

    Parameters
    ----------
    X : array_like of int, shape (n,)
        Digits, 0 to 9.

    Returns
    -------
    ndarray of float32, shape (n, 10)
        1 in the column of the digit, 0 elsewhere.

    Raises
    ------
    ValueError
        If `X` has another shape, or holds anything but integers from 0 to 9.
    """
    X = np.asarray(X)
    if X.ndim != 1:
        raise ValueError(f"labels must have shape (n,), got {X.shape}")
    if X.size == 0:
        return np.zeros((0, 10), np.float32)
    return np.eye(10, dtype=np.float32)[as_labels(X, len(X), 10)]


def mini_batch(
    x: NDArray[Any],
    t: NDArray[Any],
    batch_size: int = 100,
    rng: np.random.Generator | None = None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return randomly drawn samples and their labels; a sample may be drawn twice.

    Parameters
    ----------
    x, t : ndarray, shape (n, ...)
        Samples and labels, row for row.
    batch_size : int
        How many to draw, at least 1.
    rng : numpy.random.Generator, optional
        Draws them; without it every call draws others.

    Returns
    -------
    x_batch, t_batch : ndarray, shape (batch_size, ...)

    Raises
    ------
    ValueError
        If there are no samples, not as many labels, or `batch_size` is below 1.
    """
    if len(x) != len(t) or len(x) == 0:
        raise ValueError(f"x and t must have as many rows, at least 1, got {len(x)} and {len(t)}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    rows = (rng or np.random.default_rng()).integers(len(x), size=batch_size)
    return x[rows], t[rows]


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of an array that cannot be written to: nobody changes what others see."""
    view = array.view()
    view.flags.writeable = False
    return view
