"""A film of images that run through a network: its player, and the ten probabilities along it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.network_view import forward_data
from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS
from pages.language import T
from pages.state import Component
from simplenet.network import Params

HEIGHT = 300
"""In pixels, kept free until it is there."""

_mount = st.components.v2.component(
    "film",
    html='<div class="film"></div>',
    css=NUMBERS_CSS + Path(__file__).with_name("film.css").read_text(encoding="utf-8"),
    js=NUMBERS_JS + Path(__file__).with_name("film.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def film(
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    params: Params,
    *,
    key: Component,
    view: Component,
    name: str,
    captions: list[str],
    alt: str,
    colours: Sequence[str],
) -> None:
    """Show images one after another, what a network makes of each, and that in its network view.

    Parameters
    ----------
    x : ndarray, shape (n, 784)
        The images, pixels in [0, 1]; n at least 2.
    y : ndarray, shape (n, 10)
        The ten probabilities of each.
    params : dict of str to ndarray
        The network's parameters.
    key, view : Component
        The film, and the network view that follows it.
    name : str
        What the slider moves along.
    captions : list of str, length n
        What each image is.
    alt : str
        What the film shows, in words.
    colours : sequence of str, length 10
        Of the digits.
    """
    _mount(
        key=key,
        data={
            "view": view,
            "frames": [
                forward_data(params, image) | {"caption": caption}
                for image, caption in zip(x, captions, strict=True)
            ],
            "y": y.round(4).tolist(),
            "colours": list(colours),
            "words": {
                "name": name,
                "alt": alt,
                "play": T("film.play"),
                "pause": T("film.pause"),
                "reads": T("view.reads", digit="{digit}", share="{share}"),
            },
        },
        height=HEIGHT,
    )
