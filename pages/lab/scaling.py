"""Scaling: how the cost of each way grows with the hidden layer and with the mini-batch."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.live_chart import live_chart
from pages.parts.session import T, current_scaling, follow, jobs
from pages.parts.text import quoted
from pages.parts.words import duration, why_waiting
from simplenet.jobs import Job
from simplenet.scaling import THEORY, WAYS, Axis, Scaling, Timing, power_law

REFRESH_S = 0.4


def scaling() -> None:
    """Show the panel."""
    st.markdown(T("scaling.intro"))
    job = current_scaling()
    live = job is not None and not job.ended
    with st.container(horizontal=True):
        st.button(
            T("scaling.measure"),
            type="primary",
            icon=":material/straighten:",
            key="scaling_start",
            disabled=live,
            on_click=start,
        )
        st.button(
            T("train.stop"),
            icon=":material/stop:",
            key="scaling_stop",
            disabled=not live or job.stopping,
            on_click=job.stop if job else None,
        )
    st.fragment(results, run_every=REFRESH_S if live else None)(job, live)


def start() -> None:
    """Start the measurements, unless the visitor has some: a second click changes nothing."""
    job = jobs().get(st.session_state.get("scaling"))
    if job is None or (job.ended and not job.is_new):
        follow(jobs().start(Scaling()), "scaling")
        st.query_params["scaling"] = st.session_state.scaling


def results(job: Job | None, live: bool) -> None:
    """Show what is measured so far; this part of the page runs again and again."""
    if job and not job.ended:
        job.wait_for_records(timeout_s=REFRESH_S)
    timings: list[Timing] = list(job.records) if job else []
    if job and job.error:
        st.error(T("train.failed", error=quoted(job.error)), icon=":material/error:")
    if job is None:
        st.progress(0.0, text=T("train.ready"))
    else:
        points = len(job.work.plan())
        words = [T("scaling.at", done=len(timings), all=points)]
        if waiting := why_waiting(job):
            words.append(waiting)
        st.progress(len(timings) / points, text=" · ".join(words))
    left, right = st.columns(2)
    with left:
        axis(timings, "hidden_size", job)
    with right:
        axis(timings, "batch_size", job)
    if timings:
        st.caption(T("scaling.help"))
    if live and job.ended:
        st.rerun()  # The buttons are outside of the part that runs again and again.


def axis(timings: Sequence[Timing], name: Axis, job: Job | None) -> None:
    """Show the chart and the exponents of one size."""
    title = T("scaling.hidden") if name == "hidden_size" else T("scaling.batch")
    here = [timing for timing in timings if timing.axis == name]
    if not here:
        words = f"{title}\n{T('scaling.empty')}"
        live_chart(None, key=f"scaling_{name}", alt=words, empty=words)
        return
    from pages.lab.figures import scaling_figure

    names = {
        "numerical": T("gradients.definition"),
        "fast_numerical": T("gradients.fast"),
        "backprop": T("gradients.backprop"),
    }
    points = {way: [timing for timing in here if timing.way == way] for way in WAYS}
    laws = {
        way: power_law([p.size for p in found], [p.seconds for p in found])
        for way, found in points.items()
        if len(found) > 1
    }
    work = job.work
    sizes = work.hidden_sizes if name == "hidden_size" else work.batch_sizes
    figure = scaling_figure(points, laws, names, sizes, title, T("scaling.seconds"), job.id)
    said = "; ".join(
        f"{names[way]}: " + ", ".join(f"{p.size}: {duration(p.seconds)}" for p in found)
        for way, found in points.items()
    )
    live_chart(figure, key=f"scaling_{name}", alt=f"{title}. {said}")
    st.table(
        {
            T("race.method"): [names[way] for way in WAYS],
            T("scaling.fitted"): [f"{laws[way][1]:.2f}" if way in laws else "–" for way in WAYS],
            T("scaling.theory"): [str(THEORY[name][way]) for way in WAYS],
        },
        hide_index=True,
    )
