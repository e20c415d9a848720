"""A network between two processes of this machine, that can be cut and made slow."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

CHUNK = 65_536


class Proxy:
    """A port that leads to another one; a thread of its own carries what is sent.

    Parameters
    ----------
    to : int
        The port that it leads to, on loopback.

    Attributes
    ----------
    to : int
        The same; new connections go where it says by then.
    port : int
        Where it listens.
    delay_s : float
        How long each piece is on its way.
    """

    def __init__(self, to: int) -> None:
        self.port, self.delay_s = 0, 0.0
        self.to, self._cut = to, False
        self._writers: set[asyncio.StreamWriter] = set()
        self._ways: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), name="network", daemon=True).start()
        started.wait()

    def cut(self) -> None:
        """Break all connections, and refuse new ones."""
        self._cut = True
        asyncio.run_coroutine_threadsafe(self._break(), self._loop).result()

    def mend(self) -> None:
        """Carry everything again, as fast as it comes."""
        self._cut, self.delay_s = False, 0.0

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._carry, "127.0.0.1", 0, limit=CHUNK)
        )
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    async def _break(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: asyncio.StreamWriter | None = None
        try:
            if not self._cut:
                back, there = await asyncio.open_connection("127.0.0.1", self.to, limit=CHUNK)
                self._writers |= {writer, there}
                ways = {
                    asyncio.create_task(self._one_way(reader, there)),
                    asyncio.create_task(self._one_way(back, writer)),
                }
                self._ways |= ways
                await asyncio.wait(ways)
                self._ways -= ways
        except OSError:  # Nobody listens there.
            pass
        finally:
            for one in (writer, there):
                if one:
                    self._writers.discard(one)
                    one.transport.abort()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(piece)
                await writer.drain()
        writer.close()
