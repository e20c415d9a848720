"""Keras: weights for `load_weights` of a Sequential model, in HDF5."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import h5py

from simplenet.network import SimpleNet


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as weights of Keras 3, to be saved with the suffix ``.weights.h5``.

    They are loaded into ``keras.Sequential([keras.Input((784,)), keras.layers.Dense(50,
    "sigmoid"), keras.layers.Dense(10, "softmax")])``, with the sizes of the network.
    """
    file = io.BytesIO()
    with h5py.File(file, "w") as store:
        for layer, keys in (("dense", ("W1", "b1")), ("dense_1", ("W2", "b2"))):
            for i, key in enumerate(keys):
                store[f"layers/{layer}/vars/{i}"] = net.params[key]
    return file.getvalue()
