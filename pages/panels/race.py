"""The race: the gradient of one mini-batch in three ways, from the same start."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from math import log

import streamlit as st

from pages.components.live_chart import live_chart
from pages.figures.training import BLUE, GREEN, ORANGE
from pages.following import again_and_again, phase, start, start_and_stop
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, duration, factor, listed, pair, scientific, why_waiting
from pages.panels.settings import chosen_setting, setting_fields
from pages.platform.place import place
from pages.session import RaceJob, current_race
from pages.state import (
    LAB_BATCH,
    RACE_ARRAYS,
    RACE_GUESS,
    RACE_ID,
    RACE_PER_ARRAY,
    Chart,
    Widget,
)
from simplenet.runs.comparison import Comparison, GradientComparison
from simplenet.study.measuring import Difference

ITERATIONS = 10_000
LANES = ORANGE, BLUE, GREEN
"""The colours of the three ways, as in the charts."""

ARRAYS = RACE_ARRAYS.default
GUESSES = (10, 100, 1000, 10_000, 100_000)
PER_ARRAY = (5, 10, 25, 50, 100, 500, None)


def race() -> None:
    """Show the panel."""
    st.markdown(T("race.intro"))
    job = current_race()
    shown = phase(job)
    settings(job)
    again_and_again(lambda: results(job), shown, job)


def settings(job: RaceJob | None) -> None:
    """Show what is compared, and the buttons."""
    right = setting_fields()
    with st.expander(T("race.less")), st.container(horizontal=True):
        arrays = st.pills(
            T("race.arrays"),
            ARRAYS,
            selection_mode="multi",
            default=ARRAYS,
            key=RACE_ARRAYS.name,
            persist_state="session",
            help=T("race.arrays_help"),
        )
        st.select_slider(
            T("race.per_array"),
            PER_ARRAY,
            RACE_PER_ARRAY.default,
            key=RACE_PER_ARRAY.name,
            format_func={n: count(n) if n else T("race.all") for n in PER_ARRAY}.__getitem__,
            persist_state="session",
            width=280,
            help=T("race.per_array_help"),
        )
    st.pills(
        T("race.guess"),
        GUESSES,
        format_func={n: f"{count(n)}×" for n in GUESSES}.__getitem__,
        key=RACE_GUESS.name,
        persist_state="session",
        wrap=True,
    )
    with place():
        if not arrays:
            st.error(T("race.no_arrays"), icon=":material/error:")
    start_and_stop(
        (Widget.RACE_START, Widget.RACE_STOP),
        T("race.start"),
        ":material/flag:",
        race_these,
        job,
        ready=right and bool(arrays),
        primary=job is None or not job.ended,
    )


def race_these() -> None:
    """Start a race of what is chosen."""
    chosen, arrays = chosen_setting(LAB_BATCH.get()), RACE_ARRAYS.get()
    if chosen and arrays:
        work = GradientComparison(
            chosen.net.params,
            chosen.pixels,
            chosen.t,
            tuple(arrays),
            RACE_PER_ARRAY.get(),
            chosen.seed,
        )
        start({RACE_ID: work})


def results(job: RaceJob | None) -> None:
    """Show what is measured so far."""
    with place():
        if job and job.error:
            st.error(T("train.failed", error=quoted(job.error)), icon=":material/error:")
    last: Comparison | None = job.records[-1] if job and job.records else None
    lanes(job, last)
    if job and last and job.ended:
        times(job.work, last)
        differences(last)
    elif job:
        st.caption(T("race.waiting"))  # First it is felt, then it is read.


def lanes(job: RaceJob | None, last: Comparison | None) -> None:
    """Show the three lanes."""
    names = T("gradients.definition"), T("gradients.fast"), T("gradients.backprop")
    if job is None or last is None:
        words = T("race.ready") if job is None else why_waiting(job) or T("train.starting")
        for name in names:
            st.progress(0.0, text=f"**{name}** · {words}")
        return
    at = T("race.at", done=count(last.measured), all=count(last.parameters))
    st.progress(
        last.measured / last.parameters,
        text=f"**{names[0]}** · {at} · {definition_text(job, last)}",
    )
    every = count(last.parameters)
    for name, seconds in zip(names[1:], (last.fast_numerical_s, last.backprop_s), strict=True):
        at = T("race.at", done=every, all=every)
        words = T("race.finished", time=duration(seconds))
        st.progress(1.0, text=f"**{name}** · {at} · {words}")


def definition_text(job: RaceJob, last: Comparison) -> str:
    """Return how far the definition is, in a line."""
    spent = duration(last.definition_s)
    meanwhile = T("race.meanwhile", n=count(int(last.definition_s / last.backprop_s)))
    if last.measured == last.parameters:
        return f"{T('race.finished', time=spent)} · {meanwhile}"
    end = T("race.projected_end", time=duration(last.projected_definition_s))
    if job.ended:
        return f"{T('race.ended', time=spent)} · {end}"
    return f"{why_waiting(job) or T('race.so_far', time=spent)} · {meanwhile} · {end}"


def times(work: GradientComparison, last: Comparison) -> None:
    """Show how long each way takes, as a chart and as a table."""
    seconds = {
        T("gradients.definition"): last.projected_definition_s,
        T("gradients.fast"): last.fast_numerical_s,
        T("gradients.backprop"): last.backprop_s,
    }
    labels = {name: duration(value) for name, value in seconds.items()}
    training = [duration(s * ITERATIONS) for s in seconds.values()]
    # Plotly is loaded when there is something to draw with it.
    from pages.figures.training import times_figure

    st.markdown(as_length(last.projected_definition_s / last.backprop_s, RACE_GUESS.get()))
    st.html(drawn_to_scale(seconds))
    st.table(
        {
            T("race.method"): list(seconds),
            T("race.time"): list(labels.values()),
            T("race.speed_up"): [
                factor(last.projected_definition_s / value) for value in seconds.values()
            ],
            T("race.passes"): [count(n) for n in last.forward_passes.values()],
            T("race.training", n=count(ITERATIONS)): training,
        },
        hide_index=True,
    )
    digits, hidden = len(work.x), len(work.params["b1"])
    words = [T("race.article", time=training[0], digits=count(digits), hidden=count(hidden))]
    if last.measured < last.parameters:
        words.append(
            T(
                "race.projected",
                done=count(last.measured),
                all=count(last.parameters),
                time=duration(last.definition_s),
            )
        )
    st.caption(" ".join(words))
    said = listed(pair(name, label) for name, label in labels.items())
    with st.expander(T("race.axis")):
        live_chart(
            times_figure(seconds, labels, T("race.axis")),
            key=Chart.TIMES,
            alt=T("race.times_alt", times=said),
        )


def as_length(ratio: float, guess: int | None) -> str:
    """Return how many times as long the definition takes, as a length, and what was guessed."""
    words = T("race.length", ratio=factor(ratio), metres=f"{ratio / 1000:.3g}")
    if guess is None:
        return words
    # The nearest of the guesses that there were, as their logarithms go.
    nearest = min(GUESSES, key=lambda one: abs(log(one / ratio)))
    said = T("race.guessed_right") if guess == nearest else T("race.guessed", guess=count(guess))
    return f"{words} {said}"


def drawn_to_scale(seconds: Mapping[str, float]) -> str:
    """Return times as lengths in proportion, the longest as wide as the page."""
    longest = max(seconds.values())
    rows = "".join(
        f'<div style="margin-top: 0.4rem">{escape(name)} · {escape(duration(value))}</div>'
        '<div style="height: 0.75rem; border-radius: 2px; min-width: 1px; '
        f'background: {LANES[i]}; width: {100 * value / longest:.5f}%"></div>'
        for i, (name, value) in enumerate(seconds.items())
    )
    title = f'<div style="opacity: 0.8">{escape(T("race.to_scale"))}</div>'
    return f'<div style="font-size: 0.875rem; margin: -0.5rem 0 0.5rem">{title}{rows}</div>'


def differences(last: Comparison) -> None:
    """Show how far the three gradients lie apart, array by array."""
    st.header(T("race.differences"), anchor=False)
    pairs = (
        (T("race.definition_backprop"), last.definition_to_backprop),
        (T("race.fast_backprop"), last.fast_to_backprop),
        (T("race.definition_fast"), last.definition_to_fast),
    )
    table = {T("race.array"): list(ARRAYS)}
    for name, by_array in pairs:
        found: list[Difference | None] = [by_array.get(array) for array in ARRAYS]
        table[name] = [
            f"{scientific(d.largest)} · {scientific(d.relative)}" if d else "–" for d in found
        ]
    st.table(table, hide_index=True)
    st.caption(T("race.differences_help"))
