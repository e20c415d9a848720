"""What the pictures of the lessons are drawn with: SVG as text, in the colours of `lesson.css`.

What belongs to a symbol of the formula has the name of its part, so that either lights the other.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from pages.figures.miniatures import in_colours

Texts = Callable[..., str]
"""Returns the words of a key."""

WIDTH, HEIGHT = 480, 270
"""Of a picture, in its own units."""


def drawing(*inside: str, height: float = HEIGHT) -> str:
    """Return a picture of these pieces, the last one on top."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
        f'aria-hidden="true">{"".join(inside)}</svg>'
    )


def tag(name: str, content: str = "", part: str = "", **attributes: object) -> str:
    """Return an element; an underscore in the name of an attribute stands for a hyphen."""
    if part:
        attributes["data-part"] = part
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_said(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>"


def _said(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def group(part: str, *inside: str) -> str:
    """Return pieces as one part."""
    return tag("g", "".join(inside), part)


def words(
    x: float,
    y: float,
    text: str,
    colour: str = "ink",
    part: str = "",
    anchor: str = "middle",
    kind: str = "",
) -> str:
    """Return a text whose middle is as high as `y`; `anchor` is what of it is at `x`."""
    return tag(
        "text",
        escape(re.sub(r"-(?=\d)", "−", text)),
        part,
        x=float(x),
        y=float(y),
        dy="0.35em",
        text_anchor=anchor,
        class_=f"{colour} {kind}".strip(),
    )


def line(
    points: Sequence[tuple[float, float]],
    colour: str = "gray",
    part: str = "",
    width: float = 2.5,
    dash: str = "",
) -> str:
    """Return a line through points, dashed where `dash` says how."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    more = {"stroke_dasharray": dash} if dash else {}
    return tag(
        "polyline",
        "",
        part,
        points=path,
        class_=f"line {colour}",
        stroke_width=float(width),
        **more,
    )


def dot(x: float, y: float, colour: str, part: str = "", radius: float = 5.5) -> str:
    """Return a point."""
    return tag("circle", "", part, cx=float(x), cy=float(y), r=radius, class_=f"area {colour}")


def box(
    x: float, y: float, width: float, height: float, colour: str, part: str = "", opacity: float = 1
) -> str:
    """Return a filled rectangle."""
    return tag(
        "rect",
        "",
        part,
        x=float(x),
        y=float(y),
        width=float(max(width, 0)),
        height=float(max(height, 0)),
        class_=f"area {colour}",
        fill_opacity=opacity,
    )


def frame(
    x: float, y: float, width: float, height: float, colour: str, part: str = "", thick: float = 2
) -> str:
    """Return the outline of a rectangle."""
    return tag(
        "rect",
        "",
        part,
        x=float(x),
        y=float(y),
        width=float(width),
        height=float(height),
        class_=f"line {colour}",
        stroke_width=thick,
    )


def image(
    pixels: NDArray[np.uint8], x: float, y: float, width: float, height: float, part: str = ""
) -> str:
    """Return an image of bytes, gray (h, w) or in colours (h, w, 3), each pixel a square."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return tag(
        "image",
        "",
        part,
        href=url,
        x=float(x),
        y=float(y),
        width=float(width),
        height=float(height),
    )


def guess_mark(x: float, y: float, T: Texts) -> str:
    """Return the mark of a guess: a cross with its name."""
    cross = f"M{x - 6:.1f} {y - 6:.1f}l12 12m0 -12l-12 12"
    return tag("path", "", d=cross, class_="line ink", stroke_width=2.5) + words(
        x + 10, y + 16, T("learn.mark"), anchor="start"
    )


def guess_curve(plane: Plane, x: NDArray[np.floating], y: Sequence[float], T: Texts) -> str:
    """Return the curve that was guessed, dotted, with its name at its beginning."""
    pairs = zip(x, y, strict=True)
    points = [plane.at(float(a), float(b)) for a, b in pairs]
    dots = "".join(dot(*point, "ink", radius=3.5) for point in points)
    left, top = points[0]
    name = words(left, top - 14, T("learn.mark"), anchor="start")
    return line(points, "ink", width=2.5, dash="1 6") + dots + name


def signed_pixels(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return 784 numbers from -1 to 1 as an image: orange for, blue against."""
    return in_colours(values.reshape(28, 28))


@dataclass(frozen=True)
class Plane:
    """A part of a picture in which numbers have places.

    Parameters
    ----------
    x, y : tuple of float
        The lowest and the highest number, across and upwards.
    left, top, width, height : float
        Where it is in the picture.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    left: float = 46
    top: float = 12
    width: float = WIDTH - 60
    height: float = HEIGHT - 56

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of two numbers; what is outside is somewhat outside, and not far."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return (
            self.left + self.width * min(max(across, -0.02), 1.02),
            self.top + self.height * (1 - min(max(up, -0.02), 1.02)),
        )

    def curve(
        self,
        x: ArrayLike,
        y: ArrayLike,
        colour: str = "gray",
        part: str = "",
        width: float = 2.5,
        dash: str = "",
    ) -> str:
        """Return the line through points."""
        pairs = zip(np.ravel(x), np.ravel(y), strict=True)
        return line([self.at(float(a), float(b)) for a, b in pairs], colour, part, width, dash)

    def straight(
        self, x: float, y: float, slope: float, colour: str, part: str = "", dash: str = ""
    ) -> str:
        """Return the straight line of a slope through a point, as far as it is inside."""
        low, high = self.x
        if slope:
            ends = sorted((end - y) / slope + x for end in self.y)
            low, high = max(low, ends[0]), min(high, ends[1])
        xs = np.array([low, high])
        return self.curve(xs, y + slope * (xs - x), colour, part, 2.5, dash)

    def axes(
        self,
        x_ticks: Sequence[tuple[float, str]],
        y_ticks: Sequence[tuple[float, str]],
        x_title: str = "",
    ) -> str:
        """Return thin lines with the numbers that they stand for, and what is told across."""
        pieces = []
        for value, said in y_ticks:
            _, y = self.at(self.x[0], value)
            ends = f"M{self.left:g} {y:.1f}H{self.left + self.width:g}"
            pieces += [tag("path", "", d=ends, class_="grid")]
            pieces += [words(self.left - 6, y, said, "gray", anchor="end")]
        bottom = self.top + self.height
        for value, said in x_ticks:
            x, _ = self.at(value, self.y[0])
            pieces += [tag("path", "", d=f"M{x:.1f} {bottom:g}v5", class_="grid")]
            pieces += [words(x, bottom + 15, said, "gray")]
        if x_title:
            pieces += [words(self.left + self.width / 2, bottom + 33, x_title, "gray")]
        return "".join(pieces)
