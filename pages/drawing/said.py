"""An answer in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pages.language import T

LEAST = 0.001
"""A probability that is told beside the first one: less would read 0.0%."""


def said(y: NDArray[np.floating]) -> str:
    """Return an answer in words: its digit, and the next one if it gets anything to speak of."""
    first, second = np.argsort(-y)[:2]
    p, q = f"{y[first]:.1%}", f"{y[second]:.1%}"
    if y[second] < LEAST:
        return T("draw.text_sure", first=first, p=p)
    return T("draw.text", first=first, p=p, second=second, q=q)
