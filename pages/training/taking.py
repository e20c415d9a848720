"""A training as a file to take along."""

from __future__ import annotations

import streamlit as st

from pages.language import T
from pages.session import TrainingJob, store
from pages.state import Widget
from simplenet.runs.made_with import made_with


def take_along(job: TrainingJob) -> None:
    """Show the button that downloads a training with all that belongs to it."""
    st.download_button(
        T("bundle.take"),
        lambda: as_file(job),
        file_name="simplenet-run.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/folder_zip:",
        key=Widget.BUNDLE_TAKE,
        help=T("bundle.take_help"),
    )


def as_file(job: TrainingJob) -> bytes:
    """Return a training as it is now as the content of a zip file."""
    # A second of imports that only a bundle needs.
    from simplenet.runs.bundle import Bundle, bundle_to_bytes

    kept = next(iter(store().summaries([job.id])), None)  # None if it could not be written down.
    return bundle_to_bytes(
        Bundle(
            job.work,
            job.records.now(),
            job.state,
            kept.made_with if kept else made_with(),
            "finished" if job.status == "finished" else "stopped",
            kept.name if kept else "",
        )
    )
