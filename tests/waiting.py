"""Waiting for what must come: long, for a machine whose cores are busy, and never for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST_PAUSE_S = 0.05


def until(
    condition: Callable[[], T],
    *,
    every_s: float = 0.01,
    timeout_s: float = 240,
    why_not: Callable[[], object] = lambda: "",
) -> T:
    """Return what a condition gives as soon as it gives anything.

    It is asked at first every `every_s` seconds, and later less often: what asks a browser takes
    the cores from what it waits for.
    """
    pause_s = every_s
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain {why_not()}"
        time.sleep(pause_s)
        pause_s = max(every_s, min(1.5 * pause_s, LONGEST_PAUSE_S))
    return found


def in_a_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns.

    It runs in a thread of its own: as long as a test process has a browser, the main thread has a
    loop that runs.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
