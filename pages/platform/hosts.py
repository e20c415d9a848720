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
import re
import socket
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING

from pages.language.text import best_language, text

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger(__name__)

VARIABLE = "SIMPLENET_HOSTS"
"""The environment variable with the server's names for the outside, such as through a proxy."""

OPTIONS = "server.address", "browser.serverAddress"
"""Options of Streamlit that name the server, too."""

TAILS = "local", "lan", "home", "home.arpa", "internal"
"""The endings of a machine's name in a network at home or in a school; nobody can buy these."""

PORTS = {"http": 80, "https": 443}
"""The port of a page's server if its address names none."""

MOST_SHOWN, MOST_TOLD = 100, 100
"""Characters of a foreign name in an answer; and how many different ones the log has."""


HOST = re.compile(
    r"(\[[0-9a-f:.]+(?:%[\w.-]+)?\]|[\w.-]+)(?::(\d{1,5}))?", re.ASCII | re.IGNORECASE
)
"""What a header Host may be: a name or a number, and a port."""

LOGGED = {
    "host": "refused: %s is no name of this server; %s adds names",
    "origin": "refused: a page of %s, which is not this server's",
}
"""What the log says."""

Address = tuple[str, int | None]
"""A name in small letters, and a port, if it is named."""


class Hosts:
    """The door of the server. It is ASGI middleware: it wraps the app.

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
            logger.warning(LOGGED[key], *((name, VARIABLE) if key == "host" else (name,)))
        await _refuse(key, name, scope, receive, send)


def refusal(scope: Scope) -> tuple[str, str] | None:
    """Return why a request is not let in: "host" or "origin", and what that says; else None."""
    from starlette.datastructures import Headers

    headers = Headers(scope=scope)
    own = {host: _address(host) for host in headers.getlist("host") or [""]}
    for host, address in own.items():
        if address is None or not is_own(address[0]):
            return "host", host
    for origin in headers.getlist("origin"):
        scheme, _, rest = origin.partition("://")
        page, usual = _address(rest), PORTS.get(scheme)
        if page is None or usual is None:
            return "origin", origin
        for address in own.values():
            if address and (page[0], page[1] or usual) != (address[0], address[1] or usual):
                return "origin", origin
    return None


def is_own(name: str) -> bool:
    """Return whether a name, in small letters, is one of this server's, or a number."""
    return _is_number(name) or name.endswith(".localhost") or name in names()


@cache
def names() -> frozenset[str]:
    """Return the names of this server, in small letters: nobody is asked for them."""
    from streamlit import config

    machine = socket.gethostname().rstrip(".")
    short = machine.partition(".")[0]
    found = ["localhost", machine, short, *(f"{short}.{tail}" for tail in TAILS)]
    found += [str(config.get_option(option) or "") for option in OPTIONS]
    for given in os.environ.get(VARIABLE, "").replace(",", " ").split():
        name = re.sub(r"^\w+://|/.*$", "", given)  # People write an address for a name.
        found.append(name)
        if not _address(name):
            logger.warning("%s has %r, which is no name, such as lab.example.org", VARIABLE, given)
    return frozenset(address[0] for address in map(_address, found) if address)


def _is_number(name: str) -> bool:
    """Return whether a name is an address of four or eight numbers."""
    try:
        ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _address(host: str) -> Address | None:
    """Return the name and the port of a header Host, or None if it is no such thing."""
    found = HOST.fullmatch(host)
    if not found:
        return None
    return found[1].rstrip(".").lower(), int(found[2]) if found[2] else None


def _shown(name: str) -> str:
    """Return a foreign name as it can be shown in a line."""
    return "".join(c if c.isprintable() else " " for c in name[:MOST_SHOWN])


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
