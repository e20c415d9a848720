"""Images of a few pixels, on their way to the components that show them."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PIXELS_JS = Path(__file__).with_name("pixels.js").read_text(encoding="utf-8")
"""What stands before the JavaScript of a component that paints such images."""


def as_bytes(image: NDArray[np.floating], signed: bool) -> dict[str, object]:
    """Return an image as `paint` in pixels.js takes it.

    Parameters
    ----------
    image : ndarray, shape (height, width)
        Ink in [0, 1]; or, where `signed`, from -1 (against) to 1 (for).
    signed : bool
        Whether it has two colours.
    """
    pixels = 128 + 127 * image if signed else 255 * image
    height, width = image.shape
    return {
        "pixels": base64.b64encode(np.rint(pixels).astype(np.uint8).tobytes()).decode(),
        "width": width,
        "height": height,
        "signed": signed,
    }
