"""A run as a file to take along."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.language import T
from pages.session import TrainingJob, store
from pages.state import Widget
from simplenet.jobs import Job
from simplenet.runs.made_with import made_with
from simplenet.runs.moments import whole


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
    records, state = job.records.now(), job.state
    if kept and (entry := store().read(job.id)) and entry.state is not None:
        records, state = whole(entry.chunks), entry.state  # With all snapshots.
    return bundle_to_bytes(
        Bundle(
            job.work,
            records,
            state,
            kept.made_with if kept else made_with(),
            "finished" if job.status == "finished" else "stopped",
            kept.name if kept else "",
        )
    )


def take_results(job: Job[Any, Any], kind: str) -> None:
    """Show the button that downloads what came of work that is no training."""
    st.download_button(
        T("bundle.take"),
        lambda: results_of(job),
        file_name=f"simplenet-{kind}.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/folder_zip:",
        key=Widget.BUNDLE_TAKE,
        help=T("bundle.results_help"),
    )


def results_of(job: Job[Any, Any]) -> bytes:
    """Return what came of work as the content of a zip file."""
    from simplenet.runs.results import Results, results_to_bytes

    kept = next(iter(store().summaries([job.id])), None)
    return results_to_bytes(
        Results(
            job.work,
            list(job.records),
            job.state,
            kept.made_with if kept else made_with(),
            "finished" if job.status == "finished" else "stopped",
            kept.name if kept else "",
        )
    )
