"""The local Dask cluster: a process for each core, that only the server's own user can use.

Whoever reaches a Dask scheduler, a worker or a nanny can run any program as their user, and every
user of a machine reaches its loopback. So all of them speak TLS with keys that are made anew for
each cluster, and refuse everybody else; and their folder, from which workers import, is private.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import LocalCluster

DASK_CONFIG = {
    # A slice whose worker died is ours to do again: we want to know of it.
    "distributed.scheduler.allowed-failures": 0,
    # Dask has its workers give every freed array back to the system at once: a training was
    # measured to take a tenth longer that way.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**27,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25,
    # Dask gives up a worker that is not back by then, or is lost once more just then. We see it
    # by ourselves when one does not come back.
    "distributed.deploy.lost-worker-timeout": "1 day",
    # A worker that does not report for so long is killed, and starts anew.
    "distributed.scheduler.worker-ttl": "20s",
    # What Dask watches for a dashboard that nobody sees costs a fifth of a core while nothing
    # runs; like this, a fortieth.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "1 minute",
    "distributed.admin.system-monitor.interval": "5s",
    # For those who develop Dask, each connection keeps the last thousand messages: with them the
    # state before as many slices, 158 KB each for the article's network.
    "distributed.admin.low-level-log-length": 0,
    # They listen for a browser, always; this is what they show it.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


MOST_WORKERS = 512
"""More than any machine has cores: a slip of the finger, and too many processes to start."""


def cluster_size(text: str) -> int:
    """Return how many local workers a setting asks for.

    Raises
    ------
    ValueError
        If that is no number of workers; the message says what would be one.
    """
    if not text.strip().isdecimal() or not 0 < (size := int(text)) <= MOST_WORKERS:
        raise ValueError(f"a whole number from 1 to {MOST_WORKERS} is needed, such as 2: {text!r}")
    return size


def configure_dask() -> None:
    """Set what this process needs of Dask; before a cluster is started in it."""
    import dask
    import distributed.scheduler

    dask.config.set(DASK_CONFIG)
    # It tells with a traceback that a connection was closed, as each is when a server is stopped.
    logging.getLogger("distributed.batched").setLevel(logging.WARNING)
    # It calls it an error that a scheduler is away, which we say, too, and try again.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    # It times the garbage collector for its log, and raises in it if that is at work just then.
    for name in ("enable_gc_diagnosis", "disable_gc_diagnosis"):
        assert hasattr(distributed.scheduler, name)
        setattr(distributed.scheduler, name, lambda: None)


UNWARNED = "ignore:resource_tracker:UserWarning"
"""A server that a signal ends leaves its locks to a process of Python's that removes them, and that
would warn of each time that it had to."""


def private_folder() -> Path:
    """Return a folder for the files of local workers that nobody else can write into.

    All servers of a user share it, so that Dask removes from it the files of a server that was
    killed. Dask's own folder will not do: it belongs to the first user of the machine who ran Dask,
    and workers import from it.
    """
    if sys.platform == "win32":  # There each user has a folder for temporary files.
        return Path(gettempdir()) / "simplenet"
    folder = Path(gettempdir()) / f"simplenet-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if is_ours and not found.st_mode & 0o077:
        return folder
    return Path(mkdtemp(prefix="simplenet-"))


def local_cluster(size: int | None) -> LocalCluster:
    """Start one process with one thread for each core; nothing of it leaves this machine."""
    import dask
    from distributed import LocalCluster

    # Else it tells with tracebacks of what was under way at its end.
    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(logging.CRITICAL)
    if UNWARNED not in sys.warnoptions:
        sys.warnoptions.append(UNWARNED)  # Processes that are started from now on have it.
    with dask.config.set({"temporary-directory": str(private_folder())}):
        cluster = LocalCluster(
            n_workers=size,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            security=True,
            dashboard_address="127.0.0.1:0",  # Not a port that others may want.
            scheduler_kwargs={"dashboard": False},
            memory_limit=None,
            silence_logs=logging.CRITICAL,
        )
    cluster.sync(_forgive)
    return cluster


async def _forgive() -> None:
    asyncio.get_running_loop().set_exception_handler(forget_lost_connections)


def forget_lost_connections(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error that nobody waits for, unless a connection was lost.

    When Dask asks all workers something, it gives up at the first one that it loses. If it loses a
    second one, the error ends up here. The jobs tell by themselves that a worker is lost.
    """
    if not isinstance(context.get("exception"), OSError):
        loop.default_exception_handler(context)
