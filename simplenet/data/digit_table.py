"""Tables of labelled digits as text: written as MNIST is passed around, read in every usual form.

A row is a digit: its label and its 784 pixels. The label comes first, or in the column that the
header calls `label` (or `class`, `target`, ...). Commas, semicolons, tabs or spaces lie between the
values; quotes, `7.0`, a decimal comma between semicolons, and UTF-8, UTF-16 or GB 18030 make no
difference.

Pixels are 0 to 255, or 0 to 1: a table without any pixel above 1 is read as 0 to 1. A digit whose
brightest pixel were 1 of 255 could not be seen.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

PIXELS = 784
MOST_MB = 8
"""The largest file: a thousand digits take 3.2 MB as bytes, twice that in UTF-16 or as decimals."""

HEADER = ["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))]
"""The first line, as in the copies of MNIST that are passed around in this form."""

LABEL_NAMES = {"label", "labels", "class", "target", "digit", "y", "标签", "类别", "数字"}
LONGEST_LINE = 50_000
"""Characters; a row has 785 values, and none needs more than 50."""

MOST_LINES = 20_000
"""Blank ones included; a file of the largest size has room for 5,100 rows."""

NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
"""Characters that no table has, and nearly every image or spreadsheet."""


class DrawingSetError(ValueError):
    """Something is not a set of drawings; the message says what is wrong, and what is right.

    Parameters
    ----------
    message : str
    reason : str
        What is wrong, in a word.
    **values
        What belongs to the reason, such as the row.

    Attributes
    ----------
    reason : str
    values : dict
        For a page that says it in its own words.
    """

    def __init__(self, message: str, reason: str, **values: object) -> None:
        super().__init__(message)
        self.reason = reason
        self.values = values


def write_digits(pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> str:
    """Return a header, and a line of a label and 784 bytes for each digit.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, 784)
    labels : ndarray of uint8, shape (n,)
    """
    file = io.StringIO()
    header = ",".join(HEADER)
    if pixels.max(initial=0) > 1:
        np.savetxt(file, np.column_stack([labels, pixels]), "%d", ",", header=header, comments="")
    else:  # As bytes, they would be taken for 0 to 1.
        rows = np.column_stack([labels, pixels / 255])
        np.savetxt(file, rows, "%.6g", ",", header=header, comments="")
    return file.getvalue()


def read_digits(content: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the pixels, (n, 784), and the labels, (n,), of a table of digits.

    Raises
    ------
    DrawingSetError
        If it is something else, or larger than `MOST_MB`. Its reason is one of `too_large`,
        `not_text`, `empty`, `columns`, `no_label`, `header`, `label`, `pixel`.
    """
    if len(content) > MOST_MB * 1_000_000:
        raise DrawingSetError(f"a file takes at most {MOST_MB} MB", "too_large", most=MOST_MB)
    try:
        pixels, labels = _read(content)
    except (UnicodeDecodeError, csv.Error):
        raise _not_text() from None
    ink = np.stack(pixels) if pixels else np.empty((0, PIXELS), np.float32)
    if ink.max(initial=0) <= 1:
        ink *= 255
    return np.rint(ink).astype(np.uint8), np.array(labels, np.uint8)


def _read(content: bytes) -> tuple[list[NDArray[np.float32]], list[int]]:
    """Return the pixels as they are written, and the labels, row by row."""
    pixels: list[NDArray[np.float32]] = []
    labels: list[int] = []
    label_at, pixels_at, width = 0, list(range(1, PIXELS + 1)), PIXELS + 1
    for i, (row, fields) in enumerate(_rows(content)):
        if i == 0 and _is_header(fields):
            label_at, pixels_at = _columns(fields, row)
            width = len(fields)
            continue
        if len(fields) != width:
            raise _wrong_columns(row, len(fields), width)
        labels.append(_label(fields, label_at, row))
        pixels.append(_pixels(fields, pixels_at, row))
    return pixels, labels


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the fields of each line that has any, and its number, from 1 on."""
    lines = _lines(content)
    blank = 0
    for first in lines:
        if first.strip():
            break
        blank += 1
    else:
        raise DrawingSetError("the file is empty", "empty")
    delimiter = next((mark for mark in "\t;," if mark in first), " ")
    reader = csv.reader(chain([first], lines), delimiter=delimiter, skipinitialspace=True)
    for fields in reader:
        if any(field.strip() for field in fields):
            if delimiter != ",":
                fields = [field.replace(",", ".") for field in fields]
            yield blank + reader.line_num, fields


def _lines(content: bytes) -> Iterator[str]:
    """Yield the lines of a text in whichever encoding, none of them too long."""
    encoding = _encoding(content)
    if not encoding.startswith("utf-16") and NO_TEXT.search(content.decode("latin-1")):
        raise _not_text()
    file = io.TextIOWrapper(io.BytesIO(content), encoding)
    row = 0
    while line := file.readline(LONGEST_LINE):
        row += 1
        if encoding.startswith("utf-16") and NO_TEXT.search(line):
            raise _not_text()
        if len(line) == LONGEST_LINE or row > MOST_LINES:
            raise _wrong_columns(row, len(re.split(r"[,;\t ]", line)), PIXELS + 1)
        yield line


def _encoding(content: bytes) -> str:
    """Return the encoding of a text: what its first bytes say, or else what it can be."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:2000]
    zeros = head[::2].count(0), head[1::2].count(0)
    if max(zeros) > len(head) / 4 and min(zeros) == 0:  # Half of an ASCII text in UTF-16.
        return "utf-16-be" if zeros[0] else "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _is_header(fields: Sequence[str]) -> bool:
    """Return whether the first row names the columns: most of it is no number, or it counts."""
    if _names(fields) == [str(i) for i in range(PIXELS + 1)]:
        return True
    words = [name for name in _names(fields) if _number(name) is None]
    return 2 * len(words) > len(fields) or not LABEL_NAMES.isdisjoint(words)


def _names(fields: Sequence[str]) -> list[str]:
    return [field.strip().lower() for field in fields]


def _columns(fields: Sequence[str], row: int) -> tuple[int, list[int]]:
    """Return where a header has the label, and where the pixels, in their order.

    A column without a name, such as the index that pandas writes, is neither.
    """
    names = _names(fields)
    named = [i for i, name in enumerate(names) if name]
    if len(named) not in (PIXELS, PIXELS + 1):
        raise _wrong_columns(row, len(fields), PIXELS + 1)
    labels = [i for i in named if names[i] in LABEL_NAMES]
    if not labels and names == [str(i) for i in range(PIXELS + 1)]:
        labels = [0]
    if len(named) != PIXELS + 1 or len(labels) != 1:
        raise DrawingSetError(
            "one column of the header must be called label, the others are pixels", "no_label"
        )
    # pixel0 to pixel783, 1x1 to 28x28: the numbers say which pixel it is.
    places = {
        tuple(int(n) for n in re.findall(r"[0-9]{1,9}", names[i])): i
        for i in named
        if i not in labels
    }
    if len(places) != PIXELS or len({len(place) for place in places}) != 1:
        raise DrawingSetError(
            "the header must number the pixels, such as pixel0 to pixel783 or 1x1 to 28x28",
            "header",
        )
    return labels[0], [places[place] for place in sorted(places)]


def _label(fields: Sequence[str], at: int, row: int) -> int:
    """Return the label of a row."""
    label = _number(fields[at])
    if label is None or label not in range(10):
        raise DrawingSetError(
            f"row {row}: a label must be 0 to 9, got {_short(fields[at])}",
            "label",
            row=row,
            value=_short(fields[at]),
        )
    return int(label)


def _pixels(fields: Sequence[str], at: Sequence[int], row: int) -> NDArray[np.float32]:
    """Return the pixels of a row, (784,), as they are written."""
    numbers = [_number(fields[i]) for i in at]
    for i, number in zip(at, numbers, strict=True):
        if number is None or not 0 <= number <= 255:
            raise DrawingSetError(
                f"row {row}, column {i + 1}: a pixel must be a number from 0 to 255, or from "
                f"0 to 1, got {_short(fields[i])}",
                "pixel",
                row=row,
                column=i + 1,
                value=_short(fields[i]),
            )
    return np.array(numbers, np.float32)


def _number(field: str) -> float | None:
    """Return what a field says, or None if it is no finite number."""
    try:
        number = float(field)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _short(field: str) -> str:
    """Return a field as a message can show it."""
    words = " ".join(field.split())
    return f"{words[:20]}…" if len(words) > 20 else words


def _not_text() -> DrawingSetError:
    return DrawingSetError(
        "this is not a table of text, but perhaps an image or a spreadsheet", "not_text"
    )


def _wrong_columns(row: int, got: int, right: int) -> DrawingSetError:
    return DrawingSetError(
        f"row {row}: there must be {right} columns, a label and {PIXELS} pixels, got {got}",
        "columns",
        row=row,
        got=got,
        right=right,
    )
