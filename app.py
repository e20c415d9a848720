"""SimpleNet Lab: page config, navigation and language; each page is a file in `pages/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

STYLE = """<style>
.stMainBlockContainer { padding-top: 4.5rem; }
/* It would flicker at each update, and is never Chinese. */
[data-testid="stStatusWidget"] { display: none; }
</style>"""

# What a page needs is imported in the functions: the worker processes import this file too, as
# the main file of their parent, and need none of it.


def main() -> None:
    """Show the page that the address names."""
    import streamlit as st

    from pages.parts.session import choose_language

    page = navigation()
    st.session_state.arrived = st.session_state.get("page") != page.url_path
    st.session_state.page = page.url_path
    st.html(STYLE)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.title(page.title, anchor=False, width="content")
        choose_language()
    page.run()


def navigation() -> Page:
    """Configure the page, show the menu, and return the page that the address names."""
    import streamlit as st

    from pages import draw, gradients, home, train
    from pages.parts.session import T

    icon = Path(__file__).parent / "pages" / "parts" / "icon.svg"
    st.set_page_config(layout="wide", page_icon=str(icon))
    return st.navigation(
        [
            st.Page(home.page, title=T("home.menu"), icon=":material/home:", default=True),
            st.Page(
                train.page,
                title=T("train.menu"),
                icon=":material/model_training:",
                url_path="train",
            ),
            st.Page(draw.page, title=T("draw.menu"), icon=":material/draw:", url_path="draw"),
            st.Page(
                gradients.page,
                title=T("gradients.menu"),
                icon=":material/speed:",
                url_path="gradients",
            ),
        ],
        position="top",
    )


def start_over() -> None:
    """Run the whole app, where Streamlit has run a page's file by itself.

    It does so for the very first visit of a server, because there is a folder named `pages`: only
    once the menu was made, it goes by the menu. So make it, and begin again.
    """
    import streamlit as st

    navigation()
    st.rerun()


if __name__ == "__main__":
    main()
