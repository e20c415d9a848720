"""Only who asks for this server by one of its own names is answered, and only its own pages.

A page of the internet can point a name of its own at the address of this machine (DNS rebinding):
then the browser takes the app for a part of that page, and lets it read everything. So the header
Host has to name this server, and where a browser says which page asks (Origin), it has to be one
of the server's.

A number is let in as it is: nobody can point one elsewhere, as Vite and webpack have it, too, and
the numbers of a laptop change with the room it is in.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from pages.language.text import best_language, text

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger(__name__)

VARIABLE = "SIMPLENET_HOSTS"
"""Names the names under which a server is reached from outside, such as by a proxy before it."""

OPTIONS = "server.address", "browser.serverAddress"
"""Of Streamlit, which name the server, too."""

TAILS = "local", "lan", "home", "home.arpa", "internal"
"""What a network at home or in a school puts behind the name of a machine; nobody can buy these."""

PORTS = {"http": 80, "https": 443}
"""Of the pages of a server, where their address names none."""

MOST_SHOWN, MOST_TOLD = 100, 100
"""Characters of a foreign name in an answer; and how many different ones the log has."""


class Hosts:
    """The door of the server, as ASGI has it: what is around an app.

    Parameters
    ----------
    app : ASGI app
        What answers to those who are let in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._told: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        refused = refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        key, name = refused[0], _shown(refused[1])
        if name not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(name)
            logger.warning("refused: %s. %s names more hosts", name, VARIABLE)
        await _refuse(key, name, scope, receive, send)


def refusal(scope: Scope) -> tuple[str, str] | None:
    """Return why a request is not let in: the key of the words, and what it names; else None."""
    from starlette.datastructures import Headers

    headers = Headers(scope=scope)
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    for host in hosts or [""]:
        if not is_own(_parts(f"//{host}")):
            return "host", host
    own = [_parts(f"//{host}") for host in hosts]
    for origin in origins:
        if not all(_is_of(origin, host) for host in own):
            return "origin", origin
    return None


def is_own(parts: SplitResult | None) -> bool:
    """Return whether what a header Host says names this server."""
    if parts is None or parts.hostname is None:
        return False
    # Anything more than a name and a port is none.
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return False
    name = parts.hostname.rstrip(".")
    return _is_number(name) or name.endswith(".localhost") or name in names()


@cache
def names() -> frozenset[str]:
    """Return the names of this server, in small letters: nobody is asked for them."""
    from streamlit import config

    machine = socket.gethostname().rstrip(".")
    short = machine.partition(".")[0]
    found = ["localhost", machine, short, *(f"{short}.{tail}" for tail in TAILS)]
    found += [str(config.get_option(option) or "") for option in OPTIONS]
    found += os.environ.get(VARIABLE, "").replace(",", " ").split()
    return frozenset(_name(one) for one in found) - {""}


def _name(told: str) -> str:
    """Return the name alone of what somebody has written for one: with a port, or an address."""
    parts = _parts(told if "//" in told else f"//{told}")
    return (parts.hostname or "").rstrip(".") if parts else ""


def _is_number(name: str) -> bool:
    """Return whether a name is an address of four or eight numbers."""
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_of(origin: str, host: SplitResult | None) -> bool:
    """Return whether a page is of the server at a host: its name and its port."""
    page = _parts(origin)
    if page is None or host is None or page.scheme not in PORTS:
        return False
    usual = PORTS[page.scheme]
    return page.hostname == host.hostname and (page.port or usual) == (host.port or usual)


def _shown(name: str) -> str:
    """Return a foreign name as it can be shown in a line."""
    return "".join(c if c.isprintable() else " " for c in name[:MOST_SHOWN])


def _parts(address: str) -> SplitResult | None:
    """Return the parts of an address, or None if it is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # It is looked at only now.
    except ValueError:
        return None
    return parts


async def _refuse(key: str, name: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in words, in the language of the browser."""
    from starlette.datastructures import Headers
    from starlette.responses import PlainTextResponse

    language = best_language(Headers(scope=scope).get("accept-language"))
    words = {
        "host": text(language, "refused.host", name=name, variable=VARIABLE),
        "origin": text(language, "refused.origin", name=name),
    }
    response = PlainTextResponse(words[key], 421 if key == "host" else 403)
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await response(scope, receive, send)
        await asyncio.sleep(0)  # Uvicorn takes it for whole once the connection is closed.
    else:
        await send({"type": "websocket.close", "code": 1008})
