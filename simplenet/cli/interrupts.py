"""Ctrl-C at any moment: a word and a code, no traceback.

This file imports little, since it comes before all that takes long to be imported.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
"""The code that a process ends with after Ctrl-C, as shells have it."""


def end_at_once() -> None:
    """Let Ctrl-C end the process at once: there is nothing yet that could be lost.

    Where it is ignored, as in a script that starts a command in the background, it stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt while a command is at work, so that it ends in order."""
    if signal.getsignal(signal.SIGINT) is not _end:
        yield
        return
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: FrameType | None) -> None:
    """End the process; no library can swallow that while it is imported, as it can an exception."""
    os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
