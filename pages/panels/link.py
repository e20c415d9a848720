"""What is chosen on a panel, in the address of the page: a link shows somebody else the same.

The address counts when a panel is opened, and says from then on what is chosen. What is as it is
at first is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import streamlit as st

Choice = TypeVar("Choice")
Number = TypeVar("Number", int, float)


def from_link(name: str, key: str, parse: Callable[[str], object]) -> None:
    """Take over what the address says, if that can be and nothing was chosen yet."""
    if key not in st.session_state:
        with suppress(KeyError, ValueError):
            st.session_state[key] = parse(st.query_params[name])


def to_link(name: str, choice: object, default: object) -> None:
    """Write what is chosen into the address; None is nothing."""
    if choice is None or choice == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != str(choice):
        st.query_params[name] = str(choice)


def one_of(choices: Iterable[Choice]) -> Callable[[str], Choice]:
    """Return what makes one of these of its text, and raises KeyError of any other."""
    return {str(choice): choice for choice in choices}.__getitem__


def between(low: Number, high: Number) -> Callable[[str], Number]:
    """Return what makes a number of its text, and raises ValueError if it is not in the range."""

    def parse(text: str) -> Number:
        number = type(low)(text)
        if not low <= number <= high:
            raise ValueError(f"{text} is not between {low} and {high}")
        return number

    return parse
