"""A browser that comes back after its visit is over gets what it asks for.

Streamlit forgets a visit two minutes after its connection was lost, and begins another one when the
browser is back. The browser may still call itself by the old name then, and Streamlit 1.67 refuses
it every file that is made when it is asked for. But a name is not needed there: what comes over a
connection is of the visit that has the connection.
"""

from __future__ import annotations

from functools import cache

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.runtime.app_session import AppSession


@cache
def serve_returned() -> None:
    """Answer whoever has the connection of a visit; once for a server."""
    handle = AppSession._handle_backend_operation_request

    async def handle_request(self: AppSession, request: BackendOperationRequest) -> None:
        request.session_id = self.id
        await handle(self, request)

    # Mypy calls it an error to replace a method.
    AppSession._handle_backend_operation_request = handle_request  # type: ignore[method-assign]
