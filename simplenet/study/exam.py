"""What a network reads right, digit by digit, and what it takes for something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels
from simplenet.network import CHUNK, SimpleNet


@dataclass(frozen=True, eq=False)
class Exam:
    """The answers of a network to digits whose labels are known.

    Parameters
    ----------
    confusion : ndarray of int, shape (10, 10)
        How many digits of the row's class were taken for the column's.
    """

    confusion: NDArray[np.intp]

    @property
    def size(self) -> int:
        """How many digits there were."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of right answers, in [0, 1]."""
        return float(np.trace(self.confusion) / self.size)

    @property
    def per_digit(self) -> NDArray[np.float64]:
        """Share of right answers for each digit, (10,) in [0, 1]; NaN where there was none."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.diag(self.confusion) / self.confusion.sum(axis=1))

    @property
    def precision(self) -> NDArray[np.float64]:
        """Share of right ones among all that were taken for each digit, (10,) in [0, 1], or NaN."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.diag(self.confusion) / self.confusion.sum(axis=0))

    def mistakes(self, most: int) -> list[tuple[int, int, int]]:
        """Return the most frequent mistakes: what it was, what it was taken for, how often."""
        wrong = self.confusion * (1 - np.eye(len(self.confusion), dtype=int))
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        rows, columns = np.unravel_index(order, wrong.shape)
        return [
            (int(i), int(k), int(wrong[i, k]))
            for i, k in zip(rows, columns, strict=True)
            if wrong[i, k]
        ]


def examine(net: SimpleNet, x: ArrayLike, t: ArrayLike) -> Exam:
    """Return what a network makes of digits whose labels are known.

    Parameters
    ----------
    net : SimpleNet
    x : array_like, shape (n, 784)
        Pixels in [0, 1], or bytes; n at least 1.
    t : array_like
        Integer labels, shape (n,), or one-hot, shape (n, 10).

    Raises
    ------
    ValueError
        If there is no digit, the labels do not fit, or a pixel cannot be.
    """
    x = np.asarray(x)
    if not len(x):
        raise ValueError("an exam needs at least one digit")
    labels = as_labels(t, len(x), net.output_size)
    chunks = [net.predict(x[i : i + CHUNK]).argmax(axis=1) for i in range(0, len(x), CHUNK)]
    return counted(labels, np.concatenate(chunks), net.output_size)


def counted(labels: NDArray[np.intp], read: NDArray[np.intp], classes: int) -> Exam:
    """Return the exam of digits whose answers are known, both (n,), from 0 to ``classes - 1``."""
    confusion = np.zeros((classes, classes), np.intp)
    np.add.at(confusion, (labels, read), 1)
    return Exam(confusion)


def taken_for(
    y: NDArray[np.floating], labels: NDArray[np.intp], right: int, read: int
) -> NDArray[np.intp]:
    """Return which digits of one class were taken for another, the worst first.

    Parameters
    ----------
    y : ndarray, shape (n, 10)
        The probabilities that a network gave them.
    labels : ndarray of int, shape (n,)
        What they are.
    right, read : int
        The class that they are of, and the one that is the most probable.

    Returns
    -------
    ndarray of int
        Rows: of mistakes the surest first, of right answers the least sure.
    """
    rows = np.flatnonzero((labels == right) & (y.argmax(axis=1) == read))
    sure = y[rows, read]
    return np.asarray(rows[np.argsort(sure if right == read else -sure, kind="stable")])
