"""What is known of a network, measured on the spot: its model card on the Draw page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.language import T
from pages.language.words import count, listed, option_names
from pages.networks import exam, metadata, network
from pages.platform.incoming import real, whole
from pages.state import Widget
from simplenet.training import LIMITS


def card(choice: str) -> None:
    """Show the card of a network, once somebody opens it."""
    shown = st.expander(
        T("card.title"), icon=":material/badge:", on_change="rerun", key=Widget.CARD
    )
    if not shown.open:
        return
    net = network(choice, say=False)
    if net is None:
        return
    result = exam(net)
    with shown:
        st.markdown(T("card.network", hidden=count(net.hidden_size)) + recipe(metadata(choice)))
        st.markdown(T("card.accuracy", accuracy=f"{result.accuracy:.2%}", n=count(result.size)))
        st.table(
            {str(digit): [f"{share:.1%}"] for digit, share in enumerate(result.per_digit)},
            hide_index=True,
        )
        mistakes = listed(
            T("card.mistake", right=right, taken=taken, n=n)
            for right, taken, n in result.mistakes(5)
        )
        st.markdown(T("card.confuses", mistakes=mistakes) if mistakes else "")
        st.markdown(T("card.limits"))


def recipe(about: Mapping[str, Any]) -> str:
    """Return how a network was trained, in words; nothing if nobody knows."""
    # Anybody may write a file: nothing of it is shown but numbers, and the names of our options.
    names = option_names()
    try:
        training = about["recipe"]["training"]
        chosen = [training.get("schedule", "constant"), *training.get("augmentation", ())]
        schedule, *augmentation = [names[option] for option in chosen]
        numbers = {name: whole(training[name], *LIMITS[name]) for name in ("batch_size", "seed")}
        rate = real(training["learning_rate"], *LIMITS["learning_rate"])
        momentum = real(training.get("momentum", 0), *LIMITS["momentum"])
        iteration = whole(about["iteration"], 0, LIMITS["iterations"][1])
        later: int | None = 0
        written: int | None = 0
        if then := about["recipe"].get("then"):
            later = whole(then["training"]["iterations"], *LIMITS["iterations"])
            written = whole(then["written"], 1, LIMITS["iterations"][1])
    except (AttributeError, KeyError, TypeError):
        return ""
    if None in (*numbers.values(), rate, momentum) or iteration is None:
        return ""
    if later is None or written is None:
        return ""
    words = T(
        "card.recipe",
        iterations=count(iteration - later),
        learning_rate=f"{rate:g}",
        schedule=schedule,
        momentum=f"{momentum:g}",
        augmentation=listed(augmentation) or T("train.none"),
        **numbers,
    )
    if later:
        words += T("card.course", iterations=count(later), written=count(written))
    return words
