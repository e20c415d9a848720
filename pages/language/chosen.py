"""The visitor's language, and the words in it."""

from __future__ import annotations

import streamlit as st

from pages.language.text import LANGUAGES, best_language, text
from pages.state import LANGUAGE, keep_unfolded, one_of


def language() -> str:
    """Return the visitor's language: the one that was chosen, or else the browser's."""
    LANGUAGE.open(one_of(LANGUAGES))
    chosen = LANGUAGE.get()
    return chosen if chosen in LANGUAGES else best_language(st.context.locale)


def T(key: str, **values: object) -> str:  # noqa: N802, the customary name is a letter
    """Return a text of the interface in the visitor's language."""
    return text(language(), key, **values)


def choose_language() -> None:
    """Show the switch between the languages; the address keeps what was chosen."""
    chosen = st.segmented_control(
        T("app.language"),
        list(LANGUAGES),
        default=language(),
        required=True,
        format_func=LANGUAGES.__getitem__,
        key=LANGUAGE.name,
        label_visibility="collapsed",
        on_change=keep_unfolded,
        persist_state="session",
    )
    LANGUAGE.keep(chosen, best_language(st.context.locale))
