"""What of a browser's message is late: values from before the page has set others.

Each message of a browser tells the values of all widgets. What a click has set, such as the stage
on Inspect or the fields of a recipe, comes to the browser a moment later. Until then it tells the
old values, and Streamlit 1.67 takes them for a choice: a click on Back would begin at the old
stage, and a click on Train would train with the old recipe.

The other way round, too: what somebody chooses meanwhile is overwritten in the browser by what the
page has set before. So the page sets it to the choice once more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import _has_active_trigger_value
from streamlit.runtime.state.common import unpack_widget_state_value
from streamlit.runtime.state.session_state import SessionState

from pages.platform.incoming import fits
from pages.state import TOLD

HEARD_S = 3.0
"""How long after the page has set a value the browser may not have heard of it."""

MOST_WAITING, MOST_KNOWN = 50, 50
"""How many messages are looked at one by one, and values of a widget are known; the last ones."""


@dataclass(frozen=True)
class Message:
    """What one message of a browser tells.

    Parameters
    ----------
    told : dict
        All widgets but clicks, by id.
    changed : set of str
        The ids of those that the message before has told another value of.
    for_more : bool
        Whether it came for something else: a click, the clock, or a new connection.
    number : int
        Which message of the visit it is.
    """

    told: dict[str, WidgetState]
    changed: set[str]
    for_more: bool
    number: int


@dataclass
class Set:
    """What the page has set a widget to.

    Parameters
    ----------
    values : list of (float, object)
        The values that the browser may tell without a choice, and when each was set; the last one
        counts.
    chosen : bool
        Whether a person has chosen the last one, and it is only told again.
    """

    values: list[tuple[float, Any]]
    chosen: bool = False

    def add(self, at: float, value: Any) -> None:
        """Set another value, or the last one once more."""
        again = bool(self.values) and self.values[-1][1] == value
        self.values = [*(self.values[:-1] if again else self.values), (at, value)][-MOST_KNOWN:]

    def holds(self, value: Any) -> bool:
        """Return whether a value is one of these."""
        return any(value == one for _, one in self.values)

    def last(self) -> Any:
        """Return what counts."""
        return self.values[-1][1]

    def forget(self, until: float) -> bool:
        """Forget what was set by then, as the browser has heard of it; return whether that is all.

        What counts is kept.
        """
        at, _ = self.values[-1]
        self.values = [one for one in self.values if one[0] > until] or self.values[-1:]
        return at <= until


@dataclass
class Heard:
    """What the browser of a visit has told, and what the page has set and it may not know yet."""

    now: Callable[[], float] = monotonic
    last: Message = Message({}, set(), False, 0)
    waiting: list[Message] = field(default_factory=list)
    told: dict[str, WidgetState] = field(default_factory=dict)
    sets: dict[str, Set] = field(default_factory=dict)
    again: dict[str, Any] = field(default_factory=dict)
    begun_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arrive(self, message: WidgetStates, *, for_more: bool = False) -> int:
        """Note a message as soon as it comes, and return its number; a run begins later."""
        told = {one.id: one for one in message.widgets if not _has_active_trigger_value(one)}
        clicked = len(told) < len(message.widgets)
        with self.lock:
            before = self.last.told
            changed = {wid for wid, one in told.items() if wid in before and before[wid] != one}
            self.last = Message(told, changed, for_more or clicked, self.last.number + 1)
            self.waiting = [*self.waiting[-MOST_WAITING:], self.last]
            return self.last.number

    def come(self, number: int) -> list[Message]:
        """Return the messages up to a number that no run has begun with yet."""
        with self.lock:
            come = [one for one in self.waiting if one.number <= number]
            self.waiting = [one for one in self.waiting if one.number > number]
        if come:
            self.told = come[-1].told
        return come


def heard_of(state: SessionState) -> Heard:
    """Return what is known of the browser of a visit."""
    heard = state._old_state.get(TOLD.name)
    if not isinstance(heard, Heard):
        heard = state._old_state[TOLD.name] = Heard()
    return heard


def without_late(
    state: SessionState, message: WidgetStates | None, number: int | None = None
) -> tuple[WidgetStates | None, dict[str, Any]]:
    """Return what a run is to begin with, and what the page is to tell the browser, by key.

    A run begins with what the browser has told last, and without what is late. A value is late
    where the page has set another one since, and the browser tells one of before, in a message that
    came for something else: a click, another widget, or the clock. A message that came for nothing
    else tells that somebody has chosen the value of before again.
    """
    heard = heard_of(state)
    come: list[Message] = []
    if message is not None:
        # Who asks for a run by hand, as tests do, has not told of the message before.
        come = heard.come(heard.arrive(message) if number is None else number)
    _note_sets(state, heard)
    chosen: set[str] = set()
    for one in come:
        chosen |= _choices(state, heard, one)
    late, again = _late(state, heard, chosen)
    names = state._key_id_mapper.id_key_mapping
    heard.again = {names[wid]: value for wid, value in again.items()}
    heard.begun_at = heard.now()
    if message is None:
        return None, heard.again
    known = [
        one if _has_active_trigger_value(one) else heard.told.get(one.id, one)
        for one in message.widgets
        if one.id not in late
    ]
    return WidgetStates(widgets=known), heard.again


def _read(state: SessionState, told: WidgetState) -> list[Any]:
    """Return the value that a browser tells, in a list; an empty one if it cannot be read."""
    widget = state._new_widget_state.widget_metadata.get(told.id)
    if widget is None or not fits(told, widget):
        return []
    return [_plain(widget.deserializer(unpack_widget_state_value(told)))]


def _plain(value: Any) -> Any:
    """Return a value as a widget of several choices holds it: as a list, not as a tuple."""
    return list(value) if isinstance(value, tuple) else value


def _note_sets(state: SessionState, heard: Heard) -> None:
    """Note what the page has set since the last run began, of what the browser shows."""
    for key, is_set in state._new_session_state.items():
        wid, value = state._key_id_mapper.get_id_from_key(key), _plain(is_set)
        if wid is None or wid not in heard.told:
            continue
        known = heard.sets.setdefault(wid, Set([]))
        if not known.values or key not in heard.again or known.last() != value:
            known.add(heard.begun_at, value)
            known.chosen = False
    shown = heard.told.keys() & state._key_id_mapper.id_key_mapping.keys()
    heard.sets = {wid: known for wid, known in heard.sets.items() if wid in shown}


def _choices(state: SessionState, heard: Heard, message: Message) -> set[str]:
    """Return which widgets that the page has set a message tells a choice of."""
    new = {
        wid
        for wid in message.changed
        if wid not in heard.sets
        or not all(map(heard.sets[wid].holds, _read(state, message.told[wid])))
    }
    if new or message.for_more:
        return new & heard.sets.keys()
    others = {
        wid
        for wid, known in heard.sets.items()
        if wid in message.told and _read(state, message.told[wid]) != [known.last()]
    }
    return others if len(others) == 1 else set()


def _late(state: SessionState, heard: Heard, chosen: set[str]) -> tuple[set[str], dict[str, Any]]:
    """Return which values of the browser are late, and what it is to be told, by id."""
    late, again, now = set(), {}, heard.now()
    for wid, known in list(heard.sets.items()):
        read = _read(state, heard.told[wid])
        if read and wid in chosen:
            if known.forget(now - HEARD_S):
                del heard.sets[wid]
                continue
            known.add(now, read[0])
            known.chosen = True
        if read != [known.last()]:
            late.add(wid)
        elif known.forget(now - HEARD_S):
            del heard.sets[wid]
            continue
        if wid in late or known.chosen:
            again[wid] = known.last()
    return late, again
