"""Trained networks as files: the parameters and what is known about them, without pickle."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import safetensors.numpy
from safetensors import SafetensorError

from simplenet.network import SimpleNet

SUFFIX = ".safetensors"
KEY = "simplenet"
MOST_BYTES = 20_000_000
"""The largest model: 784-1000-10 in double precision takes a third of it."""


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

    Parameters
    ----------
    net : SimpleNet
    metadata : mapping, optional
        Strings, finite numbers, lists and dicts; it comes back as JSON has it, a tuple as a list.

    Raises
    ------
    TypeError, ValueError
        If the metadata cannot be written as JSON.
    ValueError
        If the network could not be loaded again: a parameter is not finite, or there are more
        than `MOST_BYTES` of them.
    """
    params = SimpleNet.from_params(net.params).params
    about = json.dumps(dict(metadata or {}), allow_nan=False)
    content = safetensors.numpy.save(params, {KEY: about})
    if len(content) > MOST_BYTES:
        raise ValueError(f"a model takes at most {MOST_BYTES} bytes, this one {len(content)}")
    return content


def model_from_bytes(content: bytes, name: str = "the file") -> SavedModel:
    """Return the network that a safetensors file holds.

    Parameters
    ----------
    content : bytes
        What `model_to_bytes` returned.
    name : str
        What an error calls it.

    Raises
    ------
    ModelFileError
        If it is something else, or damaged.
    """
    try:
        if len(content) > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES} bytes")
        params = safetensors.numpy.load(content)
        # Safetensors has checked the header: its length, 8 bytes, and JSON of that length.
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        about = (header.get("__metadata__") or {}).get(KEY)
        if about is None:
            raise ValueError(f"its metadata have no {KEY!r}")
        metadata = json.loads(about)
        if not isinstance(metadata, dict):
            raise ValueError(f"its metadata are of type {type(metadata).__name__}, not dict")
        return SavedModel(SimpleNet.from_params(params), metadata)
    # KeyError: a dtype that NumPy lacks; RecursionError: brackets in brackets in brackets.
    except (SafetensorError, ValueError, KeyError, RecursionError) as error:
        raise ModelFileError(f"{name} is not a SimpleNet model: {error}") from error


def save_model(
    path: str | os.PathLike[str], net: SimpleNet, metadata: Mapping[str, Any] | None = None
) -> None:
    """Write a network to a new file; one that exists is never overwritten.

    The file appears whole or not at all: it is written under a temporary name first. Takes, and
    raises, what `model_to_bytes` does.

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
    temporary = path.with_name(f".{uuid4().hex}.part")
    try:
        if path.name.casefold() in {name.casefold() for name in os.listdir(path.parent)}:
            raise FileExistsError
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _publish(temporary, path)
    except FileExistsError:
        raise FileExistsError(
            f"there is a model {path.stem} already; choose another name"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def load_model(path: str | os.PathLike[str]) -> SavedModel:
    """Read a network from a file.

    Raises
    ------
    OSError
        If there is none (FileNotFoundError), or it cannot be read.
    ModelFileError
        If the file is not a network that `save_model` wrote, or is damaged.
    """
    path = Path(path)
    with open(path, "rb") as file:
        return model_from_bytes(file.read(MOST_BYTES + 1), path.name)


def list_models(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the model files of a folder by name; none if there is no such folder."""
    return sorted(Path(folder).glob(f"[!.]*{SUFFIX}"))


def check_model_name(name: str) -> str:
    """Return a name that a person typed in the form in which it is used: NFC, no outer spaces.

    Raises
    ------
    ValueError
        Unless it has 1 to 40 letters (of any script), digits, - and _, begins with a letter or
        a digit, and is not a name that Windows keeps for devices.
    """
    name = unicodedata.normalize("NFC", name.strip())
    # Letters and marks, without which Hindi and Thai cannot be written.
    allowed = all(
        unicodedata.category(character)[0] in "LM" or character.isdecimal() or character in "-_"
        for character in name
    )
    if (
        not 1 <= len(name) <= 40
        or not allowed
        or not name[0].isalnum()
        or re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", name)
    ):
        raise ValueError(
            "a name has 1 to 40 letters, digits, - or _, begins with a letter or a digit, and is "
            f"none that Windows keeps for devices, such as CON; got {name!r}"
        )
    return name


def _publish(temporary: Path, path: Path) -> None:
    """Give a file its name; FileExistsError if another has it."""
    try:
        os.link(temporary, path)  # Unlike a rename, it fails if somebody was quicker.
    except FileExistsError:
        raise
    except OSError:  # Not every file system has links: take the name first, then fill it.
        with open(path, "xb"):
            pass
        try:
            os.replace(temporary, path)
        except BaseException:
            path.unlink()
            raise
