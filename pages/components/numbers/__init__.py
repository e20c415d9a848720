"""The numbers of a picture as tables, one key away: for those who cannot see it, or count.

Each component that shows a picture says in its JavaScript what its numbers are (`offerNumbers`);
those of a drawing, which the browser cannot know, come as `Table`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.language.text import CODES, LANGUAGES, text

_HERE = Path(__file__).parent


def _words(language: str) -> dict[str, str]:
    """Return what the browser says of numbers."""
    return {
        "open": text(language, "numbers.open"),
        "save": text(language, "numbers.save"),
        "close": text(language, "numbers.close"),
        "file": text(language, "numbers.file"),
        "some": text(language, "numbers.some", n="{n}"),
        "digit": text(language, "numbers.digit"),
        "reads": text(language, "numbers.reads"),
        "image": text(language, "numbers.image"),
        "unit": text(language, "numbers.unit"),
        "units": text(language, "numbers.units"),
        "outputs": text(language, "numbers.outputs"),
        "weights": text(language, "numbers.weights", unit="{unit}"),
        "score": text(language, "numbers.score"),
        "probability": text(language, "numbers.probability"),
        "sum": text(language, "numbers.sum"),
        "activation": text(language, "numbers.activation"),
        "value": text(language, "numbers.value"),
        "to": text(language, "numbers.to", digit="{digit}"),
    }


NUMBERS_JS = (
    (_HERE / "numbers.js")
    .read_text(encoding="utf-8")
    .replace('"{words}"', json.dumps({CODES[name]: _words(name) for name in LANGUAGES}))
)
"""What stands before the JavaScript of a component that shows a picture."""

NUMBERS_CSS = (_HERE / "numbers.css").read_text(encoding="utf-8")
"""What stands before its style."""


@dataclass(frozen=True)
class Table:
    """Numbers of a picture.

    Parameters
    ----------
    columns : mapping of str to sequence of numbers or texts
        All of one length, by their names; the first one says what a row is.
    title : str, optional
    """

    columns: Mapping[str, Iterable[Any]]
    title: str = ""

    def data(self) -> dict[str, Any]:
        """Return it as the browser takes it."""
        values = [_told(np.asarray(column)) for column in self.columns.values()]
        return {
            "title": self.title,
            "columns": list(self.columns),
            "rows": [list(row) for row in zip(*values, strict=True)],
        }


def _told(column: NDArray[Any]) -> list[Any]:
    """Return a column as the browser takes it: six digits of a number are enough."""
    if column.dtype.kind != "f":
        return list(column.tolist())
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in column]


def grid(image: NDArray[Any], title: str = "") -> Table:
    """Return the pixels of an image, (height, width), as a table of its rows."""
    columns = {str(j): column for j, column in enumerate(image.T)}
    return Table({"": range(len(image)), **columns}, title)
