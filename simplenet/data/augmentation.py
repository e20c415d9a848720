"""Augmentation: every time a digit is learned from, it is written a little differently.

Affine changes move, turn, stretch and slant a digit; elastic ones bend its strokes, as in Simard,
Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document
Analysis" (2003); the third kind makes the strokes thicker or thinner.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Augmentation = Literal["affine", "elastic", "thickness"]
"""What may be varied."""

AUGMENTATIONS: tuple[Augmentation, ...] = get_args(Augmentation)

SIDE = 28
TURN, STRETCH, SLANT, MOVE = 0.15, 0.1, 0.25, 0.7
"""The most that a digit is turned (rad), stretched (share), slanted, and moved (pixels)."""

BENDS = 6
"""The plane is bent by a grid of that many times as many places, each moved on its own."""

BEND = 1.0
"""Standard deviation of their moves in pixels."""

THICKEN, THIN = 0.9, 0.6
"""The largest share of a pixel's brighter or darker neighbours that it takes on."""


def augmented(
    x: NDArray[np.float32], kinds: tuple[Augmentation, ...], rng: np.random.Generator | int
) -> NDArray[np.float32]:
    """Return images of digits, each varied at random and in its own way.

    Parameters
    ----------
    x : ndarray of float32, shape (n, 784)
        Pixels in [0, 1]; they are left as they are.
    kinds : tuple of {"affine", "elastic", "thickness"}
        What is varied; with none of them `x` itself comes back.
    rng : numpy.random.Generator or int
        Draws the variations; an int is its seed.

    Returns
    -------
    ndarray of float32, shape (n, 784)
        Pixels in [0, 1].

    Raises
    ------
    ValueError
        If `x` is not made of floats. That they are in [0, 1] is checked where data enter.
    """
    if x.dtype.kind != "f":
        raise ValueError(f"only floats in [0, 1] can be varied, got {x.dtype}: see as_pixels")
    rng = np.random.default_rng(rng)
    if "thickness" in kinds:
        x = _thicker_or_thinner(x, rng)
    if "affine" in kinds or "elastic" in kinds:
        x = _warped(x, _moves(len(x), kinds, rng))
    return x


def _thicker_or_thinner(x: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Mix every pixel with the brightest, or the darkest, of itself and its four neighbours."""
    images = x.reshape(-1, SIDE, SIDE)
    half = len(images) // 2  # Each place of a mini-batch is as random as any other.
    result = np.empty_like(images)
    for rows, most, pick in (
        (np.s_[:half], THICKEN, np.maximum),
        (np.s_[half:], THIN, np.minimum),
    ):
        part = images[rows]
        extreme = part.copy()
        for axis in (1, 2):
            ahead = tuple(np.s_[1:] if a == axis else np.s_[:] for a in range(3))
            behind = tuple(np.s_[:-1] if a == axis else np.s_[:] for a in range(3))
            pick(extreme[ahead], part[behind], out=extreme[ahead])
            pick(extreme[behind], part[ahead], out=extreme[behind])
        extreme -= part
        extreme *= rng.uniform(0, most, (len(part), 1, 1)).astype(np.float32)
        np.add(part, extreme, out=result[rows])
    return result.reshape(x.shape)


def _moves(
    n: int, kinds: tuple[Augmentation, ...], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return from where each pixel of each image is taken, relative to it: (2, n, 784), (y, x)."""
    weights = np.zeros((2, n, 3 + BENDS**2), np.float32)
    if "affine" in kinds:
        turn = rng.uniform(-TURN, TURN, n)
        slant = rng.uniform(-SLANT, SLANT, n)
        tall, wide = np.exp(rng.uniform(-STRETCH, STRETCH, (2, n)))
        cos, sin = np.cos(turn), np.sin(turn)
        # Turned, after it was slanted, after it was stretched; less what stays where it is.
        weights[0, :, 1], weights[0, :, 2] = cos * tall - 1, sin * wide
        weights[1, :, 1], weights[1, :, 2] = (cos * slant - sin) * tall, cos * wide - 1
        weights[:, :, 0] = rng.uniform(-MOVE, MOVE, (2, n))
    if "elastic" in kinds:
        weights[:, :, 3:] = rng.normal(0, BEND, (2, n, BENDS**2))
    moves: NDArray[np.float32] = weights @ _basis()  # (2, n, 3 + bends) @ (3 + bends, 784)
    return moves


@cache
def _basis() -> NDArray[np.float32]:
    """Return the fields that all moves are sums of, (3 + BENDS**2, 784).

    One that is the same everywhere, one that grows with y, one with x, from the middle; and one
    smooth bump for every place of the grid.
    """
    along = np.arange(SIDE) - (SIDE - 1) / 2
    y, x = (grid.ravel() for grid in np.meshgrid(along, along, indexing="ij"))
    places = np.linspace(along[0], along[-1], BENDS)
    bumps = np.exp(-0.5 * ((along - places[:, np.newaxis]) / (places[1] - places[0])) ** 2 * 2)
    bumps /= np.sqrt((bumps**2).sum(axis=0))  # A move as large everywhere, whatever is near.
    both = np.einsum("ay,bx->abyx", bumps, bumps).reshape(BENDS**2, -1)
    return np.vstack([np.ones_like(x), y, x, both]).astype(np.float32)


def _warped(x: NDArray[np.float32], moves: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return images whose pixels are taken from elsewhere, between four pixels bilinearly."""
    n, wide = len(x), SIDE + 2  # A blank frame: what comes from outside is blank.
    framed = np.zeros((n, wide, wide), np.float32)
    framed[:, 1:-1, 1:-1] = x.reshape(n, SIDE, SIDE)
    flat = framed.ravel()
    grid = np.indices((SIDE, SIDE), np.float32).reshape(2, 1, -1) + 1
    places = np.clip(moves + grid, 0, wide - 1.001)
    whole = places.astype(np.int32)
    places -= whole
    (down, right), corner = places, whole[0] * wide + whole[1]
    corner += np.arange(n, dtype=np.int32)[:, np.newaxis] * wide**2
    upper: NDArray[np.float32] = flat.take(corner, mode="clip")
    upper += right * (flat.take(corner + 1, mode="clip") - upper)
    corner += wide
    lower = flat.take(corner, mode="clip")
    lower += right * (flat.take(corner + 1, mode="clip") - lower)
    upper += down * (lower - upper)
    return upper
