"""Calls of functions on the workers: sent, waited for, and ended."""

from __future__ import annotations

import concurrent.futures
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from time import thread_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Future, Worker


class WorkerLostError(Exception):
    """The worker that had a call is gone.

    Parameters
    ----------
    blameless : bool
        Whether it is known that the call has nothing to do with it.
    """

    def __init__(self, blameless: bool) -> None:
        super().__init__(blameless)
        self.blameless = blameless


@dataclass(frozen=True, eq=False)
class Call:
    """A function call that was sent to the workers."""

    key: str
    future: Future[Any]  # Dask's: as long as it is held, Dask has it computed.
    outcome: concurrent.futures.Future[tuple[Any, float]]
    to: frozenset[str] = frozenset()  # Addresses of the workers that may do it.

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is done or the time is over; return whether it is done."""
        return bool(concurrent.futures.wait([self.outcome], timeout_s).done)


async def waited(future: Future[Any]) -> Any:
    """Return what a call returns, as soon as it is done."""
    return await future


def measured(function: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """Return ``function(*args)``, and how many seconds of a core it took; called on a worker."""
    started = thread_time()
    result = function(*args)
    return result, thread_time() - started


def computing(keys: Collection[str], dask_worker: Worker) -> list[str]:
    """Return which of some calls a worker computes now; called on each worker."""
    return [key for key in keys if key in dask_worker.active_threads.values()]


def end_process(key: str, dask_worker: Worker) -> None:
    """End the process of a worker if it computes a call; its nanny starts another."""
    if dask_worker.nanny and computing([key], dask_worker):
        os._exit(1)


def report_again(dask_worker: Worker) -> None:
    """Restart the timers of a worker, above all the one by which it reports to the scheduler.

    Tornado's timers go by the time of day: if that is set back by a day, they are due a day late.
    """
    for callback in dask_worker.periodic_callbacks.values():
        if callback.is_running():
            callback.stop()
            callback.start()
