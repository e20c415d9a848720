"""What somebody is told for whose run there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.language import T
from pages.language.words import count, megabytes

if TYPE_CHECKING:
    from simplenet.jobs.ledger import Room


def no_room(of: Room, most: int) -> str:
    """Return why there is no room for a run, and what helps, in words."""
    match of:
        case "runs":
            return T("room.runs", most=count(most))
        case "waiting":
            return T("room.waiting", most=count(most))
        case "crowd":
            return T("room.crowd", most=count(most))
        case "own_bytes":
            return T("room.own_bytes", most=megabytes(most))
        case "all_bytes":
            return T("room.all_bytes", most=megabytes(most))
