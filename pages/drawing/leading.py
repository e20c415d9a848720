"""What comes after drawing: a look inside the network that has read."""

from __future__ import annotations

import streamlit as st

from pages.components.keepsakes import mine
from pages.language import T
from pages.state import DRAW_NETWORK, INSPECT_NETWORK, Widget


def lead_on() -> None:
    """Ask where the network fails with other hands, and lead to where that is seen.

    It is what to do next unless there are drawings that the network is to learn from.
    """
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(T("draw.next"))
        if st.button(
            T("home.inspect_link"),
            type="secondary" if len(mine()) else "primary",
            icon=":material/biotech:",
            key=Widget.DRAW_NEXT,
        ):
            INSPECT_NETWORK.set(DRAW_NETWORK.get())
            st.switch_page("pages/inspect.py")
