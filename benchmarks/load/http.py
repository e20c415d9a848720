"""What a browser fetches, as cheaply as that can be done: HTTP on connections that stay open."""

from __future__ import annotations

import asyncio
import gzip
from urllib.parse import urlsplit

AT_ONCE = 6
"""Connections that a browser opens to one server."""


class FetchError(Exception):
    """The server has not given what a page needs."""


class Fetcher:
    """A browser's connections for files, and what it has in its cache.

    Parameters
    ----------
    address : str
        Of the server, such as ``127.0.0.1:8501``.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.fetched: set[str] = set()
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def once(self, *paths: str) -> None:
        """Fetch what is not in the cache, several at once."""
        new = [path for path in dict.fromkeys(paths) if path not in self.fetched]
        self.fetched.update(new)
        await asyncio.gather(*map(self.get, new))

    async def get(self, path: str, language: str = "en") -> bytes:
        """Return what is at a path.

        Raises
        ------
        FetchError
            If it is not there.
        """
        async with self._turns:
            reader, writer = await self._connection()
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {self.address}\r\nAccept: */*\r\n"
                f"Accept-Encoding: gzip\r\nAccept-Language: {language}\r\n\r\n".encode()
            )
            try:
                status, headers, content = await _answer(reader)
            except (OSError, EOFError) as error:
                raise FetchError(f"{path}: {error}") from error
            if headers.get("connection") == "close":
                writer.close()
            else:
                self._free.append((reader, writer))
        if status != 200:
            raise FetchError(f"{path}: {status}")
        return gzip.decompress(content) if headers.get("content-encoding") == "gzip" else content

    def close(self) -> None:
        """Close the connections."""
        for _, writer in self._free:
            writer.close()
        self._free = []

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        where = urlsplit(f"//{self.address}")
        return await asyncio.open_connection(where.hostname, where.port, limit=1 << 20)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """Return the status, the headers and the content of an answer."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines if line)
    headers = {name.lower(): value.strip() for name, value in pairs}
    if headers.get("transfer-encoding") == "chunked":
        parts = []
        while size := int(await reader.readuntil(b"\r\n"), 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        content = b"".join(parts)
    else:
        content = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(first.split()[1]), headers, content
