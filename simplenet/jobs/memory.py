"""The memory of a server: what its many threads share of it."""

from __future__ import annotations

import ctypes
import sys

M_ARENA_MAX = -8
"""The option's number in glibc's malloc.h."""

ARENAS = 2


def share_arenas() -> bool:
    """Have all threads take their memory from two arenas; return whether that could be had.

    glibc gives threads up to eight arenas a core, and each keeps what was freed in it: a thread
    for each job leaves a server with twice the memory. Other C libraries have none of this.
    Call it before there are many threads.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(M_ARENA_MAX, ARENAS))
