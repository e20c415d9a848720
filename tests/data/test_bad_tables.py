"""Whatever a file of drawings is, it is read, or refused for a reason that a page tells."""

from __future__ import annotations

import base64
import csv
import io
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from simplenet.data.digit_table import (
    HEADER,
    MOST_MB,
    PIXELS,
    DrawingSetError,
    read_digits,
    write_digits,
)
from simplenet.data.drawings import MOST_DRAWINGS, DrawingSet
from tests.bad_input import Kinds, any_texts, bounded, examples, of_file, said, texts, zipped

PAGE = Path(__file__).parents[2] / "pages" / "drawing" / "mine.py"
REASONS = set(re.findall(r'case "(\w+)":', PAGE.read_text(encoding="utf-8")))

PIXELS_OF_SOME = np.random.default_rng(0).integers(256, size=(2, PIXELS), dtype=np.uint8)
TABLE = write_digits(PIXELS_OF_SOME, np.array([3, 8], np.uint8))
GOOD = TABLE.encode()
ROW = TABLE.splitlines()[1]

fields = texts | some.sampled_from(["12", "0.5", '"', '"12"', "12\r", "255.0", "1e2", ";", "\t"])


def with_field(at: int, field: str, header: bool) -> bytes:
    """Return a table with anything in one of its fields."""
    lines = [line.split(",") for line in TABLE.splitlines()]
    lines[0 if header else 1][at] = field
    return "\n".join(map(",".join, lines)).encode("utf-8", "surrogatepass")


def repeated(unit: str, n: int, encoding: str) -> bytes:
    """Return something again and again, up to the size that is allowed and a little beyond it."""
    once = unit.encode(encoding)
    return (once * n)[: MOST_MB * 1_000_000 + 2]


UNITS = [",", "1,", "1;2\t3 ", '"', '"\n', "\r", "\n", "label,", "1" * 400, "\ufeff", "é", "𝟙,"]
ENCODINGS = ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]

KINDS: Kinds = of_file("table", GOOD) | {
    "table, any field": some.builds(with_field, some.integers(0, PIXELS), fields, some.just(False)),
    "table, any name of a column": some.builds(
        with_field, some.integers(0, PIXELS), fields | some.sampled_from(HEADER), some.just(True)
    ),
    "table, rows of texts": some.lists(some.lists(any_texts, max_size=9), max_size=9).map(
        lambda rows: "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass")
    ),
    "table, a million columns": some.builds(
        lambda n, mark, value: (value + mark).encode() * n,
        some.integers(10_000, 1_000_000),
        some.sampled_from([",", ";", "\t", " "]),
        some.sampled_from(["1", "x", "", '"1"']),
    ),
    "table, the same again and again": some.builds(
        repeated, some.sampled_from(UNITS), some.just(10**7), some.sampled_from(ENCODINGS)
    ),
    "table, encodings": some.builds(
        lambda name, n, mark: mark + TABLE.encode(name)[n:],
        some.sampled_from(ENCODINGS),
        some.integers(0, 5),
        some.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\0\0\xfe\xff"]),
    ),
    "table, NUL": some.builds(
        lambda at, n: GOOD[:at] + bytes(n) + GOOD[at:],
        some.integers(0, len(GOOD)),
        some.integers(1, 5000),
    ),
    "table, quotes": some.lists(some.integers(0, len(GOOD)), min_size=1, max_size=6).map(
        lambda places: bytes(34 if i in places else byte for i, byte in enumerate(GOOD))
    ),
    "table, ends of lines": some.sampled_from(["\r", "\r\n", "\n\r", "\u2028", "\x85", "\v"]).map(
        lambda end: TABLE.replace("\n", end).encode()
    ),
    "table, too many rows": some.integers(0, 4000).map(lambda n: (ROW + "\n").encode() * n),
    "table, another file": some.sampled_from(
        [b"\x89PNG\r\n\x1a\n" + bytes(99), zipped({"xl/sheet1.xml": b"<x/>"}), b"%PDF-1.7\n", b"{}"]
    ),
    "table, noise": some.binary(max_size=3000),
}


def check(content: bytes) -> None:
    """Expect digits, or a reason that the page knows."""
    with bounded(60 + 12 * len(content) / 1e6, 60):
        try:
            pixels, labels = read_digits(content)
        except DrawingSetError as error:
            said(error, error.reason, among=REASONS)
            return
    assert pixels.shape == (len(labels), PIXELS)
    assert labels.max(initial=0) <= 9
    both, more = DrawingSet.empty().filled_up(pixels, labels)
    assert len(both) <= MOST_DRAWINGS
    assert len(both) + more <= len(labels)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@examples(5)
@given(data=some.data())
def test_bad_table_of_digits(kind, data):
    check(data.draw(KINDS[kind]))


def test_the_table_that_the_bad_ones_are_made_of_is_good():
    assert len(next(csv.reader(io.StringIO(TABLE)))) == PIXELS + 1
    assert (read_digits(GOOD)[0] == PIXELS_OF_SOME).all()


def packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


KEPT = DrawingSet(PIXELS_OF_SOME, np.array([3, 8], np.uint8)).to_text()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["any text", "cut", "damaged", "spliced", "small on disk"])
@examples(20)
@given(data=some.data())
def test_bad_set_that_a_browser_has_kept(kind, data):
    bombs = some.integers(1, 60).map(lambda mb: packed(bytes(mb * 1_000_000)))
    strategies = {"any text": any_texts, "small on disk": bombs} | {
        name: of_file("set", KEPT.encode())[f"set, {name}"].map(lambda b: b.decode("latin-1"))
        for name in ("cut", "damaged", "spliced")
    }
    text = data.draw(strategies[kind])
    with bounded(50):
        try:
            found = DrawingSet.from_text(text)
        except DrawingSetError as error:
            said(error)
        else:
            assert found.pixels.shape == (len(found), PIXELS)
