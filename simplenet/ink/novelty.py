"""Whether a picture looks like one digit: how far it is from digits that were learned from.

A network always answers: softmax gives ten shares that sum to 1, for a letter or a blot, too, and
is often very sure. So this asks another question, of the picture alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from simplenet.data import Dataset, load_mnist
from simplenet.functions import as_pixels
from simplenet.ink import pairs
from simplenet.ink.canvas import stroke_width
from simplenet.ink.directions import oriented_gradients
from simplenet.ink.pairs import PairUnit, pair_unit

Doubt = Literal["several", "parts", "wide", "thick", "pair", "unlike"]
"""Why a picture does not look like one digit: in its photo there are others, it has parts that
stand beside each other, it is wider than digits are, its strokes are as thick as it is large, it
looks like two digits that touch, or it is far from all digits that were learned from."""

BUNDLED = Path(__file__).parents[1] / "data" / "mnist" / "known_digits.npz"
"""Digits of MNIST's training set: `KnownDigits.of` takes longer than whoever draws wants to wait.
`make models` writes it anew."""

SIDE = 28

COMPONENTS, KNOWN, NEIGHBOURS = 60, 10_000, 3
"""How many numbers of a picture are compared, with how many digits, and how many of them count."""

FAR, SLIM, WIDER = 0.575, 0.9, 0.12
"""A picture is unlike a digit if its distance is above the first number. The second is a width by
height that most digits stay below. For each 1 that a picture is wider than that, the third is added
to its distance: wide pictures that are no digits are not always far. 2 in 1,000 of MNIST's test
digits are unlike."""

PAIR = 0.9
"""How sure the unit of `pairs.py` has to be that there are two: 4 in 10,000 of them."""

INK, JOINED = 0.25, 0.5
"""Ink below this share of a pixel leaves a gap between columns, or does not join two parts: a gap
that is narrower than a pixel is gray."""

LEAST_PART, WIDEST = 0.1, 1.7
"""Share of the ink that makes a part of its own, and width by height of the widest digits: 8 in
10,000 of MNIST's have more, of either."""

THICKEST = 6.5
"""Twentieths of a drawing's length: with wider strokes too little of its shape is left to be read.
A digit is that wide if it is three times as high as the pen."""

LEAST_DIGIT, ASIDE, LEVEL = 0.2, 0.2, 0.6
"""When two parts without a gap between their columns are two digits: the second has more than the
first share of the ink, and they overlap by less than the second share of a width, and by more than
the third share of a height. 6 in 10,000 of MNIST's digits have such parts."""


@dataclass(frozen=True)
class Look:
    """What is measured of a picture.

    Parameters
    ----------
    distance : float
        To the nearest known digits, 0 to about 1.4: see `KnownDigits`.
    beside : float
        Share of the ink, 0 to 0.5, of what stands beside the rest: see `beside`.
    aspect : float
        Width of the ink by its height.
    pair : float
        How sure the unit of `pairs.py` is that there are two digits, 0 to 1.
    stroke : float
        How wide the strokes of the drawing are, in twentieths of its length; 0 if nobody knows.
    several : bool
        Whether there are other digits in its photo.
    """

    distance: float
    beside: float
    aspect: float
    pair: float
    stroke: float = 0.0
    several: bool = False

    @property
    def doubt(self) -> Doubt | None:
        """Why it does not look like one digit, or None if it does."""
        if self.several:
            return "several"
        if self.beside > LEAST_PART:
            return "parts"
        if self.aspect > WIDEST:
            return "wide"
        if self.stroke > THICKEST:
            return "thick"
        if self.distance > FAR:
            return "unlike"
        if self.pair > PAIR:
            return "pair"
        wider = max(self.aspect - SLIM, 0)
        return "unlike" if self.distance + WIDER * wider > FAR else None


@dataclass(frozen=True, eq=False)
class KnownDigits:
    """Digits that pictures are compared with.

    Parameters
    ----------
    mean : ndarray of float32, shape (392,)
        Of their features, as `oriented_gradients` returns them.
    axes : ndarray of float32, shape (392, 60)
        The principal components of their features.
    points : ndarray of float32, shape (m, 60)
        Where each of them lies along the axes.

    Notes
    -----
    Pictures are compared by the directions of their strokes at 7 x 7 places: histograms of
    oriented gradients (Dalal and Triggs, CVPR 2005), each as a vector of length 1. Of these, 60
    principal components are compared and what they leave out is added; the distance is the root
    of the mean square distance to the nearest three digits (a k-nearest-neighbour novelty
    detector, as in Ramaswamy et al., SIGMOD 2000).
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    points: NDArray[np.float32]

    @classmethod
    def of(cls, data: Dataset) -> Self:
        """Return 10,000 digits of a training set, always the same; it takes some seconds."""
        size = len(data.pixels_train)
        rows = np.random.default_rng(0).permutation(size)[:KNOWN]
        features = oriented_gradients(data.pixels_train[rows])  # (10000, 392)
        mean = features.mean(axis=0)
        features -= mean
        _, axes = np.linalg.eigh(features.T @ features)
        axes = axes[:, -COMPONENTS:]
        return cls(mean, axes, features @ axes)

    @classmethod
    def load(cls, path: Path = BUNDLED) -> Self:
        """Return the digits of a file that `save` wrote; without a path, those of MNIST."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name].astype(np.float32) for name in arrays})

    def save(self, path: Path) -> None:
        """Write the digits to a file, in half precision: some 1.3 MB."""
        np.savez_compressed(
            path, **{name: value.astype(np.float16) for name, value in vars(self).items()}
        )

    def distances(self, x: ArrayLike) -> NDArray[np.float32]:
        """Return how far pictures, (n, 784), are from the known digits, (n,)."""
        features = oriented_gradients(x) - self.mean
        z = features @ self.axes  # (n, 60)
        rest = (features**2).sum(axis=1) - (z**2).sum(axis=1)
        squares = (z**2).sum(axis=1)[:, np.newaxis] + (self.points**2).sum(axis=1)
        squares -= 2 * z @ self.points.T  # (n, m)
        nearest = np.partition(squares, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]  # (n, 3)
        return np.asarray(np.sqrt(np.maximum(nearest.mean(axis=1) + rest, 0)))

    def look(self, x: ArrayLike, image: ArrayLike | None = None, *, several: bool = False) -> Look:
        """Return what is measured of one picture with ink on it.

        Parameters
        ----------
        x : array_like, shape (784,)
            The picture as a network gets it.
        image : array_like, optional
            The drawing or the ink of a photo that x was made of, as `canvas_to_input` takes it.
            In x itself strokes that were too wide are narrower.
        several : bool
            Whether there were other digits in the photo.
        """
        picture = as_pixels(x).reshape(SIDE, SIDE)
        row = picture.reshape(1, -1)
        distance, pair = self.distances(row)[0], pair_unit().shares(row)[0]
        stroke = 0.0 if image is None else stroke_width(image)
        return Look(float(distance), beside(picture), aspect(picture), float(pair), stroke, several)


@cache
def known_digits() -> KnownDigits:
    """Return the digits that pictures are compared with, read once for the process."""
    return KnownDigits.load()


def beside(image: NDArray[np.floating]) -> float:
    """Return the share of the ink of a picture, (28, 28), that stands beside the rest.

    It is what lies on the smaller side of the widest gap between columns. Digits that lean leave
    no such gap: without one, it is the second of the two largest parts if they are abreast and
    large enough to be digits. Otherwise 0.
    """
    filled = np.flatnonzero((image > INK).any(axis=0))
    steps = np.diff(filled)
    if not len(steps) or steps.max() == 1:
        return _abreast(image)
    cut = filled[steps.argmax()] + 1
    left = image[:, :cut].sum() / image.sum()
    return float(min(left, 1 - left))


def _abreast(image: NDArray[np.floating]) -> float:
    """Return the share of the ink of the second of the two largest parts if they are abreast."""
    labels, count = ndimage.label(image > JOINED, np.ones((3, 3)))
    if count < 2:
        return 0.0
    shares = np.bincount(labels.ravel(), image.ravel())[1:] / image.sum()
    second, first = np.argsort(shares)[-2:]
    boxes = ndimage.find_objects(labels)
    rows, columns = (_overlap(*pair) for pair in zip(boxes[first], boxes[second], strict=True))
    aside = shares[second] > LEAST_DIGIT and rows > LEVEL and columns < ASIDE
    return float(shares[second]) if aside else 0.0


def _overlap(one: slice, other: slice) -> float:
    """Return how much of the shorter of two intervals lies in both, negative if they are apart."""
    both: int = min(one.stop, other.stop) - max(one.start, other.start)
    shorter: int = min(one.stop - one.start, other.stop - other.start)
    return both / shorter


def aspect(image: NDArray[np.floating]) -> float:
    """Return the width of the ink of a picture, (28, 28), by its height."""
    rows, columns = (np.flatnonzero((image > INK).any(axis=axis)) for axis in (1, 0))
    return float((np.ptp(columns) + 1) / (np.ptp(rows) + 1)) if len(rows) else 1.0


if __name__ == "__main__":
    MNIST = load_mnist()
    KnownDigits.of(MNIST).save(BUNDLED)
    PairUnit.of(MNIST).save(pairs.BUNDLED)
