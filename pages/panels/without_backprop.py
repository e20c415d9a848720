"""A training without backprop beside one with it: the same curves, another clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import streamlit as st

from pages.components.live_chart import live_chart
from pages.following import again_and_again, phase, start, start_and_stop
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, duration, factor, scientific, why_waiting
from pages.panels.settings import SEEDS
from pages.platform.place import place
from pages.session import TrainingJob, current_pair
from pages.state import (
    BACKPROP_ID,
    NUMERICAL_ID,
    PAIR_GUESS,
    PAIR_ITERATIONS,
    PAIR_SEED,
    Chart,
    PairGuess,
    Widget,
    between,
    one_of,
)
from simplenet.runs import TrainingRun
from simplenet.training import SMOOTHED, History, TrainingConfig

Pair: TypeAlias = tuple[TrainingJob | None, TrainingJob | None]
"""The training without backprop, and the one with it."""

ITERATIONS = (100, 600, 1200, 3000, 6000, 10_000)

GUESSES: tuple[PairGuess, ...] = ("backprop", "numerical", "same")

APART = 0.002
"""From what difference of the test accuracies on one of two trainings reads more."""


def without_backprop() -> None:
    """Show the panel."""
    st.markdown(T("without.intro"))
    pair = current_pair()
    shown = phase(*pair)
    fields(pair)
    again_and_again(lambda: results(pair), shown, *pair)


def fields(pair: Pair) -> None:
    """Show what can be set, and the buttons."""
    PAIR_ITERATIONS.open(one_of(ITERATIONS))
    PAIR_SEED.open(between(*SEEDS))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        iterations = st.select_slider(
            T("train.iterations"),
            ITERATIONS,
            PAIR_ITERATIONS.default,
            key=PAIR_ITERATIONS.name,
            format_func={n: count(n) for n in ITERATIONS}.__getitem__,
            persist_state="session",
            width=320,
            help=T("without.iterations_help"),
        )
        seed = st.number_input(
            T("train.seed"),
            *SEEDS,
            PAIR_SEED.default,
            key=PAIR_SEED.name,
            persist_state="session",
            width=162,
            help=T("without.seed_help"),
        )
    PAIR_ITERATIONS.keep(iterations)
    PAIR_SEED.keep(seed)
    st.pills(
        T("without.guess"),
        GUESSES,
        format_func=guesses().__getitem__,
        key=PAIR_GUESS.name,
        persist_state="session",
        wrap=True,
    )
    start_and_stop(
        (Widget.PAIR_START, Widget.PAIR_STOP),
        T("without.start"),
        ":material/play_arrow:",
        train_both,
        *pair,
        ready=seed is not None,
        primary=any(job is None or not job.ended for job in pair),
    )


def guesses() -> dict[PairGuess, str]:
    """Return what can be guessed of two trainings that differ in their gradient only."""
    return {
        "backprop": T("without.guess_backprop"),
        "numerical": T("without.guess_numerical"),
        "same": T("without.guess_same"),
    }


def train_both() -> None:
    """Start both trainings."""
    seed = PAIR_SEED.get()
    if seed is None:
        return
    config = TrainingConfig(iterations=PAIR_ITERATIONS.get(), seed=seed)
    start(
        {
            BACKPROP_ID: TrainingRun(config),
            NUMERICAL_ID: TrainingRun(replace(config, gradient="fast_numerical")),
        }
    )


def results(pair: Pair) -> None:
    """Show how far both are."""
    names = T("gradients.fast"), T("gradients.backprop")
    for job, name in zip(pair, names, strict=True):
        lane(job, name)
    numerical, backprop = (job.records.now() if job else History() for job in pair)
    with place():
        if all(job and job.ended for job in pair):
            answer(numerical, backprop)
    clocks(numerical, backprop)
    curves(numerical, backprop, pair, names)


def lane(job: TrainingJob | None, name: str) -> None:
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


def answer(numerical: History, backprop: History) -> None:
    """Say which of two trainings reads more at the last iteration that both know, and the guess."""
    a, b = numerical.evaluations, backprop.evaluations
    at, in_a, in_b = np.intersect1d(a["iteration"], b["iteration"], return_indices=True)
    if not len(at) or not at[-1]:
        return
    without, with_it = (
        float(known["test_accuracy"][rows[-1]]) for known, rows in ((a, in_a), (b, in_b))
    )
    gap = with_it - without
    found: PairGuess = "same" if abs(gap) < APART else "backprop" if gap > 0 else "numerical"
    values = {"n": count(int(at[-1])), "with_it": f"{with_it:.2%}", "without": f"{without:.2%}"}
    words = [T("without.same", **values) if found == "same" else T("without.apart", **values)]
    if guess := PAIR_GUESS.get():
        said = T("without.guessed", guess=guesses()[guess])
        words.append(T("race.guessed_right") if guess == found else said)
    st.markdown(" ".join(words))


def clocks(numerical: History, backprop: History) -> None:
    """Show, where both have been, how the curves and the clocks compare."""
    both = min(len(numerical), len(backprop))
    slower, largest, accuracy = "–", "–", "–"
    if both > 1:
        slower = factor(numerical[both - 1].elapsed_s / backprop[both - 1].elapsed_s)
        gaps = np.abs(numerical.losses[:both] - backprop.losses[:both])
        largest = scientific(float(gaps.max()))
        a, b = numerical.evaluations, backprop.evaluations
        _, in_a, in_b = np.intersect1d(a["iteration"], b["iteration"], return_indices=True)
        apart = np.abs(a["test_accuracy"][in_a] - b["test_accuracy"][in_b])
        accuracy = f"{100 * apart.max():.2f}" if len(apart) else "–"
    with st.container(horizontal=True):
        st.metric(T("without.slower"), slower, border=True, width=230)
        st.metric(
            T("without.loss_gap"), largest, border=True, width=230, help=T("without.gap_help")
        )
        st.metric(T("without.accuracy_gap"), accuracy, border=True, width=230)


def curves(
    numerical: History,
    backprop: History,
    pair: Pair,
    names: tuple[str, str],
) -> None:
    """Show both trainings over the iterations, where they lie on each other, and over time."""
    titles = T("without.loss"), T("without.accuracy"), T("without.clock")
    columns = st.columns(3)
    keys = Chart.PAIR_LOSS, Chart.PAIR_ACCURACY, Chart.PAIR_CLOCK
    if not (numerical or backprop):
        for column, key, title in zip(columns, keys, titles, strict=True):
            with column:
                words = f"{title}\n{T('without.empty')}"
                live_chart(None, key=key, alt=words, empty=words)
        return
    from pages.figures.gradients import pair_figures

    iterations = max(job.work.training.iterations for job in pair if job)
    revision = "-".join(job.id for job in pair if job)
    figures = pair_figures(numerical, backprop, names, titles, iterations, revision, T)
    last = "; ".join(
        f"{name}: {count(history[-1].iteration)}, {mean_loss(history):.3f}"
        for name, history in zip(names, (numerical, backprop), strict=True)
        if history
    )
    for column, key, title, figure in zip(columns, keys, titles, figures, strict=True):
        with column:
            live_chart(figure, key=key, alt=f"{title}. {last}")


def mean_loss(history: History) -> float:
    """Return the newest point of the curve of the losses."""
    return float(history.losses[-SMOOTHED:].mean())
