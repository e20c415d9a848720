"""What people change of their runs, and what the page says if that cannot be written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.language import T
from pages.language.text import quoted
from pages.session import me, store
from pages.state import UNWRITTEN
from simplenet.jobs import LedgerError


@contextmanager
def changing() -> Iterator[None]:
    """Let the page say so if the database does not take what is done inside."""
    try:
        yield
    except LedgerError as error:
        UNWRITTEN.set(str(error))


def unwritten() -> None:
    """Say so once, if what was changed just now could not be written down."""
    if why := UNWRITTEN.get():
        st.error(T("runs.unwritten", error=quoted(why)), icon=":material/database_off:")
        UNWRITTEN.clear()


def stop_sweep(sweep: str) -> None:
    """Stop all runs of the visitor's sweep."""
    with changing():
        store().stop_sweep(sweep, me())


def describe(run: str, **values: str | bool) -> None:
    """Set the name, the note or the star of the visitor's run."""
    with changing():
        store().describe(run, me(), **values)
