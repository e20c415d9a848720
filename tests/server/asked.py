"""Asking a server, or only its door, as a browser does."""

from __future__ import annotations

import asyncio
from http.client import HTTPConnection, HTTPResponse
from typing import Any


def ask(server, path="/", method="GET", **headers: str) -> HTTPResponse:
    """Return the answer of a server; an underscore in the name of a header is a hyphen there."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=180)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def scope(kind="http", headers=(), **more: Any) -> dict[str, Any]:
    """Return what an app is asked, as ASGI has it."""
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {
        "type": kind,
        "method": "GET",
        "path": "/",
        "headers": pairs,
        "extensions": {"websocket.http.response": {}},
        **more,
    }


def answered(app, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the messages that an app answers with."""
    messages = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        messages.append(message)

    asyncio.run(app(asked, receive, send))
    return messages
