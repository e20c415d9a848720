"""MNIST: the bundled copy or OpenML's, one-hot labels, and mini-batches."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels

Source = Literal["bundled", "openml"]
"""Where the data come from: this package, or openml.org, which has the same data."""

BUNDLED = Path(__file__).with_name("mnist") / "mnist.npz"
TRAIN_SIZE, TEST_SIZE = 60_000, 10_000


class DataSourceError(OSError):
    """The data cannot be had; the message says what was tried and what would help."""


@dataclass(frozen=True)
class Dataset:
    """Images and labels to train on, and others to test with.

    Parameters
    ----------
    x_train, x_test : ndarray of float32, shape (n, 784)
        Pixels in [0, 1], 28 rows of 28, one image a row.
    t_train, t_test : ndarray of float32, shape (n, 10)
        One-hot labels.
    """

    x_train: NDArray[Any]
    t_train: NDArray[Any]
    x_test: NDArray[Any]
    t_test: NDArray[Any]


def load_mnist(source: Source = "bundled") -> Dataset:
    """Return the MNIST data: 60,000 training and 10,000 test images.

    Parameters
    ----------
    source : {"bundled", "openml"}
        "bundled" needs no network. Its first use unpacks it, once and for all processes, into
        the folder `$SIMPLENET_CACHE` or else `~/.cache/simplenet-lab`; from there it is mapped
        into memory, read-only. "openml" downloads `mnist_784`, version 1, with scikit-learn,
        which keeps it in a cache of its own.

    Returns
    -------
    Dataset

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
    """Return the bundled data from the cache; fill the cache if it has none."""
    folder = _cache_folder()
    try:
        return _mapped(folder)
    except (OSError, ValueError):
        data = _unpacked()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for field in fields(Dataset):
            _write_whole(folder / f"{field.name}.npy", getattr(data, field.name))
        return _mapped(folder)
    except OSError:
        return data  # Nowhere to write: the data stay in memory.


def _cache_folder() -> Path:
    base = os.environ.get("SIMPLENET_CACHE")
    folder = Path(base) if base else Path("~/.cache/simplenet-lab").expanduser()
    return folder / f"mnist-{BUNDLED.stat().st_size}"


def _unpacked() -> Dataset:
    """Return the bundled data, unpacked in memory."""
    with np.load(BUNDLED, allow_pickle=False) as arrays:
        return Dataset(
            _pixels(arrays["x_train"]),
            one_hot_label(arrays["y_train"]),
            _pixels(arrays["x_test"]),
            one_hot_label(arrays["y_test"]),
        )


def _pixels(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return bytes in 0..255 as numbers in [0, 1], one image a row."""
    return images.reshape(len(images), 784).astype(np.float32) / np.float32(255)


def _mapped(folder: Path) -> Dataset:
    """Return the arrays of the cache; ValueError or OSError if it is not whole."""
    arrays = {
        field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r", allow_pickle=False)
        for field in fields(Dataset)
    }
    for name, array in arrays.items():
        rows = TRAIN_SIZE if name.endswith("train") else TEST_SIZE
        if array.shape != (rows, 784 if name.startswith("x") else 10):
            raise ValueError(f"{name} in {folder} has shape {array.shape}")
    return Dataset(**arrays)


def _write_whole(path: Path, array: NDArray[Any]) -> None:
    """Write an array under a temporary name, and rename it when it is whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, array)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink()
        raise


def _openml() -> Dataset:
    """Return the data from OpenML."""
    # A second and a half of imports that only this source needs.
    from sklearn.datasets import fetch_openml

    try:
        found = fetch_openml(
            "mnist_784", version=1, as_frame=False, parser="pandas", n_retries=1, delay=0.5
        )
        x, t = np.asarray(found.data), np.asarray(found.target).astype(int)
        if x.shape != (TRAIN_SIZE + TEST_SIZE, 784) or t.shape != x.shape[:1]:
            raise ValueError(f"it has shape {x.shape} instead of (70000, 784)")
        x, labels = _pixels(x), one_hot_label(t)
    except (OSError, ValueError, KeyError, AttributeError, IndexError, TypeError) as error:
        raise DataSourceError(
            f"MNIST could not be loaded from OpenML ({type(error).__name__}: {error}). "
            'The source "bundled" has the same data and needs no network.'
        ) from error
    cut = TRAIN_SIZE
    return Dataset(x[:cut], labels[:cut], x[cut:], labels[cut:])
