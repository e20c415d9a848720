"""The files of the browser's side, packed once for all visitors.

A first visit fetches some eighty files of Streamlit's and of Plotly's, 8 MB as they are. A class
that comes at the same moment would wait for a quarter of a gigabyte over its wireless network, and
the server would read each file for each of them. None ever changes under its name.
"""

from __future__ import annotations

import asyncio
import gzip
import threading
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING

from pages.platform.front import below, static_folder

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

PACKS = {".js", ".css", ".json", ".svg"}
"""The files that packing makes smaller; pictures and fonts are packed already."""

PLOTLY = f"plotly/{version('plotly')}/plotly.min.js"
"""The address of Plotly's library, without what is before it."""

LEVEL = 6
"""The level of gzip: 9 would take three times as long, and save only a fiftieth."""

HEADERS = {"Cache-Control": "public, immutable, max-age=31536000", "Vary": "Accept-Encoding"}
"""Browsers keep these files for a year: another release gives them other names."""

_packed: dict[str, bytes] = {}
_packing = threading.Lock()


class Packed:
    """Sends these files when a browser asks for them. It is ASGI middleware: it wraps the app.

    Parameters
    ----------
    app : ASGI app
        What answers to all else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        name = ""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            name = scope["path"].removeprefix(below("/"))
        if name not in files():
            await self._app(scope, receive, send)
            return
        from starlette.datastructures import Headers

        response = await answer(name, Headers(scope=scope).get("accept-encoding", ""))
        await response(scope, receive, send)


async def answer(name: str, accepted: str) -> Response:
    """Return a file as a browser takes it.

    Parameters
    ----------
    name : str
        Its address, one of `files`.
    accepted : str
        How it may be packed.
    """
    from starlette.responses import FileResponse, Response

    path = files()[name]
    if path.suffix not in PACKS or "gzip" not in accepted:
        return FileResponse(path, headers=HEADERS)
    content = _packed.get(name)
    if content is None:
        content = await asyncio.to_thread(_pack, name, path)
    headers = HEADERS | {"Content-Encoding": "gzip"}
    return Response(content, headers=headers, media_type=guess_type(path.name)[0])


@cache
def files() -> dict[str, Path]:
    """Return the files, by their addresses."""
    folder = static_folder()
    found = {
        str(path.relative_to(folder).as_posix()): path
        for path in (folder / "static").rglob("*")
        if path.is_file()
    }
    plotly = find_spec("plotly")
    if plotly and plotly.origin:
        found[PLOTLY] = Path(plotly.origin).parent / "package_data" / "plotly.min.js"
    return found


def _pack(name: str, path: Path) -> bytes:
    """Return a file packed; once, however many ask for it."""
    with _packing:
        if name not in _packed:
            _packed[name] = gzip.compress(path.read_bytes(), LEVEL)
        return _packed[name]
