"""The Dask workers: a local cluster, or one that somebody else runs; and how they are kept.

One thread connects, counts the cores, builds the local cluster anew and clears away what nobody
waits for any more. So no other thread of the server ever waits for Dask.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import secrets
import threading
from collections.abc import Callable, Collection
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any

from simplenet.jobs.calls import Call, WorkerLostError, computing, end_process, measured, waited
from simplenet.jobs.cluster import configure_dask, local_cluster
from simplenet.jobs.same_code import package_code

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

logger = logging.getLogger(__name__)

EARLY_S = 2.0
"""How long after the first visit the workers are started, if no job needs them before: their
start takes all cores for a second or two, and the visitor's first page comes first."""

CONNECT_S = 5.0
"""How long a scheduler may take to answer."""

COUNT_S = 0.5
"""How often the cores are counted: a cluster grows, and lost workers come back."""

MISSING_S = 4.0
"""How long there is no worker before that is said: one that was lost is back in two seconds."""

GIVEN_UP_S = 3.0
"""How long a worker may go on with a slice that nobody waits for; then its process is ended."""

HOPELESS_S = 3.0
"""How long a process of the local cluster is missing before the cluster is built anew."""


class JobError(RuntimeError):
    """The workers cannot do the work; the message says why, and what would help."""


class Workers:
    """The Dask workers of a server.

    Parameters
    ----------
    changed : threading.Condition
        Notified when the number of cores changes, or the connection fails.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``. Without it, a local cluster is
        started in the background, with one process and one thread for each core.
    size : int, optional
        Processes of the local cluster; by default as many as there are cores.
    warm_up : callable, optional
        What every worker does once, before there is any work.

    Attributes
    ----------
    cores : int
        How many calls the workers can do at the same time; 0 while there is no worker. Workers
        whose code is not the server's do not count, and get no call.
    failure : JobError or None
        Why none will come: the scheduler does not answer, or the server is shutting down.
    closed : bool
        Whether the server is shutting down.
    """

    def __init__(
        self,
        changed: threading.Condition,
        scheduler: str | None = None,
        size: int | None = None,
        warm_up: Callable[[], Any] | None = None,
    ) -> None:
        self.cores = 0
        self.failure: JobError | None = None
        self.closed = False
        self._changed = changed
        self._scheduler = scheduler
        self._size = size
        self._warm_up = warm_up
        self._client: Client | None = None
        self._cluster: LocalCluster | None = None
        self._folder: TemporaryDirectory[str] | None = None  # Of the local cluster.
        self._prepared = False
        self._wanted = False
        self._given_up: dict[Call, float] = {}  # Since when.
        self._ended: set[str] = set()  # Addresses of the workers whose process we ended.
        self._same: dict[str, bool] = {}  # Whether the worker at an address has the server's code.
        self._right: frozenset[str] = frozenset()  # Addresses of those that get calls.
        self._had_cores = self._had_processes = monotonic()
        self._keeper = threading.Thread(target=self._keep, name="workers", daemon=True)
        self._keeper.start()

    @property
    def missing(self) -> bool:
        """Whether there has been no worker for so long that whoever waits should know."""
        return not self.cores and monotonic() - self._had_cores > MISSING_S

    @property
    def refused(self) -> bool:
        """Whether there are workers, and none of them has the code of this server."""
        return bool(self._same) and not any(self._same.values())

    def want(self) -> None:
        """Ask for the workers; a connection that failed is tried again."""
        with self._changed:
            if not self.closed:
                self._wanted, self.failure = True, None
                self._changed.notify_all()

    def submit(self, function: Callable[..., Any], *args: Any) -> Call | None:
        """Send ``function(*args)`` to the workers; return None if there is none."""
        with self._changed:
            client, right = self._client if self.cores else None, self._right
        if client is None:
            return None
        # Only now: two threads that import two parts of Dask for the first time break each other.
        from distributed.client import ClosedClientError

        key = f"{function.__name__}-{secrets.token_hex(16)}"
        try:
            future = client.submit(
                measured, function, *args, key=key, pure=False, workers=list(right)
            )
            loop = client.loop.asyncio_loop  # type: ignore[union-attr]
            outcome = asyncio.run_coroutine_threadsafe(waited(future), loop)
        except ClosedClientError:  # The keeper has not noticed yet.
            self._set_cores(0)
            return None
        return Call(key, future, outcome, right)

    def is_stranded(self, call: Call) -> bool:
        """Return whether all workers that may do a call are gone; others have come since."""
        return call.to.isdisjoint(self._right) and not call.outcome.done()

    def result(self, call: Call) -> tuple[Any, float]:
        """Return what a call that is done returned, and how many seconds of a core it took.

        Raises
        ------
        WorkerLostError
            If the worker is gone, or the connection to it.
        Exception
            What the function raised.
        """
        from distributed import CancelledError, KilledWorker

        try:
            return call.outcome.result()
        except KilledWorker as error:
            raise WorkerLostError(error.last_worker.address in self._ended) from error
        except (CancelledError, concurrent.futures.CancelledError) as error:
            raise WorkerLostError(blameless=True) from error
        except RuntimeError as error:
            # A worker that is being stopped still takes a call, and its executor does not.
            if str(error) == "cannot schedule new futures after shutdown":
                raise WorkerLostError(blameless=True) from error
            raise

    def give_up(self, call: Call) -> None:
        """Give up a call that nobody waits for any more; return at once."""
        with self._changed:
            self._given_up[call] = monotonic()

    def close(self) -> None:
        """End the connection, or the local workers; return when no process of theirs is left."""
        with self._changed:
            self.closed = True
            self.failure = JobError("the server is shutting down")
            self._changed.notify_all()
        # A scheduler that listens and never answers can hold the thread up; it has no processes.
        self._keeper.join(2 * CONNECT_S if self._scheduler else None)

    def _keep(self) -> None:
        """Keep the workers; the only thread that waits for Dask."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self.closed, EARLY_S)
        self._had_cores = monotonic()
        while not self.closed and threading.main_thread().is_alive():
            try:
                if self._client:
                    self._count()
                    self._clear()
                elif not self.failure:
                    self._connect()
            except Exception:  # Without this thread nothing would ever run again.
                if threading.main_thread().is_alive():  # Otherwise the server is being stopped.
                    logger.exception("the workers could not be looked after, once more")
            with self._changed:
                self._changed.wait_for(lambda: self.closed, COUNT_S)
        if self.closed:  # Otherwise the process ends, and Dask ends what it has started.
            self._disconnect()

    def _connect(self) -> None:
        """Connect to the scheduler, or start the local cluster."""
        # Half a second of imports that only a server needs.
        from distributed import Client

        package_code()  # Now, as long as the files are those that this process has read.
        configure_dask()
        try:
            if not self._scheduler:
                self._folder = TemporaryDirectory(prefix="simplenet-", ignore_cleanup_errors=True)
                self._cluster = local_cluster(self._size, self._folder)
            self._client = Client(
                self._scheduler or self._cluster, timeout=CONNECT_S, set_as_default=False
            )
        except (OSError, ValueError, RuntimeError) as error:
            self._disconnect()
            if self._scheduler:
                self._fail(f"no Dask scheduler answers at {self._scheduler}: {error}")
            else:
                logger.warning("the local workers do not start, once more: %s", error)
        else:
            self._prepared = False
            self._had_processes = monotonic()
            self._count()

    def _disconnect(self) -> None:
        """End the connection, and the local cluster."""
        with self._changed:
            client, cluster, folder = self._client, self._cluster, self._folder
            self._client = self._cluster = self._folder = None
        self._same = {}
        self._set_cores(0)
        if client:
            client.close()
        if cluster:
            cluster.close()
        if folder:
            folder.cleanup()

    def _fail(self, why: str) -> None:
        """Tell whoever waits that no worker will come."""
        with self._changed:
            self.failure = self.failure or JobError(why)
            self._changed.notify_all()

    def _set_cores(self, cores: int) -> None:
        with self._changed:
            if cores:
                self._had_cores = monotonic()
            if cores != self.cores:
                self.cores = cores
                self._changed.notify_all()

    def _ask(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a method of the client returns, or None if there is no answer in time."""
        client = self._client
        assert client is not None
        try:
            return client.sync(getattr(client, method), *args, **kwargs, callback_timeout=CONNECT_S)
        except (OSError, RuntimeError, AttributeError, ImportError) as error:
            # An AttributeError is what a client raises that was closed meanwhile; an ImportError,
            # a worker of another release.
            logger.info("no answer from the Dask scheduler: %r", error)
            return None

    def _count(self) -> None:
        """Count the cores, and see whether workers will come."""
        client, cluster = self._client, self._cluster
        assert client is not None
        if client.status == "closed":
            self._disconnect()
            self._fail("the connection to the workers was lost")
        elif client.status != "running":  # Dask tries to connect again, for `CONNECT_S`.
            self._prepared = False
            self._same = {}  # Other processes may have their addresses next time.
            self._set_cores(0)
        else:
            if not self._prepared:
                from simplenet.jobs.preparation import Preparation

                self._prepared = True
                self._ask("register_plugin", Preparation(self._warm_up), name="simplenet")
            threads = self._ask("ncores")
            if threads is not None:
                right = self._with_same_code(threads)
                with self._changed:
                    self._right = right
                    self._set_cores(sum(threads[address] for address in right))
            if cluster and self._is_hopeless(cluster):
                logger.warning("local workers are gone for good: the cluster is built anew")
                self._disconnect()

    def _with_same_code(self, addresses: Collection[str]) -> frozenset[str]:
        """Return which workers have the code of this server; those that came last are asked."""
        same = {address: self._same[address] for address in addresses if address in self._same}
        new = [address for address in addresses if address not in same]
        if new:
            told = self._ask("run", package_code, workers=new, on_error="return") or {}
            for address, code in told.items():
                if isinstance(code, OSError):  # It is gone, or does not answer: asked once more.
                    continue
                # An older release has not even the function, and answers with an error.
                same[address] = code == package_code()
                if not same[address]:
                    logger.warning(
                        "the worker at %s gets no work: its code of simplenet is not this "
                        "server's. Bring both to the same release, and start it again",
                        address,
                    )
        self._same = same
        return frozenset(address for address, is_same in same.items() if is_same)

    def _is_hopeless(self, cluster: LocalCluster) -> bool:
        """Return whether Dask has given up some of the local workers."""
        nannies = list(cluster.workers.values())
        if len(nannies) == len(cluster.worker_spec) and all(n.is_alive() for n in nannies):
            self._had_processes = monotonic()
        return monotonic() - self._had_processes > HOPELESS_S

    def _clear(self) -> None:
        """Cancel the calls that were given up, and end the processes that go on with one."""
        with self._changed:
            given_up = dict(self._given_up)
        if not given_up or not self._client:
            return
        found = self._ask("run", computing, [call.key for call in given_up], on_error="ignore")
        if found is None:
            return
        for call, since in given_up.items():
            where = [address for address, keys in found.items() if call.key in keys]
            if where and monotonic() - since > GIVEN_UP_S:
                self._ended.update(where)
                self._ask("run", end_process, call.key, workers=where, on_error="ignore")
            elif not where and not call.outcome.done():
                call.future.release()  # Should it begin just now, it is found next time.
            elif not where:
                with self._changed:
                    del self._given_up[call]
