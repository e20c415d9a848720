"""The store of the runs: a database that outlasts every server."""

from simplenet.runs.store.owned import MOST_NAME, MOST_NOTE, Summary
from simplenet.runs.store.room import Limits
from simplenet.runs.store.store import Store, open_store

__all__ = ["MOST_NAME", "MOST_NOTE", "Limits", "Store", "Summary", "open_store"]
