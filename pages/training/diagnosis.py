"""What is wrong with a training: the sign, its evidence, and a fix that is one click away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.language import T
from pages.session import TrainingJob
from pages.state import Place, Widget
from pages.training.naming import described
from pages.training.recipe import run_of, set_recipe, settings_of
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun
from simplenet.study.diagnosis import SAMPLE, Finding, diagnose
from simplenet.training import History


def diagnosed(job: TrainingJob, history: History, run: TrainingRun | None = None) -> bool:
    """Say what is wrong with a training, if anything is; return whether something was said.

    Parameters
    ----------
    job : Job
    history : History
    run : TrainingRun, optional
        What the fields hold: the fix is what to do next, unless they hold it already.
    """
    first = found(job, history)
    if first is None:
        return False
    better = fixed(job.work, first.fix)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=Place.DIAGNOSIS
    ):
        st.markdown(f":material/troubleshoot: {words(first)}", width="stretch")
        if better:
            what = described(first.fix)
            clicked = st.button(
                T("wrong.fix", what=what) if job.ended else T("wrong.stop_and_fix", what=what),
                type="primary" if job.ended and run != better else "secondary",
                key=Widget.FIX,
                icon=":material/build:",
                on_click=lambda: fix(job, better),
            )
            if clicked:
                st.rerun()  # The whole page: the fields are in another part of it.
    return True


def found(job: TrainingJob, history: History) -> Finding | None:
    """Return what is wrong with a training, first of all; None if nothing is."""
    if not job.state or not history:
        return None
    data, net = loaded("bundled"), SimpleNet.from_params(job.state.params)
    signs = diagnose(
        job.work.training, history, net, data.pixels_train[:SAMPLE], data.t_train[:SAMPLE]
    )
    return signs[0] if signs else None


def cure(job: TrainingJob) -> TrainingRun | None:
    """Return the recipe that is offered after a training that went wrong, if one is."""
    first = found(job, job.records.now())
    return fixed(job.work, first.fix) if first else None


def words(finding: Finding) -> str:
    """Return what is wrong, and what was measured that says so."""
    found = finding.evidence
    match finding.sign:
        case "units_alike":
            return T("wrong.units_alike", likeness=f"{found['likeness']:.0%}")
        case "units_saturated":
            loss, share = found["loss_first"], found["saturated_share"]
            return T("wrong.units_saturated", loss=f"{loss:.1f}", share=f"{share:.0%}")
        case "batch_too_small":
            return T("wrong.batch_too_small", share=f"{found['worse_share']:.0%}")
        case "steps_too_large":
            return T(
                "wrong.steps_too_large",
                loss=f"{found['loss']:.2f}",
                lowest=f"{found['loss_lowest']:.2f}",
                share=f"{found['saturated_share']:.0%}",
            )
        case "steps_too_small":
            loss, slope = found["loss"], abs(found["slope_per_1000"])
            return T("wrong.steps_too_small", loss=f"{loss:.2f}", slope=f"{slope:.3f}")
        case "overfitting":
            return T("wrong.overfitting", gap=f"{found['gap_points']:.1f}")


def fixed(run: TrainingRun, fix: Mapping[str, Any]) -> TrainingRun | None:
    """Return a recipe with the changed settings, or None if they cannot be together."""
    try:
        return run_of(settings_of(run) | dict(fix))
    except ValueError:
        return None


def fix(job: TrainingJob, run: TrainingRun) -> None:
    """Fill the fields with a better recipe, and stop what goes on with the old one."""
    if not job.ended:
        job.stop()
    set_recipe(run)
