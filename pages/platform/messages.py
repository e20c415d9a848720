"""How fast messages come in from a browser: no faster than a person can cause.

Each message has Streamlit begin a page anew, or break off what it does. A program that sends
thousands of them would keep the server from answering anybody else. So each connection has an
allowance that fills up with time, as a token bucket has it: who has used it up is read from no
faster than that. Nothing is lost; the rest waits with whoever sends it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

PER_S = 30.0
"""Messages a second: five living parts of a page and a pen send some twenty."""

MOST = 50.0
"""Messages at once, after a rest."""

BYTES = 50_000
"""A message counts once more for each of so many bytes."""


LOST: Message = {"type": "websocket.disconnect", "code": 1006}
"""The message that a connection is lost; what it has sent before needs no answer any more."""


class Messages:
    """Slows connections that send too much. It is ASGI middleware: it wraps the app.

    Parameters
    ----------
    app : ASGI app
    now : callable
        Returns the time in seconds.
    wait : coroutine function
        Waits for so many seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        now: Callable[[], float] = monotonic,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._app, self._now, self._wait = app, now, wait
        self._slowed = 0  # Connections that wait for their allowance just now.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app hear a connection as fast as its allowance is."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        left, at, told, gone = MOST, self._now(), False, False

        async def receive_slowly() -> Message:
            nonlocal left, at, told
            message = LOST if gone else await receive()
            content = message.get("bytes") or message.get("text") or b""
            now = self._now()
            left, at = min(left + PER_S * (now - at), MOST), now
            left -= 1 + len(content) / BYTES
            if left < 0 and not told:
                told = True
                logger.warning("a connection is slowed: it sends over %d messages/s", PER_S)
            if left < 0:
                self._slowed += 1
                try:
                    await self._wait(-left / PER_S * self._slowed)
                finally:
                    self._slowed -= 1
                left, at = 0.0, self._now()
            else:
                await self._wait(0.0)  # Others have their turn.
            return LOST if gone else message

        async def send_while_there(message: Message) -> None:
            nonlocal gone
            try:
                await send(message)
            except OSError:  # Streamlit would take that for an error of ours.
                gone = True

        await self._app(scope, receive_slowly, send_while_there)
