"""A ledger for the tests of jobs: the store itself, which keeps the work of the tests, too."""

from __future__ import annotations

import pickle
from pathlib import Path

from simplenet.runs.kinds import KINDS, Kind, Result
from simplenet.runs.store import Store
from simplenet.runs.store.opening import in_memory, opened_file
from tests.jobs.counting import Counting

COUNTING = Kind(
    "counting",
    Counting,
    pickle.dumps,
    lambda content, part: pickle.loads(content),
    lambda work, records: Result(done=len(records), total=work.end),
)


def ledger(folder: Path | None = None) -> Store:
    """Return a store in a folder, or one that lasts as long as the test."""
    return Store(opened_file(folder) if folder else in_memory(), (*KINDS, COUNTING))
