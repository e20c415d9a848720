"""From a drawing to what the network was trained on: 28 x 28 pixels, made as MNIST's were.

MNIST's digits were scaled into 20 x 20 pixels with their aspect kept, and centred in 28 x 28 by
their centre of mass (LeCun et al., http://yann.lecun.com/exdb/mnist/). Over the test set it lies
at pixel 14.0, 14.0, counted from 0. Their strokes are about as thick as one another; those of a
drawing may have any thickness.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import ndimage

SIDE, BOX, CENTRE = 28, 20, 14.0

LEAST_CONTRAST = 0.05
"""An image in which nothing stands out by more is blank: a JPEG's noise is about half of it."""

FAINT = 0.1
"""Ink below this share of the strongest is taken for noise."""

THINNEST, THICKEST = 1.6, 3.7
"""Thickness of MNIST's strokes in pixels: a twentieth of its digits has thinner ones, a twentieth
thicker ones."""

FINE = 6
"""The thickness is measured and changed on an image of that many pixels to one of the result."""

MOST_THINNED = 0.5
"""The largest share of the thickness that is taken away: the thin parts of a stroke must stay."""


class NoInkError(ValueError):
    """There is nothing in the image that could be a digit."""


def canvas_to_input(image: ArrayLike) -> NDArray[np.float32]:
    """Return a drawing as the network's input.

    Parameters
    ----------
    image : array_like
        RGBA, shape (h, w, 4), RGB, (h, w, 3), or gray, (h, w); uint8, or floats in [0, 1].
        Dark ink on light, light on dark, or any ink on a transparent ground; of any size,
        anywhere.

    Returns
    -------
    ndarray of float32, shape (1, 784)
        Ink in [0, 1], the strongest 1: its longer side 20 pixels long, its strokes as thick as
        MNIST's, its centre of mass in the middle of 28 x 28.

    Raises
    ------
    NoInkError
        If nothing stands out from the background.
    ValueError
        If the image has another shape or another kind of values.
    """
    return centred(evened(cropped(find_ink(image)))).reshape(1, SIDE * SIDE)


def shrunk(image: ArrayLike) -> NDArray[np.float32]:
    """Return the whole image as the network's input, without any of the care: just made small.

    Takes what `canvas_to_input` does, and returns an array like it: brightness in [0, 1].
    """
    planes = _planes(image)
    colours = planes[:3] * (planes[3] if len(planes) == 4 else 1)
    small = Image.fromarray(colours.mean(axis=0)).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.float32).reshape(1, SIDE * SIDE)


def boxed(image: ArrayLike) -> NDArray[np.float32]:
    """Return the ink of an image in a box of 20 x 20 in the middle: found, but not yet centred.

    Takes, returns and raises what `canvas_to_input` does.
    """
    ink = cropped(find_ink(image))
    middle = np.array(ink.shape[::-1]) / 2
    return _window(ink, middle, SIDE / 2).reshape(1, SIDE * SIDE)


def find_ink(image: ArrayLike) -> NDArray[np.float32]:
    """Return how much ink each pixel has, (h, w) in [0, 1], the strongest 1.

    On a transparent ground ink is what is opaque, whatever its colour. Elsewhere it is what
    differs from the background, in the channel that differs most; the background is the median
    of the border. Takes and raises what `canvas_to_input` does.
    """
    planes = _planes(image)  # (channels, h, w)
    alpha = planes[3] if len(planes) == 4 else np.ones_like(planes[0])
    if np.ptp(alpha) > LEAST_CONTRAST:
        found = alpha
    else:
        colours = planes[:3] * alpha  # Whatever colours an invisible image has, it is blank.
        border = np.hstack([colours[:, 0], colours[:, -1], colours[:, :, 0], colours[:, :, -1]])
        background = np.median(border, axis=1)[:, np.newaxis, np.newaxis]  # (channels, 1, 1)
        found = np.abs(colours - background).max(axis=0)
    strongest = found.max()
    if strongest < LEAST_CONTRAST:
        raise NoInkError("there is no ink: nothing in the image stands out from its background")
    return np.where(found < FAINT * strongest, np.float32(0), found / strongest)


def cropped(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the smallest rectangle that has all the ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def evened(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return cropped ink with strokes that are as thick as MNIST's once the ink is 20 long.

    What is thick enough and thin enough comes back as it is. Otherwise the outline of the strokes
    is moved, by the same distance everywhere.
    """
    inside, depth = _depths(ink)
    if not inside.any():  # Specks that are far apart: they vanish, and nothing is left to measure.
        return ink
    thickness = _thickness(inside, depth)
    wanted = np.clip(thickness, THINNEST, THICKEST)
    if wanted == thickness:
        return ink
    # The ink grows with its strokes, and is made 20 long again: thickness / length must fit then.
    wanted = wanted * (BOX - thickness) / (BOX - wanted)
    grow = max((wanted - thickness) / 2, -MOST_THINNED * thickness / 2) * FINE
    margin = int(max(grow, 0)) + 1
    depth, inside = np.pad(depth, margin), np.pad(inside, margin)
    outside = ndimage.distance_transform_edt(~inside) - 0.5 * ~inside
    # The new edge is as soft as a pixel.
    return cropped(np.clip(depth - outside + grow + 0.5, 0, 1).astype(np.float32))


def stroke_width(image: ArrayLike) -> float:
    """Return how wide the strokes of a drawing are, in twentieths of its length.

    Takes and raises what `canvas_to_input` does. MNIST's are 1.6 to 3.7 wide, the widest 6.5; a
    dot is 13.
    """
    inside, depth = _depths(cropped(find_ink(image)))
    return _thickness(inside, depth) if inside.any() else 0.0


def _depths(ink: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return where cropped ink is, enlarged or made small, and how far from the edges it is."""
    scale = BOX * FINE / max(ink.shape)
    height, width = (max(round(side * scale), 1) for side in ink.shape)
    fine = np.asarray(Image.fromarray(ink).resize((width, height), Image.Resampling.BICUBIC))
    # A line thinner than a pixel is faint: half of the strongest nearby is its edge.
    nearby = ndimage.maximum_filter(fine, size=FINE)
    inside = np.pad(fine > np.maximum(nearby, FAINT) / 2, 1)
    return inside, ndimage.distance_transform_edt(inside) - 0.5 * inside  # To the edge, not beyond.


def _thickness(inside: NDArray[np.bool_], depth: NDArray[np.float64]) -> float:
    """Return the mean thickness of strokes that are `FINE` times as large as the result's."""
    # Over a long bar the distance to the edge has a mean of a quarter of its thickness.
    return float(4 * depth[inside].mean() / FINE)


def centred(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return cropped ink in 28 x 28 pixels: 20 long, with its centre of mass at 14.0, 14.0."""
    # Pixel i reaches from i to i + 1, so that its own middle is at i + 0.5.
    mass = np.array(ndimage.center_of_mass(ink)[::-1]) + 0.5  # (x, y), as Pillow counts
    return _window(ink, mass, CENTRE + 0.5)


def _window(ink: NDArray[np.float32], point: NDArray[Any], to: float) -> NDArray[np.float32]:
    """Return cropped ink 20 long in 28 x 28 pixels, with a point of it moved to (to, to).

    It is scaled and shifted at once, as a second resampling would blur it: the result shows a
    square window of the drawing, whose corner may lie between two of its pixels.
    """
    unit = max(ink.shape) / BOX  # A pixel of the result, in pixels of the drawing.
    start = point - to * unit
    stop = start + SIDE * unit
    whole = np.floor(start)
    # Where the window leaves the drawing, `crop` adds zeros, which is no ink.
    area = Image.fromarray(ink).crop((*whole.astype(int), *np.ceil(stop).astype(int)))
    window = (*(start - whole), *(stop - whole))
    # Read as well as any other filter, and the centre stays within 0.1 pixels at every size.
    small = np.asarray(area.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=window))
    # A line much thinner than a pixel would be faint, and nothing in MNIST is.
    return np.asarray(np.clip(small / min(small.max(), 1), 0, 1), np.float32)


def _planes(image: ArrayLike) -> NDArray[np.float32]:
    """Return the channels of an image one by one, floats in [0, 1], shape (channels, h, w)."""
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or 0 in pixels.shape or pixels.shape[2:] not in ((), (3,), (4,)):
        raise ValueError(
            f"an image must have shape (h, w), (h, w, 3) or (h, w, 4), got {pixels.shape}"
        )
    unit = np.float32(255 if pixels.dtype == np.uint8 else 1)
    if unit == 1 and not np.issubdtype(pixels.dtype, np.floating):
        raise ValueError(f"pixels must be uint8, or floats in [0, 1], got {pixels.dtype}")
    if not (pixels.min() >= 0 and pixels.max() <= unit):  # Nor with NaN, which is neither.
        raise ValueError(
            f"pixels that are floats must be in [0, 1], got {pixels.min()} to {pixels.max()}"
        )
    # In one piece each: with the channels innermost, NumPy takes twenty times as long.
    planes = np.moveaxis(np.atleast_3d(pixels), 2, 0)
    return np.ascontiguousarray(planes, np.float32) / unit
