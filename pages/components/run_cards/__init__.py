"""Runs as cards to tick, for a window that has no room for their table: a Streamlit component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.language import language
from pages.language.text import CODES
from pages.state import Component

_HERE = Path(__file__).parent

CARD, MOST = 83, 457
"""Height of a card with its line, and of all of them, in pixels, as the style has it: it is kept
free until they are there."""

_mount = st.components.v2.component(
    "run_cards",
    html='<ul class="run-cards"></ul>',
    css=(_HERE / "run_cards.css").read_text(encoding="utf-8"),
    js=(_HERE / "run_cards.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Card:
    """What a card says of a run.

    Parameters
    ----------
    id, name : str
    star : bool
        Whether it is marked.
    result, words : str
        What came of it, and what else there is to say.
    started_ms : int
        Since 1970, as browsers count.
    curve : sequence of float
        Accuracies in [0, 1], one after the other.
    """

    id: str
    name: str
    star: bool
    result: str
    words: str
    started_ms: int
    curve: Sequence[float]


def run_cards(cards: Sequence[Card], *, key: Component) -> list[str] | None:
    """Show runs as cards, and return the ids of those that are ticked.

    None while the window has room for the table, where other runs may be chosen.
    """
    told = key.told("ticked")
    known = {card.id for card in cards}
    ticked = [one for one in told.get("ids", ()) if one in known]
    _mount(
        key=key,
        data={
            "turn": told.get("turn", 0),
            "cards": [vars(card) for card in cards],
            "ticked": ticked,
            "locale": CODES[language()],
        },
        on_ticked_change=lambda: None,
        height=min(CARD * len(cards) + 1, MOST),
    )
    return ticked if told.get("narrow") else None
