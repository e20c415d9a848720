"""What a visit has and what the browser keeps, brought together so that nothing is lost.

The browser tells what its storage holds: when the page was loaded, and whenever another tab has
changed it. The page answers with what shall be kept. Each message has a number, and the browser
writes an answer down only if it answers the last message and the storage is as it was then. So
whatever two tabs change at the same time, the second to write first hears of the other's change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from pages.course import Course, CourseError
from simplenet.data.digit_table import DrawingSetError
from simplenet.data.drawings import DrawingSet

Problem = Literal["full", "off"]
"""Why the browser keeps nothing: there is no room, or it does not let the page."""

NAMES = ("mine", "pinned")
COURSE = "course"
"""The name of what is kept beside the sets: how far somebody is in the course."""

MOST_CHARACTERS = 1_500_000
"""Of the browser's text; a full set that cannot be packed and a pinned digit take 1,050,000."""


@dataclass
class Keeping:
    """A visit's drawings and its course, and what is known of the browser that keeps them.

    Parameters
    ----------
    sets : dict of DrawingSet
        By name, see `NAMES`; a pinned digit is a set of at most one.
    course : Course or None
        How far the visitor is in the course; None before the first lesson was begun.
    no_room : DrawingSet
        Drawings of this visit for which another tab, or what was kept before, has left no room.
    problem : {"full", "off"} or None
        Why the last change is in this visit only.
    unread : bool
        Whether the browser has something that cannot be read, and was not yet told to discard it.
    """

    sets: dict[str, DrawingSet] = field(default_factory=dict)
    course: Course | None = None
    no_room: DrawingSet = field(default_factory=DrawingSet.empty)
    problem: Problem | None = None
    unread: bool = False
    _visit: str = field(default_factory=lambda: uuid4().hex)
    _seen: int = 0
    _damaged: bool = False
    _turn: int = 0
    _text: str = ""
    _orders: int = 0
    _order: str = ""

    def change(self, **sets: DrawingSet) -> None:
        """Give these to the visit, and let the browser keep them."""
        self.sets |= sets
        self._write()

    def study(self, course: Course) -> None:
        """Give the visit this course, and let the browser keep it."""
        self.course = course
        self._write()

    def leave_out(self, drawings: DrawingSet) -> None:
        """Remember drawings that found no room in the set."""
        self.no_room, _ = self.no_room.filled_up(drawings.pixels, drawings.labels)

    def forget_no_room(self) -> None:
        """Forget the drawings that found no room in the set."""
        self.no_room = DrawingSet.empty()

    def download_unread(self) -> None:
        """Let the browser offer as a file what cannot be read."""
        self._give_order("download")

    def discard_unread(self) -> None:
        """Let the browser throw away what cannot be read."""
        self._give_order("discard")
        self.unread = self._damaged = False
        self._write()

    def answer(self) -> dict[str, object]:
        """Return what the browser is to know."""
        return {
            "visit": self._visit,
            "seen": self._seen,
            "damaged": self._damaged,
            "turn": self._turn,
            "text": self._text,
            "orders": self._orders,
            "order": self._order,
            "most": MOST_CHARACTERS,
        }

    @property
    def heard(self) -> bool:
        """Whether the browser has told what it keeps."""
        return self._seen > 0

    def receive(self, message: object) -> None:
        """Take what the browser tells; a message that it cannot have sent changes nothing.

        Parameters
        ----------
        message : object
            A mapping; `visit` and `n` say what it belongs to, and `problem` and `unread` what
            the fields of this class do. `text` is what the storage holds, None if nothing, and
            is missing if it is as it was; `base` is what it held before.
        """
        if not (isinstance(message, Mapping) and message.get("visit") == self._visit):
            return
        n, text, base = message.get("n"), message.get("text"), message.get("base")
        if not (isinstance(n, int) and self._seen < n < 2**53):
            return
        first, self._seen = not self._seen, n
        problem = message.get("problem")
        self.problem = problem if problem in ("full", "off") else None
        self.unread = message.get("unread") is True or (self.unread and "text" not in message)
        if isinstance(text, str):
            theirs, self._damaged = sets_in(text)
            before = base if isinstance(base, str) and not first else ""
            self.unread |= self._damaged
            self._take(theirs, sets_in(before)[0])
            self._take_course(course_in(text), course_in(before))
            behind = text != self._as_text()
        else:
            self._damaged &= message.get("text", ...) is not None  # Unless the storage is empty.
            behind = first and bool(self.sets or self.course)
        if behind:
            self._write()
        else:  # The last answer may be on its way still.
            self._text = self._as_text()

    def _take(self, theirs: dict[str, DrawingSet], before: dict[str, DrawingSet]) -> None:
        """Bring the sets together with those in the browser; they were the same once, before."""
        if "mine" in theirs:
            ours = self.sets.get("mine", DrawingSet.empty())
            base = before.get("mine", DrawingSet.empty())
            self.sets["mine"], no_room = ours.reconciled(base, theirs["mine"])
            self.leave_out(no_room)
        if "pinned" in theirs:
            pin, base_pin = self.sets.get("pinned"), before.get("pinned")
            if pin is None or (base_pin is not None and pin.to_text() == base_pin.to_text()):
                self.sets["pinned"] = theirs["pinned"]

    def _take_course(self, theirs: Course | None, base: Course | None) -> None:
        """Bring the course together with that in the browser; they were the same once, before."""
        if theirs:
            self.course = (self.course or Course()).reconciled(base or Course(), theirs)

    def _write(self) -> None:
        self._turn += 1
        self._text = self._as_text()

    def _as_text(self) -> str:
        texts = {name: self.sets[name].to_text() for name in NAMES if name in self.sets}
        if self.course:
            texts[COURSE] = self.course.to_text()
        return json.dumps(texts)

    def _give_order(self, order: str) -> None:
        self._orders += 1
        self._order = order


def sets_in(text: str) -> tuple[dict[str, DrawingSet], bool]:
    """Return the sets that can be read of a text from a browser, and whether there is more in it.

    Each part stands for itself: the others are read when one is damaged. What is more is what
    cannot be read at all, neither as a set nor as a course.
    """
    kept = _parts(text)
    if kept is None:
        return {}, True
    sets = {}
    for name in NAMES:
        try:
            sets[name] = DrawingSet.from_text(kept[name])
        except (KeyError, TypeError, DrawingSetError):
            continue
    if len(sets.get("pinned", ())) > 1:
        del sets["pinned"]
    read = {*sets, COURSE} if course_in(text) else {*sets}
    return sets, read != kept.keys()


def course_in(text: str) -> Course | None:
    """Return the course in a text from a browser, or None if there is none that can be read."""
    try:
        return Course.from_text((_parts(text) or {}).get(COURSE))
    except CourseError:
        return None


def _parts(text: str) -> dict[str, Any] | None:
    """Return the parts of a text from a browser, by name, or None if it is not made of parts."""
    try:
        kept = json.loads(text) if len(text) <= MOST_CHARACTERS else None
    except (ValueError, RecursionError):
        return None
    return kept if isinstance(kept, dict) else None
