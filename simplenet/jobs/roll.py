"""The roll of the workers: which of a scheduler's are alive, and have the code of the server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

from simplenet.jobs.calls import report_again
from simplenet.jobs.same_code import package_code

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)

ANSWER_S = 3.0
"""How long a scheduler may take to answer; then it counts as away."""

QUIET_S, SILENT_S = 5.0, 10.0
"""How long a worker may say nothing before it is asked to report, and before it counts no more;
each reports twice a second."""


def ask(client: Client, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what a method of a client returns, or None if there is no answer in time."""
    try:
        return client.sync(method, *args, **kwargs, callback_timeout=ANSWER_S)
    except (OSError, RuntimeError, AttributeError, ImportError) as error:
        # An AttributeError is what a client raises that was closed meanwhile; an ImportError,
        # a worker of another release.
        logger.info("no answer from the Dask scheduler: %r", error)
        return None


class Roll:
    """The workers of a scheduler.

    Parameters
    ----------
    client : Client
        The connection to it.
    warm_up : callable or None
        What each of them does once, before there is any work.

    Attributes
    ----------
    threads : dict of str to int
        How many threads each worker has that may get calls, by its address.
    address : str
        Where the scheduler says that it listens.
    stuck : frozenset of str
        Keys of the calls that are with workers who do not report any more.
    """

    def __init__(self, client: Client, warm_up: Callable[[], Any] | None) -> None:
        self.threads: dict[str, int] = {}
        self.address = ""
        self.stuck: frozenset[str] = frozenset()
        self._client = client
        self._warm_up = warm_up
        self._scheduler: str | None = None  # The id of the process.
        self._same: dict[str, bool] = {}  # Whether the worker at an address has the server's code.
        self._heard: dict[str, tuple[float, float]] = {}  # When a worker reported; since when.
        self._quiet: frozenset[str] = frozenset()  # Addresses of those that have not for a while.
        self._silent: frozenset[str] = frozenset()  # And of those that do not any more.

    @property
    def refused(self) -> bool:
        """Whether there are workers, and none of them has the code of this server."""
        return bool(self._same) and not any(self._same.values())

    def call(self) -> bool:
        """Ask the scheduler for its workers; return whether it answers."""
        told = ask(self._client, _identity, self._client)
        if told is None:
            self._heard = {}  # As long as it does not, nobody's silence means anything.
            return False
        if told["id"] != self._scheduler:  # It may have been started anew, at its old address.
            self._scheduler, self._same, self._heard = told["id"], {}, {}
            self.address = told["address"]
            self._prepare()
        workers = told["workers"]
        self._listen({address: worker["last_seen"] for address, worker in workers.items()})
        right = self._with_same_code([a for a in workers if a not in self._silent])
        self.threads = {address: workers[address]["nthreads"] for address in right}
        return True

    def _prepare(self) -> None:
        """Send all workers what prepares them; those that come later get it, too."""
        from simplenet.jobs.preparation import Preparation

        preparation = Preparation(self._warm_up)
        ask(self._client, self._client.register_plugin, preparation, name="simplenet")

    def _listen(self, reported: Mapping[str, float]) -> None:
        """See which workers do not report any more, and which calls they have.

        A process that is stopped, or whose machine is gone, keeps its connection for long.
        """
        now, before = monotonic(), self._heard
        self._heard = {
            address: before[address]
            if address in before and before[address][0] == at
            else (at, now)
            for address, at in reported.items()
        }
        quiet, silent = (
            frozenset(a for a, (_, since) in self._heard.items() if now - since > most_s)
            for most_s in (QUIET_S, SILENT_S)
        )
        if new := quiet - self._quiet:  # Their clocks may have been set back.
            run = self._client.run
            ask(self._client, run, report_again, workers=list(new), on_error="ignore")
        self._quiet = quiet
        for address in silent - self._silent:
            logger.warning("the worker at %s does not report any more: it gets no work", address)
        for address in (self._silent - silent) & reported.keys():
            logger.warning("the worker at %s reports again", address)
        self._silent, self.stuck = silent, frozenset()
        if silent:
            has = ask(self._client, _processing, self._client) or {}
            self.stuck = frozenset(key for address in silent for key in has.get(address, ()))

    def _with_same_code(self, addresses: Collection[str]) -> list[str]:
        """Return which workers have the code of this server; those that came last are asked."""
        same = {address: self._same[address] for address in addresses if address in self._same}
        new = [address for address in addresses if address not in same]
        if new:
            run = self._client.run
            told = ask(self._client, run, package_code, workers=new, on_error="return") or {}
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
        return [address for address, is_same in same.items() if is_same]


async def _identity(client: Client) -> Any:
    """Return what a scheduler tells about itself and its workers."""
    return await client.scheduler.identity()  # type: ignore[union-attr]


async def _processing(client: Client) -> Any:
    """Return the keys of the calls that each worker has."""
    return await client.scheduler.processing()  # type: ignore[union-attr]
