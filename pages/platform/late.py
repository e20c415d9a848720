"""What of a browser's message is late: values from before the page has set others.

Each message of a browser tells the values of all widgets. What a click has set, such as the stage
on Inspect or the fields of a recipe, comes to the browser a moment later. Until then it tells the
old values, and Streamlit 1.67 takes them for a choice: a click on Back would begin at the old
stage, and a click on Train would train with the old recipe. What a person chooses meanwhile counts,
but the browser hears of what the page has set only after that, and would take it for the newer one:
so it is told of the choice, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import _has_active_trigger_value
from streamlit.runtime.state.common import unpack_widget_state_value
from streamlit.runtime.state.session_state import SessionState

from pages.platform.incoming import fits
from pages.state import TOLD, TOLD_BACK


def without_late(
    state: SessionState, message: WidgetStates, by_clock: bool
) -> tuple[WidgetStates, dict[str, object], set[str]]:
    """Return a message without its late values, and what the browser has to be told.

    That is what the page has set in their place, by key, and the keys of what was chosen while the
    browser may not have heard of what the page has set.

    A value is late where the page has set another one since, the browser tells the same as before,
    and the message came for something else: a click, another widget, or the clock. A message that
    came for nothing else tells that somebody has chosen the value of before again.
    """
    told: Mapping[str, int] = state._old_state.get(TOLD.name) or {}
    told_back = state._old_state.get(TOLD_BACK.name) or ()
    late: dict[str, str] = {}
    chosen: set[str] = set()
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
            if is_set and key is not None and key not in told_back:
                chosen.add(key)
        elif is_set and key is not None:
            late[key] = one.id
    state._old_state[TOLD.name], state._old_state[TOLD_BACK.name] = now, chosen
    if not (late and comes_for_more):
        return message, {}, chosen
    rest = WidgetStates(widgets=[one for one in message.widgets if one.id not in late.values()])
    return rest, {key: state[key] for key in late}, chosen


def _differs(state: SessionState, told: WidgetState) -> bool:
    """Return whether the page has set a widget to another value than the browser tells."""
    widget = state._new_widget_state.widget_metadata.get(told.id)
    if widget is None or not fits(told, widget):
        return False
    values = widget.deserializer(unpack_widget_state_value(told)), state[told.id]
    # What a widget of several choices holds is a list, and may be set as a tuple.
    here, there = (list(value) if isinstance(value, tuple) else value for value in values)
    return bool(here != there)
