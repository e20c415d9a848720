"""A training without backprop beside one with it: the same curves, another clock."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.components.live_chart import live_chart
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, duration, factor, scientific, why_waiting
from pages.panels.link import between, from_link, one_of, to_link
from pages.panels.settings import SEED
from pages.platform.place import place
from pages.session import current_pair, follow, jobs
from simplenet.jobs import Job
from simplenet.runs import TrainingRun
from simplenet.training import Record, TrainingConfig

REFRESH_S = 0.5
ITERATIONS = (100, 600, 1200, 3000, 6000, 10_000)
SMOOTHED = 50


def without_backprop() -> None:
    """Show the panel."""
    st.markdown(T("without.intro"))
    pair = current_pair()
    live = any(job is not None and not job.ended for job in pair)
    fields(pair, live)
    st.fragment(results, run_every=REFRESH_S if live else None)(pair, live)


def fields(pair: tuple[Job | None, Job | None], live: bool) -> None:
    """Show what can be set, and the buttons."""
    from_link("iterations", "pair_iterations", one_of(ITERATIONS))
    from_link("seed", "pair_seed", between(*SEED))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        iterations = st.select_slider(
            T("train.iterations"),
            ITERATIONS,
            ITERATIONS[-1],
            key="pair_iterations",
            format_func={n: count(n) for n in ITERATIONS}.__getitem__,
            persist_state="session",
            width=320,
            help=T("without.iterations_help"),
        )
        seed = st.number_input(
            T("train.seed"),
            *SEED,
            0,
            key="pair_seed",
            persist_state="session",
            width=162,
            help=T("without.seed_help"),
        )
    to_link("iterations", iterations, ITERATIONS[-1])
    to_link("seed", seed, 0)
    with st.container(horizontal=True):
        st.button(
            T("without.start"),
            type="primary",
            icon=":material/play_arrow:",
            key="pair_start",
            disabled=live or seed is None,
            on_click=start,
        )
        st.button(
            T("train.stop"),
            icon=":material/stop:",
            key="pair_stop",
            disabled=not live,
            on_click=lambda: [job.stop() for job in pair if job],
        )


def start() -> None:
    """Start both trainings, unless the visitor has two: a second click changes nothing."""
    state = st.session_state
    old = [jobs().get(state.get(name)) for name in ("numerical", "backprop")]
    if any(job and (not job.ended or job.is_new) for job in old):
        return
    for name, gradient in (("backprop", "backprop"), ("numerical", "fast_numerical")):
        config = TrainingConfig(
            iterations=state.pair_iterations, seed=state.pair_seed, gradient=gradient
        )
        follow(jobs().start(TrainingRun(config)), name)
        st.query_params[name] = state[name]


def results(pair: tuple[Job | None, Job | None], live: bool) -> None:
    """Show how far both are; this part of the page runs again and again."""
    names = T("gradients.fast"), T("gradients.backprop")
    for job, name in zip(pair, names, strict=True):
        if job and not job.ended:
            job.wait_for_records(timeout_s=REFRESH_S)
        lane(job, name)
    numerical, backprop = (list(job.records) if job else [] for job in pair)
    clocks(numerical, backprop)
    curves(numerical, backprop, pair, names)
    if live and all(job is None or job.ended for job in pair):
        st.rerun()  # The buttons are outside of the part that runs again and again.


def lane(job: Job | None, name: str) -> None:
    """Show how far a training is."""
    with place():
        if job and job.error:
            st.error(T("train.failed", error=quoted(job.error)), icon=":material/error:")
    if job is None:
        st.progress(0.0, text=f"**{name}** · {T('train.ready')}")
        return
    done = job.records[-1].iteration if job.records else 0
    iterations = job.work.training.iterations
    words = [f"**{name}**", T("train.at", done=count(done), all=count(iterations))]
    if waiting := why_waiting(job):
        words.append(waiting)
    elif not done:
        words.append(T("train.starting"))
    else:
        spent_s = job.records[-1].elapsed_s
        if job.status == "stopped":
            words.append(T("without.stopped", time=duration(spent_s)))
        elif job.ended:
            words.append(T("train.finished", time=duration(spent_s)))
        else:
            words.append(T("race.so_far", time=duration(spent_s)))
            left_s = spent_s / done * (iterations - done)
            words.append(T("train.left", time=duration(left_s)))
    st.progress(done / iterations, text=" · ".join(words))


def clocks(numerical: Sequence[Record], backprop: Sequence[Record]) -> None:
    """Show, where both have been, how the curves and the clocks compare."""
    both = min(len(numerical), len(backprop))
    slower, largest, accuracy = "–", "–", "–"
    if both > 1:
        slower = factor(numerical[both - 1].elapsed_s / backprop[both - 1].elapsed_s)
        gap = max(abs(a.loss - b.loss) for a, b in zip(numerical, backprop, strict=False))
        largest = scientific(gap)
        pairs = [
            (a.test_accuracy, b.test_accuracy)
            for a, b in zip(numerical, backprop, strict=False)
            if a.test_accuracy is not None and b.test_accuracy is not None
        ]
        accuracy = f"{100 * max(abs(a - b) for a, b in pairs):.2f}" if pairs else "–"
    with st.container(horizontal=True):
        st.metric(T("without.slower"), slower, border=True, width=230)
        st.metric(
            T("without.loss_gap"), largest, border=True, width=230, help=T("without.gap_help")
        )
        st.metric(T("without.accuracy_gap"), accuracy, border=True, width=230)


def curves(
    numerical: Sequence[Record],
    backprop: Sequence[Record],
    pair: tuple[Job | None, Job | None],
    names: tuple[str, str],
) -> None:
    """Show both trainings over the iterations, where they lie on each other, and over time."""
    titles = T("without.loss"), T("without.accuracy"), T("without.clock")
    columns = st.columns(3)
    keys = "pair_loss", "pair_accuracy", "pair_clock"
    if not (numerical or backprop):
        for column, key, title in zip(columns, keys, titles, strict=True):
            with column:
                words = f"{title}\n{T('without.empty')}"
                live_chart(None, key=key, alt=words, empty=words)
        return
    from pages.figures.gradients import pair_figures

    iterations = max(job.work.training.iterations for job in pair if job)
    revision = "-".join(job.id for job in pair if job)
    figures = pair_figures(numerical, backprop, names, titles, iterations, revision, SMOOTHED, T)
    last = "; ".join(
        f"{name}: {count(records[-1].iteration)}, {mean_loss(records):.3f}"
        for name, records in zip(names, (numerical, backprop), strict=True)
        if records
    )
    for column, key, title, figure in zip(columns, keys, titles, figures, strict=True):
        with column:
            live_chart(figure, key=key, alt=f"{title}. {last}")


def mean_loss(records: Sequence[Record]) -> float:
    """Return the newest point of the curve of the losses."""
    losses = [record.loss for record in records[-SMOOTHED:]]
    return sum(losses) / len(losses)
