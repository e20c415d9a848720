"""A sheet on which a guess is drawn as a curve: a Streamlit component for mouse, touch and keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.platform.incoming import real
from pages.state import Component

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "sketch",
    html='<div class="lesson-sketch" role="group"></div>',
    css="".join(
        path.read_text(encoding="utf-8")
        for path in (_HERE.parent / "lesson" / "lesson.css", _HERE / "sketch.css")
    ),
    js=(_HERE / "sketch.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def sketch(
    svg: str,
    plane: tuple[float, float, float, float],
    x: Sequence[float],
    first: Sequence[float],
    *,
    labels: Sequence[str],
    alt: str,
) -> None:
    """Show a sheet with a curve that can be drawn anew.

    Parameters
    ----------
    svg : str
        What is on the sheet already.
    plane : tuple of float
        Left, top, width and height of where the curve is drawn, in the units of the drawing.
    x : sequence of float, length n
        Where the points of the curve are, from 0 (left) to 1 (right).
    first : sequence of float, length n
        How high they are before anybody has drawn, from 0 to 1.
    labels : sequence of str, length n
        What each point is, in words.
    alt : str
        What is to be drawn, in words.
    """
    _mount(
        key=Component.LESSON_SKETCH,
        data={
            "turn": Component.LESSON_SKETCH.told("sketched").get("turn", 0),
            "svg": svg,
            "plane": dict(zip(("left", "top", "width", "height"), plane, strict=True)),
            "x": list(x),
            "values": sketched(len(first)) or list(first),
            "label": list(labels),
            "alt": alt,
        },
        on_sketched_change=lambda: None,
    )


def sketched(n: int) -> tuple[float, ...] | None:
    """Return the heights of the n points as they were drawn, or None before anything was."""
    values = Component.LESSON_SKETCH.told("sketched").get("values") or []
    heights = [height for value in values if (height := real(value, 0, 1)) is not None]
    return tuple(map(float, heights)) if len(heights) == len(values) == n else None
