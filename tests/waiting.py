"""Waiting for what must come: long, for a machine whose cores are busy, and never for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def until(
    condition: Callable[[], T],
    *,
    every_s: float = 0.01,
    timeout_s: float = 240,
    why_not: Callable[[], object] = lambda: "",
) -> T:
    """Return what a condition gives as soon as it gives anything."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain {why_not()}"
        time.sleep(every_s)
    return found


def in_a_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns.

    It runs in a thread of its own: as long as a test process has a browser, the main thread has a
    loop that runs.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
