"""The first page: what there is, and where to begin."""

from __future__ import annotations

import streamlit as st

from pages import draw, gradients, train
from pages.parts.session import T, jobs


def page() -> None:
    """Show one card for each page."""
    jobs()  # The workers start while the visitor reads.
    st.markdown(T("home.intro"))
    cards = (
        (train.page, "train", T("home.train"), T("home.train_link"), ":material/model_training:"),
        (draw.page, "draw", T("home.draw"), T("home.draw_link"), ":material/draw:"),
        (
            gradients.page,
            "gradients",
            T("home.gradients"),
            T("home.gradients_link"),
            ":material/speed:",
        ),
    )
    for column, (target, path, words, link, icon) in zip(st.columns(3), cards, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(words)
            st.page_link(st.Page(target, url_path=path), label=link, icon=icon)
    st.caption(T("home.credits"))


if __name__ == "__main__":  # A server's very first visit; see `start_over`.
    from app import start_over

    start_over()
