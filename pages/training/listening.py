"""A training for those who listen: the switch of its tone, and what is told at its milestones."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.listening import listening
from pages.language import T
from pages.language.words import count
from pages.session import TrainingJob
from pages.state import SOUND
from pages.training.progress import done, status_text
from simplenet.training import SMOOTHED, History

MILESTONES = 10
"""So many times a training tells how far it is."""


def heard(job: TrainingJob | None, history: History) -> None:
    """Show the switch, and let a training be heard while it runs."""
    on = st.toggle(T("train.sound"), key=SOUND.name, help=T("train.sound_help"))
    runs = job is not None and job.status == "running" and len(history) > 0
    loss = float(history.losses[-SMOOTHED:].mean()) if on and runs else None
    listening(loss, milestone(job, history) if job else "")


def milestone(job: TrainingJob, history: History) -> str:
    """Return what a training has reached last: a tenth of its way, or its end."""
    if job.ended:
        return status_text(job, history)
    iterations = job.work.training.iterations
    tenth = done(history, job.work) * MILESTONES // iterations
    evaluations = history.evaluations
    known = np.flatnonzero(
        ~np.isnan(evaluations["test_accuracy"])
        & (evaluations["iteration"] <= tenth * iterations / MILESTONES)
    )
    if not tenth or not len(known):
        return T("train.begun")
    at = int(evaluations["iteration"][known[-1]])
    end = at - history.first + 1
    return T(
        "train.milestone",
        at=count(at),
        all=count(iterations),
        test=f"{evaluations['test_accuracy'][known[-1]]:.1%}",
        loss=f"{history.losses[max(0, end - SMOOTHED) : end].mean():.2f}",
    )
