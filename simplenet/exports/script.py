"""A Python script that holds the network and needs nothing but NumPy."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from simplenet.network import Params, SimpleNet

TEMPLATE = Path(__file__).with_name("templates") / "standalone.py"

EMPTY = "WEIGHTS: dict[str, str] = {}"
"""The line of the template that gets the weights."""


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as a script: to import for its `predict`, or to run on a file of images."""
    text = TEMPLATE.read_text(encoding="utf-8")
    lines = [f'    "{key}": "{value}",' for key, value in encoded(net.params).items()]
    weights = "\n".join(["WEIGHTS: dict[str, str] = {", *lines, "}"])
    text = text.replace(EMPTY, weights, 1)
    sizes = {"INPUT_SIZE": net.input_size, "HIDDEN_SIZE": net.hidden_size}
    for name, size in {**sizes, "OUTPUT_SIZE": net.output_size}.items():
        text = text.replace(f"{name} = 0", f"{name} = {size}", 1)
    return text.replace('DTYPE = "<f4"', f'DTYPE = "<f{net.dtype.itemsize}"', 1).encode()


def encoded(params: Params) -> dict[str, str]:
    """Return the bytes of parameters as text, the lowest byte of a number first."""
    return {
        key: base64.b64encode(
            np.ascontiguousarray(value, value.dtype.newbyteorder("<")).tobytes()
        ).decode()
        for key, value in params.items()
    }
