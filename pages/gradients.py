"""The Gradients page: the gradient of one mini-batch in three ways, timed and compared."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app import run_page
from pages.parts.live_chart import live_chart
from pages.parts.networks import choose_network, network
from pages.parts.session import T, current_race, follow, jobs
from pages.parts.words import count, duration, factor, scientific
from simplenet.comparison import Comparison, Difference, GradientComparison
from simplenet.data import mini_batch
from simplenet.jobs import Job
from simplenet.runs import loaded

REFRESH_S = 0.4
ITERATIONS = 10_000
ARRAYS = ("W1", "b1", "W2", "b2")
LIMITS = {"race_batch": (1, 1000), "race_seed": (0, 2**32 - 1)}
PER_ARRAY = (5, 10, 25, 50, 100, 500, None)


def page() -> None:
    """Show the page."""
    st.markdown(T("gradients.intro"))
    race = current_race()
    live = race is not None and not race.ended
    settings(race, live)
    st.fragment(results, run_every=REFRESH_S if live else None)(race, live)


def settings(race: Job | None, live: bool) -> None:
    """Show what is compared, and the buttons."""
    wrong = []
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=280):
            choose_network(key="race_network", fresh=True)
        for key, label, words, value, step in (
            ("race_batch", T("gradients.batch_size"), T("gradients.batch_help"), 100, 10),
            ("race_seed", T("gradients.seed"), T("gradients.seed_help"), 0, 1),
        ):
            number = st.number_input(
                label,
                value=value,
                step=step,
                key=key,
                help=words,
                persist_state="session",
                width=162,
            )
            low, high = LIMITS[key]
            if number is None or not low <= number <= high:
                wrong.append(T("app.out_of_range", name=label, low=low, high=count(high)))
        arrays = st.pills(
            T("gradients.arrays"),
            ARRAYS,
            selection_mode="multi",
            default=ARRAYS,
            key="race_arrays",
            persist_state="session",
            help=T("gradients.arrays_help"),
        )
        st.select_slider(
            T("gradients.per_array"),
            PER_ARRAY,
            25,
            key="race_per_array",
            format_func=lambda n: T("gradients.all") if n is None else count(n),
            persist_state="session",
            width=280,
            help=T("gradients.per_array_help"),
        )
    if not arrays:
        wrong.append(T("gradients.no_arrays"))
    with st.container(horizontal=True):
        st.button(
            T("gradients.compare"),
            type="primary",
            icon=":material/speed:",
            key="compare",
            disabled=live or bool(wrong),
            on_click=start,
        )
        st.button(
            T("train.stop"),
            icon=":material/stop:",
            key="race_stop",
            disabled=not live or race.stopping,
            on_click=race.stop if race else None,
        )
    if wrong:
        st.error(" ".join(wrong), icon=":material/error:")


def start() -> None:
    """Start a comparison, unless the visitor has one: a second click changes nothing."""
    state = st.session_state
    race, net = jobs().get(state.get("race")), network(state.race_network, state.race_seed)
    if net is None or not state.race_arrays or (race and (not race.ended or race.is_new)):
        return
    data, rng = loaded("bundled"), np.random.default_rng(state.race_seed)
    x, t = mini_batch(data.pixels_train, data.t_train, state.race_batch, rng)
    comparison = GradientComparison(
        net.params, x, t, tuple(state.race_arrays), state.race_per_array, state.race_seed
    )
    follow(jobs().start(comparison), "race")
    st.query_params["race"] = state.race


def results(race: Job | None, live: bool) -> None:
    """Show what is measured so far; this part of the page runs again and again."""
    if race is None:
        st.info(T("gradients.empty"), icon=":material/speed:")
        return
    if not race.ended:
        race.wait_for_records(timeout_s=REFRESH_S)
    if race.error:
        st.error(T("train.failed", error=race.error), icon=":material/error:")
    if race.records:
        last: Comparison = race.records[-1]
        at = T("gradients.at", done=count(last.measured), all=count(last.chosen))
        st.progress(last.measured / last.chosen, text=f"{at} · {status_text(race, last)}")
        times(last)
        differences(last)
    else:
        st.progress(
            0.0, text=T("train.waiting", place=race.place) if race.place else T("train.starting")
        )
    if live and race.ended:
        st.rerun()  # The buttons are outside of the part that runs again and again.


def status_text(race: Job, last: Comparison) -> str:
    """Return what a comparison does now."""
    if race.status == "waiting":
        return T("train.waiting", place=race.place)
    if race.ended:
        return T("gradients.spent", time=duration(last.definition_s))
    left_s = last.definition_s / last.measured * (last.chosen - last.measured)
    return T("train.left", time=duration(left_s))


def times(last: Comparison) -> None:
    """Show how long each way takes, as figures, as a chart and as a table."""
    seconds = {
        T("gradients.definition"): last.projected_definition_s,
        T("gradients.fast"): last.fast_numerical_s,
        T("gradients.backprop"): last.backprop_s,
    }
    labels = {name: duration(value) for name, value in seconds.items()}
    speed_ups = {name: factor(last.projected_definition_s / s) for name, s in seconds.items()}
    with st.container(horizontal=True):
        for name, label in labels.items():
            st.metric(
                name,
                label,
                f"{speed_ups[name]}",
                delta_arrow="off",
                delta_color="off",
                border=True,
                width=240,
            )
    # Plotly is loaded when there is something to draw with it.
    from pages.parts.charts import times_figure

    said = ", ".join(f"{name}: {label}" for name, label in labels.items())
    live_chart(
        times_figure(seconds, labels, T("gradients.axis")),
        key="times",
        alt=T("gradients.times_alt", times=said),
    )
    st.dataframe(
        {
            T("gradients.method"): list(seconds),
            T("gradients.time"): list(labels.values()),
            T("gradients.speed_up"): list(speed_ups.values()),
            T("gradients.passes"): [count(last.forward_passes), "1", "1"],
            T("gradients.training", n=count(ITERATIONS)): [
                duration(s * ITERATIONS) for s in seconds.values()
            ],
        },
        hide_index=True,
    )
    if last.measured < last.parameters:
        st.caption(
            T(
                "gradients.projected",
                done=count(last.measured),
                all=count(last.parameters),
                time=duration(last.definition_s),
            )
        )


def differences(last: Comparison) -> None:
    """Show how far the three gradients lie apart, array by array."""
    st.subheader(T("gradients.differences"), anchor=False)
    pairs = (
        (T("gradients.definition_backprop"), last.definition_to_backprop),
        (T("gradients.fast_backprop"), last.fast_to_backprop),
        (T("gradients.definition_fast"), last.definition_to_fast),
    )
    table = {T("gradients.array"): list(ARRAYS)}
    for name, by_array in pairs:
        found: list[Difference | None] = [by_array.get(array) for array in ARRAYS]
        table[name] = [
            f"{scientific(d.largest)} · {scientific(d.relative)}" if d else "–" for d in found
        ]
    st.dataframe(table, hide_index=True)
    st.caption(T("gradients.differences_help"))


run_page(page)
