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
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from simplenet.jobs.calls import Call, WorkerLostError, computing, end_process, measured, waited
from simplenet.jobs.cluster import configure_dask, local_cluster
from simplenet.jobs.ending import is_ending, report
from simplenet.jobs.outside import connected, is_open
from simplenet.jobs.roll import Roll, ask
from simplenet.jobs.same_code import package_code

if TYPE_CHECKING:
    from distributed import Client, LocalCluster
    from distributed.utils import LoopRunner

logger = logging.getLogger(__name__)

EARLY_S = 2.0
"""How long after the first visit the workers are started, if no job needs them before: their
start takes all cores for a second or two, and the visitor's first page comes first."""

CONNECT_S = 5.0
"""How long a scheduler may take to let somebody in."""

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
        Why none will come: there can be no scheduler at the address, or the server is shutting
        down. One that does not answer may come back; it is tried again and again.
    closed : bool
        Whether the server is shutting down.
    open_at : str or None
        Where others can run programs by the scheduler, if they can: it wants no key, and other
        machines reach the address.
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
        self.open_at: str | None = None
        self._changed = changed
        self._scheduler = scheduler
        self._size = size
        self._warm_up = warm_up
        self._client: Client | None = None
        self._cluster: LocalCluster | None = None
        self._roll: Roll | None = None  # Of those that the connection leads to.
        self._wanted = False
        self._given_up: dict[Call, float] = {}  # Since when.
        self._ended: set[str] = set()  # Addresses of the workers whose process we ended.
        self._right: frozenset[str] = frozenset()  # Addresses of those that get calls.
        self._stuck: frozenset[str] = frozenset()  # Keys of calls that nobody will do.
        self._loop: LoopRunner | None = None  # What connections to a scheduler run in.
        self._is_away = False  # Whether the scheduler does not answer.
        self._checked = ""  # The address that `open_at` is about.
        self._had_cores = self._had_processes = monotonic()
        self._keeper = threading.Thread(target=self._keep, name="workers", daemon=True)
        self._keeper.start()

    @property
    def missing(self) -> bool:
        """Whether there has been no worker for so long that whoever waits should know."""
        return not self.cores and monotonic() - self._had_cores > MISSING_S

    @property
    def unreachable(self) -> bool:
        """Whether the reason for that is that the scheduler does not answer."""
        return self.missing and self._is_away

    @property
    def refused(self) -> bool:
        """Whether there are workers, and none of them has the code of this server."""
        roll = self._roll
        return bool(roll and roll.refused)

    def want(self) -> None:
        """Ask for the workers; what failed is tried again."""
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
        """Return whether a call will not be done: its worker is gone, or tells nothing any more."""
        lost = call.key in self._stuck or call.to.isdisjoint(self._right)
        return lost and not call.outcome.done()

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
        while not self.closed and not is_ending():
            try:
                if self._client:
                    self._count()
                    self._clear()
                elif not self.failure:
                    self._connect()
            except Exception:  # Without this thread nothing would ever run again.
                report(logger, "the workers could not be looked after, once more")
            with self._changed:
                self._changed.wait_for(lambda: self.closed, COUNT_S)
        if self.closed:  # Otherwise the process ends, and Dask ends what it has started.
            self._disconnect()
            if self._loop:
                self._loop.stop()

    def _connect(self) -> None:
        """Connect to the scheduler, or start the local cluster."""
        # Half a second of imports that only a server needs.
        from distributed import Client
        from distributed.utils import LoopRunner

        package_code()  # Now, as long as the files are those that this process has read.
        configure_dask()
        try:
            if self._scheduler:
                if not self._loop:
                    self._loop = LoopRunner()
                    self._loop.start()
                self._client = connected(self._scheduler, self._loop.loop, CONNECT_S)
            else:
                self._cluster = local_cluster(self._size)
                self._client = Client(self._cluster, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, RuntimeError) as error:
            self._disconnect()
            if not self._scheduler:
                logger.warning("the local workers do not start, once more: %s", error)
            elif isinstance(error, ValueError):
                self._fail(f"there can be no Dask scheduler at {self._scheduler!r}: {error}")
            else:
                self._miss(error)
        else:
            self._roll = Roll(self._client, self._warm_up)
            self._had_processes = monotonic()
            self._count()

    def _disconnect(self) -> None:
        """End the connection, and the local cluster."""
        with self._changed:
            client, cluster = self._client, self._cluster
            self._client = self._cluster = self._roll = None
        self._set_cores(0)
        if client:
            client.close()
        if cluster:
            cluster.close()

    def _miss(self, why: object) -> None:
        """Take note that the scheduler does not answer: nothing is known of its workers."""
        if self._scheduler and not self._is_away:
            logger.warning(
                "the Dask scheduler at %s does not answer (%s); it is tried again until it does",
                self._scheduler,
                why,
            )
        self._is_away = bool(self._scheduler)
        self._set_cores(0)

    def _find(self, listens_at: str) -> None:
        """Take note that the scheduler answers, and whether others reach it, too."""
        if self._is_away:
            logger.warning("the Dask scheduler at %s answers again", self._scheduler)
        self._is_away = False
        if not self._scheduler or listens_at == self._checked:
            return
        self._checked = listens_at
        self.open_at = listens_at if is_open((self._scheduler, listens_at)) else None
        if self.open_at:
            logger.warning(
                "the Dask scheduler at %s wants no key, and listens on %s: whoever reaches that "
                "can run programs on the workers and on this server. The guide about workers on "
                "other machines says how they speak TLS",
                self._scheduler,
                self.open_at,
            )

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

    def _count(self) -> None:
        """Count the cores, and see whether workers will come."""
        client, cluster, roll = self._client, self._cluster, self._roll
        assert client is not None
        assert roll is not None
        if client.status != "running":  # Dask tries to connect again, for `CONNECT_S`; then we do.
            self._miss("the connection was lost")
            if client.status == "closed":
                self._disconnect()
            return
        if roll.call():
            self._find(roll.address)
            with self._changed:
                self._right, self._stuck = frozenset(roll.threads), roll.stuck
                self._set_cores(sum(roll.threads.values()))
        elif self._scheduler:  # The local one is in this process: it is only slow.
            self._miss("it takes too long")
        if cluster and self._is_hopeless(cluster):
            logger.warning("local workers are gone for good: the cluster is built anew")
            self._disconnect()

    def _is_hopeless(self, cluster: LocalCluster) -> bool:
        """Return whether Dask has given up some of the local workers."""
        nannies = list(cluster.workers.values())
        if len(nannies) == len(cluster.worker_spec) and all(n.is_alive() for n in nannies):
            self._had_processes = monotonic()
        return monotonic() - self._had_processes > HOPELESS_S

    def _clear(self) -> None:
        """Cancel the calls that were given up, and end the processes that go on with one."""
        client = self._client
        with self._changed:
            given_up, asked = dict(self._given_up), list(self._right)
        if not given_up or not client or self._is_away:
            return
        found: dict[str, list[str]] | None = {}
        if asked:
            keys = [call.key for call in given_up]
            found = ask(client, client.run, computing, keys, workers=asked, on_error="ignore")
        if found is None:
            return
        for call, since in given_up.items():
            where = [address for address, keys in found.items() if call.key in keys]
            if where and monotonic() - since > GIVEN_UP_S:
                self._ended.update(where)
                ask(client, client.run, end_process, call.key, workers=where, on_error="ignore")
            elif not where and not call.outcome.done():
                call.future.release()  # Should it begin just now, it is found next time.
            elif not where:
                with self._changed:
                    del self._given_up[call]
