"""The menu: which pages there are, and how they are called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.language import T

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

ICON = Path(__file__).with_name("icon.svg")


def navigation() -> Page:
    """Configure the page, show the menu, and return the page that the address names."""
    st.set_page_config(layout="wide", page_icon=str(ICON))
    return st.navigation(
        [
            st.Page("pages/home.py", title=T("home.menu"), icon=":material/home:", default=True),
            st.Page(
                "pages/train.py",
                title=T("train.menu"),
                icon=":material/model_training:",
                url_path="train",
            ),
            st.Page("pages/draw.py", title=T("draw.menu"), icon=":material/draw:", url_path="draw"),
            st.Page(
                "pages/inspect.py",
                title=T("inspect.menu"),
                icon=":material/biotech:",
                url_path="inspect",
            ),
            st.Page(
                "pages/runs.py",
                title=T("runs.menu"),
                icon=":material/folder_open:",
                url_path="runs",
            ),
            st.Page(
                "pages/gradients.py",
                title=T("gradients.menu"),
                icon=":material/speed:",
                url_path="gradients",
            ),
            st.Page(
                "pages/learn.py",
                title=T("learn.menu"),
                icon=":material/school:",
                url_path="learn",
            ),
        ],
        position="top",
    )
