"""Whether this process is ending, and what its threads say of errors until then."""

from __future__ import annotations

import logging
import threading

ENDING = threading.Event()
"""Set by a server as soon as it is being stopped."""


def is_ending() -> bool:
    """Return whether the process is being stopped: its threads run on for a moment."""
    return ENDING.is_set() or not threading.main_thread().is_alive()


def report(logger: logging.Logger, what: str) -> None:
    """Log the error that is being handled, with its traceback, unless the process is ending.

    What threads import, start or wait for fails while the process ends; that is no fault.

    Parameters
    ----------
    logger : logging.Logger
        Of the module whose thread met the error.
    what : str
        What could not be done.
    """
    if not is_ending():
        logger.exception(what)
