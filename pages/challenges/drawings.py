"""The checks of what is to be drawn: on the drawing that is on the canvas now."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pages.challenges.task import Told
from pages.components.canvas import seen
from pages.drawing.doubt import doubt_about
from pages.language import T
from pages.networks import network
from pages.state import SKETCH

TORN, SURE = 0.5, 0.9
"""How sure a network may be, or has to be."""


def shares(choice: str, x: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the ten probabilities of a shipped network for the drawing."""
    net = network(choice, say=False)
    return np.full(10, 0.1) if net is None else net.predict(x[np.newaxis])[0]


def two_opinions() -> Told:
    """Check that one network reads a 1 where the other one reads a 7."""
    x = seen()
    if x is None:
        return Told(False, T("challenge.nothing_drawn"))
    article, robust = (int(shares(name, x).argmax()) for name in ("article", "robust"))
    words = T("challenge.opinions", article=article, robust=robust)
    return Told((article, robust) == (1, 7), words)


def torn() -> Told:
    """Check that a network cannot decide about what looks like one digit."""
    x = seen()
    if x is None:
        return Told(False, T("challenge.nothing_drawn"))
    if doubt := doubt_about(x, SKETCH.get().picture):
        return Told(False, doubt)
    best = float(shares("robust", x).max())
    return Told(best < TORN, T("challenge.sure", p=f"{best:.0%}"))


def sure_stranger() -> Told:
    """Check that a network is sure of what does not look like one digit."""
    x = seen()
    if x is None:
        return Told(False, T("challenge.nothing_drawn"))
    best = float(shares("robust", x).max())
    if not doubt_about(x, SKETCH.get().picture):
        return Told(False, T("challenge.one_digit"))
    return Told(best >= SURE, T("challenge.sure", p=f"{best:.0%}"))
