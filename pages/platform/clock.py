"""The clock of a page: how often its living parts are shown anew, as the server can bear it.

A visitor alone sees a training move several times a second. A class of thirty that looks at its
trainings would want two cores for that alone, and nothing would be left to train with, nor for a
page that somebody opens. So all living parts of a server have a share of it together: the more
there are, and the more each takes, the slower they all go.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from math import ceil, log2
from time import monotonic, thread_time
from weakref import WeakValueDictionary

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

SHARE = min(0.05 * (os.cpu_count() or 1), 0.5)
"""How many cores all living parts may take together."""

WHOLE = 2.5
"""The server's time for a whole answer, divided by its time to show the part in it."""

STEPS = 2
"""In how many steps the time between two ticks becomes twice as long."""

LEAST_S, FORGOTTEN = 5.0, 3.0
"""A part counts as gone if it was not shown for so many seconds, and for so many intervals."""

Every = Callable[[], float]
"""Returns how many seconds there should be now from one showing of a part to the next."""


class Clock:
    """Slows the parts of pages that refresh by themselves, so that together they take little.

    Parameters
    ----------
    share : float
        How much of a core they may take together.
    now : callable
        Returns the time in seconds.
    """

    def __init__(self, share: float, now: Callable[[], float] = monotonic) -> None:
        self._share = share
        self._now = now
        self._lock = threading.Lock()
        self._slower = 1.0
        self._parts: dict[tuple[str, str], tuple[float, float, float]] = {}

    def shown(self, session: str, part: str, every_s: float, took_s: float) -> None:
        """Note that a part was shown, how often it should be, and how long a core worked on it."""
        with self._lock:
            before = self._parts.get((session, part))
            # Smoothed, as a single answer may have work to do that comes only once.
            took_s = took_s if before is None else (3 * before[1] + took_s) / 4
            self._parts[session, part] = every_s, took_s, self._now()

    def slower(self) -> float:
        """Return how many times as long as wanted the time between two ticks is; at least 1."""
        with self._lock:
            now = self._now()
            for key, (every_s, _, at) in list(self._parts.items()):
                if now - at > max(LEAST_S, FORGOTTEN * every_s * self._slower):
                    del self._parts[key]
            wanted = sum(took_s / every_s for every_s, took_s, _ in self._parts.values())
            steps = ceil(STEPS * log2(max(wanted / self._share, 1.0)))
            self._slower = float(2 ** (steps / STEPS))
            return self._slower


CLOCK = Clock(SHARE)


class Parts(dict[str, tuple[Every, float]]):
    """The living parts of a page: how often each wants to be shown, and what the browser was told.

    Only the parts themselves keep it: what they show is as large as a training, and is forgotten
    together with them.
    """


_of_visits: WeakValueDictionary[str, Parts] = WeakValueDictionary()


def show_by_clock(show: Callable[[], None], every: Every | None) -> None:
    """Show a part of the page, and show it anew again and again.

    Whenever one part of a page is shown, all parts of it are told how often from now on: so one
    that looks often can wake the others, which look seldom while nothing happens.

    Parameters
    ----------
    show : callable
    every : callable
        Returns how often it wants to be shown, as the seconds in between; None if the clock is not
        to show it again.
    """
    context, first_s = get_script_run_ctx(), every() * CLOCK.slower() if every else None
    parts = _of_visits.setdefault(context.session_id, Parts()) if context else Parts()

    def part() -> None:
        started = thread_time()
        show()
        if every and first_s:
            _beat(parts, every, first_s, thread_time() - started)

    st.fragment(part, run_every=first_s)()


def _beat(parts: Parts, every: Every, first_s: float, took_s: float) -> None:
    """Note that a part was shown, and tell the browser how often to ask for each from now on."""
    context, part = get_script_run_ctx(), ThreadState.get().fragment_id
    if context is None or part is None:
        return
    CLOCK.shown(context.session_id, part, every(), WHOLE * took_s)
    if not context.fragment_ids_this_run:  # The whole page was shown, and has told of this one.
        parts[part] = every, first_s
        return
    slower = CLOCK.slower()
    for other, (wanted, told_s) in list(parts.items()):
        if not context.fragment_storage.contains(other):
            del parts[other]
        elif told_s != (every_s := wanted() * slower):
            parts[other] = wanted, every_s
            message = ForwardMsg()
            message.auto_rerun.fragment_id = other
            message.auto_rerun.interval = every_s
            context.enqueue(message)
