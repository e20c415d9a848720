"""The hidden units: their condition, what each is worth, and how much noise they can take."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.live_chart import live_chart
from pages.components.mosaic import mosaic
from pages.figures.inspecting import noise_figure, removal_figure
from pages.inspecting.look import Look
from pages.language import T
from pages.language.words import count
from pages.platform.place import place
from pages.state import INSPECT_UNIT, NOISE, Chart, Component, between, one_of
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.study.condition import Conditions, conditions
from simplenet.study.noise import noisy_accuracies
from simplenet.study.removal import Removal, without_each

LEVELS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""How large the noise may be, by the standard deviation of the weights."""

DRAWS, SEED = 5, 0

UNIT_DIGITS = 2_560_000
"""The most units times digits that noise is measured on: a second or so."""


def units(look: Look) -> None:
    """Show the part."""
    st.markdown(T("units.intro"), help=T("units.intro_help"))
    digits = min(len(loaded("bundled").pixels_test), UNIT_DIGITS // look.net.hidden_size)
    with place(), st.spinner(T("units.measuring")):
        removal, found = removed(look.identity, look.net), condition(look.identity, look.net)
        accuracies = noisy(look.identity, digits, look.net)
    unit = chosen_unit(removal)
    left, right = st.columns([11, 9], gap="large")
    with left:
        tiles(look.net, removal, found, unit)
    with right:
        switched_off(removal, found, unit)
    st.markdown(f"**{T('units.noise')}**", help=T("units.noise_help"))
    noise(accuracies, digits)


def chosen_unit(removal: Removal) -> int:
    """Return the unit that is switched off: the one whose loss costs most, at first."""
    last, most = len(removal.cost) - 1, int(removal.ranking[0])
    INSPECT_UNIT.open(between(0, last))
    chosen = INSPECT_UNIT.get()
    # The network may be another one now.
    unit = most if chosen is None or chosen > last else chosen
    INSPECT_UNIT.keep(unit, most)
    return unit


def tiles(net: SimpleNet, removal: Removal, found: Conditions, unit: int) -> None:
    """Show the units as their weights, ranked by what their loss costs; one is switched off."""
    ranking = removal.ranking
    weights = net.params["W1"].T[ranking]
    reach = np.quantile(np.abs(weights), 0.998) or 1.0
    st.caption(T("units.ranking"))
    mosaic(
        np.clip(weights / reach, -1, 1).reshape(-1, 28, 28),
        key=Component.UNITS,
        alt=T("units.alt", unit=unit + 1, place=int(np.flatnonzero(ranking == unit)[0]) + 1),
        side=56,
        captions=[points(removal.cost[one]) for one in ranking],
        image=int(np.flatnonzero(ranking == unit)[0]),
        on_pick=lambda image, _: INSPECT_UNIT.set(int(ranking[image])),
    )
    values = {
        "all": count(len(ranking)),
        "dead": count(int(found.dead.sum())),
        "saturated": count(int(found.saturated.sum())),
        "alike": count(int(found.alike.sum())),
    }
    st.markdown(T("units.condition", **values), help=T("units.condition_help"))


def switched_off(removal: Removal, found: Conditions, unit: int) -> None:
    """Show what the network reads without a unit, and how that unit is."""
    st.markdown(T("units.off", unit=unit + 1))
    without, whole = removal.accuracies[unit], removal.accuracy
    with st.container(horizontal=True):
        st.metric(T("units.with"), f"{whole:.2%}", width="content", help=T("train.test_help"))
        st.metric(
            T("units.without"),
            f"{without:.2%}",
            f"{100 * (without - whole):+.2f}",
            width="content",
            help=T("units.without_help"),
        )
    lost = 100 * (removal.whole - removal.without[unit]) / np.maximum(removal.digits, 1)
    said = ", ".join(f"{digit}: {value:+.1f}" for digit, value in enumerate(-lost))
    live_chart(
        removal_figure(lost, T("units.lost")),
        key=Chart.REMOVAL,
        alt=f"{T('units.lost')}. {said}",
    )
    st.markdown(
        T(
            "units.twin",
            mean=f"{found.mean[unit]:.2f}",
            spread=f"{found.spread[unit]:.2f}",
            share=f"{found.saturated_share[unit]:.0%}",
            twin=int(found.twin[unit]) + 1,
            correlation=f"{found.correlation[unit]:+.2f}".replace("-", "−"),
        ),
        help=T("units.twin_help"),
    )


def points(cost: float) -> str:
    """Return by how many points the accuracy changes where `cost` of it is lost."""
    value = -100 * cost
    return f"{value:+.2f}".replace("-", "−") if round(value, 2) else "0"


def noise(accuracies: NDArray[np.float64], digits: int) -> None:
    """Show what noise on the weights does to the accuracy on so many digits."""
    left, right = st.columns([9, 11], gap="large")
    with left:
        NOISE.open(one_of(LEVELS))
        level = st.select_slider(
            T("units.level"),
            LEVELS,
            NOISE.default,
            format_func="{:g}×".format,
            key=NOISE.name,
            help=T("units.level_help"),
            persist_state="session",
        )
        NOISE.keep(level)
        at = accuracies[LEVELS.index(level)]
        with st.container(horizontal=True):
            st.metric(
                T("units.mean"),
                f"{at.mean():.2%}",
                width="content",
                help=T("units.mean_help", draws=DRAWS, digits=count(digits)),
            )
            st.metric(
                T("units.range"),
                f"{at.min():.1%} – {at.max():.1%}",
                width="content",
                help=T("units.range_help", draws=DRAWS),
            )
    with right:
        means = "; ".join(
            f"{x:g}: {y:.1%}" for x, y in zip(LEVELS, accuracies.mean(axis=1), strict=True)
        )
        live_chart(
            noise_figure(LEVELS, accuracies, level, T),
            key=Chart.NOISES,
            alt=f"{T('units.noise_chart')}. {means}",
        )


@st.cache_resource(show_spinner=False, max_entries=40)
def removed(identity: str, _net: SimpleNet) -> Removal:
    """Return what a network reads without each of its units, on MNIST's test set."""
    data = loaded("bundled")
    return without_each(_net, data.pixels_test, data.t_test)


@st.cache_resource(show_spinner=False, max_entries=40)
def condition(identity: str, _net: SimpleNet) -> Conditions:
    """Return how the units of a network are, on MNIST's test set."""
    return conditions(_net, loaded("bundled").pixels_test)


@st.cache_resource(show_spinner=False, max_entries=40)
def noisy(identity: str, digits: int, _net: SimpleNet) -> NDArray[np.float64]:
    """Return the accuracies with noise of each level, (levels, draws), on the first digits."""
    data = loaded("bundled")
    x, t = data.pixels_test[:digits], data.t_test[:digits]
    return noisy_accuracies(_net, x, t, LEVELS, DRAWS, SEED)
