"""A person's own digits: drawings with their right labels, and how they are written down."""

from __future__ import annotations

import base64
import io
import zlib
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels

PIXELS = 784
MOST_DRAWINGS = 1000
MOST_BYTES = 4_000_000
"""The largest file: a thousand drawings as CSV take at most 3.2 million bytes."""

HEADER = ",".join(
    ["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))]
)
"""First line of the CSV, as in the copies of MNIST that are passed around in this form."""


class DrawingSetError(ValueError):
    """Something is not a set of drawings; the message says what is wrong, and what is right."""


@dataclass(frozen=True, eq=False)
class DrawingSet:
    """Drawings as the network gets them, and the digits that they are.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (n, 784)
        Ink, 255 stands for 1; n is at most 1,000.
    labels : ndarray of uint8, shape (n,)
        Digits, 0 to 9.

    Raises
    ------
    DrawingSetError
        If the shapes or the values are others.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.pixels.shape != (n, PIXELS) or self.labels.shape != (n,):
            raise DrawingSetError(
                f"drawings have {PIXELS} pixels and a label each, "
                f"got shapes {self.pixels.shape} and {self.labels.shape}"
            )
        if n > MOST_DRAWINGS:
            raise DrawingSetError(f"a set has at most {MOST_DRAWINGS} drawings, got {n}")
        if n and self.labels.max() > 9:
            raise DrawingSetError(f"labels must be 0 to 9, got {self.labels.max()}")

    @classmethod
    def empty(cls) -> Self:
        """Return a set without drawings."""
        return cls(np.empty((0, PIXELS), np.uint8), np.empty(0, np.uint8))

    def __len__(self) -> int:
        return len(self.labels)

    def added(self, x: ArrayLike, label: int) -> Self:
        """Return the set with one drawing more, at its end.

        Parameters
        ----------
        x : array_like, shape (784,) or (1, 784)
            Ink in [0, 1], as `canvas_to_input` returns it.
        label : int
            The digit that it is, 0 to 9.

        Raises
        ------
        ValueError
            If there is no such digit, or no room for another drawing.
        """
        (digit,) = as_labels(label, 1, 10)
        pixels = np.rint(255 * np.asarray(x).reshape(1, -1)).astype(np.uint8)
        return self.merged(type(self)(pixels, np.array([digit], np.uint8)))

    def merged(self, other: DrawingSet) -> Self:
        """Return the set with those of another that it does not have, at its end."""
        known = {(x.tobytes(), t) for x, t in zip(self.pixels, self.labels.tolist(), strict=True)}
        rows = zip(other.pixels, other.labels.tolist(), strict=True)
        new = [i for i, (x, t) in enumerate(rows) if (x.tobytes(), t) not in known]
        return type(self)(
            np.concatenate([self.pixels, other.pixels[new]]),
            np.concatenate([self.labels, other.labels[new]]),
        )

    def without(self, rows: int | NDArray[np.intp]) -> Self:
        """Return the set without some of its drawings; IndexError if there are no such."""
        return type(self)(np.delete(self.pixels, rows, axis=0), np.delete(self.labels, rows))

    def to_csv(self) -> str:
        """Return a header, and a line of a label and 784 bytes for each drawing."""
        file = io.StringIO()
        rows = np.column_stack([self.labels, self.pixels])
        np.savetxt(file, rows, fmt="%d", delimiter=",", header=HEADER, comments="")
        return file.getvalue()

    @classmethod
    def from_csv(cls, content: bytes) -> Self:
        """Return the set that `to_csv` wrote; the header may be missing.

        Raises
        ------
        DrawingSetError
            If it is something else, or too large.
        """
        if len(content) > MOST_BYTES:
            raise DrawingSetError(f"a set takes at most {MOST_BYTES} bytes, this file is larger")
        try:
            lines = [line for line in content.decode("utf-8-sig").splitlines() if line.strip()]
            rows = [line.split(",") for line in lines[lines[:1] == [HEADER] :]]
            numbers = np.array(rows, np.int64).reshape(len(rows), PIXELS + 1)
        except (UnicodeDecodeError, ValueError, OverflowError) as error:
            raise DrawingSetError(
                f"each line must be a label and {PIXELS} pixels, all of them whole numbers: {error}"
            ) from None
        if numbers.size and not (numbers.min() >= 0 and numbers.max() <= 255):
            raise DrawingSetError(
                f"pixels must be 0 to 255, got {numbers.min()} to {numbers.max()}"
            )
        return cls(numbers[:, 1:].astype(np.uint8), numbers[:, 0].astype(np.uint8))

    def to_text(self) -> str:
        """Return the set in a short form, for a browser to keep: packed by zlib, as base64."""
        rows = np.column_stack([self.labels, self.pixels])
        return base64.b64encode(zlib.compress(rows.tobytes())).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the set that `to_text` wrote; DrawingSetError if it is something else."""
        try:
            packed = base64.b64decode(text, validate=True)
            # One byte more than there may be: a few bytes could stand for gigabytes.
            most = MOST_DRAWINGS * (PIXELS + 1) + 1
            rows = np.frombuffer(zlib.decompressobj().decompress(packed, most), np.uint8)
            rows = rows.reshape(-1, PIXELS + 1)
        except (ValueError, zlib.error) as error:
            raise DrawingSetError(f"this is not a set of drawings: {error}") from None
        return cls(rows[:, 1:], rows[:, 0])
