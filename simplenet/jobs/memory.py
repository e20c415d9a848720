"""The memory of a server: what its many threads share of it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""The numbers of the options in glibc's malloc.h."""

ARENAS = 2

LARGE, SPARE = 512 * 1024, 128 * 1024
"""Pieces of memory of this size or more lie outside the heaps, and go back to the system when they
are freed; and the most free bytes that a heap keeps at its end."""


def share_arenas() -> bool:
    """Make all threads take their memory from two arenas; return whether that worked.

    glibc gives threads up to eight arenas a core, and each arena keeps the memory that was freed in
    it: with a thread for each job, a server takes twice the memory. And once a large piece was
    freed, glibc puts pieces of that size into the heaps, between small ones: after the pages of a
    class, holes of many megabytes are left. Other C libraries do neither.
    Call it before there are many threads.
    """
    mallopt = _of_libc("mallopt")
    options = {M_ARENA_MAX: ARENAS, M_MMAP_THRESHOLD: LARGE, M_TRIM_THRESHOLD: SPARE}
    return mallopt is not None and all(mallopt(*option) for option in options.items())


def give_back() -> bool:
    """Give unused memory back to the system; return whether there was any.

    glibc keeps freed memory for later: without this, a server would keep a third of what a class
    of visitors took after they have left.
    """
    trim = _of_libc("malloc_trim")
    return trim is not None and bool(trim(ctypes.c_size_t(0)))


def _of_libc(name: str) -> Callable[..., int] | None:
    """Return a function of glibc; None where there is another C library."""
    if not sys.platform.startswith("linux"):
        return None
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found
