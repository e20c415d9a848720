"""A photo with a frame around what is read of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pages.sketch import Picture

COLOUR = (37, 99, 235, 255)
"""Of the frame, RGBA: blue, which stands out from paper and from dark boards."""

MARGIN, THICKNESS = 1 / 40, 1 / 120
"""Between the frame and the ink, and of its lines, as shares of the photo's longer side."""


def framed(picture: Picture) -> NDArray[np.uint8]:
    """Return a photo, (h, w, 4), with a frame around its ink; without ink as it is."""
    whole, found = picture.whole.copy(), picture.ink[..., 3] > 0
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    if not len(rows):
        return whole
    side = max(found.shape)
    margin, thickness = round(MARGIN * side) + 1, round(THICKNESS * side) + 1
    top, left = max(rows[0] - margin, 0), max(columns[0] - margin, 0)
    frame = np.ones_like(found[top : rows[-1] + margin + 1, left : columns[-1] + margin + 1])
    frame[thickness:-thickness, thickness:-thickness] = False
    whole[top : top + frame.shape[0], left : left + frame.shape[1]][frame] = COLOUR
    return whole
