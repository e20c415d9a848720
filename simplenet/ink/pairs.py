"""Whether a picture shows two digits that touch: a single unit that has learned it from pairs.

Two digits with a gap between them are told by the gap. Where they touch, the shapes tell: such
pairs are put together from MNIST's digits, and logistic regression learns to tell them from single
ones by the directions of their strokes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from simplenet.data import Dataset
from simplenet.functions import as_pixels, sigmoid
from simplenet.ink.canvas import canvas_to_input, cropped
from simplenet.ink.directions import oriented_gradients

BUNDLED = Path(__file__).parents[1] / "data" / "mnist" / "pairs_unit.npz"
"""The unit: `make models` writes it anew."""

PAIRS, SINGLES = 3000, 20_000
"""How many pictures of each kind it learns from."""

SCALES, GAPS, SHIFT = (0.8, 1.2), (-2.0, 3.0), 3
"""Height of the second digit by that of the first; pixels between them where they come nearest,
less than 0 where they cross; and by how many pixels the second is higher or lower, at most."""

INK, STRENGTH = 60, 10.0
"""A byte above which a pixel has ink; and how little regression holds the weights down (C)."""


@dataclass(frozen=True, eq=False)
class PairUnit:
    """A unit that tells pairs of digits from single ones.

    Parameters
    ----------
    weights : ndarray of float32, shape (392,)
        Of the directions of strokes, as `oriented_gradients` returns them.
    bias : ndarray of float32, shape (1,)
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def of(cls, data: Dataset) -> Self:
        """Return the unit that a training set makes, always the same; it takes some seconds."""
        from sklearn.linear_model import LogisticRegression

        rng = np.random.default_rng(0)
        pairs = touching(data.pixels_train, PAIRS, rng)
        singles = data.pixels_train[rng.permutation(len(data.pixels_train))[:SINGLES]]
        features = np.concatenate([oriented_gradients(singles), oriented_gradients(pairs)])
        labels = np.repeat([0, 1], [len(singles), len(pairs)])
        learned = LogisticRegression(C=STRENGTH, max_iter=1000).fit(features, labels)
        return cls(learned.coef_[0].astype(np.float32), learned.intercept_.astype(np.float32))

    @classmethod
    def load(cls, path: Path = BUNDLED) -> Self:
        """Return the unit of a file that `save` wrote; without a path, that of MNIST."""
        with np.load(path) as arrays:
            return cls(**{name: arrays[name] for name in arrays})

    def save(self, path: Path) -> None:
        """Write the unit to a file."""
        np.savez_compressed(path, **vars(self))

    def shares(self, x: ArrayLike) -> NDArray[np.floating]:
        """Return how sure the unit is that pictures, (n, 784), are pairs: (n,), from 0 to 1."""
        return np.asarray(sigmoid(oriented_gradients(x) @ self.weights + self.bias))


@cache
def pair_unit() -> PairUnit:
    """Return the unit that tells pairs, read once for the process."""
    return PairUnit.load()


def touching(pixels: NDArray[np.uint8], n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return n pictures of two digits that touch, or nearly do, (n, 784), as a drawing's are.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (m, 784)
        Single digits.
    n : int
    rng : numpy.random.Generator
    """
    chosen = rng.integers(0, len(pixels), (n, 2))
    return np.concatenate([canvas_to_input(_pair(pixels[i], pixels[j], rng)) for i, j in chosen])


def _pair(
    one: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return two digits side by side, on a sheet of its own size; ink in [0, 1]."""
    left, right = (cropped(as_pixels(digit).reshape(28, 28)) for digit in (one, other))
    scale = rng.uniform(*SCALES) * len(left) / len(right)
    right = np.clip(ndimage.zoom(right, scale, order=1), 0, 1)
    down = int(rng.integers(0, 2 * SHIFT + 1))
    height = int(max(len(left) + SHIFT, len(right) + down))
    sheets = [np.zeros((height, width)) for width in (left.shape[1], right.shape[1])]
    sheets[0][SHIFT : SHIFT + len(left)] = left
    sheets[1][down : down + len(right)] = right
    ink = [sheet > INK / 255 for sheet in sheets]
    rows = ink[0].any(axis=1) & ink[1].any(axis=1)
    end = left.shape[1] - ink[0][rows, ::-1].argmax(axis=1)  # Of the left one, in each row.
    begin = ink[1][rows].argmax(axis=1)  # Of the right one.
    at = max(0, round((end - begin).max() + rng.uniform(*GAPS)))
    sheet = np.zeros((height, max(left.shape[1], at + right.shape[1])))
    sheet[:, : left.shape[1]] = sheets[0]
    part = sheet[:, at : at + right.shape[1]]
    np.maximum(part, sheets[1], out=part)
    return sheet
