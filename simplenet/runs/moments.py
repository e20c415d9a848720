"""The parameters of trainings at earlier moments, read from where they are kept when asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from simplenet.jobs import Job, LedgerError
from simplenet.jobs.ledger import Ledger
from simplenet.network import Params
from simplenet.training import History

Snapshots = list[tuple[int, Params]]

MOST_BYTES = 60_000_000
"""How much memory the moments take together that are looked at, those of one training apart: ten
trainings of the article's network."""


class Moments:
    """The moments of the trainings that people look at; those that were looked at last stay read.

    Parameters
    ----------
    ledger : Ledger
        What the trainings are written down in.
    most_bytes : int
    """

    def __init__(self, ledger: Ledger, most_bytes: int = MOST_BYTES) -> None:
        self._ledger = ledger
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._read = OrderedDict[str, tuple[int, Snapshots]]()  # Of how many chunks.

    def of(self, job: Job[Any, History]) -> Snapshots:
        """Return what is known of a training: iterations, ascending, with the parameters.

        The newest may be missing, for as long as it is not written down.
        """
        with self._lock:
            chunks, found = self._read.get(job.id, (0, []))
        if job.chunks > chunks:
            with suppress(LedgerError):  # The page says so, and shows what is known.
                if entry := self._ledger.read(job.id, chunks):
                    found = found + [moment for part in entry.chunks for moment in part.snapshots]
                    chunks += len(entry.chunks)
        with self._lock:
            self._read[job.id] = chunks, found
            self._read.move_to_end(job.id)
            while len(self._read) > 1 and self.bytes > self._most_bytes:
                self._read.popitem(last=False)
        return found

    @property
    def bytes(self) -> int:
        """Memory that the moments take."""
        return sum(
            array.nbytes
            for _, found in self._read.values()
            for _, params in found
            for array in params.values()
        )


def whole(chunks: Iterable[History]) -> History:
    """Return the history that was written down in chunks, with all that is large in it."""
    history = History()
    for chunk in chunks:
        history.extend(chunk)
    return history
