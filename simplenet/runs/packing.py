"""Works, states and records as bytes, and back: JSON for numbers, safetensors for arrays."""

from __future__ import annotations

import json
from typing import Any, TypeVar, get_origin

import numpy as np
import safetensors.numpy
from cattrs import Converter
from numpy.typing import NDArray

from simplenet.training import History

KEY = "simplenet"
ARRAY = "array:"

T = TypeVar("T")


def pack(thing: Any) -> bytes:
    """Return a thing as bytes.

    Parameters
    ----------
    thing : object
        A dataclass, a list of them, a history, a number: with arrays anywhere inside.
    """
    arrays: dict[str, NDArray[Any]] = {}

    def taken_out(plain: Any) -> Any:
        """Return plain data in which each array is replaced by its name."""
        if isinstance(plain, np.ndarray):
            name = f"{ARRAY}{len(arrays)}"
            arrays[name] = np.ascontiguousarray(plain)
            return name
        if isinstance(plain, dict):
            return {key: taken_out(value) for key, value in plain.items()}
        if isinstance(plain, list | tuple):
            return [taken_out(value) for value in plain]
        return plain.item() if isinstance(plain, np.generic) else plain

    text = json.dumps(taken_out(_converter.unstructure(thing)))
    return safetensors.numpy.save(arrays, {KEY: text})


def unpack(content: bytes, kind: type[T] | Any) -> T:
    """Return the thing that `pack` made bytes of.

    Parameters
    ----------
    content : bytes
    kind : type
        What it is, such as ``TrainingRun`` or ``list[Lesson]``.
    """
    arrays = safetensors.numpy.load(content)
    length = int.from_bytes(content[:8], "little")
    plain = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][KEY])

    def put_back(plain: Any) -> Any:
        """Return plain data in which each name of an array is replaced by the array."""
        if isinstance(plain, str) and plain.startswith(ARRAY):
            return arrays[plain]
        if isinstance(plain, dict):
            return {key: put_back(value) for key, value in plain.items()}
        return [put_back(value) for value in plain] if isinstance(plain, list) else plain

    thing: T = _converter.structure(put_back(plain), kind)
    return thing


def _is_array(kind: Any) -> bool:
    return kind is np.ndarray or get_origin(kind) is np.ndarray


def _as_it_is(thing: Any, _: Any = None) -> Any:
    return thing


def _history_of(parts: dict[str, Any], _: Any) -> History:
    return History.of(**parts)


_converter = Converter()
_converter.register_unstructure_hook_func(_is_array, _as_it_is)
_converter.register_structure_hook_func(_is_array, _as_it_is)
_converter.register_unstructure_hook(History, History.parts)
_converter.register_structure_hook(History, _history_of)
