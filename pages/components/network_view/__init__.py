"""The network as a picture: its image, its hidden units as tiles of weights, its ten outputs.

It is one component on every page: alive while a network trains, or while somebody draws. Its
weights are an element of their own, so that a part of a page that runs for each stroke need not
send them again.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS
from pages.components.pixels import PIXELS_JS, as_bytes
from pages.language import T
from pages.platform.incoming import whole
from pages.state import Component
from simplenet.network import Params
from simplenet.study.units import signals

STEPS = 32767
"""In how many steps a weight is told, from 0 to the largest."""

HEIGHT = 312
"""Of a wide view in pixels, kept free until it is there."""

USUAL = 0.998
"""The share of the weights that the colours are made for; the few beyond have the full colour."""


def _source(name: str) -> str:
    """Return the text of a file that is beside this one."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


_mount_weights = st.components.v2.component(
    "network_weights",
    html='<div class="network-weights" hidden></div>',
    js=_source("weights.js"),
    isolate_styles=False,
)
_mount_view = st.components.v2.component(
    "network_view",
    html='<div class="network-view"></div>',
    css=NUMBERS_CSS + _source("network_view.css"),
    js=NUMBERS_JS
    + PIXELS_JS
    + "".join(
        map(_source, ("geometry.js", "lighting.js", "drawing.js", "tables.js", "network_view.js"))
    ),
    isolate_styles=False,
)


@dataclass(frozen=True, eq=False)
class Exciting:
    """The images that excite a hidden unit most.

    Parameters
    ----------
    x : ndarray, shape (n, 784)
        Pixels in [0, 1], or bytes.
    labels : sequence of int, length n
        What they are.
    """

    x: NDArray[Any]
    labels: NDArray[np.intp]


Part = Literal["image", "first", "hidden", "second", "outputs"]
"""What can be lit: the image, the hidden units, the outputs, and the weights before either."""


@dataclass(frozen=True, eq=False)
class Active:
    """What is lit in a view, because something is told of it.

    Parameters
    ----------
    parts : sequence of Part
    delta2 : ndarray, shape (10,), optional
        The errors of the outputs; with them the parts are lit as what runs back.
    delta1 : ndarray, shape (hidden,), optional
        Those of the hidden units, where they have come so far.
    words : str
        What happens there.
    """

    parts: Sequence[Part]
    delta2: NDArray[np.floating] | None = None
    delta1: NDArray[np.floating] | None = None
    words: str = ""

    def data(self) -> dict[str, Any]:
        """Return it as the component takes it."""
        errors = {"delta1": self.delta1, "delta2": self.delta2}
        told = {
            name: None if values is None else [float(f"{value:.4g}") for value in values]
            for name, values in errors.items()
        }
        return {"parts": list(self.parts), **told}


def network_weights(params: Params, *, key: Component) -> None:
    """Send the weights of the network that a view shows.

    Parameters
    ----------
    params : dict of str to ndarray
        Its parameters.
    key : Component
        The view.
    """
    _mount_weights(key=key.weights, data={"view": key, **weights_data(params)})


def network_view(
    params: Params,
    x: ArrayLike | None,
    *,
    key: Component,
    iteration: int = 0,
    caption: str = "",
    label: int | None = None,
    exciting: Callable[[int], Exciting] | None = None,
    active: Active | None = None,
    short: bool = False,
) -> None:
    """Show a network, and what runs through it for one image; `network_weights` is shown, too.

    Parameters
    ----------
    params : dict of str to ndarray
        Its parameters.
    x : array_like, shape (784,), or None
        Pixels in [0, 1], or bytes; None where there is no image.
    key : Component
    iteration : int
        Updates that the parameters have had.
    caption : str
        What the image is.
    label : int, optional
        What it should be read as; then the answer is green or red.
    exciting : callable, optional
        Gets a hidden unit that a person opened, and returns what excites it.
    active : Active, optional
        What is lit; all is alike without it.
    short : bool, optional
        Whether it takes less height in a narrow window, where it is not the only picture.
    """
    units = params["W1"].shape[1]
    told = key.told("opened")
    opened = whole(told.get("unit"), 0, units - 1)
    alt = T("view.alt", units=units, iteration=f"{iteration:,}")
    forward = {"image": None, "signals": None} if x is None else forward_data(params, x)
    _mount_view(
        key=key,
        data={
            "turn": told.get("turn", 0),
            "weights": key.weights,
            "iteration": iteration,
            "caption": caption,
            "label": label,
            "opened": None
            if opened is None
            else {"unit": opened, "digits": _tiles(exciting(opened)) if exciting else []},
            "words": _words(),
            "alt": " ".join([alt, active.words] if active else [alt]),
            "active": active.data() if active else None,
            "short": short,
            **forward,
        },
        on_opened_change=lambda: None,
        height=HEIGHT,
    )


def _words() -> dict[str, str]:
    """Return what the browser says, as it alone knows what is pointed at: it fills in the rest."""
    pixel = {"row": "{row}", "column": "{column}", "x": "{x}"}
    return {
        "pixel": T("view.pixel", **pixel),
        "weight": T("view.weight", **pixel, weight="{weight}"),
        "unit": T("view.unit", unit="{unit}", sum="{sum}", activation="{activation}"),
        "output": T("view.output", digit="{digit}", score="{score}", share="{share}"),
        "reads": T("view.reads", digit="{digit}", share="{share}"),
        "close": T("view.close"),
        "incoming": T("view.incoming"),
        "outgoing": T("view.outgoing"),
        "exciting": T("view.exciting"),
    }


def weights_data(params: Params) -> dict[str, Any]:
    """Return the weights of a network as the network view takes them.

    `limit` is the weight that has the full colour.
    """
    sizes = np.abs(params["W1"]).ravel()
    usual = int(USUAL * (sizes.size - 1))
    return {
        "units": params["W1"].shape[1],
        "limit": float(np.partition(sizes, usual)[usual]),
        "w1": _in_steps(params["W1"]),
        "w2": _in_steps(params["W2"]),
    }


def forward_data(params: Params, x: ArrayLike) -> dict[str, Any]:
    """Return what runs through a network for one image, as the network view takes it."""
    found = signals(params, x)
    return {
        "image": base64.b64encode(np.rint(255 * found.x).astype(np.uint8)).decode(),
        "signals": {
            name: np.round(getattr(found, name).astype(float), 4).tolist()
            for name in ("s1", "a1", "s2", "y")
        },
    }


def _in_steps(values: NDArray[Any]) -> dict[str, Any]:
    """Return an array as whole steps of 16 bits, base64, row after row, and how large a step is."""
    most = float(np.abs(values).max())
    scale = most / STEPS or 1.0
    steps = np.rint(values / scale).astype("<i2")
    return {"bytes": base64.b64encode(steps.tobytes()).decode(), "scale": scale}


def _tiles(found: Exciting) -> list[dict[str, Any]]:
    """Return images as the component shows them, each with its label."""
    pixels = found.x / 255 if found.x.dtype == np.uint8 else found.x
    return [
        as_bytes(image.reshape(28, 28), signed=False) | {"label": str(int(label))}
        for image, label in zip(pixels, found.labels, strict=True)
    ]
