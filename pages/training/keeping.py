"""What becomes of a trained network: for the other pages, as a file, for everybody."""

from __future__ import annotations

import streamlit as st

from pages.exporting import offer_formats
from pages.language import T
from pages.publishing import publish, published
from pages.session import TrainingJob, network_of
from pages.state import NEW_NETWORK
from pages.training.naming import recipe_name
from pages.training.taking import take_along
from simplenet.network import SimpleNet
from simplenet.runs import described
from simplenet.storage import model_to_bytes


def keep(job: TrainingJob) -> None:
    """Offer the trained network: to the other pages, as a file, and to everybody on this server."""
    kept = network_of(job)
    net = SimpleNet.from_params(kept.params)
    about = described(job.work, job.records, kept.record)
    st.header(T("keep.title"), anchor=False)
    st.caption(T("recipe.of", recipe=recipe_name(job.work)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            T("keep.download"),
            model_to_bytes(net, about),
            file_name="simplenet.safetensors",
            on_click="ignore",
            icon=":material/download:",
        )
        take_along(job)
        offer_formats(net, about)
    with (
        st.form("publish", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            T("keep.name"),
            key=NEW_NETWORK.name,
            max_chars=40,
            help=T("keep.publish_help"),
            width=280,
        )
        # Before the page is shown: whatever is clicked next, it is done.
        st.form_submit_button(
            T("keep.publish"), icon=":material/public:", on_click=publish, args=(net, about)
        )
    published()
