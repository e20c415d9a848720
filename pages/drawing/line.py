"""The answer in a line above the canvas: on a phone, all that one sees of it while drawing."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.state import Place

STYLE = f"""
div:has(> .st-key-{Place.LINE}) {{ display: none; }}
@media (max-width: 760px) {{
  /* It is made where the answer is, below the canvas, and shown in a place that is kept above it:
     a part of a page that writes outside of itself fails where a click begins the page anew. */
  .st-key-{Place.DESK} {{ position: relative; padding-top: 5rem; }}
  div:has(> .st-key-{Place.LINE}) {{
    display: flex; position: absolute; inset: 0 0 auto; height: 4.75rem; align-items: center;
  }}
  .answer-line {{ display: flex; align-items: center; gap: 0.75rem; line-height: 1.3; }}
  .answer-line b {{ font-size: 2.5rem; line-height: 1; min-width: 1.6rem; text-align: center; }}
  .answer-line span {{ font-size: 0.9375rem; }}
}}
"""


def show_line(y: NDArray[np.floating] | None, words: str) -> None:
    """Show the answer for ten probabilities, (10,), or for None, with what is said of it."""
    digit = "–" if y is None else y.argmax()
    with st.container(key=Place.LINE):
        # A screen reader is told by the whole answer.
        st.html(
            f'<div class="answer-line" aria-hidden="true"><b>{digit}</b>'
            f"<span>{escape(words)}</span></div>"
        )
