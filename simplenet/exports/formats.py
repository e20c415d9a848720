"""The formats that a network can be written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from simplenet.network import SimpleNet
from simplenet.storage import model_to_bytes


@dataclass(frozen=True)
class Format:
    """A format that a network can be written in.

    Parameters
    ----------
    name : str
        What it is called, as an option of the command line has it.
    suffix : str
        What the name of a file ends in.
    title : str
        Whose it is, for people.
    write : callable
        Takes the network and what is known of it, and returns the content of a file.
    """

    name: str
    suffix: str
    title: str
    write: Callable[[SimpleNet, Mapping[str, Any]], bytes]


def _of(module: str) -> Callable[[SimpleNet, Mapping[str, Any]], bytes]:
    """Return the writer of a module, which is loaded with its library when it is first used."""

    def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
        content: bytes = import_module(f"simplenet.exports.{module}").write(net, metadata)
        return content

    return write


FORMATS = {
    one.name: one
    for one in (
        Format("onnx", ".onnx", "ONNX, for onnxruntime and many others", _of("onnx_file")),
        Format("pytorch", ".pt", "PyTorch, a state_dict", _of("pytorch")),
        Format("keras", ".weights.h5", "Keras, weights", _of("keras_file")),
        Format("json", ".json", "JSON", _of("json_file")),
        Format("csv", ".csv", "CSV, a weight a line", _of("csv_file")),
        Format("matlab", ".mat", "MATLAB and Octave", _of("matlab")),
        Format("numpy", ".py", "a Python script that needs NumPy only", _of("script")),
        Format("html", ".html", "a page that reads drawings, offline", _of("page")),
        Format("safetensors", ".safetensors", "SimpleNet's own", model_to_bytes),
    )
}
"""Every format, by its name."""


def exported(net: SimpleNet, to: str, metadata: Mapping[str, Any] | None = None) -> bytes:
    """Return a network as the content of a file of a format.

    Parameters
    ----------
    net : SimpleNet
    to : str
        One of `FORMATS`.
    metadata : mapping, optional
        What is known of it: formats that have a place for it keep it, the others leave it out.

    Raises
    ------
    ValueError
        If there is no such format, a parameter is not finite, or the format has no room for such
        a network.
    ModuleNotFoundError
        If the format's library is not installed: the extra [export] has them.
    """
    if to not in FORMATS:
        raise ValueError(f"to must be one of {', '.join(FORMATS)}, got {to!r}")
    return FORMATS[to].write(SimpleNet.from_params(net.params), metadata or {})
