"""How many threads the linear algebra of the whole process takes: one, while a network learns."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


class OneThread:
    """A context in which BLAS has one thread; the last one that leaves it puts back what was.

    On matrices as small as a mini-batch's, several threads get into each other's way: with another
    process on the cores, 15 to 80 times as slow was measured.

    The number of threads belongs to the process. So contexts that overlap, in several threads,
    are counted: it is put back when none is left. Do not keep one open around a ``yield``: nobody
    knows when, or whether, a generator goes on. It takes some microseconds, where
    `threadpoolctl.threadpool_limits` takes most of a millisecond to look for the libraries.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: list[tuple[Any, int]] = []

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                for library in _libraries():
                    n = library.get_num_threads()
                    if n != 1:
                        library.set_num_threads(1)
                        # Not where another thread holds a limit of its own by threadpoolctl.
                        if library.get_num_threads() == 1:
                            self._before.append((library, n))

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                while self._before:
                    library, n = self._before.pop()
                    _release(library)
                    library.set_num_threads(n)
                    _release(library)


def _release(library: Any) -> None:
    """Let any thread set the number of threads, not only the one that did it first.

    From version 3.8 on, threadpoolctl leaves out what another thread than that one asks for.
    """
    release = getattr(library, "clear_controlling_thread", None)
    if release:
        release(force=True)


@cache
def _libraries() -> list[Any]:
    """Return the BLAS libraries of this process."""
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


one_blas_thread = OneThread()
"""The context of this process: ``with one_blas_thread: ...``"""
