"""PyTorch: the state_dict of two Linear layers, written and read without PyTorch.

The file is what ``torch.save`` writes: a zip archive with a pickle that names the arrays, and the
bytes of each. https://pytorch.org/docs/stable/notes/serialization.html
"""

from __future__ import annotations

import io
import pickle
import pickletools
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.archives import opened
from simplenet.network import Params, SimpleNet
from simplenet.storage import MOST_BYTES

KINDS = {"FloatStorage": "<f4", "DoubleStorage": "<f8"}
"""PyTorch's names of the arrays that it may hold, and NumPy's."""

FIRST, SECOND = "0", "2"
"""What ``torch.nn.Sequential(Linear, Sigmoid, Linear)`` calls its layers with weights."""


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as a state_dict of ``torch.nn.Sequential(Linear, Sigmoid, Linear)``.

    ``model.load_state_dict(torch.load(file))`` takes it; the probabilities are the softmax of what
    the model returns. PyTorch has a unit a row, so that the weights are transposed.
    """
    state = {
        f"{FIRST}.weight": net.params["W1"].T,
        f"{FIRST}.bias": net.params["b1"],
        f"{SECOND}.weight": net.params["W2"].T,
        f"{SECOND}.bias": net.params["b2"],
    }
    kind = next(name for name, dtype in KINDS.items() if np.dtype(dtype) == net.dtype)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", _pickled(state, kind))
        archive.writestr("archive/byteorder", "little")
        for i, array in enumerate(state.values()):
            content = np.ascontiguousarray(array, KINDS[kind]).tobytes()
            archive.writestr(f"archive/data/{i}", content)
        archive.writestr("archive/version", "3\n")
    return file.getvalue()


def read(content: bytes) -> Params:
    """Return the parameters in a file that ``torch.save`` wrote of a state_dict.

    No code of it is run: its pickle may name arrays and nothing else.

    Raises
    ------
    ValueError
        If it is something else, or of another architecture.
    """
    try:
        with opened(content, MOST_BYTES) as archive:
            sizes = {one.filename: one.file_size for one in archive.infolist()}
            pickles = [name for name in sizes if name.endswith("/data.pkl")]
            if len(pickles) != 1:
                raise ValueError("it has no data.pkl, as torch.save writes it")
            if sizes[pickles[0]] > MOST_PICKLE:
                raise ValueError("it holds much more than two linear layers")
            folder = pickles[0].removesuffix("data.pkl")
            if sizes.get(f"{folder}byteorder") and archive.read(f"{folder}byteorder") != b"little":
                raise ValueError("its numbers have their bytes the other way round")
            found = _Unpickler(archive, folder, archive.read(pickles[0])).load()
    except (
        pickle.UnpicklingError,
        TypeError,
        AttributeError,
        IndexError,
        OverflowError,
        EOFError,
    ) as error:
        raise ValueError(f"it is no state_dict: {error}") from error
    return from_state(found)


def from_state(state: Any) -> Params:
    """Return the parameters in a state_dict of two linear layers, whatever they are called.

    Raises
    ------
    ValueError
        If it is none.
    """
    arrays = state if isinstance(state, dict) else {}
    if not all(isinstance(name, str) for name in arrays):
        raise ValueError("its arrays must have names")
    names = [name[: -len("weight")] for name in arrays if name.endswith("weight")]
    wanted = [f"{name}{part}" for name in names for part in ("weight", "bias")]
    if len(names) != 2 or set(arrays) != set(wanted):
        raise ValueError(
            "it must have the weight and the bias of two linear layers, it has "
            f"{', '.join(arrays) or 'nothing'}"
        )
    (w1, b1), (w2, b2) = ((arrays[f"{name}weight"], arrays[f"{name}bias"]) for name in names)
    if not all(isinstance(array, np.ndarray) for array in (w1, b1, w2, b2)):
        raise ValueError("it must have arrays only")
    if w1.ndim != 2 or w2.ndim != 2:
        raise ValueError("weights must have two dimensions")
    if w2.shape[1] != w1.shape[0] and w1.shape[1] == w2.shape[0]:  # Not in the order of its names.
        (w1, b1), (w2, b2) = (w2, b2), (w1, b1)
    return {
        "W1": np.ascontiguousarray(w1.T),
        "b1": b1,
        "W2": np.ascontiguousarray(w2.T),
        "b2": b2,
    }


class _Unpickler(pickle.Unpickler):
    """Reads the pickle of a state_dict: what it may name, and how much it may make, is here."""

    def __init__(self, archive: zipfile.ZipFile, folder: str, content: bytes) -> None:
        _check_modest(content)
        super().__init__(io.BytesIO(content))
        self._archive, self._folder, self._left = archive, folder, 2 * MOST_BYTES

    def find_class(self, module: str, name: str) -> Any:
        """Return what a name stands for; UnpicklingError for any that is not of an array."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return self._array
        if module == "torch" and name in KINDS:
            return KINDS[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not of a state_dict of floats")

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        """Return the numbers of a storage."""
        word, dtype, key, _, size = pid
        if word != "storage" or dtype not in KINDS.values() or not isinstance(key, str):
            raise pickle.UnpicklingError("it holds something else than numbers")
        content = self._archive.read(f"{self._folder}data/{key}")
        self._take(len(content))
        return np.frombuffer(content, dtype)[:size]

    def _array(
        self,
        storage: NDArray[Any],
        offset: int,
        size: tuple[int, ...],
        stride: tuple[int, ...],
        *_: Any,
    ) -> NDArray[Any]:
        """Return an array that looks into a storage, once it is known not to look beyond it."""
        last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
        wrong = min((offset, *size, *stride)) < 0 or 0 in size or last >= len(storage)
        if wrong or prod(size) > len(storage):
            raise pickle.UnpicklingError("an array reaches beyond its numbers")
        self._take(prod(size) * storage.itemsize)
        steps = [step * storage.itemsize for step in stride]
        return np.lib.stride_tricks.as_strided(storage[offset:], size, steps).copy()

    def _take(self, n: int) -> None:
        """Raise UnpicklingError once it has asked for more memory than a network needs."""
        self._left -= n
        if self._left < 0:
            raise pickle.UnpicklingError("it asks for more numbers than it has")


TUPLES = {"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"}
"""The opcodes that make tuples."""

MOST_PICKLE, MOST_TUPLES = 200_000, 1000
"""Bytes of a pickle, and tuples in it; that of two layers has 700 and 20."""

_PUTS = {"BINPUT", "LONG_BINPUT", "PUT"}
_GETS = {"BINGET", "LONG_BINGET", "GET"}


def _check_modest(content: bytes) -> None:
    """Raise UnpicklingError if unpickling could take all memory, all time, or the whole stack.

    A tuple of twice a tuple of twice a tuple ... takes some bytes, and for ever to be hashed; one
    in one in one ... ends the process when it is hashed. And what is remembered under a number is
    remembered in a list of that length.
    """
    made, before, tuples = set(), "", 0
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name in _PUTS and not 0 <= int(argument or 0) <= len(content):
            raise pickle.UnpicklingError("it remembers more parts than it has")
        tuples += opcode.name in TUPLES
        if tuples > MOST_TUPLES:
            raise pickle.UnpicklingError("it has more parts than two linear layers have")
        if opcode.name in _PUTS and before in TUPLES:
            made.add(argument)
        again = opcode.name in _GETS and argument in made
        if again or opcode.name in ("DUP", "MEMOIZE"):
            raise pickle.UnpicklingError("it takes a part of itself twice")
        before = opcode.name


def _pickled(state: Mapping[str, NDArray[Any]], kind: str) -> bytes:
    """Return the pickle of a state_dict, opcode by opcode: Python's would need PyTorch."""

    def text(words: str) -> bytes:
        return b"X" + struct.pack("<I", len(words)) + words.encode()

    def number(value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    def several(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"

    empty = b"ccollections\nOrderedDict\n)R"
    found = b"\x80\x02" + empty + b"("
    for i, (name, array) in enumerate(state.items()):
        strides = (array.shape[1], 1) if array.ndim == 2 else (1,)
        found += text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n("
        found += b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(str(i))
        found += text("cpu") + number(array.size) + b"tQ"
        found += number(0) + several(array.shape) + several(strides) + b"\x89" + empty + b"tR"
    return found + b"u."
