"""The table of what was tried."""

# ruff: noqa: E501, the notes have a paragraph a line

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOTES = """
In each, two trainings at full speed, one in slow motion and one that is paused are in the database. Something fails, a visitor comes, and it is mended. The recovery is the time from then on until every run that is not paused has written down more than it had. Then all go to their end, and must be there at their address, with the same losses, evaluations, snapshots and final parameters as a training that nothing has disturbed, bit for bit. No log may hold a traceback, no page an exception, and at the end no process may be left. Servers are the app itself, their visitors speak Streamlit's own protocol; nothing of it needs root. The clocks are those that Python reads: the runs know no other, and the leases need none.
"""
LONGEST = 140


@dataclass(frozen=True)
class Tried:
    """What a fault has done.

    Parameters
    ----------
    what : str
    recovery_s : float
    lost : list of str
        What was lost, or is not as it should be.
    lines : list of str
        What the servers' logs say.
    sentences : list of str
        What visitors were told.
    at_it : int
        How many of the three runs that are not paused had not ended when it was mended.
    """

    what: str
    recovery_s: float
    lost: list[str]
    lines: list[str]
    sentences: list[str]
    at_it: int = 0

    def told(self) -> str:
        """Return all of it, to be read while more is tried."""
        lines = [
            f"{self.what}: {self.recovery_s:.1f} s, {self.at_it} runs, lost: {self.lost or 'nothing'}"
        ]
        lines += [f"    log: {line}" for line in self.lines]
        return "\n".join(lines + [f"    page: {sentence}" for sentence in self.sentences])


def report(found: Mapping[str, Sequence[Tried]]) -> str:
    """Return the table, in Markdown."""
    lines = []
    for stage, several in found.items():
        lines += [f"| {stage} | recovery, s | lost | the log says | the page says |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for one in several:
            cells = [
                one.what,
                f"{one.recovery_s:.1f}",
                "; ".join(one.lost) or "nothing",
                _short(one.lines),
                _short(one.sentences),
            ]
            lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
        lines.append("")
    return "\n".join(lines) + NOTES


def _short(lines: Sequence[str]) -> str:
    """Return different lines, each once, and cut."""
    same = (
        re.sub(r"job [0-9a-f]{8}", "job …", re.sub(r"^[-0-9]{10} \S+ ", "", line)) for line in lines
    )
    short = (line if len(line) <= LONGEST else f"{line[:LONGEST]} …" for line in same)
    return "<br>".join(dict.fromkeys(short))
