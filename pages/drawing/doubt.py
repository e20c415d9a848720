"""The word that a picture does not look like one digit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pages.language import T
from pages.sketch import Picture
from simplenet.ink.novelty import known_digits


def doubt_about(x: NDArray[np.floating], picture: Picture | None, *, finished: bool = True) -> str:
    """Return why a picture does not look like one digit, or nothing if it does.

    Parameters
    ----------
    x : ndarray, shape (784,)
        As the network gets it.
    picture : Picture or None
        What it was made of; None if nobody knows.
    finished : bool
        Whether the pen is up: the dot with which each stroke begins is thick, and means nothing.
    """
    words = {
        None: "",
        "several": T("draw.doubt_several"),
        "thick": T("draw.doubt_thick"),
        "parts": T("draw.doubt_parts"),
        "wide": T("draw.doubt_wide"),
        "pair": T("draw.doubt_pair"),
        "unlike": T("draw.doubt_unlike"),
    }
    image = picture.ink if picture and finished else None
    several = picture is not None and picture.several
    return words[known_digits().look(x, image, several=several).doubt]
