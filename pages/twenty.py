"""Twenty test digits, two of each: which of them a network reads right."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.mosaic import mosaic
from pages.language import T
from pages.state import Component
from simplenet.data import loaded
from simplenet.network import SimpleNet

OF_EACH = 2

SIDE = 29
"""The side of a digit in pixels: all twenty fit in a row beside the curves, and on a tablet."""


class Twenty(NamedTuple):
    """The digits.

    Parameters
    ----------
    x : ndarray of uint8, shape (20, 784)
        Pixels.
    labels : ndarray of int, shape (20,)
        What they are: two zeros, two ones, and so on.
    rows : ndarray of int, shape (20,)
        Where they are in the test set.
    """

    x: NDArray[np.uint8]
    labels: NDArray[np.intp]
    rows: NDArray[np.intp]


@st.cache_resource(show_spinner=False)
def twenty() -> Twenty:
    """Return the first two of each digit in MNIST's test set."""
    data = loaded("bundled")
    labels = data.t_test.argmax(axis=1)
    rows = np.concatenate([np.flatnonzero(labels == digit)[:OF_EACH] for digit in range(10)])
    return Twenty(data.pixels_test[rows], labels[rows], rows)


def answers(net: SimpleNet) -> NDArray[np.intp]:
    """Return what a network reads, shape (20,)."""
    return np.asarray(net.predict(twenty().x).argmax(axis=1))


def count_right(net: SimpleNet) -> int:
    """Return how many of the twenty a network reads right."""
    return int((answers(net) == twenty().labels).sum())


def strip(
    net: SimpleNet, chosen: int | None, on_pick: Callable[[int], None], *, key: Component
) -> None:
    """Show the digits, each as it is read; the one that is chosen runs through the network.

    Parameters
    ----------
    net : SimpleNet
    chosen : int or None
        Which of the twenty is marked.
    on_pick : callable
        Gets another one that a person chose.
    key : Component
    """
    digits = twenty()
    right = (answers(net) == digits.labels).tolist()
    mosaic(
        digits.x.reshape(-1, 28, 28) / 255,
        key=key,
        alt=T("twenty.alt", right=sum(right), all=len(right)),
        signed=False,
        side=SIDE,
        height=SIDE + 10,
        right=right,
        image=chosen,
        on_pick=lambda image, _: on_pick(image),
    )
