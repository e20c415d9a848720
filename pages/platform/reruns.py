"""Nothing is lost between one run of a page and the next: nothing that is shown, and no click.

Streamlit 1.67 runs a page anew at each click, and its parts (fragments) by the clock. Where such
runs meet, which on a page with five living parts is at nearly every first visit, it has three gaps:
a page stays half empty and says that it runs for ever; its script breaks with "Bad delta path
index"; or half of what a click does is done. `lose_nothing` closes them.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state.session_state import SessionState

AGAIN_S = 0.005
"""When it is looked again whether a run is over; from its last step on, that is a millisecond."""

_callbacks = threading.local()
"""Whether this thread does what a click does just now."""

_locks: WeakValueDictionary[int, Any] = WeakValueDictionary()
_locks_lock = threading.Lock()


@cache
def lose_nothing() -> None:
    """Close the gaps; once for a server."""
    request, clear = AppSession.request_rerun, ForwardMsgQueue.clear
    begin, interrupt = (
        SessionState.on_script_will_rerun,
        ScriptRunner._maybe_handle_execution_control_request,
    )

    def request_rerun(self: AppSession, client_state: ClientState | None) -> None:
        """Let a part begin when all of the last run has been taken over from its thread.

        A run that ends takes no request any more. Then there would be a new one at once, and what
        the old one has still to tell would be ignored: the rest of the page, and that it has ended.
        """
        if client_state and client_state.fragment_id and _is_ending(self):
            self._event_loop.call_later(AGAIN_S, request_rerun, self, client_state)
        else:
            request(self, client_state)

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

    def on_script_will_rerun(self: SessionState, *args: Any, **kwargs: Any) -> None:
        """Do all that a click does, before the next run of this visit looks at what has changed."""
        with _lock_of(self):
            _callbacks.run = True
            try:
                begin(self, *args, **kwargs)
            finally:
                _callbacks.run = False

    def handle_request(self: ScriptRunner) -> None:
        """Stop a run for the next one, but not in the middle of what a click does."""
        if not getattr(_callbacks, "run", False):
            interrupt(self)

    # Mypy calls it an error to replace a method.
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign]
    ForwardMsgQueue.clear = clear_queue  # type: ignore[method-assign]
    SessionState.on_script_will_rerun = on_script_will_rerun  # type: ignore[method-assign]
    ScriptRunner._maybe_handle_execution_control_request = handle_request  # type: ignore[method-assign]


def _is_ending(session: AppSession) -> bool:
    """Return whether the last run of a visit takes no request any more, and is not over yet."""
    runner = session._scriptrunner
    return runner is not None and runner._requests._state is ScriptRequestType.STOP


def _lock_of(state: SessionState) -> Any:
    """Return what only one run of a visit has at a time; it is there for as long as one has it."""
    with _locks_lock:
        return _locks.setdefault(id(state), threading.RLock())
