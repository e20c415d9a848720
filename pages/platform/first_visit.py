"""The very first visit of a server, for which Streamlit runs a page's file by itself."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.platform.menu import navigation
from pages.state import PAGE


def run_page(page: Callable[[], None]) -> None:
    """Run a page; each page's file ends with this.

    Because there is a folder named `pages`, Streamlit runs the file of the page by itself for the
    very first visit of a server: only once the menu was made does it go by the menu, and run
    `app.py` first. So then make the menu, and begin again.
    """
    if PAGE.get() is None:
        navigation()
        st.rerun()
    page()
