"""Photos of digits that people wrote, made by code: paper, print, desk, light, camera, JPEG.

A sheet is drawn flat, with all that is on it; the camera sees it a little from the side, in uneven
light, out of focus and with noise. A photo follows from its kind and a generator alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from tests.ink.drawn import TEMPLATES, by_hand, smooth

Array = NDArray[np.float64]

WHITE, YELLOW, GREY, BLACK = (0.9, 0.89, 0.85), (0.93, 0.85, 0.4), (0.75, 0.77, 0.78), (0.13,) * 3
PENS = [(0.12, 0.18, 0.5), (0.1, 0.1, 0.12), (0.7, 0.12, 0.15), (0.15, 0.15, 0.2)]


class Sheet:
    """A sheet of paper, larger than the photo will be: its colours and where the digit is."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int], paper=WHITE) -> None:
        self.rng, self.size = rng, size
        self.unit = max(size)
        shape = (round(1.3 * size[0]), round(1.3 * size[1]))
        self.colours = np.ones((*shape, 1)) * np.array(paper)
        self.pen = PENS[rng.integers(len(PENS))]

    def place(self, length: float, width: float, digit: int, off=0.12) -> Array:
        """Choose where a digit goes, `length` of the photo's longer side long; return its ink."""
        rng, unit = self.rng, self.unit
        strokes = by_hand(smooth(digit, int(rng.integers(len(TEMPLATES[digit])))), rng)
        points = np.vstack(strokes)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        scale = (length * unit - width) / extent.max()
        middle = np.array(self.colours.shape[1::-1]) / 2
        middle = middle + rng.uniform(-off, off, 2) * np.array(self.size[::-1])
        self.start = middle - extent * scale / 2 - width / 2
        self.stop = middle + extent * scale / 2 + width / 2
        self.paths = [(s - low) * scale + self.start + width / 2 for s in strokes]
        return self.drawn(self.paths, width)

    def number(self, digits: Sequence[int], height: float, width: float, gap: float) -> Array:
        """Return the ink of digits side by side, as high as `height` of the longer side.

        `gap` is between them, in heights.
        """
        rng, paths, right = self.rng, [], 0.0
        for digit in digits:
            strokes = by_hand(smooth(digit, int(rng.integers(len(TEMPLATES[digit])))), rng)
            points = np.vstack(strokes)
            scale = (height * self.unit - width) / np.ptp(points[:, 1])
            size = rng.uniform(0.85, 1.15) * scale
            left = np.array([points[:, 0].min(), points[:, 1].max()])  # They stand on one line.
            paths += [(s - left) * size + np.array([right, 0]) for s in strokes]
            right += np.ptp(points[:, 0]) * size + gap * height * self.unit + width
        points = np.vstack(paths)
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        shift = np.array(self.colours.shape[1::-1]) / 2 - middle
        return self.drawn([path + shift for path in paths], width)

    def drawn(self, paths: list[Array], width: float) -> Array:
        """Return lines, (h, w) in [0, 1], `width` pixels wide."""
        fine = 2
        image = Image.new("L", tuple(fine * side for side in self.colours.shape[1::-1]))
        pencil, radius = ImageDraw.Draw(image), width * fine / 2
        for path in paths:
            points = np.asarray(path) * fine
            pencil.line([tuple(p) for p in points], fill=255, width=max(round(2 * radius), 1))
            for x, y in points:
                pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        return np.asarray(image.reduce(fine)) / 255

    def ink(self, where: Array, colour) -> None:
        """Put ink of a colour on the sheet."""
        where = where[..., np.newaxis]
        self.colours = self.colours * (1 - where) + where * np.array(colour)

    def box(self, room: float, width: float, colour) -> None:
        """Print a square box around the digit; `room` is its side, in lengths of the digit."""
        middle = (self.start + self.stop) / 2 + self.rng.uniform(-0.04, 0.04, 2) * self.unit * 0.3
        half = room * (self.stop - self.start).max() / 2
        corners = [middle + half * np.array(c) for c in [(-1, -1), (1, -1), (1, 1), (-1, 1)]]
        self.ink(self.drawn([np.array([*corners, corners[0]])], width), colour)

    def line(self, points, width: float, colour) -> None:
        """Print a line through points (x, y)."""
        self.ink(self.drawn([np.array(points)], width), colour)

    def rules(self, step: float, width: float, colour, both=False) -> None:
        """Print lines across the sheet, `step` of the photo's longer side apart."""
        height, sheet_width = self.colours.shape[:2]
        step *= self.unit
        first = self.rng.uniform(0, step)
        lines = [[(0, y), (sheet_width, y)] for y in np.arange(first, height, step)]
        if both:
            first = self.rng.uniform(0, step)
            lines += [[(x, 0), (x, height)] for x in np.arange(first, sheet_width, step)]
        self.ink(self.drawn([np.array(line) for line in lines], width), colour)


def seen(sheet: Sheet, tilt=0.03, noise=0.012, gradient=0.35, blur=0.6, shade=None) -> bytes:
    """Return a JPEG of a sheet: a little from the side, unevenly lit, out of focus, noisy."""
    rng, (height, width) = sheet.rng, sheet.size
    image = Image.fromarray((np.clip(sheet.colours, 0, 1) * 255).astype(np.uint8))
    top, left = 0.15 * height, 0.15 * width
    corners = np.array([(0, 0), (0, height), (width, height), (width, 0)])
    corners = corners + np.array([left, top])
    corners = corners + rng.uniform(-tilt, tilt, (4, 2)) * sheet.unit
    view = image.transform(
        (width, height), Image.Transform.QUAD, tuple(corners.ravel()), Image.Resampling.BICUBIC
    )
    rows, columns = np.indices((height, width)) / sheet.unit
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * columns + np.sin(angle) * rows
    light = 1 - gradient * rng.uniform(0.3, 1) * (along - along.min()) / np.ptp(along)
    if shade is not None:
        light = light * shade(rows, columns)
    pixels = np.asarray(view) / 255 * light[..., np.newaxis]
    pixels = ndimage.gaussian_filter(pixels, (blur, blur, 0))
    grain = rng.normal(0, noise, (height, width, 1)) + rng.normal(0, noise / 2, (height, width, 3))
    photo = Image.fromarray((np.clip(pixels + grain, 0, 1) * 255).astype(np.uint8))
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=int(rng.integers(70, 92)))
    return file.getvalue()


def written(rng, digit, size, length=(0.25, 0.6), thick=(0.03, 0.12), paper=WHITE, off=0.1):
    """Return a sheet, the digit's ink that is not on it yet, and the width of its strokes."""
    sheet = Sheet(rng, size, paper)
    long = rng.uniform(*length)
    width = max(long * rng.uniform(*thick) * sheet.unit, 1.5)
    return sheet, sheet.place(long, width, digit, off), width


def plain(rng, digit, size, **how):
    sheet, ink, _ = written(rng, digit, size, **how)
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def printed_box(rng, digit, size):
    sheet, ink, width = written(rng, digit, size, (0.12, 0.4), (0.03, 0.12))
    dark = rng.choice([0.1, 0.3, 0.45])
    line = rng.uniform(0.3, 1) * width
    sheet.box(rng.uniform(1.3, 2.2) + line / (0.2 * sheet.unit), max(line, 1.5), (dark,) * 3)
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def line_of_a_form(rng, digit, size):
    sheet, ink, width = written(rng, digit, size, (0.12, 0.35), (0.03, 0.12))
    x, height = (sheet.start[0] + sheet.stop[0]) / 2, sheet.stop[1] - sheet.start[1]
    y = sheet.stop[1] + rng.uniform(-0.03, 0.12) * height
    reach = rng.uniform(0.7, 1.6, 2) * height
    dark = rng.choice([0.1, 0.3, 0.4])
    thickness = max(rng.uniform(0.3, 1) * width, 1.5)
    sheet.line([(x - reach[0], y), (x + reach[1], y)], thickness, (dark,) * 3)
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def on_a_desk(rng, digit, size, desk=((0.13, 0.09, 0.07), (0.3, 0.2, 0.14)), texture=0.3):
    """A light sheet on a desk: dark wood, most of it darker than the ink."""
    paper = [YELLOW, WHITE, (0.75, 0.9, 0.7), (0.95, 0.7, 0.75)][rng.integers(4)]
    sheet, ink, _ = written(rng, digit, size, (0.2, 0.35), (0.03, 0.12), paper, off=0.08)
    sheet.ink(ink, sheet.pen)
    middle, half = (
        (sheet.start + sheet.stop) / 2,
        rng.uniform(0.6, 1) * (sheet.stop - sheet.start).max(),
    )
    turn = rng.uniform(-0.15, 0.15)
    rows, columns = np.indices(sheet.colours.shape[:2])
    x, y = columns - middle[0], rows - middle[1]
    x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    wide = half * rng.uniform(1, 1.3, 2)
    outside = (np.abs(x) > wide[0]) | (np.abs(y) > wide[1])
    grain = ndimage.gaussian_filter(
        rng.normal(0, 1, outside.shape), sheet.unit * rng.uniform(0.004, 0.02)
    )
    share = rng.uniform(0, 1) + texture * grain / grain.std()
    wood = np.array(desk[0]) + np.clip(share, 0, 1)[..., np.newaxis] * np.subtract(desk[1], desk[0])
    sheet.colours[outside] = wood[outside]
    return seen(sheet), ink


def on_a_light_desk(rng, digit, size):
    return on_a_desk(rng, digit, size, ((0.5, 0.4, 0.3), (0.65, 0.55, 0.42)), 0.2)


def broken_pencil(rng, digit, size):
    """Faint pencil, whose strokes the grain of the paper breaks."""
    sheet, ink, width = written(rng, digit, size, (0.25, 0.5), (0.02, 0.05))
    grain = ndimage.gaussian_filter(rng.normal(0, 1, ink.shape), max(width / 2.5, 1))
    strength = np.clip(0.75 + 0.5 * grain / grain.std(), 0, 1)
    sheet.ink(ink * strength * rng.uniform(0.35, 0.6), (0.3, 0.3, 0.32))
    return seen(sheet, noise=0.01), ink


def dashed(rng, digit, size):
    """Dark strokes with gaps in them, as of a pen that runs dry."""
    sheet, ink, width = written(rng, digit, size, (0.25, 0.6), (0.03, 0.08))
    dash, gap = rng.uniform(3, 5) * width, rng.uniform(2, 2.8) * width  # The pen is round.
    dashes = []
    for path in sheet.paths:
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
        on = np.arange(0, along[-1], 1)
        points = np.stack([np.interp(on, along, axis) for axis in path.T], axis=1)
        starts = np.arange(0, along[-1], dash + gap)
        dashes += [points[int(start) : int(start + dash) + 1] for start in starts]
    sheet.ink(sheet.drawn(dashes, width), sheet.pen)
    return seen(sheet), ink


def squared_paper(rng, digit, size):
    sheet, ink, _ = written(rng, digit, size, (0.2, 0.5), (0.05, 0.12))
    sheet.rules(rng.uniform(0.04, 0.08), rng.uniform(1.2, 2), (0.6, 0.68, 0.8), both=True)
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def dark_squares(rng, digit, size):
    sheet, ink, width = written(rng, digit, size, (0.2, 0.5), (0.05, 0.12))
    sheet.rules(rng.uniform(0.06, 0.12), max(0.3 * width, 1.5), (0.35,) * 3, both=True)
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def ruled_paper(rng, digit, size, dark=0.6):
    sheet, ink, _ = written(rng, digit, size, (0.15, 0.5), (0.04, 0.12))
    colour = rng.choice([[0.5, 0.6, 0.85], [dark] * 3])
    sheet.rules(rng.uniform(0.05, 0.12), rng.uniform(1.2, 2.5), colour)
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def dark_rules(rng, digit, size):
    return ruled_paper(rng, digit, size, 0.25)


def red_margin(rng, digit, size):
    sheet, ink, _ = written(rng, digit, size, (0.15, 0.4), (0.04, 0.12))
    sheet.rules(rng.uniform(0.05, 0.1), rng.uniform(1.2, 2), (0.6, 0.68, 0.85))
    x = sheet.start[0] - rng.uniform(0, 0.1) * sheet.unit
    sheet.line([(x, 0), (x, sheet.colours.shape[0])], rng.uniform(1.5, 3), (0.85, 0.3, 0.3))
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def table_cell(rng, digit, size):
    """A cell of a printed table, with its neighbours empty."""
    sheet, ink, width = written(rng, digit, size, (0.12, 0.25), (0.04, 0.12))
    middle, half = (
        (sheet.start + sheet.stop) / 2,
        rng.uniform(1.3, 1.8) * (sheet.stop - sheet.start).max() / 2,
    )
    thick = max(rng.uniform(0.3, 0.8) * width, 1.5)
    for i in range(-3, 4, 2):
        for axis in (0, 1):
            ends = np.array([middle, middle]) + half * np.array([[-3.0, -3.0], [3.0, 3.0]])
            ends[:, axis] = middle[axis] + i * half
            sheet.line(ends, thick, (0.15,) * 3)
    sheet.ink(ink, sheet.pen)
    return seen(sheet), ink


def shadow_edge(rng, digit, size):
    sheet, ink, _ = written(rng, digit, size)
    sheet.ink(ink, sheet.pen)
    angle, dark, soft = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 0.7), rng.uniform(0.003, 0.03)

    def shade(rows, columns):
        middle = [rows.max() / 2, columns.max() / 2]
        along = np.cos(angle) * (columns - middle[1]) + np.sin(angle) * (rows - middle[0])
        return 1 - (1 - dark) / (1 + np.exp(-(along - rng.uniform(-0.2, 0.2)) / soft))

    return seen(sheet, shade=shade), ink


def whiteboard(rng, digit, size):
    sheet, ink, _ = written(rng, digit, size, (0.2, 0.6), (0.05, 0.12), GREY)
    sheet.ink(ink * 0.9, sheet.pen)
    x, y = rng.uniform(0.1, 0.9, 2)
    return seen(
        sheet,
        shade=lambda r, c: 0.8 + 0.5 * np.exp(-((r - y) ** 2 + (c - x) ** 2) / 0.02),
    ), ink


def blackboard(rng, digit, size):
    sheet, ink, _ = written(rng, digit, size, (0.2, 0.6), (0.05, 0.12), (0.12, 0.2, 0.17))
    grain = ndimage.gaussian_filter(rng.normal(0, 1, ink.shape), 1)
    sheet.ink(ink * np.clip(0.8 + 0.2 * grain / grain.std(), 0, 1), (0.85, 0.85, 0.8))
    return seen(sheet), ink


def coloured_pen(rng, digit, size):
    sheet, ink, _ = written(rng, digit, size)
    colours = [(0.2, 0.6, 0.3), (0.9, 0.5, 0.15), (0.6, 0.25, 0.7), (0.25, 0.65, 0.9)]
    sheet.ink(ink, colours[rng.integers(4)])
    return seen(sheet), ink


def pen_beside(rng, digit, size, colour=(0.1, 0.1, 0.13), thick=(0.015, 0.03)):
    """A pen that lies on the paper, from beyond the border, with its tip beside the digit."""
    sheet, ink, _ = written(rng, digit, size, (0.2, 0.4), (0.04, 0.12), off=0.05)
    sheet.ink(ink, sheet.pen)
    x = sheet.stop[0] + rng.uniform(0.06, 0.12) * sheet.unit
    y = rng.uniform(sheet.start[1], sheet.stop[1])
    away = np.array([rng.uniform(0.5, 1), rng.uniform(0.3, 1.2)]) * sheet.unit
    sheet.line([(x, y), (x + away[0], y + away[1])], rng.uniform(*thick) * sheet.unit, colour)
    return seen(sheet), ink


def finger_beside(rng, digit, size):
    return pen_beside(rng, digit, size, (0.75, 0.55, 0.45), (0.08, 0.14))


def crumpled(rng, digit, size):
    """Paper with folds: facets that are lit differently."""
    sheet, ink, _ = written(rng, digit, size, (0.25, 0.6), (0.04, 0.12))
    sheet.ink(ink, sheet.pen)
    height, width = ink.shape
    points = rng.uniform(0, 1, (25, 2)) * (height, width)
    rows, columns = np.indices(ink.shape)
    apart = [np.hypot(rows - y, columns - x) for y, x in points]
    facet = np.argmin(apart, axis=0)
    slopes = rng.normal(0, 0.06, (25, 2)) / sheet.unit * 5
    light = 1 + rng.normal(0, 0.05, 25)[facet]
    light += slopes[facet, 0] * (rows - points[facet, 0]) + slopes[facet, 1] * (
        columns - points[facet, 1]
    )
    sheet.colours = (
        sheet.colours * np.clip(ndimage.gaussian_filter(light, 1.5), 0.6, 1.1)[..., np.newaxis]
    )
    return seen(sheet), ink


def near_the_edge(rng, digit, size):
    """The digit is within a few percent of the photo's border."""
    sheet, ink, _ = written(rng, digit, size, (0.2, 0.4), (0.04, 0.12), off=0)
    extent = (sheet.stop - sheet.start) / 2
    room = np.array(size[::-1]) / 2 - extent - 0.045 * sheet.unit
    shift = room * rng.choice([-1, 1], 2)
    ink = ndimage.shift(ink, shift[::-1], order=1)
    sheet.ink(ink, sheet.pen)
    return seen(sheet, tilt=0.02), ink


def far_away(rng, digit, size):
    return plain(rng, digit, size, length=(0.05, 0.08), thick=(0.05, 0.1), off=0.2)


def very_large(rng, digit, size):
    return plain(rng, digit, size, length=(0.8, 0.9), thick=(0.05, 0.15), off=0.02)


def thin_pen(rng, digit, size):
    return plain(rng, digit, size, length=(0.3, 0.6), thick=(0.012, 0.025))


def plain_on_dark(rng, digit, size):
    sheet, ink, _ = written(rng, digit, size, paper=BLACK)
    sheet.ink(ink, (0.85,) * 3)
    return seen(sheet), ink


def number(rng, digits, size, thick=(0.05, 0.2), gap=(0.15, 1.0)):
    """Several digits on one sheet: dark on light, light on dark, or on ruled paper."""
    sheet = Sheet(rng, size, [WHITE, YELLOW, BLACK, WHITE][rng.integers(4)])
    apart = rng.uniform(*gap)
    height = min(rng.uniform(0.12, 0.3), 0.85 / (len(digits) * (0.9 + apart)))
    width = max(height * rng.uniform(*thick) * sheet.unit, 1.5)
    dark = sheet.colours.mean() < 0.5
    if not dark and rng.random() < 0.3:
        sheet.rules(rng.uniform(0.06, 0.12), 1.5, (0.6, 0.68, 0.8))
    sheet.ink(sheet.number(digits, height, width, apart), (0.85,) * 3 if dark else sheet.pen)
    return seen(sheet)


def numbers(seed: int, size=(300, 400)) -> Iterator[tuple[bytes, list[int]]]:
    """Yield photos of two to four digits without end, each with its digits."""
    rng = np.random.default_rng(seed)
    while True:
        digits = [int(digit) for digit in rng.integers(0, 10, rng.integers(2, 5))]
        yield number(rng, digits, size), digits


KINDS: dict[str, Callable] = {
    kind.__name__: kind
    for kind in [
        plain, plain_on_dark, thin_pen, very_large, far_away, near_the_edge, coloured_pen,
        shadow_edge, crumpled, whiteboard, blackboard,
        squared_paper, dark_squares, ruled_paper, dark_rules, red_margin, table_cell,
        printed_box, line_of_a_form, on_a_desk, on_a_light_desk, broken_pencil, dashed,
        pen_beside, finger_beside,
    ]
}  # fmt: skip


def photos(kind: str, seed: int, size=(400, 300)) -> Iterator[tuple[bytes, Array, int]]:
    """Yield photos of a kind without end, each with its ink alone and the digit that it is."""
    rng = np.random.default_rng(seed)
    for i in count():
        content, ink = KINDS[kind](rng, i % 10, size)
        yield content, ink, i % 10
