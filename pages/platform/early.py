"""What a server does before its first visitor comes.

It loads the modules and the data that the first page needs, which takes half a second of a core.
And it goes on with the runs that were under way when the last server ended.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from time import sleep
from typing import Any

from pages.platform.files import allow_files
from pages.platform.forgetting import forget_again_and_again

logger = logging.getLogger(__name__)

MODULES = (
    "pages.session",
    "pages.networks",
    "pages.components.frame",
    "pages.components.keepsakes",
    "pages.components.canvas",
    "pages.components.demonstration",
    "pages.figures.miniatures",
    "simplenet.ink.strangers",
    "simplenet.ink.writing",
    "simplenet.study.evidence",
    "simplenet.study.exam",
    "simplenet.study.lens",
)
"""What the first page imports."""

RETRY_S = 2.0
"""How often it is tried again to read the runs."""


@asynccontextmanager
async def early(app: object) -> AsyncIterator[dict[str, Any]]:
    """Load what the first page needs, beside a server that has begun, and forget who has left."""
    allow_files()
    threading.Thread(target=begin, name="early", daemon=True).start()
    forgetting = asyncio.create_task(forget_again_and_again())
    yield {}
    forgetting.cancel()
    from simplenet.jobs.ending import ENDING

    ENDING.set()


def begin() -> None:
    """Load the modules, and go on with the runs."""
    load()
    go_on()


def go_on() -> None:
    """Go on with the runs that were under way, as soon as the database can be read."""
    from pages.session import take_up
    from simplenet.jobs import LedgerError

    told = False
    while True:
        try:
            take_up()
        except LedgerError as error:
            if not told:
                logger.warning("the runs cannot be read, and are as soon as they can: %s", error)
            told = True
            sleep(RETRY_S)
        else:
            return


def load() -> None:
    """Import the modules, and read the data."""
    from simplenet.data import loaded
    from simplenet.jobs.ending import report

    try:
        for name in MODULES:
            import_module(name)
        loaded("bundled")
    except Exception:
        report(logger, "loading early")
