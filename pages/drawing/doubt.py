"""The word that a picture does not look like one digit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pages.language import T
from simplenet.ink.novelty import known_digits


def doubt_about(x: NDArray[np.floating]) -> str:
    """Return why a picture, (784,), does not look like one digit, or nothing if it does."""
    words = {
        None: "",
        "parts": T("draw.doubt_parts"),
        "wide": T("draw.doubt_wide"),
        "pair": T("draw.doubt_pair"),
        "unlike": T("draw.doubt_unlike"),
    }
    return words[known_digits().look(x).doubt]
