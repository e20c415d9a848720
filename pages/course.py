"""How far somebody is in the course: what was guessed in each lesson, and which are finished."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeGuard

Guess = float | str | tuple[float, ...] | None
"""A number, the name of a choice, the heights of a curve that was drawn, or None for who wanted
to see it without a guess."""

NAME = re.compile(r"[a-z_]{1,30}")
"""What a lesson, or a choice in it, may be called."""

LARGEST = 1e9
"""The largest number that can be guessed."""

MOST_LESSONS, MOST_CHARACTERS, MOST_POINTS = 60, 10_000, 20


class CourseError(ValueError):
    """A text is no course that a browser has kept."""


@dataclass(frozen=True)
class Entry:
    """What became of a lesson.

    Parameters
    ----------
    guess : float, str, tuple of float, or None
    finished : bool
        Whether it was gone through to its end.
    """

    guess: Guess = None
    finished: bool = False


@dataclass(frozen=True)
class Course:
    """How far somebody is.

    Parameters
    ----------
    entries : mapping of str to Entry
        Of each lesson that was begun, by its name.
    last : str or None
        The lesson that was open last.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    last: str | None = None

    def guessed(self, lesson: str, guess: Guess) -> Self:
        """Return the course with a guess, or with the wish to see it without one."""
        return replace(self, entries={**self.entries, lesson: Entry(guess)}, last=lesson)

    def finished(self, lesson: str, then: str | None) -> Self:
        """Return the course with a lesson gone through to its end, and another one open."""
        entry = replace(self.entries.get(lesson, Entry()), finished=True)
        return replace(self, entries={**self.entries, lesson: entry}, last=then or lesson)

    def without(self, lessons: Iterable[str]) -> Self:
        """Return the course as if these lessons had never been begun."""
        gone = set(lessons)
        entries = {name: entry for name, entry in self.entries.items() if name not in gone}
        return replace(self, entries=entries, last=None)

    def reconciled(self, base: Course, theirs: Course) -> Self:
        """Return what this and another tab have made of the course that both had before.

        Parameters
        ----------
        base : Course
            What both had.
        theirs : Course
            What the other tab made of it; where both have changed a lesson, this one counts.
        """
        entries = {}
        for name in {**theirs.entries, **self.entries}:
            ours, before = self.entries.get(name), base.entries.get(name)
            entry = theirs.entries.get(name) if ours == before else ours
            if entry is not None:
                entries[name] = entry
        return replace(
            self, entries=entries, last=theirs.last if self.last == base.last else self.last
        )

    def to_text(self) -> str:
        """Return it as a browser keeps it."""
        entries = {name: [entry.guess, entry.finished] for name, entry in self.entries.items()}
        return json.dumps({"entries": entries, "last": self.last})

    @classmethod
    def from_text(cls, text: object) -> Self:
        """Return what `to_text` wrote; CourseError if it is anything else."""
        if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
            raise CourseError(f"a course is a text of at most {MOST_CHARACTERS} characters")
        try:
            told = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CourseError("a course is JSON, and this is not") from error
        if not isinstance(told, dict) or not isinstance(told.get("entries"), dict):
            raise CourseError("a course has entries, and this has none")
        entries, last = told["entries"], told.get("last")
        if len(entries) > MOST_LESSONS or not all(map(_is_name, entries)):
            raise CourseError(f"a course has at most {MOST_LESSONS} lessons with names of letters")
        if last is not None and not _is_name(last):
            raise CourseError("the last lesson of a course has a name of letters")
        return cls({name: _entry(entry) for name, entry in entries.items()}, last)


def _is_name(value: object) -> bool:
    """Return whether a value can be the name of a lesson, or of a choice."""
    return isinstance(value, str) and NAME.fullmatch(value) is not None


def _is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a number that can be guessed; NaN is none."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -LARGEST <= value <= LARGEST
    )


def _entry(told: object) -> Entry:
    """Return what became of a lesson; CourseError if it cannot be."""
    match told:
        case [None | str() as guess, bool() as finished]:
            if guess is None or NAME.fullmatch(guess):
                return Entry(guess, finished)
        case [guess, bool() as finished] if _is_number(guess):
            return Entry(float(guess), finished)
        case [[*heights], bool() as finished] if 0 < len(heights) <= MOST_POINTS:
            numbers = [float(height) for height in heights if _is_number(height)]
            if len(numbers) == len(heights):
                return Entry(tuple(numbers), finished)
    raise CourseError(f"a lesson has a guess, and whether it is finished; got {str(told)[:60]}")
