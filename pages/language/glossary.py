"""The words of the field: what each is called, and what it means, from `glossary.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Term:
    """A word of the field, in one language.

    Parameters
    ----------
    names : tuple of str
        What it is called, its title first.
    line : str
        What it means.
    """

    names: tuple[str, ...]
    line: str

    @property
    def title(self) -> str:
        """What it is called where it stands by itself."""
        name = self.names[0]
        return name.capitalize() if name.islower() else name


@cache
def glossary(language: str) -> dict[str, Term]:
    """Return all terms of a language by their keys."""
    file = Path(__file__).with_suffix(".toml")
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        key: Term(tuple(entry[language]), entry[f"{language}_line"])
        for key, entry in entries.items()
    }
