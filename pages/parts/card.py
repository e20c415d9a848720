"""What is known of a network, measured on the spot: its model card on the Draw page."""

from __future__ import annotations

import streamlit as st

from pages.parts.networks import exam, metadata, network
from pages.parts.session import T
from pages.parts.words import count, option_names


def card(choice: str) -> None:
    """Show the card of a network, once somebody opens it."""
    shown = st.expander(T("card.title"), icon=":material/badge:", on_change="rerun", key="card")
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
        mistakes = ", ".join(
            T("card.mistake", right=right, taken=taken, n=n)
            for right, taken, n in result.mistakes(5)
        )
        st.markdown(T("card.confuses", mistakes=mistakes) if mistakes else "")
        st.markdown(T("card.limits"))


def recipe(about: dict[str, object]) -> str:
    """Return how a network was trained, in words; nothing if nobody knows."""
    names = option_names()
    try:
        training = about["recipe"]["training"]
        words = T(
            "card.recipe",
            iterations=count(about["iteration"]),
            batch_size=training["batch_size"],
            learning_rate=f"{training['learning_rate']:g}",
            schedule=names[training.get("schedule", "constant")],
            momentum=f"{training.get('momentum', 0):g}",
            augmentation=", ".join(names[kind] for kind in training.get("augmentation", ()))
            or T("train.none"),
            seed=training["seed"],
        )
    except (KeyError, TypeError, ValueError):  # Anybody may write a file.
        return ""
    return words
