"""Images with their labels: a data set, one-hot labels, and mini-batches."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels, whole_number
from simplenet.network import IMAGE_SIZE

ARRAYS = ("pixels_train", "t_train", "pixels_test", "t_test")
"""What a data set is made of."""


class Dataset:
    """Samples and labels to train on, and others to test with.

    It is never changed: arrays that could be are copied, and those that it gives are read-only.
    Two are equal if their arrays are.

    Parameters
    ----------
    x_train, x_test : array_like, shape (n, features)
        Inputs, one sample a row; a DataFrame, too. With 784 features they are images, 28 rows of
        28 pixels: in [0, 1], or bytes, of which 255 stands for 1. Else they are any finite
        floats. Without `x_test` there is no test set.
    t_train, t_test : array_like, shape (n,) or (n, classes)
        Integer labels, or one-hot rows.
    classes : int, optional
        How many there are; without it as many as one-hot rows have columns, or one more than the
        largest label.

    Raises
    ------
    ValueError
        If an input or a label cannot be, or there is not a label for each sample. It is here that
        data are checked, once: a training takes them as they are.

    Attributes
    ----------
    x_train, x_test : ndarray of float32, shape (n, features)
        Pixels in [0, 1], or any numbers. Of bytes they are made when they are first asked for.
    t_train, t_test : ndarray of float32, shape (n, classes)
        One-hot labels.
    pixels_train, pixels_test : ndarray, shape (n, features)
        The pixels as they were given. Bytes take a quarter of the memory, and of the time that
        a random mini-batch of them needs to come from there.
    lit : ndarray of bool, shape (features,)
        Whether a pixel is lit in any training image. 67 of MNIST's are in none: nothing can be
        learned of them.
    lit_train : ndarray, shape (n, lit.sum())
        The lit pixels of `pixels_train`.
    """

    def __init__(
        self,
        x_train: ArrayLike,
        t_train: ArrayLike,
        x_test: ArrayLike | None = None,
        t_test: ArrayLike | None = None,
        *,
        classes: int | None = None,
    ) -> None:
        if (x_test is None) != (t_test is None):
            raise ValueError("a test set has both samples and labels, or there is none")
        self.pixels_train = _inputs(x_train)
        if x_test is None or t_test is None:
            x_test = self.pixels_train[:0]
            t_test = np.empty(0, np.intp)
        self.pixels_test = _inputs(x_test)
        if self.pixels_test.shape[1] != self.pixels_train.shape[1]:
            raise ValueError(
                f"training samples have {self.pixels_train.shape[1]} features, "
                f"test samples {self.pixels_test.shape[1]}"
            )
        train, test = _labels(t_train), _labels(t_test)
        k = whole_number("classes", classes) if classes is not None else _classes(train, test)
        self.t_train = _hot_rows(train, len(self.pixels_train), k)
        self.t_test = _hot_rows(test, len(self.pixels_test), k)

    def __repr__(self) -> str:
        (n, features), tests = self.pixels_train.shape, len(self.pixels_test)
        kind = f"{features} features of {self.pixels_train.dtype}, {self.t_train.shape[1]} classes"
        return f"Dataset({n} training and {tests} test samples, {kind})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dataset):
            return NotImplemented
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in ARRAYS)

    __hash__ = None  # type: ignore[assignment]  # Nobody wants to wait for that of 55 MB.

    def __getstate__(self) -> dict[str, NDArray[Any]]:
        """Return the arrays alone; what is computed from them would be four times as large."""
        return {name: getattr(self, name) for name in ARRAYS}

    def __setstate__(self, state: dict[str, NDArray[Any]]) -> None:
        for name, array in state.items():
            setattr(self, name, read_only(array))

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


def one_hot_label(X: ArrayLike, classes: int = 10) -> NDArray[np.float32]:
    """Return labels as one-hot rows.

    Parameters
    ----------
    X : array_like of int, shape (n,)
        Labels, 0 to `classes` - 1: digits, 0 to 9.
    classes : int
        How many there are.

    Returns
    -------
    ndarray of float32, shape (n, classes)
        1 in the column of the digit, 0 elsewhere.

    Raises
    ------
    ValueError
        If `X` has another shape, or holds anything but such integers.

    Examples
    --------
    >>> one_hot_label([2, 0], classes=3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    X = np.asarray(X)
    if X.ndim != 1:
        raise ValueError(f"labels must have shape (n,), got {X.shape}")
    if whole_number("classes", classes) < 1:
        raise ValueError(f"classes must be at least 1, got {classes}")
    if X.size == 0:
        return np.zeros((0, classes), np.float32)
    if X.dtype.kind not in "iu":  # One label of one class would pass for a one-hot row.
        raise ValueError(f"labels must be integers, got {X.dtype}")
    rows = np.zeros((len(X), classes), np.float32)
    rows[np.arange(len(X)), as_labels(X, len(X), classes)] = 1
    return rows


def mini_batch(
    x: NDArray[Any],
    t: NDArray[Any],
    batch_size: int = 100,
    rng: np.random.Generator | int | None = None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return randomly drawn samples and their labels; a sample may be drawn twice.

    Parameters
    ----------
    x, t : ndarray, shape (n, ...)
        Samples and labels, row for row.
    batch_size : int
        How many to draw, at least 1.
    rng : numpy.random.Generator or int, optional
        Draws them. With a seed every call draws the same; without either every call draws others.

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
    if whole_number("batch_size", batch_size) < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    rows = np.random.default_rng(rng).integers(len(x), size=batch_size)
    return x[rows], t[rows]


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of an array that cannot be written to: nobody changes what others see."""
    view = array.view()
    view.flags.writeable = False
    return view


def _inputs(x: ArrayLike) -> NDArray[Any]:
    """Return samples as they are kept; ValueError if they cannot be."""
    array = np.asarray(x)
    if array.ndim != 2:
        raise ValueError(
            f"samples must have shape (n, features), got {array.shape}: "
            "images become rows by x.reshape(len(x), -1)"
        )
    return _kept(x, checked_pixels(array, images=array.shape[1] == IMAGE_SIZE))


def _labels(t: ArrayLike) -> NDArray[Any]:
    """Return labels, (n,), or one-hot rows, (n, classes)."""
    array = np.asarray(t)
    column = array.ndim == 2 and array.shape[1] == 1 and array.dtype.kind in "iu"
    if array.ndim not in (1, 2):
        raise ValueError(f"labels must have shape (n,) or (n, classes), got {array.shape}")
    # A column of a table is one of labels, unless there is but one class.
    return array[:, 0] if column and not (array == 1).all() else _kept(t, array)


def _classes(*labels: NDArray[Any]) -> int:
    """Return how many classes labels have: the columns of rows, or one more than the largest."""
    wide = {t.shape[1] for t in labels if t.ndim == 2}
    if len(wide) > 1:
        raise ValueError(f"one-hot rows must have as many columns everywhere, got {sorted(wide)}")
    if wide:
        return int(wide.pop())
    for t in labels:
        if t.size and t.dtype.kind not in "iu":
            raise ValueError(f"labels must be integers, got {t.dtype}")
    return 1 + max((int(t.max()) for t in labels if t.size), default=0)


def _hot_rows(t: NDArray[Any], n: int, classes: int) -> NDArray[Any]:
    """Return labels of `n` samples as one-hot rows; ValueError if they are not."""
    if len(t) != n:
        raise ValueError(
            "a data set needs a label for each sample, or a one-hot row for each image, "
            f"got labels of shape {t.shape} for {n} samples"
        )
    if t.ndim == 1:
        return read_only(one_hot_label(t, classes))
    as_labels(t, n, classes)
    return t


def _kept(given: ArrayLike, array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that nobody can change: a copy, unless what was given is read-only.

    A DataFrame may change what it has given out as read-only.
    """
    own = isinstance(given, np.ndarray) and not given.flags.writeable
    return array if own else read_only(np.array(array))
