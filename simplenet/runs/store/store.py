"""The store: the runs of a database, for the jobs and for people."""

from __future__ import annotations

import logging
from pathlib import Path

from simplenet.jobs.ledger import LedgerError
from simplenet.runs.store.driven import Driven
from simplenet.runs.store.opening import in_memory, opened, opened_file
from simplenet.runs.store.owned import Owned
from simplenet.runs.store.room import Limits

logger = logging.getLogger(__name__)


class Store(Driven, Owned):
    """The runs of a database."""


def open_store(url: str | None, folder: Path, limits: Limits) -> Store:
    """Return the store that a server keeps its runs in.

    Parameters
    ----------
    url : str, optional
        Of a database, as SQLAlchemy has it.
    folder : Path
        Without it, where the database file is.
    limits : Limits
        What the runs may take.

    Returns
    -------
    Store
        If the file cannot be opened, one that lasts as long as the server; its `problem` says why.

    Raises
    ------
    LedgerError
        If the database of the address cannot be opened: whoever names one wants that one.
    """
    if url:
        return Store(opened(url), limits=limits)
    try:
        return Store(opened_file(folder), limits=limits)
    except LedgerError as error:
        logger.warning("runs last only as long as this server: %s (%s)", error, folder)
        return Store(in_memory(), problem=str(error), limits=limits)
