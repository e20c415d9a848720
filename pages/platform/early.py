"""What a server loads as soon as it is there, while nobody, or only a browser's files, asks for it.

Otherwise its first visitor would wait for it: half a second of a core.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

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


@asynccontextmanager
async def early(app: object) -> AsyncIterator[dict[str, Any]]:
    """Load what the first page needs, beside a server that has begun."""
    threading.Thread(target=load, name="early", daemon=True).start()
    yield {}


def load() -> None:
    """Import the modules, and read the data."""
    from simplenet.data import loaded

    try:
        for name in MODULES:
            import_module(name)
        loaded("bundled")
    except Exception:
        if threading.main_thread().is_alive():  # Otherwise the server is being stopped.
            logger.exception("loading early")
