"""Who leaves is forgotten in time, and who comes back later is served, without a server."""

from __future__ import annotations

import asyncio
import gc
import weakref
from types import SimpleNamespace

import pytest
import streamlit.runtime
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from pages.platform import forgetting
from pages.platform.returned import serve_returned
from tests.waiting import in_a_loop


class Visit:
    """As much of a session as a storage needs."""

    def __init__(self, name):
        self.id = name


def left(storage):
    """Save a visit as Streamlit does when its connection is lost; return what tells if it lives."""
    visit = Visit("visit")
    storage.save(SimpleNamespace(session=visit))
    return weakref.ref(visit)


@pytest.mark.parametrize(("seconds", "stays"), [(0, False), (1000, True)])
def test_a_visit_is_forgotten_once_its_time_is_over_though_nobody_comes(seconds, stays):
    storage = MemorySessionStorage(ttl_seconds=seconds)
    visit = left(storage)
    forgetting.forget(storage)
    gc.collect()
    assert (visit() is not None) == stays


def test_the_server_looks_again_and_again(monkeypatch):
    storage = MemorySessionStorage(ttl_seconds=0)
    server = SimpleNamespace(_session_mgr=SimpleNamespace(_session_storage=storage))
    monkeypatch.setattr(streamlit.runtime, "exists", lambda: True)
    monkeypatch.setattr(streamlit.runtime, "get_instance", lambda: server)
    monkeypatch.setattr(forgetting, "EVERY_S", 0.0)

    async def looked():
        looking = asyncio.create_task(forgetting.forget_again_and_again())
        for _ in range(2):
            visit = left(storage)
            for _ in range(100):
                await asyncio.sleep(0)
            assert visit() is None
        looking.cancel()

    in_a_loop(looked())


def test_a_file_is_made_for_a_browser_that_calls_itself_by_the_name_of_its_last_visit():
    serve_returned()
    said = []

    async def dispatch(request, session):
        return BackendOperationResponse(request_id=f"{session}: {request.deferred_file.file_id}")

    visit = SimpleNamespace(
        id="new",
        _backend_operation_dispatcher=SimpleNamespace(dispatch=dispatch),
        _enqueue_forward_msg=said.append,
    )
    request = BackendOperationRequest(request_id="1", session_id="old")
    request.deferred_file.file_id = "file"
    in_a_loop(AppSession._handle_backend_operation_request(visit, request))
    (answer,) = said
    assert answer.backend_operation_response.request_id == "new: file"
    assert not answer.backend_operation_response.error_msg
