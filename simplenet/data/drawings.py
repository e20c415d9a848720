"""A person's own digits: drawings with their right labels, and how they are written down."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.data.digit_table import PIXELS, DrawingSetError, read_digits, write_digits
from simplenet.functions import as_labels

MOST_DRAWINGS = 1000


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
                f"got shapes {self.pixels.shape} and {self.labels.shape}",
                "shape",
            )
        if n > MOST_DRAWINGS:
            raise DrawingSetError(
                f"a set has at most {MOST_DRAWINGS} drawings, got {n}", "full", most=MOST_DRAWINGS
            )
        if n and self.labels.max() > 9:
            raise DrawingSetError(f"labels must be 0 to 9, got {self.labels.max()}", "label")

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
        """Return the set with those of another that it does not have, at its end; each once.

        Raises
        ------
        DrawingSetError
            If there is no room for all of them.
        """
        rows = dict.fromkeys([*self._rows(), *other._rows()])
        return self._from_rows(list(rows))

    def filled_up(self, pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tuple[Self, int]:
        """Return the set with those of a table that there is room for, and how many more are new.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (n, 784)
            Any number of drawings.
        labels : ndarray of uint8, shape (n,)
        """
        rows = list(dict.fromkeys([*self._rows(), *_rows(pixels, labels)]))
        return self._from_rows(rows[:MOST_DRAWINGS]), len(rows[MOST_DRAWINGS:])

    def reconciled(self, base: DrawingSet, other: DrawingSet) -> tuple[Self, Self]:
        """Return what becomes of a set that was changed in two places.

        Parameters
        ----------
        base : DrawingSet
            What it was before: what was added to it here or there is added, and what was removed
            from it here or there is removed.
        other : DrawingSet
            What it is in the other place. It comes first.

        Returns
        -------
        DrawingSet
            The set as it is now.
        DrawingSet
            Those drawings of this place that found no room.
        """
        ours, before = self._rows(), set(base._rows())
        removed = before.difference(ours)
        kept = [row for row in other._rows() if row not in removed]
        added = [row for row in ours if row not in before]
        rows = list(dict.fromkeys([*kept, *added]))
        return self._from_rows(rows[:MOST_DRAWINGS]), self._from_rows(rows[MOST_DRAWINGS:])

    def _rows(self) -> list[bytes]:
        return _rows(self.pixels, self.labels)

    @classmethod
    def _from_rows(cls, rows: list[bytes]) -> Self:
        """Return the set of what `_rows` returned."""
        table = np.frombuffer(b"".join(rows), np.uint8).reshape(-1, PIXELS + 1)
        return cls(table[:, 1:], table[:, 0])

    def without(self, rows: int | NDArray[np.intp]) -> Self:
        """Return the set without some of its drawings; IndexError if there are no such."""
        return type(self)(np.delete(self.pixels, rows, axis=0), np.delete(self.labels, rows))

    def to_csv(self) -> str:
        """Return the set as a table; see `write_digits`."""
        return write_digits(self.pixels, self.labels)

    @classmethod
    def from_csv(cls, content: bytes) -> Self:
        """Return the set that a table holds; see `read_digits`.

        Raises
        ------
        DrawingSetError
            If it is something else, or too large.
        """
        return cls(*read_digits(content))

    def to_text(self) -> str:
        """Return the set in a short form, for a browser to keep: packed by zlib, as base64."""
        rows = np.column_stack([self.labels, self.pixels])
        return base64.b64encode(zlib.compress(rows.tobytes())).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the set that `to_text` wrote; DrawingSetError if it is something else."""
        try:
            packed = base64.b64decode(text, validate=True)
            unpacking = zlib.decompressobj()
            # One byte more than there may be: a few bytes could stand for gigabytes.
            rows = unpacking.decompress(packed, MOST_DRAWINGS * (PIXELS + 1) + 1)
            if not unpacking.eof or unpacking.unused_data:
                raise ValueError("a part of it is missing, or there is more than may be")
            table = np.frombuffer(rows, np.uint8).reshape(-1, PIXELS + 1)
        except (ValueError, zlib.error) as error:
            raise DrawingSetError(f"this is not a set of drawings: {error}", "not_a_set") from None
        return cls(table[:, 1:], table[:, 0])


def _rows(pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> list[bytes]:
    """Return the label and the pixels of each drawing, 785 bytes."""
    return [row.tobytes() for row in np.column_stack([labels, pixels])]
