"""The memory of a server: what its many threads share of it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""The numbers of the options in glibc's malloc.h."""

ARENAS = 2

LARGE, SPARE = 512 * 1024, 128 * 1024
"""From how many bytes on a piece of memory is in no heap, and is given back when it is freed; and
how many free bytes a heap keeps at its end."""


def share_arenas() -> bool:
    """Make all threads take their memory from two arenas; return whether that worked.

    glibc gives threads up to eight arenas a core, and each keeps what was freed in it: a thread
    for each job leaves a server with twice the memory. And it takes what is large for something
    usual once it was freed, and from then on puts that between what is small, too: the page of a
    class leaves holes of many megabytes. Other C libraries have none of this.
    Call it before there are many threads.
    """
    mallopt = _of_libc("mallopt")
    options = {M_ARENA_MAX: ARENAS, M_MMAP_THRESHOLD: LARGE, M_TRIM_THRESHOLD: SPARE}
    return mallopt is not None and all(mallopt(*option) for option in options.items())


def give_back() -> bool:
    """Give the system the memory back that nothing is in; return whether there was any.

    glibc keeps what was freed, for what comes next: a server from which a class has gone would
    keep a third of what the class took.
    """
    trim = _of_libc("malloc_trim")
    return trim is not None and bool(trim(ctypes.c_size_t(0)))


def _of_libc(name: str) -> Callable[..., int] | None:
    """Return a function of glibc; None where there is another C library."""
    if not sys.platform.startswith("linux"):
        return None
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None)
    return found
