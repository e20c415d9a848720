"""What a visit's page is to be run for next, so that no click is lost and no change of the page.

A click makes the whole page run anew, and so does what a component tells by itself, such as what
the browser keeps, half a second after the first page was shown. Streamlit 1.67 ends a run for the
next one at once. Then the click that came just before is forgotten: either its run has not taken it
up yet, or it has not come to the line that asks whether the button was clicked. And what was told
on one page, while another was being opened, opens the one before again.

So the next message of a visit waits until a click is taken up, one without a click waits until it
is done, and what was told on the page before counts for the page that is being opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
    _has_active_trigger_value,
    _is_full_app_rerun,
)


class Requests(ScriptRequests):
    """What a script is asked for; Streamlit's own, that knows of clicks and pages."""

    def __init__(self) -> None:
        super().__init__()
        self._clicked = False  # A run goes on, or waits, that does what a click has asked for.
        self._untaken = False  # It has not begun with that.
        self._hurries = False  # What waits ends such a run, too.
        self._page = ""  # What the run shows.
        self._sent: WidgetStates | None = None  # The widgets, as the browser has told last.
        self.by_clock = False  # The run was asked for by the clock of a part, not by a person.

    def _request_rerun_locked(self, new_data: RerunData) -> bool:
        """Put a request in line, or add it to the one that waits."""
        waiting = self._waiting()
        if waiting and new_data.fragment_id and _is_full_app_rerun(waiting):
            new_data = replace(
                new_data,
                page_script_hash=waiting.page_script_hash,
                page_name=waiting.page_name,
                query_string=waiting.query_string,
            )
        clicked = has_click(new_data.widget_states)
        # The script itself asks to run again, or for another page: that never waits.
        hurries = clicked or new_data.widget_states is None
        self._hurries = hurries or (waiting is not None and self._hurries)
        self._clicked |= clicked
        self._untaken |= clicked
        self._sent = new_data.widget_states or self._sent
        return super()._request_rerun_locked(new_data)

    def on_scriptrunner_ready(self) -> ScriptRequest:
        """Return what is to be done next."""
        return self._begun(super().on_scriptrunner_ready())

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """Return what the run has to make way for, if there is anything that it has to."""
        if self._clicked and not self._hurries and self._state is ScriptRequestType.RERUN:
            return None
        request = super().on_scriptrunner_yield()
        return request and self._begun(request)

    def _begun(self, request: ScriptRequest) -> ScriptRequest:
        if request.type is ScriptRequestType.RERUN:
            data = request.rerun_data
            self._page = data.page_script_hash
            self.by_clock = data.is_auto_rerun
            self._untaken = has_click(data.widget_states)
            self._clicked = self._untaken or data.replay_trigger_states is not None
        return request

    def taken(self) -> None:
        """Note that the run has taken up what its message tells; the next may end it now."""
        with self._lock:
            waiting = self._waiting()
            self._untaken = waiting is not None and has_click(waiting.widget_states)

    def has_untaken(self) -> bool:
        """Return whether there is a click that no run has taken up yet."""
        with self._lock:
            return self._untaken and self._state is not ScriptRequestType.STOP

    def _waiting(self) -> RerunData | None:
        return self._rerun_data if self._state is ScriptRequestType.RERUN else None

    def has_to_wait(self, message: ClientState) -> bool:
        """Return whether a message for the whole page has to wait for what a click asks for."""
        with self._lock:
            going_on = self._state is not ScriptRequestType.STOP and self._clicked
            other = self._next_page() not in ("", message.page_script_hash)
        return going_on and not other and not has_click(message.widget_states)

    def ended_for(self, message: ClientState) -> ClientState:
        """End the run for a message, and return what is to be done next: the message.

        What a component of the page before has told, while another page is being opened, becomes
        a message of that page. It is known by what it tells: who goes to a page changes nothing.
        """
        with self._lock:
            page = self._next_page()
            live, self._state = self._state, ScriptRequestType.STOP
        of_before = (
            live is not ScriptRequestType.STOP
            and page not in ("", message.page_script_hash)
            and not message.is_history_navigation
            and _tells_more(message.widget_states, self._sent)
        )
        if not of_before:
            return message
        changed = ClientState()
        changed.CopyFrom(message)
        changed.page_script_hash = page
        return changed

    def unless_ended(self, act: Callable[[], None]) -> None:
        """Do something, unless the run was ended meanwhile for the next one."""
        with self._lock:
            if self._state is not ScriptRequestType.STOP:
                act()

    def _next_page(self) -> str:
        """Return the page that is being opened, or shown; "" if it is not known."""
        waiting = self._waiting()
        whole = waiting is not None and _is_full_app_rerun(waiting)
        return waiting.page_script_hash if waiting and whole else self._page


def has_click(states: WidgetStates | None) -> bool:
    """Return whether a message tells of a click, or of another event of a moment."""
    return states is not None and any(map(_has_active_trigger_value, states.widgets))


def _tells_more(states: WidgetStates, before: WidgetStates | None) -> bool:
    """Return whether a message tells of a widget what the one before has not told."""
    known = {} if before is None else {state.id: state for state in before.widgets}
    return any(known.get(state.id) != state for state in states.widgets)
