"""Trained networks as files: the parameters and what is known about them, without pickle."""

from __future__ import annotations

import json
import os
import re
import stat
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from simplenet.network import SimpleNet

SUFFIX = ".safetensors"
KEY = "simplenet"
MOST_BYTES = 20_000_000
"""The largest model: 784-1000-10 in double precision takes a third of it."""

MOST_MARKS = 3
"""Marks in a row that a letter may carry: Hindi and Thai need two."""

MOST_SHOWN = 300
"""Characters of what is wrong with a file."""

_saving = threading.Lock()  # No second name of other case comes between the look and the writing.


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
        Strings, finite numbers, lists and dicts; it comes back as JSON has it, a tuple as a list,
        and NumPy's numbers and arrays as Python's numbers and lists.

    Raises
    ------
    TypeError, ValueError
        If the metadata cannot be written as JSON.
    ValueError
        If the network could not be loaded again: a parameter is not finite, or there are more
        than `MOST_BYTES` of them.
    """
    params = SimpleNet.from_params(net.params).params
    content = safetensors.numpy.save(params, {KEY: as_json(metadata or {})})
    if len(content) > MOST_BYTES:
        raise ValueError(f"a model takes at most {MOST_BYTES} bytes, this one {len(content)}")
    return content


def as_json(metadata: Mapping[str, Any]) -> str:
    """Return metadata as JSON; raises what `model_to_bytes` does."""
    return json.dumps(dict(metadata), allow_nan=False, default=_plain)


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
        raise ModelFileError(f"{name} is not a SimpleNet model: {shown(error)}") from error


def shown(error: Exception) -> str:
    """Return what an error says, as far as a sentence has room for it: a file may be quoted in it.

    What cannot be printed is left out, such as the half of a pair, which no text can be sent with.
    """
    words = "".join(c if c.isprintable() else " " for c in str(error))
    return words if len(words) <= MOST_SHOWN else f"{words[: MOST_SHOWN - 1]}…"


def save_model(
    path: str | os.PathLike[str], net: SimpleNet, metadata: Mapping[str, Any] | None = None
) -> None:
    """Write a network to a new file; one that exists is never overwritten.

    The file appears whole or not at all: it is written under a temporary name first. Takes, and
    raises, what `model_to_bytes` does.

    Raises
    ------
    FileExistsError
        If there is a file of this name, whatever its upper and lower case, and however its
        letters are encoded.
    OSError
        If it cannot be written.
    """
    path = Path(path)
    content = model_to_bytes(net, metadata)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid4().hex}.part")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with _saving:
            if _folded(path.name) in map(_folded, os.listdir(path.parent)):
                raise FileExistsError
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
        If the file is not a network that `save_model` wrote, is damaged, or is no regular file.
    """
    path = Path(path)
    if not stat.S_ISREG(path.stat().st_mode):
        raise ModelFileError(f"{path.name} is not a regular file")
    with open(path, "rb", opener=_at_once) as file:
        return model_from_bytes(file.read(MOST_BYTES + 1), path.name)


def list_models(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the model files of a folder by name; none if there is no such folder.

    What is no regular file is left out, and a name that cannot be shown: one that is not Unicode,
    or that has control characters.
    """
    found = Path(folder).glob(f"[!.]*{SUFFIX}")
    return sorted(path for path in found if path.name.isprintable() and path.is_file())


def check_model_name(name: str) -> str:
    """Return a name that a person typed in the form in which it is used: NFC, no outer spaces.

    Raises
    ------
    ValueError
        Unless it has 1 to 40 letters (of any script), digits, - and _, begins with a letter or
        a digit, and is not a name that Windows keeps for devices. A letter may carry the marks of
        its own script, `MOST_MARKS` at most.
    """
    name = unicodedata.normalize("NFC", name.strip())
    # Letters and marks, without which Hindi and Thai cannot be written. Marks that go with any
    # letter, and are not part of one in NFC, only make two names look alike.
    kinds = "".join(unicodedata.category(character)[0] for character in name)
    allowed = all(
        (kind in "LM" and not unicodedata.name(character, "").startswith("COMBINING"))
        or character.isdecimal()
        or character in "-_"
        for kind, character in zip(kinds, name, strict=True)
    )
    if (
        not 1 <= len(name) <= 40
        or not allowed
        or not name[0].isalnum()
        or "M" * (MOST_MARKS + 1) in kinds
        or re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", name)
    ):
        raise ValueError(
            "a name has 1 to 40 letters, digits, - or _, begins with a letter or a digit, and is "
            f"none that Windows keeps for devices, such as CON; got {name!r}"
        )
    return name


def _plain(value: object) -> Any:
    """Return NumPy's number or array as JSON knows it; TypeError if it is something else."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(
        f"metadata are strings, numbers, lists and dicts, got {type(value).__name__}: {value!r}"
    )


def _folded(name: str) -> str:
    """Return what two names have in common that differ in case or encoding only."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _at_once(path: str, flags: int) -> int:
    """Open a file without waiting: a pipe that is put in its place now would wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


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
