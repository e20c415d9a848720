"""What every answer tells the browser: what the app may do there, and what others may do with it.

No foreign page may show the app in a frame, read it, or hold on to its window; no other site is
told the address of a run; and nothing is loaded from anywhere but this server.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from re import DOTALL, findall
from typing import TYPE_CHECKING

from pages.platform.front import HOME, document
from pages.platform.front import streamlits as streamlits_document

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{name}=()"
        for name in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "serial",
            "usb",
        )
    ),
}
"""The headers that every answer has."""

DATA = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""The policy of a picture, a script or a visitor's file: opened by itself, it may do nothing."""

NO_PAGES = "/media/", "/component/", "/_stcore/"
"""Addresses where Streamlit serves files: a web page there is a visitor's, and only to be saved."""


class SafeHeaders:
    """Adds these headers to every answer of an app. It is ASGI middleware: it wraps the app.

    Parameters
    ----------
    app : ASGI app
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers."""
        from starlette.datastructures import MutableHeaders

        async def send_safely(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html") and not any(
                    folder in scope["path"] for folder in NO_PAGES
                )
                for name, value in HEADERS.items():
                    headers[name] = value
                headers["Content-Security-Policy"] = page_policy() if is_page else DATA
            await send(message)

        await self._app(scope, receive, send_safely)


async def failed(request: Request, error: Exception) -> Response:
    """Answer where the server has failed: Starlette does that outside of all that is around it."""
    from starlette.responses import PlainTextResponse

    headers = HEADERS | {"Content-Security-Policy": DATA}
    return PlainTextResponse("Internal Server Error", 500, headers=headers)


@cache
def page_policy() -> str:
    """Return what a page may do.

    Streamlit loads the script of a component from a Blob, writes styles into the page, has fonts in
    its style sheet, and counts with WebAssembly. Scripts that stand in the document itself are let
    in by what they say. A script that runs may make others of a text, by a Blob and so by `eval`,
    too: programs that drive a browser wait by it, and it opens no door that the Blob leaves shut.
    """
    inline = [
        script
        for page in (streamlits_document(), document(HOME, "en"))
        for script in findall(r"<script>(.*?)</script>", page, DOTALL)
    ]
    hashes = {f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in inline}
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self' blob: 'unsafe-eval'", *sorted(hashes))),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            # As Streamlit Community Cloud does it, which gives an app a name of its own.
            "frame-ancestors 'self'",
        )
    )
