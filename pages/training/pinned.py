"""The pinned digit on the Train page: what the network makes of it, at any time of the training."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.answer import Tile, answer
from pages.components.keepsakes import pin, pinned
from pages.components.live_chart import live_chart
from pages.language import T
from pages.language.words import count
from pages.moments import chosen_snapshot, snapshots_of
from pages.session import TrainingJob
from pages.state import Chart, Component, pin_time
from simplenet.network import SimpleNet


def pinned_digit(job: TrainingJob | None) -> None:
    """Show the ten probabilities of the pinned digit over a training, and at one moment of it."""
    st.header(T("pin.title"), anchor=False)
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
            at = chosen_snapshot(iterations, end, job.ended, pin_time, help=T("pin.time_help"))
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
