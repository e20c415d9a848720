"""The frame around every page, which is Streamlit's own: its language, its words, its menu.

A hidden Streamlit component tells the browser the language of the page, has Streamlit's own
buttons speak it, gives the main part a name, lets the keyboard scroll what is too wide, closes the
menu of a phone after a choice, follows a link once more whose click was lost, and says when the
server does not answer.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import streamlit as st

from pages.language import T, language
from pages.language.text import CODES, translations
from pages.state import Component

STYLE = Path(__file__).with_name("frame.css")
"""Of every page."""

_mount = st.components.v2.component(
    "frame",
    html="<span hidden></span>",
    js=Path(__file__).with_name("frame.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def frame(title: str, path: str) -> None:
    """Set the language of the frame to the visitor's; call it once on every page.

    Parameters
    ----------
    title : str
        Of the page that is shown.
    path : str
        Its address, without what is before it; empty for the first page.
    """
    # From every other language: what was translated stays so until it is translated back.
    words = translations("streamlit", language())
    _mount(
        key=Component.FRAME,
        data={
            "code": CODES[language()],
            "title": title,
            "path": path,
            "words": words,
            "away": T("app.away"),
            "run": monotonic(),  # The browser is to look at each.
        },
    )
