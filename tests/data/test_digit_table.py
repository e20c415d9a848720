import codecs
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simplenet.data.digit_table import HEADER, MOST_MB, DrawingSetError, read_digits, write_digits

KAGGLE = ["label", *(f"pixel{i}" for i in range(784))]
OPENML = [*(f"pixel{i}" for i in range(1, 785)), "class"]

rng = np.random.default_rng(0)
PIXELS = rng.integers(0, 256, (3, 784), np.uint8)
PIXELS[:, ::2] = 0
LABELS = np.array([7, 0, 9], np.uint8)
TABLE = np.column_stack([LABELS, PIXELS]).tolist()


def text(rows=TABLE, header=None, delimiter=",", write=str, end="\n"):
    lines = [header] if header else []
    lines += [[write(value) for value in row] for row in rows]
    return end.join(delimiter.join(line) for line in lines) + end


def assert_read(content):
    pixels, labels = read_digits(content)
    np.testing.assert_array_equal(pixels, PIXELS)
    np.testing.assert_array_equal(labels, LABELS)
    assert pixels.dtype == labels.dtype == np.uint8


def turned(row):
    return [*row[1:], row[0]]


FORMS = {
    "no header": text(),
    "Kaggle": text(header=KAGGLE),
    "the common header": text(header=HEADER),
    "numbered": text(header=["label", *map(str, range(784))]),
    "pandas without names": text(header=[str(i) for i in range(785)]),
    "pandas with its index": text([[i, *row] for i, row in enumerate(TABLE)], header=["", *KAGGLE]),
    "label last": text([turned(row) for row in TABLE], header=OPENML),
    "pixels in another order": text(
        [[row[0], *row[:0:-1]] for row in TABLE], header=["label", *KAGGLE[:0:-1]]
    ),
    "capitals": text(header=["Label", *KAGGLE[1:]]),
    "Chinese": text(header=["标签", *KAGGLE[1:]]),
    "quotes": text(header=[f'"{name}"' for name in KAGGLE], write=lambda v: f'"{v}"'),
    "decimals": text(write=lambda v: f"{v:.1f}"),
    "savetxt": text(write=lambda v: f"{v:.18e}", delimiter=" "),
    "spaces": text(delimiter=", "),
    "semicolons": text(header=KAGGLE, delimiter=";"),
    "semicolons and decimal commas": text(write=lambda v: f"{v},0", delimiter=";"),
    "tabs": text(header=KAGGLE, delimiter="\t"),
    "Windows": text(header=KAGGLE, end="\r\n"),
    "old Mac": text(end="\r"),
    "blank lines": "\n \n" + text(header=KAGGLE, end="\n\n") + ",,,\n",
    "no end of line": text().rstrip(),
    "0 to 1": text([[t, *x] for t, x in zip(LABELS, PIXELS / 255, strict=True)]),
    "0 to 1, rounded": text(
        [[t, *x] for t, x in zip(LABELS, (PIXELS / 255).round(4), strict=True)], header=KAGGLE
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_usual_form_is_read(form):
    assert_read(FORMS[form].encode())


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
@pytest.mark.parametrize("header", [None, KAGGLE, ["标签", *KAGGLE[1:]]])
def test_every_usual_encoding_is_read(encoding, header):
    assert_read(text(header=header).encode(encoding))
    if encoding == "utf-16-be":
        assert_read(codecs.BOM_UTF16_BE + text(header=header).encode(encoding))


def test_black_and_white_is_0_and_1():
    binary = (PIXELS > 99).astype(np.uint8)
    pixels, _ = read_digits(text([[7, *x] for x in binary]).encode())
    np.testing.assert_array_equal(pixels, 255 * binary)


def test_it_is_the_mnist_csv_that_others_read():
    header, first, *_ = write_digits(PIXELS, LABELS).splitlines()
    assert header.split(",")[:3] == ["label", "1x1", "1x2"]
    assert header.split(",")[-1] == "28x28"
    assert first == ",".join(map(str, TABLE[0]))


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(0, 4), st.sampled_from([1, 2, 255]))
def test_what_was_written_comes_back(data, n, brightest):
    """Dark drawings, too, although pixels up to 1 are read as 0 to 1."""
    pixels = data.draw(arrays(np.uint8, (n, 784), elements=st.integers(0, brightest)))
    labels = data.draw(arrays(np.uint8, n, elements=st.integers(0, 9)))
    again = read_digits(write_digits(pixels, labels).encode())
    np.testing.assert_array_equal(again[0], pixels)
    np.testing.assert_array_equal(again[1], labels)


def changed(row, column, value, header=None):
    """A table with one other value; row and column are those that a spreadsheet shows."""
    rows = [list(row) for row in TABLE]
    rows[row - 1 - (header is not None)][column - 1] = value
    return text(rows, header)


@pytest.mark.parametrize("value", ["NaN", "inf", "-inf", "-1", "256", "1e400", "", "x", "0x10"])
@pytest.mark.parametrize("header", [None, KAGGLE])
def test_a_bad_pixel_is_named(value, header):
    with pytest.raises(DrawingSetError, match="row 3, column 22: a pixel must be") as caught:
        read_digits(changed(3, 22, value, header).encode())
    assert caught.value.reason == "pixel"
    assert caught.value.values == {"row": 3, "column": 22, "value": value}


@pytest.mark.parametrize("value", ["10", "-1", "1.5", "nan", "", "seven", "9" * 30])
def test_a_bad_label_is_named(value):
    with pytest.raises(DrawingSetError, match="row 2: a label must be 0 to 9") as caught:
        read_digits(changed(2, 1, value).encode())
    assert caught.value.reason == "label"
    assert caught.value.values["row"] == 2
    assert caught.value.values["value"][:5] == value[:5]
    assert len(caught.value.values["value"]) <= 21


@pytest.mark.parametrize(
    ("content", "reason", "values"),
    [
        (b"", "empty", {}),
        (b"\xef\xbb\xbf\r\n  \n", "empty", {}),
        (b"hello", "columns", {"row": 1, "got": 1, "right": 785}),
        (b"1,2,3", "columns", {"row": 1, "got": 3, "right": 785}),
        (text([TABLE[0], TABLE[1][:-1]]).encode(), "columns", {"row": 2, "got": 784, "right": 785}),
        (text([[*TABLE[0], 0]]).encode(), "columns", {"row": 1, "got": 786, "right": 785}),
        (
            text([TABLE[0][:-1]], KAGGLE).encode(),
            "columns",
            {"row": 2, "got": 784, "right": 785},
        ),
        (text([TABLE[0][1:]], KAGGLE[1:]).encode(), "no_label", {}),
        (text(header=["label", "class", *KAGGLE[2:]]).encode(), "no_label", {}),
        (text(header=["label", *["pixel"] * 784]).encode(), "header", {}),
        (text(header=["label", "1x1", *KAGGLE[2:]]).encode(), "header", {}),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x1c\0\0\0\x1c", "not_text", {}),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x48", "not_text", {}),
        (b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0", "not_text", {}),
        (bytes(range(256)), "not_text", {}),
        (text().encode() + b"\xff\xff\xff\xff", "not_text", {}),
        (b"0" * (MOST_MB * 1_000_000 + 1), "too_large", {"most": MOST_MB}),
    ],
)
def test_what_is_wrong_with_a_file_is_named(content, reason, values):
    with pytest.raises(DrawingSetError) as caught:
        read_digits(content)
    assert caught.value.reason == reason
    assert caught.value.values == values


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_whatever_the_file_is_it_is_read_or_refused(noise, after_a_header):
    content = (text(header=KAGGLE).encode() if after_a_header else b"") + noise
    try:
        pixels, labels = read_digits(content)
    except DrawingSetError:
        return
    assert pixels.shape == (len(labels), 784)
    assert labels.max(initial=0) <= 9


@pytest.mark.parametrize("unit", [b",", b"12,", b'"', b"1\n", b"7\0,\0", b"\n"])
def test_a_file_that_is_no_table_takes_little_memory(unit):
    content = unit * (MOST_MB * 1_000_000 // len(unit))
    tracemalloc.start()
    try:
        with pytest.raises(DrawingSetError):
            read_digits(content)
        assert tracemalloc.get_traced_memory()[1] < 5 * len(content)
    finally:
        tracemalloc.stop()
