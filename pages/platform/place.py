"""A place on a page for what comes and goes."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def place() -> DeltaGenerator:
    """Return a place for what is not always there, so that what is below it stays what it is.

    Without one, Streamlit takes each element below for the one before it: for a moment they are
    there twice, and a button that is clicked just then is lost.
    """
    return st.container()
