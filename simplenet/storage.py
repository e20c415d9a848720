"""Trained networks as files: the parameters and what is known about them, without pickle."""

from __future__ import annotations

import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.numpy
from safetensors import SafetensorError, safe_open

from simplenet.network import SimpleNet

SUFFIX = ".safetensors"
MOST_BYTES = 20_000_000
"""The largest file that is read: 784-1000-10 in double precision takes a third of it."""


class ModelFileError(ValueError):
    """A file is not a trained network; the message names the file and what is wrong."""


@dataclass(frozen=True)
class SavedModel:
    """A trained network and what is known about it.

    Parameters
    ----------
    net : SimpleNet
    metadata : dict
        What was saved with it: strings, numbers, lists and dicts.
    """

    net: SimpleNet
    metadata: dict[str, Any]


def model_to_bytes(net: SimpleNet, metadata: Mapping[str, Any] | None = None) -> bytes:
    """Return a network as the content of a safetensors file.

    Raises
    ------
    TypeError, ValueError
        If the metadata cannot be written as JSON.
    """
    about = json.dumps(dict(metadata or {}), ensure_ascii=False, allow_nan=False)
    return safetensors.numpy.save(net.params, {"simplenet": about})


def save_model(
    path: str | os.PathLike[str], net: SimpleNet, metadata: Mapping[str, Any] | None = None
) -> None:
    """Write a network to a new file; one that exists is never overwritten.

    The file appears whole or not at all: it is written under a temporary name first.

    Raises
    ------
    FileExistsError
        If there is a file of this name, whatever its upper and lower case.
    OSError
        If it cannot be written.
    """
    path = Path(path)
    content = model_to_bytes(net, metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.casefold() in {name.casefold() for name in os.listdir(path.parent)}:
        raise FileExistsError(f"there is a model {path.stem} already; choose another name")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp keeps it from everybody else.
        os.link(temporary, path)  # Unlike a rename, it fails if somebody was quicker.
    finally:
        os.unlink(temporary)


def load_model(path: str | os.PathLike[str]) -> SavedModel:
    """Read a network from a file.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ModelFileError
        If the file is not a network that `save_model` wrote, or is damaged.
    """
    path = Path(path)
    if path.stat().st_size > MOST_BYTES:
        raise ModelFileError(f"{path.name} is larger than {MOST_BYTES} bytes")
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {})["simplenet"])
            net = SimpleNet.from_params({key: file.get_tensor(key) for key in file.keys()})  # noqa: SIM118
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"{path.name} is not a SimpleNet model: {error}") from error
    if not isinstance(about, dict):
        raise ModelFileError(f"{path.name} is not a SimpleNet model: its metadata are no object")
    return SavedModel(net, about)


def list_models(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the model files of a folder by name; none if there is no such folder."""
    return sorted(Path(folder).glob(f"[!.]*{SUFFIX}"))


def check_model_name(name: str) -> str:
    """Return a name that a person typed in the form in which it is used.

    Raises
    ------
    ValueError
        Unless it has 1 to 40 letters (of any script), digits, - and _, begins with a letter or
        a digit, and is not a name that Windows keeps for devices.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if not re.fullmatch(r"[^\W_][\w-]{0,39}", name) or re.fullmatch(
        r"(?i)con|prn|aux|nul|com\d|lpt\d", name
    ):
        raise ValueError(
            "a name has 1 to 40 letters, digits, - or _, and begins with a letter or a digit; "
            f"got {name!r}"
        )
    return name
