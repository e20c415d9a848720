"""MNIST: the bundled copy, or OpenML's."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from simplenet.data.dataset import Dataset, one_hot_label, read_only

Source = Literal["bundled", "openml"]
"""Where the data come from: this package, or openml.org, which has the same data."""

BUNDLED = Path(__file__).with_name("mnist") / "mnist.npz"
TRAIN_SIZE, TEST_SIZE = 60_000, 10_000

TIMEOUT_S = 10.0
"""How long OpenML may be silent: some firewalls swallow a request without an answer."""


class DataSourceError(OSError):
    """The data cannot be had; the message says what was tried and what would help."""


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


@cache
def loaded(source: Source) -> Dataset:
    """Return a data set that stays loaded for the rest of the process."""
    return load_mnist(source)


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
    """Let new connections time out, without a warning for every attempt.

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
    x, t = read_only(np.asarray(pixels, np.uint8)), read_only(one_hot_label(labels))
    return Dataset(x[:TRAIN_SIZE], t[:TRAIN_SIZE], x[TRAIN_SIZE:], t[TRAIN_SIZE:])
