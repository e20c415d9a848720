"""Whatever a bundle is, it is a training that can be kept and shown, or refused in a sentence."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as some

from simplenet.runs import TrainingRun
from simplenet.runs.bundle import (
    ABOUT,
    RECORDS,
    STATE,
    WORK,
    Bundle,
    BundleError,
    bundle_from_bytes,
    bundle_to_bytes,
)
from simplenet.runs.packing import KEY
from simplenet.runs.store import Limits, Store
from simplenet.runs.store.opening import in_memory
from simplenet.training import TrainingConfig
from tests.bad_input import (
    Kinds,
    any_json,
    any_texts,
    as_text,
    bounded,
    changed_json,
    examples,
    nested,
    noise,
    numbers,
    of_file,
    said,
    texts,
    without_traceback,
    zipped,
)

RUN = TrainingRun(TrainingConfig(iterations=12, momentum=0.5, patience=3), 2)
MOST_MB = 500


def _made() -> bytes:
    part = RUN.advance(None, 600, None)
    state = RUN.conclude(part.state, 600).state
    with pytest.MonkeyPatch.context() as patch:  # Nobody opens it from TensorBoard's file.
        patch.setattr("simplenet.runs.bundle._events", lambda records: b"")
        return bundle_to_bytes(Bundle(RUN, part.records, state, {"numpy": "2"}, "finished", "Mine"))


GOOD = _made()
with zipfile.ZipFile(io.BytesIO(GOOD)) as _archive:
    PARTS = {name: _archive.read(name) for name in (ABOUT, WORK, STATE, RECORDS)}
ABOUT_IT = json.loads(PARTS[ABOUT])


def packed(part: str) -> tuple[Any, dict[str, np.ndarray]]:
    """Return the plain data and the arrays of a part."""
    content = PARTS[part]
    length = int.from_bytes(content[:8], "little")
    text = json.loads(content[8 : 8 + length])["__metadata__"][KEY]
    return json.loads(text), safetensors.numpy.load(content)


def with_plain(part: str, plain: Any) -> bytes:
    """Return the bundle with other plain data in a part."""
    _, arrays = packed(part)
    return zipped(PARTS | {part: safetensors.numpy.save(arrays, {KEY: as_text(plain)})})


def with_array(part: str, at: int, array: np.ndarray) -> bytes:
    """Return the bundle with another array in a part."""
    plain, arrays = packed(part)
    name = sorted(arrays)[at % len(arrays)]
    arrays[name] = np.ascontiguousarray(array)
    return zipped(PARTS | {part: safetensors.numpy.save(arrays, {KEY: json.dumps(plain)})})


def with_shape(part: str, at: int, shape: list[int]) -> bytes:
    """Return the bundle with an array in a part that says another shape, without any numbers."""
    content = PARTS[part]
    length = int.from_bytes(content[:8], "little")
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    names = sorted(set(header) - {"__metadata__"})
    header[names[at % len(names)]] |= {"shape": shape, "data_offsets": [len(data), len(data)]}
    text = json.dumps(header).encode()
    return zipped(PARTS | {part: len(text).to_bytes(8, "little") + text + data})


def with_value(part: str, at: int, place: int, value: float) -> bytes:
    """Return the bundle with another number in one of its arrays."""
    _, arrays = packed(part)
    array = arrays[sorted(arrays)[at % len(arrays)]].copy()
    if array.size:
        with np.errstate(all="ignore"):
            flat = array.reshape(-1)
            new = value if array.dtype.kind == "f" else min(max(value, -(2**62)), 2**62)
            flat[place % array.size] = new if new == new or array.dtype.kind == "f" else 0
    return with_array(part, at, array)


def link(name: str, to: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, to.encode()


def lying(at: int, value: int) -> bytes:
    """Return the bundle with another number in the directory of its parts."""
    place = GOOD.rindex(b"PK\x01\x02") + at
    return GOOD[:place] + value.to_bytes(4, "little") + GOOD[place + 4 :]


OUTSIDE = [
    "../../evil",
    "/etc/passwd",
    "C:\\evil",
    "run/../../evil",
    "a" * 5000,
    "run/work/",
    "a\0b",
]
parts = some.sampled_from([WORK, STATE, RECORDS])
places = some.integers(0, 40)
KINDS: Kinds = of_file("bundle", GOOD) | {
    "bundle, what it says of itself": changed_json(ABOUT_IT).map(
        lambda about: zipped(PARTS | {ABOUT: as_text(about).encode()})
    ),
    "bundle, its name": any_texts.map(
        lambda name: zipped(PARTS | {ABOUT: as_text(ABOUT_IT | {"name": name}).encode()})
    ),
    "bundle, what it was made with": some.dictionaries(any_texts, any_json, max_size=5).map(
        lambda made: zipped(PARTS | {ABOUT: as_text(ABOUT_IT | {"made_with": made}).encode()})
    ),
    "bundle, nested": some.builds(
        lambda n: zipped(PARTS | {ABOUT: nested(n).encode()}), some.integers(10, 100_000)
    ),
    "bundle, its recipe": changed_json(packed(WORK)[0]).map(lambda plain: with_plain(WORK, plain)),
    "bundle, its state": changed_json(packed(STATE)[0]).map(lambda plain: with_plain(STATE, plain)),
    "bundle, its records": changed_json(packed(RECORDS)[0]).map(
        lambda plain: with_plain(RECORDS, plain)
    ),
    "bundle, numbers of the recipe": some.builds(
        lambda name, value: with_plain(
            WORK,
            packed(WORK)[0]
            | ({name: value} if name in packed(WORK)[0] else {})
            | {"training": packed(WORK)[0]["training"] | {name: value}},
        ),
        some.sampled_from([*packed(WORK)[0]["training"], "hidden_size", "weight_init_std"]),
        numbers | texts | some.none() | some.booleans() | some.just(10**400),
    ),
    "bundle, arrays of other types": some.builds(
        lambda part, at, dtype, n: with_array(part, at, np.zeros(n, dtype)),
        parts.filter(WORK.__ne__),
        places,
        some.sampled_from(["<f4", "<f8", "<f2", "i1", "<i8", "<u8", "?", "<u2"]),
        some.integers(0, 3) | some.tuples(some.integers(0, 3), some.integers(0, 3)),
    ),
    "bundle, arrays of other shapes": some.builds(
        with_shape,
        parts.filter(WORK.__ne__),
        places,
        some.lists(some.sampled_from([0, 1, 2, 12, 13, 784, 2**31, 2**40, 2**62]), max_size=5),
    ),
    "bundle, numbers in arrays": some.builds(
        with_value,
        parts.filter(WORK.__ne__),
        places,
        some.integers(0, 2000),
        numbers | some.sampled_from([float("nan"), float("inf"), -float("inf"), -1.0, 1e30]),
    ),
    "bundle, paths outside": some.builds(
        lambda name, content: zipped([*PARTS.items(), (name, content)]),
        some.sampled_from(OUTSIDE),
        some.binary(),
    ),
    "bundle, links": some.builds(
        lambda name, to: zipped([(n, c) for n, c in PARTS.items() if n != name] + [link(name, to)]),
        some.sampled_from(list(PARTS)),
        some.sampled_from(["/etc/passwd", "/dev/zero", "../../app.py", "run/work"]),
    ),
    "bundle, a part twice": some.builds(
        lambda name, content: zipped([*PARTS.items(), (name, content)]),
        some.sampled_from(list(PARTS)),
        some.binary() | some.sampled_from(list(PARTS.values())),
    ),
    "bundle, a part in another's place": some.permutations(list(PARTS.values())).map(
        lambda contents: zipped(dict(zip(PARTS, contents, strict=True)))
    ),
    "bundle, a part is missing": some.sampled_from(list(PARTS)).map(
        lambda gone: zipped({name: content for name, content in PARTS.items() if name != gone})
    ),
    "bundle, ways to pack": some.builds(
        lambda kind, at, byte: _with_byte(zipped(PARTS, kind), at, byte),
        some.sampled_from([0, 8, 12, 14]),
        some.integers(0, 300),
        some.integers(0, 255),
    ),
    "bundle, sizes in its directory": some.builds(
        lying, some.integers(4, 42), some.integers(0, 2**32 - 1)
    ),
    "bundle, small on disk": some.builds(
        lambda name, mb: zipped(PARTS | {name: bytes(mb * 1_000_000)}),
        some.sampled_from(list(PARTS)),
        some.integers(1, 110),
    ),
    "bundle, many parts": some.integers(100, 3000).map(
        lambda n: zipped([*PARTS.items(), *((f"more/{i}", b"") for i in range(n))])
    ),
    "bundle, a zip in a zip": some.integers(1, 6).map(
        lambda n: zipped(PARTS | {WORK: _in_itself(n)})
    ),
    "bundle, noise": noise,
}


def _with_byte(content: bytes, at: int, value: int) -> bytes:
    return content[:at] + bytes([value]) + content[at + 1 :]


def _in_itself(n: int) -> bytes:
    content = GOOD
    for _ in range(n):
        content = zipped({"a.zip": content})
    return content


STORE = Store(in_memory(), limits=Limits(2_000_000, 2_000_000))


def check(content: bytes) -> None:
    """Expect a training that can be kept, listed and taken along again, or a sentence."""
    with bounded(MOST_MB), without_traceback():
        try:
            bundle = bundle_from_bytes(content)
        except BundleError as error:
            said(error)
            said(error, error.reason, among=("no_bundle", "too_large", "newer"))
            return
        job = uuid4().hex
        STORE.bring(job, "me", bundle)
        (summary,) = STORE.summaries([job])
        assert summary.result.done <= summary.result.total
        summary.name.encode()
        assert 0 <= (summary.result.elapsed_s or 0) < np.inf
        bundle_to_bytes(bundle)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@examples(3)
@given(data=some.data())
def test_bad_bundle(kind, data):
    check(data.draw(KINDS[kind]))


FOUND = {
    "a loss of a row that is no number": with_value(RECORDS, 0, 0, float("nan")),
    "a loss that is infinite": with_value(RECORDS, 0, 12, float("inf")),
    "a share of a mini-batch that is infinite": with_value(RECORDS, 12, 0, float("inf")),
    "a time that is infinite": with_value(RECORDS, 34, 1, float("inf")),
    "a time that is no number": with_value(RECORDS, 34, 0, float("nan")),
    "rows without end and without numbers": with_shape(RECORDS, 0, [2**40, 0]),
    "a name that no text can have": zipped(
        PARTS | {ABOUT: as_text(ABOUT_IT | {"name": "\ud800"}).encode()}
    ),
    "made with what no text can have": zipped(
        PARTS | {ABOUT: as_text(ABOUT_IT | {"made_with": {"a": "\ud800"}}).encode()}
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_bad_bundle_that_was_found(name):
    check(FOUND[name])


def test_the_bundle_that_the_bad_ones_are_made_of_is_good():
    assert bundle_from_bytes(zipped(PARTS)).work == RUN
