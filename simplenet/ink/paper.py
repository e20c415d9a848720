"""From a picture of something written to its ink: where the sheet is, and what differs from it.

The light differs across a photo, often by more than ink and paper do. Each pixel is therefore
compared with the paper around it, which is found first: it is what remains of the photo when all
that is as narrow as the strokes of a pen has been filled up from beside it.

Around the sheet there may be a desk, darker than the ink. A sheet is a part of the photo that is
all of one brightness or colour, convex, and sharply cut out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from simplenet.ink.canvas import NoInkError
from simplenet.ink.several import has_others, width
from simplenet.ink.written import box_of, written

PAPER_SIDE = 256
"""The longer side of a photo, in pixels, when its paper is looked for."""

SHEET_SIDE = 128
"""The same when the sheet is looked for: so small that the strokes can be filtered out."""

DARKEST = 0.05
"""Added to every brightness: without it, a little noise near black would be a large ratio."""

LEAST_CHANGE = 0.12
"""The smallest difference between ink and paper, as a share of the paper's brightness."""

MOST_NOISE = 1 / 6
"""How much the paper may vary, as a share of what the ink differs by: noise alone has 1/3."""

WIDTHS = (1 / 40, 1 / 20, 1 / 10, 1 / 5, 2 / 5)
"""How wide strokes may be, as shares of a photo's longer side."""

EXPLAINED = 0.7
"""The share of the sharp edges that strokes of a width must explain for it to be wide enough."""

INK = 0.45
"""The share of the ink's difference from the paper that makes a pixel ink. Shadows and ruled lines
differ by less."""


ROOMY = 1.8
"""How wide a sheet is around what is on it, in widths of its strokes: a bold 8 has 1 or less."""


class Found(NamedTuple):
    """What was found on a sheet.

    Attributes
    ----------
    ink : ndarray of float32, shape (h, w)
        In [0, 1].
    digit : ndarray of bool, shape (h, w)
    several : bool
        Whether there are other digits beside it.
    """

    ink: NDArray[np.float32]
    digit: NDArray[np.bool_]
    several: bool


def ink_of_opaque(colours: NDArray[np.float32]) -> Found:
    """Return what is written in an opaque image, (3, h, w) in [0, 1]."""
    for sheet in sheets(colours):
        try:
            found = ink_on(colours, sheet)
        except NoInkError:
            continue
        if is_on(found.digit, sheet):
            return found
    return ink_on(colours)


def is_on(digit: NDArray[np.bool_], sheet: NDArray[np.bool_]) -> bool:
    """Return whether a digit (h, w) is on a sheet, and not a blot, nor cut off by its edge.

    An 8 in bold is convex and cut out sharply, too, and there is something in it: but it is hardly
    wider than its holes.
    """
    length, pen = box_of(digit).length, width(digit)
    paper = sheet & ~ndimage.binary_dilation(digit, iterations=2)
    touches = (digit & ~ndimage.binary_erosion(sheet, iterations=2, border_value=1)).any()
    return bool(
        0.1 * np.sqrt(sheet.sum()) < length
        and 3 * pen < length
        and not touches
        and paper.any()
        and width(paper) > ROOMY * pen
    )


def sheets(colours: NDArray[np.float32]) -> Iterator[NDArray[np.bool_]]:
    """Yield what could be a sheet on a desk in an image (3, h, w), each (h, w); largest first."""
    height, width = colours.shape[1:]
    scale = min(SHEET_SIDE / max(height, width), 1)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = np.log(resized(colours, size, Image.Resampling.BOX) + DARKEST)
    small = ndimage.median_filter(small, (1, 7, 7))
    bright = small.mean(axis=0)
    candidates: list[NDArray[np.bool_]] = []
    for plane in (bright, *(small - bright)):
        if np.ptp(plane) < 2 * LEAST_CHANGE:
            continue
        above = plane > otsu(plane)
        step = plane[above].mean() - plane[~above].mean()
        for side in (above, ~above):
            labels, _ = ndimage.label(side)
            area = np.bincount(labels.ravel())
            area[0] = 0
            largest = labels == area.argmax()
            part = ndimage.binary_fill_holes(largest)
            # A zero has a large hole, too, but no paper around it.
            papery = largest.sum() > 0.7 * part.sum()
            if (
                papery
                and 0.03 < part.mean() < 0.95
                and is_convex(part)
                and is_cut_out(part, plane, step)
            ):
                candidates.append(part)
    for part in sorted(candidates, key=np.sum, reverse=True):
        mask = Image.fromarray(part.astype(np.float32)).resize((width, height))
        sheet = np.asarray(mask) > 0.5
        yield ndimage.binary_erosion(sheet, iterations=max(round(1.2 / scale), 1), border_value=1)


def is_convex(part: NDArray[np.bool_]) -> bool:
    """Return whether a part (h, w) fills most of its convex hull."""
    points = np.argwhere(part & ~ndimage.binary_erosion(part))
    try:
        hull = ConvexHull(np.concatenate([points - 0.5, points + 0.5]))
    except QhullError:
        return False
    return bool(part.sum() > 0.88 * hull.volume)


def is_cut_out(part: NDArray[np.bool_], plane: NDArray[np.float32], step: float) -> bool:
    """Return whether a plane (h, w) changes along most of a part's edge, and within few pixels."""
    edge = part & ~ndimage.binary_erosion(part, border_value=1)
    change = ndimage.maximum_filter(plane, 7) - ndimage.minimum_filter(plane, 7)
    return bool(edge.any() and (change[edge] > 0.5 * step).mean() > 0.8)


def otsu(plane: NDArray[np.float32]) -> float:
    """Return the threshold that parts the values of a plane best.

    It is the one with the largest variance between the two classes (N. Otsu, "A threshold
    selection method from gray-level histograms", 1979).
    """
    counts, edges = np.histogram(plane, 64)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts)[:-1], counts.sum()
    moment = np.cumsum(counts * middles)
    between = (moment[:-1] * total - moment[-1] * below) ** 2 / (below * (total - below))
    return float(edges[1 + between.argmax()])


def ink_on(colours: NDArray[np.float32], sheet: NDArray[np.bool_] | None = None) -> Found:
    """Return the ink on a sheet (h, w), or on all of an opaque image (3, h, w) in [0, 1]."""
    if sheet is not None:  # Beyond its edge it goes on as it ends there.
        nearest = ndimage.distance_transform_edt(
            ~sheet, return_distances=False, return_indices=True
        )
        colours = colours[:, *nearest]
    colours = ndimage.gaussian_filter(colours, (0, 0.7, 0.7))
    paper, sign = paper_under(colours)
    differs = sign * (1 - (colours + DARKEST) / paper)
    # With noise, the paper that was found is the brightest; ink never covers three quarters.
    differs -= np.quantile(differs[:, ::2, ::2], 0.25, axis=(1, 2), keepdims=True)
    most = differs.max(axis=0)
    strong = most > 0.5 * max(most.max(), LEAST_CHANGE)
    if not strong.any():
        raise no_ink()
    pen = differs[:, strong].mean(axis=1)  # How the ink differs, by channel.
    # 1 for ink, 0 for paper, and little for lines that are of another colour than the ink.
    ink = np.tensordot(pen / (pen @ pen), differs, 1)
    noise = np.quantile(ink, 0.25) - np.quantile(ink, 0.05)  # The ink is at the other end.
    if pen.max() < LEAST_CHANGE or noise > MOST_NOISE:
        raise no_ink()
    ink = ndimage.gaussian_filter(ink, 0.5)
    mask = ink > INK
    if sheet is not None:
        mask &= sheet
    digit, mask, border = written(ink, mask, None if sheet is None else ~sheet)
    if not digit.any():
        raise no_ink()
    share = ink / np.median(ink[digit])
    near = ndimage.maximum_filter(digit, 5)
    found = np.asarray(np.clip((share - 0.25) / 0.5, 0, 1) * near, np.float32)
    return Found(found, digit, has_others(mask, digit, ink, border))


def paper_under(colours: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Return the paper under the ink, and 1 if the ink is darker, -1 if it is lighter.

    The paper is (3, h, w) like the image, and `DARKEST` brighter.
    """
    height, width = colours.shape[1:]
    scale = min(PAPER_SIDE / max(height, width), 1)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    # As logarithms: a shadow takes the same from the ink as from the paper, and both signs agree.
    small = np.log(resized(colours, size, Image.Resampling.BOX) + DARKEST)
    steps = (ndimage.maximum_filter(small, (1, 5, 5)) - small).max(axis=(1, 2))
    if steps.max() < LEAST_CHANGE:
        raise no_ink()
    clearest = small[steps.argmax()]
    # Around a digit is more room than in its strokes: those are what is narrow.
    _, share, sign = max((*strokes_of(sign * clearest), sign) for sign in (1, -1))
    paper = np.stack([sign * filled_up(sign * plane, share) for plane in small])
    return np.exp(resized(paper, (width, height), Image.Resampling.BILINEAR)), sign


def strokes_of(plane: NDArray[np.float32]) -> tuple[float, float]:
    """Return how narrow the dark things of a plane (h, w) are, and a width that fills them.

    Only things with sharp edges count, as ink has and most shadows have not. The wider a filling
    is, the more shadows it takes for ink.
    """
    step = ndimage.maximum_filter(plane, 5) - plane
    sharp = step > 0.5 * step.max()
    filled = [np.minimum(filled_up(plane, share) - plane, step)[sharp].sum() for share in WIDTHS]
    enough = next(i for i, f in enumerate(filled) if f >= EXPLAINED * filled[-1])
    # One wider, as strokes are thicker where they meet.
    return float(sum(filled) / step[sharp].sum()), WIDTHS[min(enough + 1, len(WIDTHS) - 1)]


def filled_up(plane: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Return a plane (h, w) without its dark things that are narrower than a share of its side.

    It is a closing, which leaves slopes and the straight edges of wide shadows as they are.
    """
    width = max(round(share * max(plane.shape)), 3)
    # Beyond the border the light goes on as within: else a slope would end in something dark.
    around = np.pad(plane, width, "reflect", reflect_type="odd")
    closed = ndimage.grey_closing(around, size=(width, width))
    return np.asarray(closed[width:-width, width:-width], np.float32)


def resized(
    planes: NDArray[np.float32], size: tuple[int, int], how: Image.Resampling
) -> NDArray[np.float32]:
    """Return planes (n, h, w) in another size, (width, height)."""
    return np.stack([np.asarray(Image.fromarray(plane).resize(size, how)) for plane in planes])


def no_ink() -> NoInkError:
    """Return the error that says so."""
    return NoInkError("there is no ink: nothing in the photo stands out from its background")
