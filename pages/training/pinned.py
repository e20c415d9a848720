"""The pinned digit on the Train page: what the network makes of it, at any time of the training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from pages.components.answer import Tile, answer
from pages.components.keepsakes import pin, pinned
from pages.components.live_chart import live_chart
from pages.language import T
from pages.language.words import count
from pages.session import TrainingJob
from pages.state import Chart, Component, pin_time
from simplenet.network import Params, SimpleNet


def pinned_digit(job: TrainingJob | None) -> None:
    """Show the ten probabilities of the pinned digit over a training, and at one moment of it."""
    st.subheader(T("pin.title"), anchor=False)
    x = pinned()
    if x is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(T("pin.none"), width="content")
            st.page_link("pages/draw.py", label=T("pin.draw"), icon=":material/draw:")
        return
    snapshots = snapshots_of(job) if job else []
    left, right = st.columns(2, gap="large")
    with left:
        if job and snapshots:
            end = job.work.training.iterations
            iterations = [iteration for iteration, _ in snapshots]
            at = chosen_snapshot(iterations, end, job.ended)
            every = np.stack([SimpleNet.from_params(p).predict(x) for _, p in snapshots])  # (n, 10)
            newest = at == len(snapshots) - 1 and not job.ended
            when = count(iterations[at])
            words = T("pin.newest", iteration=when) if newest else T("pin.at", iteration=when)
            shown = every[at]
        else:
            shown, words = None, T("pin.waiting")
        tile = Tile(T("pin.digit"), "", x / 255)
        answer(shown, [tile], key=Component.PINNED_ANSWER, title=T("draw.prediction"), words=words)
        st.button(T("pin.unpin"), icon=":material/keep_off:", on_click=pin, args=(None,))
    with right:
        if not (job and snapshots):
            words = f"{T('pin.chart')}\n{T('chart.empty')}"
            live_chart(None, key=Chart.PINNED_CURVES, alt=words, empty=words)
            return
        from pages.figures.training import probabilities_figure

        figure = probabilities_figure(iterations, every, iterations[at], end, job.id, T)
        said = ", ".join(f"{digit}: {p:.1%}" for digit, p in enumerate(every[at]))
        live_chart(figure, key=Chart.PINNED_CURVES, alt=f"{T('pin.chart')}. {words} {said}")


def chosen_snapshot(iterations: Sequence[int], end: int, ended: bool) -> int:
    """Show the slider over a training, and return the place of the snapshot that it is at.

    The slider rests at a snapshot: it never names an iteration that is not shown. While the
    training goes on, its right end stands for the newest one.
    """
    last = iterations[-1] if ended else end
    if last < 1:
        return 0  # A slider needs two ends.
    time = pin_time(last)

    def newest_until(iteration: int) -> int:
        return int(np.searchsorted(iterations, iteration, side="right")) - 1

    def rest() -> None:
        if time.get() < last:
            time.set(iterations[newest_until(time.get())])

    until = st.slider(
        T("pin.time"), 0, last, time.default, help=T("pin.time_help"), key=time.name, on_change=rest
    )
    return newest_until(until)


def snapshots_of(job: TrainingJob) -> list[tuple[int, Params]]:
    """Return the parameters that are known of a training, by iteration, up to now."""
    found = dict(list(job.records.snapshots))
    state = job.state
    if state is not None:
        found[state.last.iteration] = state.params
    return sorted(found.items(), key=lambda item: item[0])
