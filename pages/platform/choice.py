"""A choice of one among a few, that the address keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from pages.state import Linked, one_of

Option = TypeVar("Option")


def choose_one(
    chosen: Linked[Option] | Linked[Option | None],
    label: str,
    names: Mapping[Option, str],
    *,
    help: str | None = None,
    labelled: bool = True,
    on_change: Callable[[], None] | None = None,
) -> Option:
    """Show a choice of one as buttons in a row, and return what is chosen.

    Parameters
    ----------
    chosen : Linked
        What holds it, and keeps it in the address. Its default is chosen at first, or, if that is
        None, the first of the names.
    label : str
        What is chosen, in words.
    names : mapping
        What can be chosen, with what it is called.
    help : str, optional
        What the choice does, for who asks.
    labelled : bool
        Whether the words are seen, or for screen readers only.
    on_change : callable, optional
        What to do when another is chosen.
    """
    chosen.open(one_of(names))
    value: Option = st.segmented_control(
        label,
        list(names),
        default=next(iter(names)) if chosen.default is None else chosen.default,
        required=True,
        format_func=names.__getitem__,
        key=chosen.name,
        help=help,
        on_change=on_change,
        label_visibility="visible" if labelled else "collapsed",
        persist_state="session",
    )
    chosen.keep(value)
    return value
