"""The first page: what there is, and where to begin."""

from __future__ import annotations

import streamlit as st

from pages.language import T
from pages.platform.first_visit import run_page
from pages.session import jobs


def page() -> None:
    """Show one card for each page."""
    jobs()  # The workers start while the visitor reads.
    st.markdown(T("home.intro"))
    cards = (
        ("pages/train.py", T("home.train"), T("home.train_link"), ":material/model_training:"),
        ("pages/draw.py", T("home.draw"), T("home.draw_link"), ":material/draw:"),
        ("pages/gradients.py", T("home.gradients"), T("home.gradients_link"), ":material/speed:"),
    )
    for column, (page_file, words, link, icon) in zip(st.columns(3), cards, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(words)
            st.page_link(page_file, label=link, icon=icon)
    st.caption(T("home.credits"))


run_page(page)
