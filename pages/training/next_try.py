"""What is worth trying after a training that went well, one click away."""

from __future__ import annotations

import streamlit as st

from pages.language import T
from pages.session import TrainingJob
from pages.state import Widget
from pages.training.diagnosis import fixed
from pages.training.naming import described
from pages.training.recipe import set_recipe
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.study.diagnosis import SAMPLE, diagnose
from simplenet.study.suggestion import Suggestion, suggest
from simplenet.training import early_end


def next_try(job: TrainingJob) -> None:
    """Say what to try next, if something is worth it, and offer to fill the fields with it."""
    found = suggested(job.id, job.state.last.iteration, job)
    if found and found.reason == "more_iterations" and early_end(job.work.training, job.state.best):
        return  # It has ended although there were more.
    run = fixed(job.work, found.change) if found else None
    if not found or not run:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words(found, job.work.hidden_size), width="stretch")
        st.button(
            T("try.set", what=described(found.change)),
            key=Widget.TRY,
            icon=":material/lightbulb:",
            on_click=set_recipe,
            args=(run,),
        )


@st.cache_resource(show_spinner=False, max_entries=20)
def suggested(job_id: str, iteration: int, _job: TrainingJob) -> Suggestion | None:
    """Return what to try after a training that ended at an iteration, if nothing is wrong with it.

    Computed once for a job.
    """
    data, net = loaded("bundled"), SimpleNet.from_params(_job.state.params)
    x, t = data.pixels_train[:SAMPLE], data.t_train[:SAMPLE]
    config, history = _job.work.training, _job.records.now()
    return None if diagnose(config, history, net, x, t) else suggest(config, history, net, x, t)


def words(found: Suggestion, units: int) -> str:
    """Return why something is worth trying, with what was measured."""
    seen = found.evidence
    match found.reason:
        case "longer_steps":
            gain, fallen = f"{seen['gain']:.1f}", f"{seen['fallen_share']:.0%}"
            return T("try.longer_steps", gain=gain, fallen=fallen)
        case "more_units":
            accuracy, growth = (
                f"{seen['train_accuracy']:.1f}%",
                f"{seen['train_growth_points']:.1f}",
            )
            return T("try.more_units", units=units, accuracy=accuracy, growth=growth)
        case "varied_digits":
            return T("try.varied_digits", gap=f"{seen['gap_points']:.1f}")
        case "more_iterations":
            if "test_growth_points" in seen:
                return T("try.still_rising", growth=f"{seen['test_growth_points']:.1f}")
            return T("try.still_falling", fallen=f"{seen['fallen_share']:.0%}")
