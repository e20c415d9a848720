"""A training that comes from a file."""

from __future__ import annotations

import secrets

import streamlit as st

from pages.kept.chosen import open_run
from pages.language import T
from pages.room import no_room
from pages.session import me, store
from pages.state import BUNDLE_TAKEN, Widget
from simplenet.jobs import NoRoomError


def bring() -> None:
    """Show the button that opens such a file."""
    with st.popover(T("bundle.open"), icon=":material/drive_folder_upload:"):
        file = st.file_uploader(T("bundle.file"), type="zip", key=Widget.BUNDLE_FILE)
        if file is None or BUNDLE_TAKEN.get() == file.file_id:
            return
        from simplenet.runs.bundle import BundleError, bundle_from_bytes

        try:
            bundle = bundle_from_bytes(file.getvalue())
        except BundleError as error:
            words = {
                "no_bundle": T("bundle.no_bundle"),
                "too_large": T("bundle.too_large"),
                "newer": T("bundle.newer"),
            }
            st.error(words[error.reason], icon=":material/error:")
            return
        job_id = secrets.token_urlsafe(12)
        try:
            store().bring(job_id, me(), bundle)
        except NoRoomError as error:
            st.warning(no_room(error.of, error.most), icon=":material/hourglass_disabled:")
            return
        store().describe(job_id, me(), note=T("bundle.note"))
        BUNDLE_TAKEN.set(file.file_id)
    for run in store().summaries([job_id]):  # Its page takes the place of the open button.
        open_run(run)
