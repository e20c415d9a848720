"""JSON: sizes, parameters as rows, and what is known of the network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.network import Params, SimpleNet
from simplenet.storage import as_json

FORMAT = "simplenet"

DIGITS = {"float32": 9, "float64": 17}
"""Significant digits that give each number back to the last bit."""


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as JSON."""
    content = {
        "format": FORMAT,
        "version": 1,
        "input_size": net.input_size,
        "hidden_size": net.hidden_size,
        "output_size": net.output_size,
        "hidden": "sigmoid",
        "output": "softmax",
        "dtype": str(net.dtype),
        "params": {key: short(value) for key, value in net.params.items()},
        "metadata": json.loads(as_json(metadata)),
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()


def read(content: bytes) -> tuple[Params, dict[str, Any]]:
    """Return the parameters in a JSON file, and what is known of the network.

    Raises
    ------
    ValueError
        If it is no such file.
    """
    try:
        found = json.loads(content)
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("it is no JSON") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f'it is no network in JSON: its "format" is not {FORMAT!r}')
    params, dtype = found.get("params"), found.get("dtype", "float32")
    if not (isinstance(params, dict) and isinstance(dtype, str) and dtype in DIGITS):
        raise ValueError('it needs "params", and a "dtype" of float32 or float64')
    try:
        with np.errstate(over="ignore"):  # What becomes infinite is refused as such.
            arrays = {str(key): np.array(value, dtype) for key, value in params.items()}
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"its params are not rows of numbers: {error}") from error
    metadata = found.get("metadata")
    return arrays, metadata if isinstance(metadata, dict) else {}


def short(array: NDArray[Any]) -> Any:
    """Return an array as lists of numbers, with as many digits as its precision has."""
    digits = DIGITS[str(array.dtype)]
    if array.ndim > 1:
        return [short(row) for row in array]
    return [float(f"{value:.{digits}g}") for value in array.tolist()]
