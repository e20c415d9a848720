"""A wall clock that can be shifted while the process runs; Python imports this before all else.

Whoever has this folder in PYTHONPATH, and all processes that it starts, read the time as it is in
the file that the variable names, in seconds from the right time. The clock that only counts on
(`time.monotonic`) is that of the machine, as it is when somebody sets a machine's time.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

SHIFT = Path(os.environ["CHAOS_CLOCK"])
_right = time.time


def _shifted() -> float:
    try:
        return _right() + float(SHIFT.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # It is being written just now.
        return _right()


time.time = _shifted
