"""What a visitor draws: the drawing stroke by stroke, and the picture that is read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Strokes = list[dict[str, object]]


@dataclass(frozen=True, eq=False)
class Picture:
    """What is being read.

    Parameters
    ----------
    whole : ndarray of uint8
        The image as it is.
    ink : ndarray of uint8, shape (h, w, 4)
        Its ink on a transparent ground.
    name : str or None
        Of the file that it comes from; None for a drawing.
    several : bool
        Whether there are other digits in the photo.
    """

    whole: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    name: str | None = None
    several: bool = False


@dataclass(frozen=True)
class Drawing:
    """What is on the canvas after a stroke.

    Parameters
    ----------
    strokes : list of dict
        As Fabric.js writes them down.
    image : str
        The canvas as the browser shows it, a data URL; empty where nothing is drawn.
    """

    strokes: Strokes
    image: str


NOTHING = Drawing([], "")


@dataclass
class Sketch:
    """A drawing while it is made.

    Parameters
    ----------
    drawings : list of Drawing
        One more for each stroke; the last one is on the canvas.
    undone : list of Drawing
        What was taken back, the last one first to come again.
    heard : Drawing or None
        What the canvas told last.
    start : dict
        What the canvas is given to begin with.
    redraws : int
        How often it was given that.
    picture : Picture or None
        What is being read: the last of the drawings, what the pen has drawn since, or a photo.
    pen : str or None
        What the pen has drawn so far, a data URL, while the canvas has not told of it.
    dropped : str or None
        What the pen had drawn when the canvas told of it: it may come once more, too late.
    """

    drawings: list[Drawing] = field(default_factory=lambda: [NOTHING])
    undone: list[Drawing] = field(default_factory=list)
    heard: Drawing | None = None
    start: dict[str, object] = field(default_factory=dict)
    redraws: int = 0
    picture: Picture | None = None
    pen: str | None = None
    dropped: str | None = None

    @property
    def last(self) -> Drawing:
        """What is on the canvas."""
        return self.drawings[-1]
