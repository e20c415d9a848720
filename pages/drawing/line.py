"""The answer in a line above the canvas: on a phone, all that one sees of it while drawing."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from pages.state import Place

STYLE = f"""
div:has(> .st-key-{Place.LINE}) {{ display: none; }}
@media (max-width: 760px) {{
  div:has(> .st-key-{Place.LINE}) {{ display: flex; }}
  .st-key-{Place.LINE} {{ min-height: 2.75rem; justify-content: center; }}
  .answer-line {{ display: flex; align-items: center; gap: 0.75rem; line-height: 1.3; }}
  .answer-line b {{ font-size: 2.5rem; line-height: 1; min-width: 1.6rem; text-align: center; }}
}}
"""


class Line:
    """A place for the line: filled first while the page is made, and then by a part of it alone."""

    def __init__(self) -> None:
        self._place = st.container(key=Place.LINE)
        self._shown: DeltaGenerator | None = None

    def show(self, y: NDArray[np.floating] | None, words: str) -> None:
        """Show the answer for ten probabilities, (10,), or for None, with what is said of it."""
        digit = "–" if y is None else y.argmax()
        # A screen reader is told by the whole answer.
        line = (
            f'<div class="answer-line" aria-hidden="true"><b>{digit}</b>'
            f"<span>{escape(words)}</span></div>"
        )
        # A second one in the place would stand below the first.
        self._shown = (self._shown or self._place).html(line)
