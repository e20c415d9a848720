"""What a lesson is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from pages.components.lesson import Cells, Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.state import Linked, Value
from simplenet.study.microscope import Piece

Answer = float | str | tuple[float, ...]
"""A number, the name of a choice, or the heights of a curve."""


@dataclass(frozen=True)
class Slide:
    """A guess on a slider.

    Parameters
    ----------
    low, high, step, first : float
        Its ends, its step, and where it stands before anybody has guessed.
    near : float
        How far from the truth a guess is still a good one.
    format : str
        How the slider writes a number, as C does.
    say : callable
        Returns a number in words, such as 62%.
    """

    low: float
    high: float
    step: float
    first: float
    near: float
    format: str
    say: Callable[[float], str]


@dataclass(frozen=True)
class Choice:
    """A guess that is one of a few answers.

    Parameters
    ----------
    names : callable
        Returns what can be chosen, with what it is called.
    """

    names: Callable[[], Mapping[str, str]]


@dataclass(frozen=True, eq=False)
class Sketch:
    """A guess that is drawn as a curve.

    Parameters
    ----------
    x : tuple of float
        Where its points are, from 0 (left) to 1 (right) of the plane.
    first : tuple of float
        How high they are before anybody has guessed, from 0 to 1.
    near : float
        How far from the truth a good guess is at most, in the mean of its points.
    sheet : callable
        Returns what is on the sheet, and where the plane is in it.
    labels : callable
        Returns what each point is, in words.
    say : callable
        Returns a curve in words, such as 62% at the end.
    """

    x: tuple[float, ...]
    first: tuple[float, ...]
    near: float
    sheet: Callable[[], tuple[str, tuple[float, float, float, float]]]
    labels: Callable[[], Sequence[str]]
    say: Callable[[Sequence[float]], str]


@dataclass(frozen=True)
class Shown:
    """What a lesson shows now.

    Parameters
    ----------
    svg : str
        The picture.
    alt : str
        What it shows, in words, for those who cannot see it.
    parts : mapping of str to str
        What each symbol of the formula is now, by its part.
    told : str
        What there is to see in it, in a sentence or two.
    numbers : sequence of Table
        What is drawn in it.
    cells : Cells, optional
        What can be chosen in the picture by a click.
    on_pick : callable, optional
        Gets the row and the column of what was chosen.
    """

    svg: str
    alt: str
    parts: Mapping[str, str]
    told: str
    numbers: Sequence[Table]
    cells: Cells | None = None
    on_pick: Callable[[int, int], None] | None = None


@dataclass(frozen=True)
class Way:
    """The way to another page, where something is to be done.

    Parameters
    ----------
    page : str
        The name of its file.
    settings : tuple of (Value, value)
        What shall be chosen there.
    """

    page: str
    settings: tuple[tuple[Value[Any], Any], ...] = ()

    def address(self) -> str:
        """Return the address that opens the same page with the same settings."""
        link = {
            field.parameter: str(value)
            for field, value in self.settings
            if isinstance(field, Linked) and value is not None
        }
        return f"/{self.page}?{urlencode(link)}" if link else f"/{self.page}"

    def go(self) -> None:
        """Choose the settings, and open the page."""
        for field, value in self.settings:
            field.set(value)
        st.switch_page(f"pages/{self.page}.py")


@dataclass(frozen=True)
class Lesson:
    """A lesson: a question first, and then what answers it.

    Parameters
    ----------
    name : str
        In the address.
    title, question, because : callable
        Its title, what is to be guessed, and why the answer is what it is.
    guess : Slide, Choice or Sketch
    truth : callable
        Returns the answer, as the engine computes it: a number, the name of a choice, or the
        heights of a curve.
    play : callable
        Shows the controls, and returns what there is to see; it gets the guess.
    formula : str
        In LaTeX; ``@part{...}`` is a symbol.
    symbols : tuple of Symbol
    code : tuple of Piece
        The engine's lines.
    doing, door : callable
        The question that only doing can answer, and the name of the button that leads there.
    way : Way
    aside : callable, optional
        Says why the lines of the engine are not quite what the formula is.
    """

    name: str
    title: Callable[[], str]
    question: Callable[[], str]
    guess: Slide | Choice | Sketch
    truth: Callable[[], Answer]
    because: Callable[[], str]
    play: Callable[[Guess], Shown]
    formula: str
    symbols: tuple[Symbol, ...]
    code: tuple[Piece, ...]
    doing: Callable[[], str]
    door: Callable[[], str]
    way: Way
    aside: Callable[[], str] | None = None

    def say(self, answer: Answer) -> str:
        """Return an answer in words."""
        match self.guess, answer:
            case Choice() as choice, str():
                return choice.names()[answer]
            case Sketch() as sketch, tuple():
                return sketch.say(answer)
            case Slide() as slide, float():
                return slide.say(float(answer))
        raise TypeError(f"{answer!r} is no answer of the lesson {self.name}")

    def can_be(self, guess: Guess) -> bool:
        """Return whether a guess that a browser has kept is one that this lesson offers."""
        match self.guess, guess:
            case Choice() as choice, str():
                return guess in choice.names()
            case Sketch() as sketch, tuple():
                return len(guess) == len(sketch.x) and all(0 <= height <= 1 for height in guess)
            case Slide() as slide, float():
                return slide.low <= guess <= slide.high
        return False

    def is_good(self, guess: Answer) -> bool:
        """Return whether a guess is right, or as near as it has to be."""
        truth = self.truth()
        if isinstance(self.guess, Choice):
            return guess == truth
        apart = np.abs(np.asarray(guess, float) - np.asarray(truth, float))
        return float(apart.mean()) <= self.guess.near + 1e-9
