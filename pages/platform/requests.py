"""What a visit's page is to be run for next, so that no click is lost and no change of the page.

A click makes the whole page run anew, and so does what a component tells by itself, such as what
the browser keeps, half a second after the first page was shown. Streamlit 1.67 ends a run for the
next one at once. Then the click that came just before is forgotten: either its run has not begun
yet, or it has not come to the line that asks whether the button was clicked. And what was told on
one page, while another was being opened, opens the one before again.

So each click is done by itself, and in order: whatever comes before a run has begun with it waits
in line, and what has no click of its own waits until that run is over. And what was told on the
page before counts for the page that is being opened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

_arriving = threading.local()
"""The number of the message that this thread passes on."""


@contextmanager
def arriving(number: int) -> Iterator[None]:
    """Let what is asked for meanwhile count as asked for by the message with this number."""
    _arriving.number = number
    try:
        yield
    finally:
        del _arriving.number


class Requests(ScriptRequests):
    """What a script is asked for; Streamlit's own, that knows of clicks and pages."""

    def __init__(self) -> None:
        super().__init__()
        self._clicked = False  # A run goes on, or waits, that does what a click has asked for.
        self._undone = False  # The run has not begun yet to do that.
        self._hurries = False  # What waits ends such a run, too.
        self._page = ""  # What the run shows.
        self._sent: WidgetStates | None = None  # The widgets, as the browser has told last.
        self._behind: list[tuple[RerunData, int]] = []  # What waits for a click that waits.
        self._number = self.number = 0  # Of the last message in what waits, and in the run.

    def _request_rerun_locked(self, new_data: RerunData) -> bool:
        """Put a request in line, or add it to the one that waits."""
        number = getattr(_arriving, "number", self._number)
        self._sent = new_data.widget_states or self._sent
        if new_data.widget_states and (self._behind or self._waits_with_a_click()):
            if not new_data.is_auto_rerun:  # The clock asks again.
                self._behind.append((new_data, number))
            return True
        return self._put_in_line(new_data, number)

    def _put_in_line(self, new_data: RerunData, number: int) -> bool:
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
        hurries |= not new_data.fragment_id and new_data.page_script_hash != self._page
        self._hurries = hurries or (waiting is not None and self._hurries)
        self._clicked |= clicked
        self._number = number
        return super()._request_rerun_locked(new_data)

    def on_scriptrunner_ready(self) -> ScriptRequest:
        """Return what is to be done next."""
        return self._begun(super().on_scriptrunner_ready())

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """Return what the run has to make way for, if there is anything that it has to."""
        waits = self._undone or (self._clicked and not self._hurries)
        if waits and self._state is ScriptRequestType.RERUN:
            return None
        request = super().on_scriptrunner_yield()
        return request and self._begun(request)

    def _begun(self, request: ScriptRequest) -> ScriptRequest:
        if request.type is ScriptRequestType.RERUN:
            data = request.rerun_data
            with self._lock:
                self._page, self.number = data.page_script_hash, self._number
                self._undone = has_click(data.widget_states)
                self._clicked = self._undone or data.replay_trigger_states is not None
                while self._behind and not self._waits_with_a_click():
                    self._put_in_line(*self._behind.pop(0))
        return request

    def click_done(self) -> None:
        """Note that the run has begun, and has done what a click does."""
        self._undone = False

    def _waiting(self) -> RerunData | None:
        return self._rerun_data if self._state is ScriptRequestType.RERUN else None

    def _waits_with_a_click(self) -> bool:
        waiting = self._waiting()
        return waiting is not None and has_click(waiting.widget_states)

    def has_to_wait(self, message: ClientState) -> bool:
        """Return whether a message for the whole page has to wait for what a click asks for."""
        with self._lock:
            if self._state is ScriptRequestType.STOP or not self._clicked:
                return False
            if self._undone or self._waits_with_a_click():
                return True
            other = self._next_page() not in ("", message.page_script_hash)
            return not other and not has_click(message.widget_states)

    def of_its_page(self, message: ClientState) -> ClientState:
        """Return a message as one of the page that is being opened, if it came from the one before.

        It is known by what it tells: who goes to a page changes nothing.
        """
        with self._lock:
            page = self._next_page()
            of_before = (
                self._state is not ScriptRequestType.STOP
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
        for data in (*(data for data, _ in reversed(self._behind)), self._waiting()):
            if data and _is_full_app_rerun(data):
                return data.page_script_hash
        return self._page


def has_click(states: WidgetStates | None) -> bool:
    """Return whether a message tells of a click, or of another event of a moment."""
    return states is not None and any(map(_has_active_trigger_value, states.widgets))


def _tells_more(states: WidgetStates, before: WidgetStates | None) -> bool:
    """Return whether a message tells of a widget what the one before has not told."""
    known = {} if before is None else {state.id: state for state in before.widgets}
    return any(known.get(state.id) != state for state in states.widgets)
