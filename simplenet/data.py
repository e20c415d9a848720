"""MNIST: the bundled copy or OpenML's, one-hot labels, and mini-batches."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels

Source = Literal["bundled", "openml"]
"""Where the data come from: this package, or openml.org, which has the same data."""

BUNDLED = Path(__file__).with_name("mnist") / "mnist.npz"
TRAIN_SIZE, TEST_SIZE = 60_000, 10_000

TIMEOUT_S = 10.0
"""How long OpenML may be silent: some firewalls swallow a request without an answer."""


class DataSourceError(OSError):
    """The data cannot be had; the message says what was tried and what would help."""


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
        return _read_only(as_pixels(self.pixels_train))

    @cached_property
    def x_test(self) -> NDArray[Any]:  # noqa: D102
        return _read_only(as_pixels(self.pixels_test))

    @cached_property
    def lit(self) -> NDArray[np.bool_]:  # noqa: D102
        return _read_only(np.asarray(self.pixels_train.any(axis=0)))

    @cached_property
    def lit_train(self) -> NDArray[Any]:  # noqa: D102
        if self.lit.all():
            return self.pixels_train
        return _read_only(self.pixels_train.compress(self.lit, axis=1))


def load_mnist(source: Source = "bundled") -> Dataset:
    """Return the MNIST data: 60,000 training and 10,000 test images.

    Parameters
    ----------
    source : {"bundled", "openml"}
        "bundled" needs no network, and a third of a second. "openml" downloads `mnist_784`,
        version 1, with scikit-learn, which keeps it in a cache of its own.

    Returns
    -------
    Dataset
        Its arrays are read-only: nobody changes what others see.

    Raises
    ------
    ValueError
        If there is no such source.
    DataSourceError
        If OpenML cannot be reached, or sends something else.
    """
    if source == "bundled":
        return _bundled()
    if source == "openml":
        return _openml()
    raise ValueError(f"source must be one of {', '.join(get_args(Source))}, got {source!r}")


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


def _bundled() -> Dataset:
    """Return the data of this package."""
    with np.load(BUNDLED, allow_pickle=False) as arrays:
        x, labels = (
            np.concatenate([arrays[f"{name}_train"], arrays[f"{name}_test"]]) for name in "xy"
        )
    return _split(x.reshape(len(x), 784), labels)


def _openml() -> Dataset:
    """Return the data from OpenML."""
    # A second and a half of imports that only this source needs.
    from sklearn.datasets import fetch_openml

    try:
        with _impatient():
            found = fetch_openml(
                "mnist_784",
                version=1,
                as_frame=False,
                parser="pandas",
                # Labels too: scikit-learn 1.9.1 stumbles over the categories of pandas 3.1.
                read_csv_kwargs={"dtype": np.uint8},
                n_retries=1,
                delay=0.5,
            )
        return _split(found.data, found.target)
    # What comes from a network may be anything, and so may be what it makes of the reader.
    except Exception as error:
        raise DataSourceError(
            "MNIST could not be loaded from OpenML (mnist_784, version 1): "
            f"{type(error).__name__}: {error}. "
            'The source "bundled" has the same data and works offline.'
        ) from error


@contextmanager
def _impatient() -> Iterator[None]:
    """Have new connections time out, without a warning for every attempt.

    For the whole process, as scikit-learn offers no other way; whoever sets a timeout of their
    own keeps it.
    """
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT_S)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        socket.setdefaulttimeout(before)


def _split(pixels: NDArray[Any], labels: NDArray[Any]) -> Dataset:
    """Return bytes in 0..255 and digits, the training set first, as the data set they are."""
    size = TRAIN_SIZE + TEST_SIZE
    if pixels.shape != (size, 784) or labels.shape != (size,):
        raise ValueError(f"MNIST has shape ({size}, 784), this {pixels.shape}, {labels.shape}")
    if not (pixels.min() == 0 and pixels.max() == 255):
        raise ValueError(f"pixels must be 0 to 255, got {pixels.min()} to {pixels.max()}")
    x, t = _read_only(np.asarray(pixels, np.uint8)), _read_only(one_hot_label(labels))
    return Dataset(x[:TRAIN_SIZE], t[:TRAIN_SIZE], x[TRAIN_SIZE:], t[TRAIN_SIZE:])


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of an array that cannot be written to: nobody changes what others see."""
    view = array.view()
    view.flags.writeable = False
    return view
