"""What every Dask worker does before there is work; a file of its own, for it imports Dask."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from distributed import Worker, WorkerPlugin

NICENESS = 5
"""Of the workers: when every core trains, pages and drawings still get most of one."""

PR_SET_PDEATHSIG = 1
"""From <sys/prctl.h>."""


class Preparation(WorkerPlugin):
    """Lower a worker's priority and warm it up; the scheduler sends it to later workers, too."""

    def __init__(self, warm_up: Callable[[], Any] | None) -> None:
        self._warm_up = warm_up

    def setup(self, worker: Worker) -> None:
        """Prepare a worker; it runs in the thread that starts those that compute."""
        # A tenth of a second for an answer beats a tenth of the speed of a training.
        if sys.platform != "win32" and os.getpriority(os.PRIO_PROCESS, 0) < NICENESS:
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
        if sys.platform == "linux" and worker.nanny:
            # A worker ends by itself when its nanny is gone, but not while it is stopped: then it
            # would stay for ever. So the system kills it when the thread ends that started it.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if self._warm_up:
            try:
                self._warm_up()
            except Exception:
                # Dask would tell it to a log that a local worker does not have. If it matters,
                # the work itself will fail, and say why.
                logging.getLogger(__name__).exception("a worker could not be warmed up")
