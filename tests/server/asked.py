"""Asking a server, or only its door, as a browser does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.browser.served import WAIT_S
from tests.waiting import in_a_loop


def ask(server, path="/", method="GET", body=None, **headers: str) -> HTTPResponse:
    """Return the answer of a server; an underscore in the name of a header is a hyphen there."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=180)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


@contextmanager
def begun(server) -> Iterator[ClientConnection]:
    """Give the connection of a page that was opened and is shown, as Streamlit's own begin."""
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    message = BackMsg()
    message.rerun_script.query_string = ""
    with connect(address, origin=server.url, subprotocols=["streamlit"], max_size=None) as page:
        page.send(message.SerializeToString())
        # What is asked for before that may be lost.
        told_until_it_ends(page)
        yield page


def said(page) -> ForwardMsg:
    """Return what a page is told next."""
    return ForwardMsg.FromString(page.recv(timeout=WAIT_S))


def told_until_it_ends(page) -> list[ForwardMsg]:
    """Return what a page is told until it, or a part of it, has been run; the last says how."""
    told = [said(page)]
    while told[-1].WhichOneof("type") != "script_finished":
        told.append(said(page))
    return told


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

    in_a_loop(app(asked, receive, send))
    return messages
