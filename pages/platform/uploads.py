"""Files come in only where the page has asked for one, and only so many bytes of them.

Streamlit takes a file under any id, and keeps it in memory for as long as the visit lasts: a
program could fill the memory of the server with a hundred of them. So a file must have an id that
this visit was given for it, and the files of a visit, and of all, have a bound. Who has none of
that is refused before the file is read.
"""

from __future__ import annotations

import logging
import re
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadFileUrlInfo

logger = logging.getLogger(__name__)

MB = 2**20
VISIT_BYTES = 60 * MB
"""Of the files of a visit: three of the largest."""

ALL_BYTES = 400 * MB
"""Of the files of all visits."""

MOST_IDS = 100
"""Ids that a visit has at the same time: those that it was given last."""

ADDRESS = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")

_given: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MOST_IDS))
"""The ids that each visit was given."""


@cache
def remember_ids() -> None:
    """Note which ids visits are given, for as long as they last; once for a server."""
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager as Manager

    give, forget = Manager.get_upload_urls, Manager.remove_session_files

    def get_upload_urls(
        self: MemoryUploadedFileManager, session_id: str, file_names: Sequence[str]
    ) -> list[UploadFileUrlInfo]:
        given = give(self, session_id, file_names[-MOST_IDS:])
        _given[session_id].extend(one.file_id for one in given)
        return given

    def remove_session_files(self: MemoryUploadedFileManager, session_id: str) -> None:
        _given.pop(session_id, None)
        forget(self, session_id)

    # Mypy calls it an error to replace a method.
    Manager.get_upload_urls = get_upload_urls  # type: ignore[method-assign]
    Manager.remove_session_files = remove_session_files  # type: ignore[method-assign]


class Uploads:
    """The door for files. It is ASGI middleware: it wraps the app.

    Parameters
    ----------
    app : ASGI app
        What takes those that are let in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._coming: Counter[str] = Counter()  # Bytes that are on their way, by the visit.
        remember_ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a file through, or say why not; all else is let through."""
        is_put = scope["type"] == "http" and scope["method"] == "PUT"
        found = ADDRESS.search(scope["path"]) if is_put else None
        if found is None:
            await self._app(scope, receive, send)
            return
        from starlette.datastructures import Headers
        from starlette.responses import PlainTextResponse

        session, file = found.groups()
        length = Headers(scope=scope).get("content-length", "")
        refused = self._refusal(session, file, length)
        if refused:
            logger.info("an upload is refused: %s", refused[1])
            await PlainTextResponse(refused[1], refused[0])(scope, receive, send)
            return
        self._coming[session] += int(length)
        try:
            await self._app(scope, receive, send)
        finally:
            self._coming[session] -= int(length)
            if not self._coming[session]:
                del self._coming[session]

    def _refusal(self, session: str, file: str, length: str) -> tuple[int, str] | None:
        """Return the status and the words for a file that is not let in, else None."""
        if session not in _given or file not in _given[session]:
            return 400, "no page has asked for a file under this id"
        if not length.isdecimal():
            return 411, "the length of a file must be told"
        of_visit, of_all = _held(session)
        if of_visit + self._coming[session] + int(length) > VISIT_BYTES:
            return 413, f"a visit may have {VISIT_BYTES // MB} MB of files; reload the page"
        if of_all + self._coming.total() + int(length) > ALL_BYTES:
            return 413, "the server has as many files as it may; try again later"
        return None


def _held(session: str) -> tuple[int, int]:
    """Return how many bytes the files of a visit take, and those of all."""
    from streamlit.runtime import get_instance

    manager = get_instance()._uploaded_file_mgr
    with manager._lock:  # type: ignore[attr-defined]
        files = manager.file_storage.get(session, {})  # type: ignore[attr-defined]
        return sum(len(one.data) for one in files.values()), manager._total_bytes  # type: ignore[attr-defined]
