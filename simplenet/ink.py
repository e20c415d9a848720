"""From a drawing to what the network was trained on: 28 x 28 pixels, made as MNIST's were.

MNIST's digits were scaled into 20 x 20 pixels with their aspect kept, and centred in 28 x 28 by
their centre of mass (LeCun et al., http://yann.lecun.com/exdb/mnist/). Of the test set it lies
at pixel 14.0, 14.0, counted from 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import ndimage

SIDE, BOX, CENTRE = 28, 20, 14.0

FAINT = 0.1
"""Ink below this share of the strongest is taken for noise."""


class NoInkError(ValueError):
    """There is nothing in the image that could be a digit."""


def canvas_to_input(image: ArrayLike) -> NDArray[np.float32]:
    """Return a drawing as the network's input.

    Parameters
    ----------
    image : array_like
        RGBA, shape (h, w, 4), or RGB, (h, w, 3), uint8; or gray, (h, w), uint8, or floats in
        [0, 1]. Dark ink on light or light on dark, of any size, anywhere.

    Returns
    -------
    ndarray of float32, shape (1, 784)
        Ink in [0, 1], in the middle of 28 x 28 pixels, 20 of them long.

    Raises
    ------
    NoInkError
        If the image has only one colour.
    ValueError
        If the image has another shape or another kind of values.
    """
    box = scaled(cropped(ink(image)))
    return centred(box).reshape(1, SIDE * SIDE)


def ink(image: ArrayLike) -> NDArray[np.float32]:
    """Return how much ink each pixel has, (h, w) in [0, 1], the strongest 1.

    Ink is what differs from the background; the background is the median of the border.
    """
    gray = _gray(image)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    found = np.abs(gray - np.median(border))
    strongest = found.max()
    if strongest < 1 / 255:
        raise NoInkError("there is no ink: the image has only one colour")
    found /= strongest
    found[found < FAINT] = 0
    return np.asarray(found, np.float32)


def cropped(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the smallest rectangle that has all the ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def scaled(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ink with its longer side 20 pixels long, smoothly, its aspect kept."""
    height, width = ink.shape
    factor = BOX / max(height, width)
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    # Cubic here and below: measured against a box filter and lines, it is read best.
    resized = Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)
    return np.clip(np.asarray(resized, np.float32), 0, 1)


def centred(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ink in 28 x 28 pixels with its centre of mass at 14.0, 14.0."""
    field = np.zeros((SIDE, SIDE), np.float32)
    top, left = ((SIDE - length) // 2 for length in ink.shape)
    field[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    mass = ndimage.center_of_mass(field)
    shifted = ndimage.shift(field, [CENTRE - m for m in mass], order=3)
    return np.clip(np.asarray(shifted, np.float32), 0, 1)


def _gray(image: ArrayLike) -> NDArray[np.float32]:
    """Return an image as gray, (h, w) in [0, 1], where transparent pixels are background."""
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or 0 in pixels.shape or pixels.shape[2:] not in ((), (3,), (4,)):
        raise ValueError(
            f"an image must have shape (h, w), (h, w, 3) or (h, w, 4), got {pixels.shape}"
        )
    if pixels.dtype == np.uint8:
        pixels = pixels / np.float32(255)
    elif not np.issubdtype(pixels.dtype, np.floating):
        raise ValueError(f"pixels must be uint8 or floats in [0, 1], got {pixels.dtype}")
    elif not (np.isfinite(pixels).all() and pixels.min() >= 0 and pixels.max() <= 1):
        raise ValueError("pixels that are floats must be in [0, 1]")
    return _flattened(pixels.astype(np.float32, copy=False))


def _flattened(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Return colours as gray; strokes on a transparent ground count by their opacity alone."""
    if pixels.ndim == 2:
        return np.asarray(pixels)
    if pixels.shape[2] == 4 and np.ptp(pixels[..., 3]) > 0:
        return np.asarray(pixels[..., 3])
    return np.asarray(pixels[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32))
