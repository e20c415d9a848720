"""A training for the ears: a tone that follows the loss, and its milestones for screen readers."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.state import Component

_mount = st.components.v2.component(
    "listening",
    html='<div class="listening" role="status" aria-live="polite"></div>',
    css="""
        .listening {
            position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
            white-space: nowrap;
        }
    """,
    js=Path(__file__).with_name("listening.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def listening(loss: float | None, reached: str) -> None:
    """Sound the pitch of a loss, and tell what has been reached.

    Parameters
    ----------
    loss : float or None
        The larger, the higher the tone; None for silence.
    reached : str
        A screen reader tells it, once it has told what it is at, whenever it is another one.
    """
    _mount(key=Component.LISTENING, data={"loss": loss, "reached": reached})
