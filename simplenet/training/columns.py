"""Columns of numbers that grow together at their end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

SMALLEST = 64
"""Rows that there is room for at first; whenever it is full, the room grows by a quarter."""


class Columns:
    """Arrays of equal length, by name, that one thread extends while others read them.

    Parameters
    ----------
    dtypes : mapping of str to dtype
        The columns, and what each holds.

    Notes
    -----
    Nothing that was read ever changes: new rows are written behind the old ones, and when the room
    is full the rows are copied to a larger one. The length is written last and read first, so that
    a reader never sees a row of which a column is missing.
    """

    def __init__(self, dtypes: Mapping[str, DTypeLike]) -> None:
        self._room = {name: np.empty(SMALLEST, dtype) for name, dtype in dtypes.items()}
        self._length = 0

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[Any]]) -> Self:
        """Return columns that begin with these arrays, which are not copied."""
        made = cls({})
        made._room, made._length = dict(columns), len(next(iter(columns.values())))
        return made

    def __len__(self) -> int:
        return self._length

    def read(self, end: int | None = None) -> dict[str, NDArray[Any]]:
        """Return the columns as they are now, or their first `end` rows: views, to read only."""
        length = self._length if end is None else min(end, self._length)
        views = {name: room[:length] for name, room in self._room.items()}
        for view in views.values():
            view.flags.writeable = False
        return views

    def extend(self, rows: Mapping[str, ArrayLike]) -> None:
        """Add rows: an array for each column, of equal length."""
        arrays = {name: np.asarray(rows[name]) for name in self._room}
        new = len(next(iter(arrays.values())))
        if not new:
            return
        start, end = self._length, self._length + new
        if end > self._size:
            self._room = self._moved(max(end, start + start // 4))
        for name, array in arrays.items():
            self._room[name][start:end] = array
        self._length = end

    def replace_last(self, row: Mapping[str, ArrayLike]) -> None:
        """Replace the last row; whoever has read the old one keeps it."""
        moved = self._moved(self._size)
        for name, room in moved.items():
            room[self._length - 1] = row[name]
        self._room = moved

    @property
    def _size(self) -> int:
        """Rows that there is room for."""
        return len(next(iter(self._room.values())))

    def _moved(self, size: int) -> dict[str, NDArray[Any]]:
        """Return a room for `size` rows that has a copy of all rows."""
        moved = {name: np.empty(size, room.dtype) for name, room in self._room.items()}
        for name, room in self._room.items():
            moved[name][: self._length] = room[: self._length]
        return moved

    def __reduce__(self) -> tuple[Any, ...]:
        return Columns.of, (self.read(),)  # What is sent has no free room.
