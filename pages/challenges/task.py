"""What a challenge is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.lessons.lesson import Way


@dataclass(frozen=True)
class Told:
    """What a check has found.

    Parameters
    ----------
    solved : bool
    words : str
        What is missing, or how it was solved.
    """

    solved: bool
    words: str


@dataclass(frozen=True)
class Task:
    """A challenge.

    Parameters
    ----------
    title, words, hint, why : callable
        What it is called, what is asked for, a hint, and what there is to learn from it.
    check : callable
        Looks at what the visitor has done; it may ask something on the page first.
    way : Way or None
        Where it is done; None if it is done where it stands.
    """

    title: Callable[[], str]
    words: Callable[[], str]
    hint: Callable[[], str]
    why: Callable[[], str]
    check: Callable[[], Told]
    way: Way | None = None
