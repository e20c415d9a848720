"""A page of HTML that holds the network, and reads what is drawn on it, offline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from simplenet.exports.script import encoded
from simplenet.network import IMAGE_SIZE, SimpleNet

TEMPLATE = Path(__file__).with_name("templates") / "page.html"

PLACE = "/*NETWORK*/null"
"""Where the template gets the network."""

CLASSES = 10


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as a page; a browser opens it from a file, without any server.

    Raises
    ------
    ValueError
        If it does not read digits of 28 x 28 pixels.
    """
    if (net.input_size, net.output_size) != (IMAGE_SIZE, CLASSES):
        raise ValueError(f"a page reads drawings with 784 inputs and 10 classes, this is {net}")
    accuracy = metadata.get("test_accuracy")
    network = {
        "hidden": net.hidden_size,
        "weights": encoded(net.astype(np.float32).params),
        "accuracy": accuracy if isinstance(accuracy, int | float) else None,
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    return text.replace(PLACE, json.dumps(network), 1).encode()
