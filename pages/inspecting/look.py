"""What is looked into: a network at a moment, and what it makes of the test digits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from simplenet.data import loaded
from simplenet.network import SimpleNet


@dataclass(frozen=True, eq=False)
class Look:
    """A network at a moment.

    Parameters
    ----------
    net : SimpleNet
    choice : str
        Which of the networks it is, as `pages.networks` has it.
    iteration : int
        Updates that it has had; 0 where that is not known.
    newest : bool
        Whether it is what the other pages have of this network.
    """

    net: SimpleNet
    choice: str
    iteration: int
    newest: bool = True

    @cached_property
    def identity(self) -> str:
        """The same for equal parameters, and for no others."""
        content = hashlib.sha256()
        for name, value in sorted(self.net.params.items()):
            content.update(f"{name} {value.dtype} {value.shape} ".encode())
            content.update(value.tobytes())
        return content.hexdigest()


class Tested(NamedTuple):
    """What a network makes of MNIST's test digits.

    Parameters
    ----------
    y : ndarray, shape (10000, 10)
        Probabilities.
    labels : ndarray of int, shape (10000,)
        What they are.
    """

    y: NDArray[np.floating]
    labels: NDArray[np.intp]

    @property
    def read(self) -> NDArray[np.intp]:
        """What each is read as, (10000,)."""
        return np.asarray(self.y.argmax(axis=1))


def tested(look: Look) -> Tested:
    """Return what a network makes of the test digits; computed once for equal parameters."""
    return _tested(look.identity, look.net)


@st.cache_resource(show_spinner=False, max_entries=40)
def _tested(identity: str, _net: SimpleNet) -> Tested:
    data = loaded("bundled")
    return Tested(_net.predict(data.pixels_test), data.t_test.argmax(axis=1))
