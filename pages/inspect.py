"""The Inspect page: what a network has learned, at any moment of its training."""

from __future__ import annotations

import streamlit as st

from pages.components.in_sight import in_sight
from pages.components.network_view import network_view, network_weights
from pages.exporting import offer_formats
from pages.inspecting.chosen import choose, way_on
from pages.inspecting.dream import dreamt
from pages.inspecting.layer_map import layer_map
from pages.inspecting.look import Look, tested
from pages.inspecting.mistakes import mistakes
from pages.inspecting.morph import between_digits
from pages.inspecting.units import units
from pages.language import T
from pages.networks import exciting, metadata
from pages.platform.choice import choose_one
from pages.platform.first_visit import run_page
from pages.platform.place import place
from pages.state import INSPECT_DIGIT, INSPECT_PART, Component, between, clear_link
from pages.twenty import strip, twenty
from simplenet.data import loaded

PARTS = {
    "mistakes": mistakes,
    "units": units,
    "map": layer_map,
    "dream": dreamt,
    "between": between_digits,
}

OF_A_DIGIT = ("mistakes", "units", "map")
"""The parts during which the chosen digit runs through the network; the others show films there."""


def page() -> None:
    """Show the page."""
    st.markdown(T("inspect.intro"))
    look = choose()
    if look is not None:
        picture(look)
        digits = place()
        part = choose_part()
        if part in OF_A_DIGIT:
            with digits:
                choose_digit(look)
        with place():
            PARTS[part](look)
        # Films run in the picture above; what else is asked is answered below.
        below = part in OF_A_DIGIT
        in_sight(
            part,
            INSPECT_PART.name if below else Component.VIEW,
            first=below and part != INSPECT_PART.default,
            whole=below,
        )
        # Of an earlier moment nothing is known.
        offer_formats(look.net, metadata(look.choice) if look.newest else {})
    way_on(look)


def picture(look: Look) -> None:
    """Show the network, with the test digit that is chosen."""
    data = loaded("bundled")
    INSPECT_DIGIT.open(between(0, len(data.pixels_test) - 1))
    row = INSPECT_DIGIT.get()
    INSPECT_DIGIT.keep(row)
    label = int(tested(look).labels[row])
    network_view(
        look.net.params,
        data.pixels_test[row],
        key=Component.VIEW,
        iteration=look.iteration,
        caption=T("twenty.caption", digit=label),
        label=label,
        exciting=exciting(look.net),
    )
    network_weights(look.net.params, key=Component.VIEW)


def choose_digit(look: Look) -> None:
    """Show twenty test digits, to choose the one that runs through the network."""
    every, row = twenty().rows.tolist(), INSPECT_DIGIT.get()
    strip(
        look.net,
        every.index(row) if row in every else None,
        lambda image: INSPECT_DIGIT.set(every[image]),
        key=Component.INSPECT_TWENTY,
    )


def choose_part() -> str:
    """Show the choice of what is shown below the picture, and return it."""
    names = {
        "mistakes": T("inspect.mistakes"),
        "units": T("inspect.units"),
        "map": T("inspect.map"),
        "dream": T("inspect.dream"),
        "between": T("inspect.between"),
    }
    # What another part shows is no part of this one's link.
    return choose_one(INSPECT_PART, T("inspect.part"), names, labelled=False, on_change=clear_link)


run_page(page)
