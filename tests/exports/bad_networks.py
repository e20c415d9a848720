"""Files that are no networks, in every format that networks are read from."""

from __future__ import annotations

import json
import pickle
import struct
from typing import Any

import numpy as np
import onnx
from hypothesis import strategies as some
from onnx import TensorProto, helper, numpy_helper

from simplenet import SimpleNet
from simplenet.exports import exported
from simplenet.storage import KEY, model_to_bytes
from tests.bad_input import (
    Kinds,
    any_json,
    any_texts,
    as_text,
    changed_json,
    nested,
    noise,
    of_file,
    zipped,
)

NET = SimpleNet(3, 2, 2, 0.5, np.random.default_rng(0))
ABOUT = {"iteration": 7, "recipe": {"training": {"seed": 1}}}
FILES = {to: exported(NET, to, ABOUT) for to in ("onnx", "pytorch", "json", "safetensors")}


def safetensors(header: bytes, data: bytes = b"", claims: int | None = None) -> bytes:
    """Return a safetensors file with any header, which may claim to be longer than it is."""
    return struct.pack("<Q", len(header) if claims is None else claims) + header + data


GOOD = model_to_bytes(NET)
LENGTH = int.from_bytes(GOOD[:8], "little")
HEADER, DATA = json.loads(GOOD[8 : 8 + LENGTH]), GOOD[8 + LENGTH :]
PLACES = {key: value for key, value in HEADER.items() if key != "__metadata__"}


def of_header(header: Any) -> bytes:
    return safetensors(as_text(header).encode(), DATA)


def with_about(text: Any) -> bytes:
    return of_header(PLACES | {"__metadata__": {KEY: text}})


def said_twice(key: str, value: Any) -> bytes:
    twice = f'"{key}": {as_text(value)}, '.encode()
    return safetensors(b"{" + twice + json.dumps(HEADER).encode()[1:], DATA)


wholes = some.integers(-(2**65), 2**65) | some.sampled_from([0, 1, 2**31, 2**40, 2**62, 2**63])

SAFETENSORS: Kinds = of_file("safetensors", FILES["safetensors"]) | {
    "safetensors, claimed length": some.builds(
        safetensors,
        some.just(b"{}") | some.just(b'{"__metadata__":{}}'),
        some.binary(),
        some.integers(0, 2**64 - 1) | some.sampled_from([2**40, 2**63, 100_000_001]),
    ),
    "safetensors, any header": any_json.map(of_header),
    "safetensors, changed header": changed_json(HEADER).map(of_header),
    "safetensors, header of bytes": some.binary().map(lambda more: safetensors(b"{" + more, DATA)),
    "safetensors, nested header": some.integers(10, 50_000).map(
        lambda n: safetensors(b'{"a":' + nested(n).encode() + b"}", DATA)
    ),
    "safetensors, large header": some.integers(1000, 40_000).map(
        lambda n: of_header({**PLACES, "__metadata__": {f"key{i}": "x" * 20 for i in range(n)}})
    ),
    "safetensors, any metadata": any_json.map(lambda found: with_about(as_text(found))),
    "safetensors, metadata of text": any_texts.map(with_about),
    "safetensors, metadata of another type": any_json.map(with_about),
    "safetensors, nested metadata": some.integers(10, 100_000).map(lambda n: with_about(nested(n))),
    "safetensors, said twice": some.builds(
        said_twice, some.sampled_from(["W1", "b1", "__metadata__"]), any_json
    ),
    "safetensors, shapes": some.lists(wholes, max_size=40).map(
        lambda shape: of_header({**HEADER, "W1": {**PLACES["W1"], "shape": shape}})
    ),
    "safetensors, offsets": some.lists(wholes, max_size=3).map(
        lambda at: of_header({**HEADER, "W1": {**PLACES["W1"], "data_offsets": at}})
    ),
    "safetensors, types": some.sampled_from(
        ["BF16", "F8_E4M3", "F4", "BOOL", "I64", "U8", "C64", "", "F32 ", "object"]
    ).map(lambda kind: of_header({**HEADER, "W1": {**PLACES["W1"], "dtype": kind}})),
}

JSON_FILE = json.loads(FILES["json"])
ENCODINGS = "utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "gb18030"

JSON: Kinds = of_file("JSON", FILES["json"]) | {
    "JSON, any": any_json.map(lambda found: as_text(found).encode()),
    "JSON, changed": changed_json(JSON_FILE).map(lambda found: as_text(found).encode()),
    "JSON, any parameter": any_json.map(
        lambda found: as_text(
            {**JSON_FILE, "params": {**JSON_FILE["params"], "W1": found}}
        ).encode()
    ),
    "JSON, nested": some.integers(10, 100_000).map(lambda n: nested(n).encode()),
    "JSON, nested parameter": some.integers(10, 5000).map(
        lambda n: FILES["json"].replace(b'"W1": ', b'"W1": ' + b"[" * n + b"]" * n + b', "W": ', 1)
    ),
    "JSON, digits": some.integers(100, 50_000).map(
        lambda n: FILES["json"].replace(b'"b1": [', b'"b1": [' + b"9" * n + b", ", 1)
    ),
    "JSON, NaN and more than there is": some.sampled_from(
        [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1e39", b"-1e300", b"1e-400", b"true"]
    ).map(lambda word: FILES["json"].replace(b'"b1": [', b'"b1": [' + word + b", ", 1)),
    "JSON, said twice": any_json.map(
        lambda found: b'{"params": ' + as_text(found).encode() + b"," + FILES["json"][1:]
    ),
    "JSON, encodings": some.sampled_from(ENCODINGS).map(
        lambda name: FILES["json"].decode().encode(name)
    ),
}

_ONNX = onnx.load_model_from_string(FILES["onnx"])
KINDS_OF_NUMBERS = sorted(TensorProto.DataType.values())


def onnx_with(change: Any) -> bytes:
    """Return an ONNX file that was changed."""
    model = onnx.ModelProto()
    model.CopyFrom(_ONNX)
    change(model)
    content: bytes = model.SerializeToString()
    return content


def _dims(dims: list[int]) -> bytes:
    def change(model: Any) -> None:
        del model.graph.initializer[0].dims[:]
        model.graph.initializer[0].dims.extend(dims)

    return onnx_with(change)


def _numbers(kind: int, raw: bytes, floats: list[float], dims: list[int]) -> bytes:
    def change(model: Any) -> None:
        one = model.graph.initializer[0]
        one.data_type, one.raw_data = kind, raw
        one.float_data.extend(floats)
        one.dims[:] = dims

    return onnx_with(change)


def _elsewhere(where: str, inside: bool) -> bytes:
    def change(model: Any) -> None:
        one = model.graph.initializer[0]
        entry = one.external_data.add()
        entry.key, entry.value = "location", where
        if inside:
            one.data_location = TensorProto.EXTERNAL

    return onnx_with(change)


def _attribute(name: str, value: Any) -> bytes:
    def change(model: Any) -> None:
        model.graph.node[0].attribute.append(helper.make_attribute(name, value))

    return onnx_with(change)


def _names(at: int, inputs: list[str], outputs: list[str]) -> bytes:
    def change(model: Any) -> None:
        node = model.graph.node[at % len(model.graph.node)]
        node.input[:], node.output[:] = inputs, outputs

    return onnx_with(change)


def _prop(key: str, value: str) -> bytes:
    return onnx_with(lambda model: helper.set_model_props(model, {key: value}))


def _nodes(kinds: list[str]) -> bytes:
    def change(model: Any) -> None:
        model.graph.node.extend(helper.make_node(kind, ["x"], ["x"]) for kind in kinds)

    return onnx_with(change)


def _huge_zeros(n: int) -> bytes:
    return onnx_with(
        lambda model: model.graph.initializer.append(
            numpy_helper.from_array(np.zeros(n, np.float32), "more")
        )
    )


def _subgraphs(depth: int) -> bytes:
    """Return graphs in graphs, as bytes: protobuf would not write them."""
    graph = b""
    for _ in range(depth):
        attribute = _field(6, graph)  # AttributeProto.g
        graph = _field(1, _field(5, attribute))  # GraphProto.node, NodeProto.attribute
    return _field(7, graph)  # ModelProto.graph


def _field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf: its tag, its length, and its content."""
    length, n = b"", len(content)
    while n > 127:
        length, n = length + bytes([n % 128 + 128]), n // 128
    return bytes([number * 8 + 2]) + length + bytes([n]) + content


words = some.text(some.characters(codec="utf-8"), max_size=20)
names = some.lists(
    some.sampled_from(["x", "W1", "b1", "W2", "b2", "y", "", "z1"]) | words, max_size=4
)
int64 = some.integers(-(2**63), 2**63 - 1)

ONNX: Kinds = of_file("ONNX", FILES["onnx"]) | {
    "ONNX, sizes": some.lists(int64 | some.sampled_from([0, -1, 2**31, 2**40]), max_size=6).map(
        _dims
    ),
    "ONNX, numbers": some.builds(
        _numbers,
        some.sampled_from(KINDS_OF_NUMBERS) | some.integers(-(2**31), 2**31 - 1),
        some.binary(max_size=60),
        some.lists(some.floats(width=32), max_size=8),
        some.lists(some.integers(0, 9), max_size=3),
    ),
    "ONNX, weights elsewhere": some.builds(
        _elsewhere,
        some.sampled_from(["../../../etc/passwd", "/dev/zero", "weights.bin", "", "http://x/y"]),
        some.booleans(),
    ),
    "ONNX, attributes": some.builds(
        _attribute,
        some.sampled_from(["alpha", "beta", "transA", "transB", "axis", "x"]) | words.filter(bool),
        some.floats(width=32)
        | int64
        | words
        | some.lists(int64, min_size=1, max_size=3)
        | some.lists(some.floats(width=32), min_size=1, max_size=3),
    ),
    "ONNX, names": some.builds(_names, some.integers(0, 5), names, names),
    "ONNX, metadata": some.builds(_prop, some.just(KEY) | words, words | any_json.map(as_text)),
    "ONNX, nested metadata": some.integers(10, 100_000).map(lambda n: _prop(KEY, nested(n))),
    "ONNX, nodes": some.lists(
        some.sampled_from(["Gemm", "Softmax", "Loop", "If", "Add"]), max_size=9
    ).map(lambda kinds: _nodes([*kinds, "x" * 5000])),
    "ONNX, graphs in graphs": some.integers(1, 3000).map(_subgraphs),
    "ONNX, noise": noise,
}

_PARTS: dict[str, bytes] = {}


def parts_of_pytorch() -> dict[str, bytes]:
    import io
    import zipfile

    if not _PARTS:
        with zipfile.ZipFile(io.BytesIO(FILES["pytorch"])) as archive:
            _PARTS.update((name, archive.read(name)) for name in archive.namelist())
    return _PARTS


def with_pickle(content: bytes, **files: bytes) -> bytes:
    """Return a file of PyTorch with another pickle."""
    return zipped({**parts_of_pytorch(), "archive/data.pkl": content, **files}, 0)


PICKLE = parts_of_pytorch()["archive/data.pkl"]
TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n"


def integer(value: int) -> bytes:
    """Return the opcode of a number of any size."""
    return pickle.dumps(value, 2)[2:-1]


def tensor(offset: int, size: list[int], stride: list[int], n: int) -> bytes:
    """Return a pickle of one array with any place, size and steps."""
    several = [b"(" + b"".join(map(integer, values)) + b"t" for values in (size, stride)]
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" + b"0X\x03\0\0\0cpu"
    array = TENSOR + b"(" + storage + integer(n) + b"tQ" + integer(offset) + b"".join(several)
    return b"\x80\x02}X\x08\0\0\0" + b"0.weight" + array + b"\x89}tRs."


CODE = [
    b"cos\nsystem\n(X\x09\0\0\0touch bad)tR.",
    b"cbuiltins\neval\n(X\x03\0\0\0" + b"1/0tR.",
    b"c__builtin__\nexec\n(X\x01\0\0\0xtR.",
    b"(X\x09\0\0\0touch badios\nsystem\n.",
    b"ccollections\nOrderedDict\n)R(X\x01\0\0\0aX\x01\0\0\0bdb.",
    b"cnumpy\nload\n(X\x01\0\0\0xtR.",
    b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x09touch bad\x85R.",
    b"\x82\x01.",
    b"ctorch\nFloatStorage\n)R.",
    b"ctorch._utils\n_rebuild_tensor_v2\n)R.",
    b"ctorch._utils\n_rebuild_tensor_v2.__globals__\n.",
    b"Pos.system\n.",
]
"""Pickles that would run something, or ask for it."""

opcodes = some.lists(
    some.sampled_from(
        [bytes([code]) for code in b"()]}0123abdelostuNRQ\x81\x85\x86\x87\x88\x89\x94"]
    )
    | some.sampled_from(
        [b"X\x01\0\0\0a", b"q\x01", b"h\x01", b"K\x01", b"ccollections\nOrderedDict\n"]
    )
    | some.sampled_from([TENSOR, b"ctorch\nFloatStorage\n", b"G" + b"\x7f" * 8, b"I-1\n"])
    | wholes.map(integer),
    max_size=30,
).map(lambda codes: b"\x80\x02" + b"".join(codes) + b".")


def _lying(what: bytes, at: int, value: int, content: bytes = FILES["pytorch"]) -> bytes:
    """Return a zip file with another number in one of its headers."""
    place = content.rfind(what) + at
    return content[:place] + struct.pack("<I", value) + content[place + 4 :]


nesting = some.integers(10, 400_000)
PYTORCH: Kinds = of_file("PyTorch", FILES["pytorch"]) | {
    "PyTorch, damaged pickle": some.builds(
        lambda at, more, to: with_pickle(PICKLE[:at] + more + PICKLE[to:]),
        some.integers(0, len(PICKLE)),
        some.binary(max_size=8),
        some.integers(0, len(PICKLE)),
    ),
    "PyTorch, any opcodes": opcodes.map(with_pickle),
    "PyTorch, bytes for a pickle": some.binary().map(with_pickle),
    "PyTorch, code": some.sampled_from(CODE).map(with_pickle),
    "PyTorch, places": some.builds(
        tensor,
        wholes | some.integers(0, 9),
        some.lists(some.integers(0, 4) | wholes, max_size=4),
        some.lists(some.integers(-2, 4) | wholes, max_size=4),
        wholes | some.integers(0, 9),
    ).map(with_pickle),
    "PyTorch, nested tuples as a key": nesting.map(
        lambda n: with_pickle(b"\x80\x02}" + b")" + b"\x85" * n + b"K\x01s.")
    ),
    "PyTorch, nested lists": nesting.map(
        lambda n: with_pickle(b"\x80\x02}X\x01\0\0\0a" + b"]" * n + b"a" * (n - 1) + b"s.")
    ),
    "PyTorch, nested keys of a storage": nesting.map(
        lambda n: with_pickle(
            b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\n"
            + b"]" * n
            + b"a" * (n - 1)
            + b"NK\x01tQ."
        )
    ),
    "PyTorch, a place far away in the memo": some.integers(2**20, 2**32 - 1).map(
        lambda at: with_pickle(b"\x80\x02]r" + struct.pack("<I", at) + b".")
    ),
    "PyTorch, a text of a length": some.builds(
        lambda code, n: with_pickle(b"\x80\x05" + code + struct.pack("<Q", n) + b"a."),
        some.sampled_from([b"\x8d", b"\x8e", b"\x96", b"\x95"]),
        some.integers(0, 2**64 - 1) | some.just(2**33),
    ),
    "PyTorch, sizes in the directory": some.builds(
        _lying,
        some.just(b"PK\x01\x02") | some.just(b"PK\x05\x06") | some.just(b"PK\x03\x04"),
        some.integers(4, 42),
        some.integers(0, 2**32 - 1),
    ),
    "PyTorch, a damaged part": some.builds(
        lambda content, at, byte, kind: with_byte(zipped(content, kind), at, byte),
        some.just({**parts_of_pytorch(), "archive/data.pkl": PICKLE + b"\0" * 3000}),
        some.integers(30, 120),
        some.integers(0, 255),
        some.sampled_from([8, 12, 14]),  # zlib, bzip2, lzma
    ),
    "PyTorch, parts of any name": some.builds(
        lambda name, content: zipped([*parts_of_pytorch().items(), (name, content)]),
        some.sampled_from(["../data.pkl", "/data.pkl", "archive/data.pkl", "archive/data/0", "a"]),
        some.binary(),
    ),
    "PyTorch, what it holds is small and unpacks large": some.integers(1, 80).map(
        lambda mb: (
            with_pickle(b"\x80\x02" + b"]" * (mb * 1_000_000))
            if mb < 3
            else zipped({**parts_of_pytorch(), "archive/data/0": bytes(mb * 1_000_000)})
        )
    ),
}


def with_byte(content: bytes, at: int, value: int) -> bytes:
    at %= len(content)
    return content[:at] + bytes([value]) + content[at + 1 :]


KINDS: Kinds = {**SAFETENSORS, **JSON, **ONNX, **PYTORCH}
