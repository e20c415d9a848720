"""Whatever a file is, it is a network that can be used, or it is refused in a sentence."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from simplenet.exports import exported, read_network
from simplenet.storage import MOST_BYTES, ModelFileError, model_from_bytes
from tests.bad_input import bounded, examples, said, zipped
from tests.exports.bad_networks import (
    FILES,
    KINDS,
    NET,
    parts_of_pytorch,
    tensor,
    with_byte,
    with_pickle,
)

MOST_MB = 300
"""A network takes 20 MB at most, in a few copies."""


def check(content: bytes) -> None:
    """Expect a network whose answers are numbers, or a sentence."""
    with bounded(MOST_MB):
        for read in (read_network, model_from_bytes):
            try:
                saved = read(content, "mine")
            except ModelFileError as error:
                said(error, "mine")
                continue
            net = saved.net
            assert np.isfinite(net.predict(np.zeros((1, net.input_size), net.dtype))).all()
            assert isinstance(saved.metadata, dict)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")  # Of pickletools.
@pytest.mark.parametrize("kind", KINDS)
@examples(4)
@given(data=some.data())
def test_bad_file_of_a_network(kind, data):
    check(data.draw(KINDS[kind]))


FOUND = {
    "a number of 400 digits": FILES["json"].replace(b'"b1": [', b'"b1": [' + b"9" * 400 + b", "),
    "a number that float32 has not": FILES["json"].replace(b'"b1": [', b'"b1": [1e39, '),
    "a type that is a list": FILES["json"].replace(b'"float32"', b"[]"),
    "tuples in tuples as a key": with_pickle(b"\x80\x02})" + b"\x85" * 150_000 + b"K\x01s."),
    "lists in lists as a storage": with_pickle(
        b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\n"
        + (b"]" * 2000 + b"a" * 1999)
        + b"NK\x01tQ."
    ),
    "gigabytes to remember a part": with_pickle(b"\x80\x02]r\xff\xff\xff\x3f."),
    "a step of no number": with_pickle(tensor(0, [1, 1], [2**70, 1], 1)),
    "a part that cannot be unpacked": with_byte(zipped(parts_of_pytorch()), 47, 255),
    "packed in an unusual way": zipped(parts_of_pytorch(), zipfile.ZIP_BZIP2),
    "a password": with_byte(FILES["pytorch"], FILES["pytorch"].index(b"PK\x01\x02") + 8, 1),
}


@pytest.mark.parametrize("name", FOUND)
def test_bad_file_of_a_network_that_was_found(name):
    check(FOUND[name])


@pytest.mark.parametrize("to", FILES)
def test_the_files_that_the_bad_ones_are_made_of_are_good(to):
    assert read_network(FILES[to]).net == NET
    assert len(exported(NET, to)) < MOST_BYTES
