"""What of a browser's message is late: values from before the page has set others.

Each message of a browser tells the values of all widgets. What a click has set, such as the stage
on Inspect or the fields of a recipe, comes to the browser a moment later. Until then it tells the
old values, and Streamlit 1.67 takes them for a choice: a click on Back would begin at the old
stage, and a click on Train would train with the old recipe.
"""

from __future__ import annotations

from collections.abc import Mapping

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import _has_active_trigger_value
from streamlit.runtime.state.common import unpack_widget_state_value
from streamlit.runtime.state.session_state import SessionState

from pages.platform.incoming import fits
from pages.state import TOLD


def without_late(
    state: SessionState, message: WidgetStates, by_clock: bool
) -> tuple[WidgetStates, dict[str, object]]:
    """Return a message without its late values, and what the page has set in their place, by key.

    A value is late where the page has set another one since, the browser tells the same as before,
    and the message came for something else: a click, another widget, or the clock. A message that
    came for nothing else tells that somebody has chosen the value of before again.
    """
    told: Mapping[str, int] = state._old_state.get(TOLD.name) or {}
    late: dict[str, str] = {}
    comes_for_more = by_clock
    now = {one.id: hash(one.SerializeToString(deterministic=True)) for one in message.widgets}
    for one in message.widgets:
        key = state._key_id_mapper.id_key_mapping.get(one.id)
        is_set = key in state._new_session_state
        if _has_active_trigger_value(one):
            comes_for_more = True
        elif one.id not in told or (is_set and not _differs(state, one)):
            continue
        elif told[one.id] != now[one.id]:
            comes_for_more = True
        elif is_set and key is not None:
            late[key] = one.id
    state._old_state[TOLD.name] = now
    if not (late and comes_for_more):
        return message, {}
    rest = WidgetStates(widgets=[one for one in message.widgets if one.id not in late.values()])
    return rest, {key: state[key] for key in late}


def _differs(state: SessionState, told: WidgetState) -> bool:
    """Return whether the page has set a widget to another value than the browser tells."""
    widget = state._new_widget_state.widget_metadata.get(told.id)
    if widget is None or not fits(told, widget):
        return False
    values = widget.deserializer(unpack_widget_state_value(told)), state[told.id]
    # What a widget of several choices holds is a list, and may be set as a tuple.
    here, there = (list(value) if isinstance(value, tuple) else value for value in values)
    return bool(here != there)
