"""What comes in from a browser, checked before anything else sees it.

A browser sends what the page offers. A program that speaks the same protocol may send anything for
any widget: a text for a number, NaN, a choice that is not offered, a picture that takes gigabytes.
`guard` has Streamlit check each message by its type; one that does not fit is as good as never
sent, and what the widget held before stays. The readers below it never raise.
"""

from __future__ import annotations

import base64
import binascii
import io
import logging
import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from streamlit.errors import StreamlitAPIException
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.common import (
    RegisterWidgetResult,
    WidgetMetadata,
    unpack_widget_state_value,
)
from streamlit.runtime.state.session_state import Serialized, SessionState

from pages.state import MOST_ID

_LOGGER = logging.getLogger(__name__)

MOST_SIDE = 1000
"""Pixels of a side of a picture: the canvas has 280, on a screen that is scaled some more."""

MOST_BYTES = 1_000_000
"""Bytes of a picture: a third is enough for any that the canvas can hold."""

MOST_TEXT = 2_000_000
"""Characters of what a browser has kept: a thousand drawings take about half."""

MOST_FIELD = 100_000
"""Characters of a field, or of the rows that are chosen in a table."""

MOST_STROKES, MOST_PARTS, MOST_WORDS = 1000, 200_000, 200
"""Strokes of a drawing; numbers and names in all of them; characters of a name in them."""

MOST_LENGTH = 1e6
"""The largest number in a stroke, in pixels or degrees."""

MOST_IMAGES = 10_000
"""Images that can be chosen from: each digit of the test set."""

MOST_UNITS = 100_000
"""Hidden units that a network may have."""

MOST_POINTS = 20
"""Points of a curve that is drawn as a guess."""

MOST_TURNS = 2**53 - 1
"""The largest number that JavaScript can count to."""

PNG = "data:image/png;base64,"
_NUMBERS = {"int_value", "double_value"}  # A field for numbers takes both.
_UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    StreamlitAPIException,
)


@cache
def guard() -> None:
    """Make Streamlit drop each message that does not fit its widget; once for a server.

    Streamlit has no place for this: it trusts the type of a message, and for a choice from a list
    the text, too. So its two entrances are taken: where messages come in, for the widgets that it
    knows; and where a widget is made that a message has come for already.
    """
    receive, register = SessionState.set_widgets_from_proto, SessionState.register_widget

    def set_widgets_from_proto(self: SessionState, widget_states: WidgetStates) -> None:
        known = self._new_widget_state.widget_metadata
        fitting = WidgetStates()
        fitting.widgets.extend(
            state
            for state in widget_states.widgets
            if state.id not in known or fits(state, known[state.id])
        )
        refused = len(widget_states.widgets) - len(fitting.widgets)
        if refused:  # A new part of a component must be in `_PARTS`.
            _LOGGER.info("refused: %d", refused)
        receive(self, fitting)

    def register_widget(
        self: SessionState, metadata: WidgetMetadata[Any], user_key: str | None
    ) -> RegisterWidgetResult[Any]:
        state = self._new_widget_state.states.get(metadata.id)
        if isinstance(state, Serialized) and not fits(state.value, metadata):
            del self._new_widget_state.states[metadata.id]
        return register(self, metadata, user_key)

    # Mypy calls it an error to replace a method.
    SessionState.set_widgets_from_proto = set_widgets_from_proto  # type: ignore[method-assign]
    SessionState.register_widget = register_widget  # type: ignore[method-assign]


def fits(state: WidgetState, widget: WidgetMetadata[Any]) -> bool:
    """Return whether a message can be what a widget says, by its type and by what it offers."""
    kind = state.WhichOneof("value")
    if kind is None:
        return True  # It was emptied.
    if kind != widget.value_type and not {kind, widget.value_type} <= _NUMBERS:
        return False
    if len(state.string_value) > MOST_FIELD:
        return False
    try:
        value = unpack_widget_state_value(state)
        if kind == "json_value":
            return is_message(value)
        read = widget.deserializer(value)
    except _UNREADABLE:
        return False
    if kind == "json_trigger_value":
        return False  # No component has a trigger.
    if kind == "string_value" and widget.formatted_options is not None:
        return state.string_value in widget.formatted_options
    # Where one of several is chosen at first, one always is.
    emptied = kind == "string_array_value" and read is None
    return not (emptied and widget.deserializer(None) is not None)


def is_message(value: object) -> bool:
    """Return whether a value is what one of the components sends: each part known, and valid."""
    return isinstance(value, Mapping) and all(
        name in _PARTS and (part is None or _PARTS[name](part)) for name, part in value.items()
    )


def whole(value: object, low: float, high: float) -> int | None:
    """Return a value if it is a whole number from `low` to `high`, else None."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return None
    return int(value) if low <= value <= high else None


def real(value: object, low: float, high: float) -> float | None:
    """Return a value if it is a number from `low` to `high`, else None; NaN is not."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return None
    return value if low <= value <= high else None  # type: ignore[return-value]


def png_bytes(url: object) -> bytes | None:
    """Return the PNG in a data URL, or None if there is none, or one that is too large.

    Only its first bytes are looked at: nothing is unpacked before the size is known.
    """
    if not isinstance(url, str) or not url.startswith(PNG) or len(url) > MOST_BYTES:
        return None
    try:
        content = base64.b64decode(url.removeprefix(PNG), validate=True)
    except (binascii.Error, ValueError):
        return None
    # Signature, length and name of the first chunk, width, height.
    if len(content) < 24 or content[:16] != b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR":
        return None
    width, height = struct.unpack(">II", content[16:24])
    return content if 1 <= width <= MOST_SIDE and 1 <= height <= MOST_SIDE else None


def picture(url: object) -> NDArray[np.uint8] | None:
    """Return the picture in a data URL, (h, w, 4), or None if it is none that `png_bytes` takes."""
    content = png_bytes(url)
    if content is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as png:
            return np.asarray(png.convert("RGBA"))
    except (ValueError, OSError, SyntaxError, LookupError, struct.error):  # A damaged one.
        return None


def is_strokes(value: object) -> bool:
    """Return whether a value is a list of strokes as the canvas draws them: paths of numbers.

    A stroke that the canvas could not tell of is a picture.
    """
    if not isinstance(value, list) or len(value) > MOST_STROKES:
        return False
    left = MOST_PARTS
    waiting: list[object] = []
    for stroke in value:
        if not isinstance(stroke, dict):
            return False
        if stroke.get("type") == "Image" and png_bytes(stroke.get("src")) is not None:
            waiting.append({**stroke, "src": None})
        elif stroke.get("type") in ("Path", "path") and isinstance(stroke.get("path"), list):
            waiting.append(stroke)
        else:
            return False
    while waiting and left >= 0:
        part = waiting.pop()
        left -= 1
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            if len(part) > MOST_WORDS:
                return False
        elif isinstance(part, int | float) and not isinstance(part, bool):
            if not abs(part) <= MOST_LENGTH:  # Nor NaN.
                return False
        elif part is not None and not isinstance(part, bool):
            return False
    return left >= 0


def _is_frame(value: object) -> bool:
    """Return whether a value is a picture of the canvas, as the answer sends it."""
    return isinstance(value, dict) and _is_turn(value) and png_bytes(value.get("image")) is not None


def _is_pick(value: object) -> bool:
    """Return whether a value is the choice of an image, and of a place in it."""
    return (
        isinstance(value, dict)
        and _is_turn(value)
        and whole(value.get("image"), 0, MOST_IMAGES - 1) is not None
        and all(whole(value.get(name), 0, MOST_SIDE) is not None for name in ("row", "column"))
    )


def _is_opened(value: object) -> bool:
    """Return whether a value is a hidden unit that was opened, or none, in a network view."""
    return (
        isinstance(value, dict)
        and _is_turn(value)
        and (value.get("unit") is None or whole(value["unit"], 0, MOST_UNITS - 1) is not None)
    )


def _is_sketch(value: object) -> bool:
    """Return whether a value is a curve that was drawn: heights from 0 to 1."""
    return (
        isinstance(value, dict)
        and _is_turn(value)
        and isinstance(value.get("values"), list)
        and len(value["values"]) <= MOST_POINTS
        and all(real(height, 0, 1) is not None for height in value["values"])
    )


def _is_ticked(value: object) -> bool:
    """Return whether a value is which cards are ticked, and whether cards are shown at all."""
    return (
        isinstance(value, dict)
        and _is_turn(value)
        and isinstance(value.get("narrow"), bool)
        and isinstance(value.get("ids"), list)
        and len(value["ids"]) <= MOST_IMAGES
        and all(isinstance(one, str) and len(one) <= MOST_ID for one in value["ids"])
    )


def _is_told(value: object) -> bool:
    """Return whether a value is what a browser has kept, as the keepsakes tell it."""
    return (
        isinstance(value, dict)
        and whole(value.get("n"), 0, MOST_TURNS) is not None
        and isinstance(value.get("visit"), str)
        and isinstance(value.get("unread"), bool)
        and value.get("problem") in (None, "full", "off")
        and isinstance(value.get("visitor", ""), str)
        and all(_is_kept(value.get(name)) for name in ("text", "base"))
    )


def _is_kept(value: object) -> bool:
    """Return whether a value is a text that a browser may have kept, or nothing."""
    return value is None or (isinstance(value, str) and len(value) <= MOST_TEXT)


def _is_drawing(value: object) -> bool:
    """Return whether a value is what is on the canvas: its strokes, and its picture."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("raw"), dict)
        and is_strokes(value["raw"].get("objects"))
        and (value.get("data") is None or png_bytes(value["data"]) is not None)
    )


def _is_turn(value: Mapping[str, object]) -> bool:
    """Return whether a message has a number that can be counted on from."""
    return whole(value.get("turn"), 0, MOST_TURNS) is not None


_PARTS: Mapping[str, Callable[[object], bool]] = {
    "frame": _is_frame,
    "picked": _is_pick,
    "opened": _is_opened,
    "sketched": _is_sketch,
    "ticked": _is_ticked,
    "told": _is_told,
    "drawing": _is_drawing,
    "backgroundFit": lambda fit: False,  # There is no background: what it has is None.
}
"""What components send, by its name, and whether it is that."""
