"""SimpleNet Lab: page config, navigation and language; each page is a file in `pages/`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

PARTS = Path(__file__).parent / "pages" / "parts"

# What a page needs is imported in the functions: the worker processes import this file too, as
# the main file of their parent, and need none of it.


def main() -> None:
    """Show the page that the address names."""
    import streamlit as st

    from pages.parts.frame import frame
    from pages.parts.incoming import guard
    from pages.parts.keepsakes import keepsakes
    from pages.parts.offline import stay_offline
    from pages.parts.place import place
    from pages.parts.session import T, choose_language

    guard()
    stay_offline()
    page = navigation()
    if st.session_state.get("page") != page.url_path:
        st.session_state.lost = set()  # Which runs of a link are gone, for as long as one is here.
    st.session_state.page = page.url_path
    st.html(PARTS / "frame.css")
    choose_language()
    frame(page.title)
    keepsakes()
    st.title(page.title, anchor=False)
    notice = place()
    page.run()
    if st.session_state.lost:
        notice.info(T("app.lost"), icon=":material/search_off:")


def navigation() -> Page:
    """Configure the page, show the menu, and return the page that the address names."""
    import streamlit as st

    from pages.parts.session import T

    st.set_page_config(layout="wide", page_icon=str(PARTS / "icon.svg"))
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
                "pages/gradients.py",
                title=T("gradients.menu"),
                icon=":material/speed:",
                url_path="gradients",
            ),
        ],
        position="top",
    )


def run_page(page: Callable[[], None]) -> None:
    """Run a page; each page's file ends with this.

    Because there is a folder named `pages`, Streamlit runs the file of the page by itself for the
    very first visit of a server: only once the menu was made does it go by the menu, and run this
    file first. So then make the menu, and begin again.
    """
    import streamlit as st

    if "page" not in st.session_state:
        navigation()
        st.rerun()
    page()


if __name__ == "__main__":
    main()
