"""Visits that nobody comes back to leave the memory of the server, also while nobody else comes.

Streamlit keeps a visit for two minutes after its connection was lost, and looks for those whose
time is over only when the next one ends: after a class has gone home, all that it had would stay.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.runtime.memory_session_storage import MemorySessionStorage

EVERY_S = 20.0
"""How often it is looked whose time is over."""


async def forget_again_and_again() -> None:
    """Let go of visits whose time is over, for as long as the server is there."""
    from streamlit.runtime import exists, get_instance

    while True:
        await asyncio.sleep(EVERY_S)
        if exists():
            forget(get_instance()._session_mgr._session_storage)  # type: ignore[attr-defined]


def forget(storage: MemorySessionStorage) -> None:
    """Let go of the visits in a storage whose time is over."""
    storage._cache.expire()  # type: ignore[attr-defined]
