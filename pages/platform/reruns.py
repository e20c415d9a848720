"""Nothing is lost between one run of a page and the next: nothing that is shown, and no click.

Streamlit 1.67 runs a page anew at each click, and its parts (fragments) by the clock. Where such
runs meet, which on a page with five living parts is at nearly every first visit, it has these gaps:
a page stays half empty and says that it runs for ever; its script breaks with "Bad delta path
index"; half of what a click does is done, or nothing of it; a run that ends takes a click from the
next one, or breaks while that one begins. `lose_nothing` closes them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any, cast
from weakref import WeakKeyDictionary, WeakValueDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from pages.platform.late import without_late
from pages.platform.requests import Requests

AGAIN_S = 0.005
"""When it is looked again whether a run is over; from its last step on, that is a millisecond."""

_callbacks = threading.local()
"""Whether this thread does what a click does just now."""

_lines: WeakKeyDictionary[AppSession, deque[ClientState | None]] = WeakKeyDictionary()
"""The messages of each visit that have to wait, in their order."""

_locks: WeakValueDictionary[int, Any] = WeakValueDictionary()
_locks_lock = threading.Lock()


@cache
def lose_nothing() -> None:
    """Close the gaps; once for a server."""
    request, clear = AppSession.request_rerun, ForwardMsgQueue.clear
    intend, enter = PagesManager.set_script_intent, SafeSessionState.__init__
    begin, finish, interrupt = (
        SessionState.on_script_will_rerun,
        SessionState.on_script_finished,
        ScriptRunner._maybe_handle_execution_control_request,
    )

    def request_rerun(self: AppSession, client_state: ClientState | None) -> None:
        """Hand on the messages of a visit in their order, each as soon as it loses nothing."""
        line = _lines.setdefault(self, deque())
        line.append(client_state)
        hand_on(self, line)

    def hand_on(session: AppSession, line: deque[ClientState | None]) -> None:
        """Hand on the messages that wait, up to one that has to wait longer.

        A click waits to be taken up by its run: the next message would end that run.

        And a part waits until all of the last run has been taken over from its thread. A run that
        ends takes no request any more. Then there would be a new one at once, and what the old one
        has still to tell would be ignored: the rest of the page, and that it has ended.
        """
        while line:
            message, runner = line[0], session._scriptrunner
            of_part = message is not None and bool(message.fragment_id)
            if runner and (
                cast("Requests", runner._requests).has_untaken()
                or (of_part and runner._requests._state is ScriptRequestType.STOP)
            ):
                session._event_loop.call_later(AGAIN_S, hand_on, session, line)
                return
            line.popleft()
            begin_for(session, message)

    def begin_for(session: AppSession, message: ClientState | None) -> None:
        """Let a run begin for a message.

        For the whole page, a message ends the last run; but for one without a click while there is
        a click to be done. With `fastReruns = false`, Streamlit leaves that to this function.
        """
        runner = session._scriptrunner
        if runner and message and not message.fragment_id:
            requests = cast("Requests", runner._requests)
            if not requests.has_to_wait(message):
                message = requests.ended_for(message)
                runner.request_stop()
                session._scriptrunner = None
        request(session, message)

    def clear_queue(
        self: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        """Drop what waits to be sent only where the whole page is shown anew.

        Where a part begins, Streamlit would drop all that belongs to it, also the place for it that
        the whole page has just made, and what comes next would be one place off.
        """
        if fragment_ids_this_run:
            self._delta_index_map = {}  # What waits stays as it is: it belongs to another run.
        else:
            clear(self, retain_lifecycle_msgs)

    def on_script_will_rerun(
        self: SessionState, fresh_widget_states: WidgetStates | None, **kwargs: Any
    ) -> None:
        """Do all that a click does, before the next run of this visit looks at what has changed.

        What the page has set, and the browser has not heard of yet, stays, and is told again; so
        is what was chosen meanwhile.
        """
        run = get_script_run_ctx(suppress_warning=True)
        requests = run.script_requests if run else None
        again: dict[str, object] = {}
        chosen: set[str] = set()
        if fresh_widget_states is not None:
            by_clock = isinstance(requests, Requests) and requests.by_clock
            fresh_widget_states, again, chosen = without_late(self, fresh_widget_states, by_clock)
        _callbacks.run = True
        try:
            begin(self, fresh_widget_states, **kwargs)
        finally:
            _callbacks.run = False
            if isinstance(requests, Requests):
                requests.taken()
        for key, value in (again | {key: self[key] for key in chosen if key in self}).items():
            self._new_session_state.setdefault(key, value)

    def on_script_finished(self: SessionState, *args: Any, **kwargs: Any) -> None:
        """Forget the click and the widgets that are gone, unless the run was ended meanwhile.

        What the browser has told since then is in the same place, for the next run.
        """
        _unless_ended(lambda: finish(self, *args, **kwargs))

    def one_at_a_time(
        self: SafeSessionState, state: SessionState, yield_callback: Callable[[], None]
    ) -> None:
        """Let the runs of a visit share a lock: Streamlit gives each one of its own."""
        enter(self, state, yield_callback)
        object.__setattr__(self, "_lock", _lock_of(state))

    def set_script_intent(self: PagesManager, page_script_hash: str, page_name: str) -> None:
        """Note which page a run is to show, unless it was ended: the note is also the next run's.

        The last run of a visit may be in a thread that has not heard of its end yet.
        """
        _unless_ended(lambda: intend(self, page_script_hash, page_name))

    def handle_request(self: ScriptRunner) -> None:
        """Stop a run for the next one, but not in the middle of what a click does."""
        if not getattr(_callbacks, "run", False):
            interrupt(self)

    script_runner.ScriptRequests = Requests  # type: ignore[attr-defined]
    # Mypy calls it an error to replace a method.
    PagesManager.set_script_intent = set_script_intent  # type: ignore[method-assign]
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign]
    ForwardMsgQueue.clear = clear_queue  # type: ignore[method-assign]
    SafeSessionState.__init__ = one_at_a_time  # type: ignore[method-assign]
    SessionState.on_script_will_rerun = on_script_will_rerun  # type: ignore[method-assign]
    SessionState.on_script_finished = on_script_finished  # type: ignore[method-assign]
    ScriptRunner._maybe_handle_execution_control_request = handle_request  # type: ignore[method-assign]


def _unless_ended(act: Callable[[], None]) -> None:
    """Do something for the run of this thread, unless it was ended for the next one."""
    run = get_script_run_ctx(suppress_warning=True)
    if run and isinstance(run.script_requests, Requests):
        run.script_requests.unless_ended(act)
    else:
        act()


def _lock_of(state: SessionState) -> Any:
    """Return what only one run of a visit has at a time; it is there for as long as one has it."""
    with _locks_lock:
        return _locks.setdefault(id(state), threading.RLock())
