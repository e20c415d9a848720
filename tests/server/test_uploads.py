"""Which files are let in, without a server."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit.runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.platform import uploads
from pages.platform.uploads import MB, Uploads
from tests.waiting import in_a_loop

SIZE = 20 * MB


@pytest.fixture
def visits(monkeypatch):
    """What keeps the files of visits, as Streamlit does."""
    # A small content says that it is large: nobody needs the memory for it.
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(
        streamlit.runtime, "get_instance", lambda: SimpleNamespace(_uploaded_file_mgr=manager)
    )
    uploads.remember_ids()
    uploads._given.clear()
    return manager


class Large(bytes):
    """A content that says it has `SIZE` bytes."""

    def __len__(self):
        return SIZE


def asked(manager, visit, files=1):
    """Return the ids that a page is given for some files."""
    return [one.file_id for one in manager.get_upload_urls(visit, ["a.png"] * files)]


class Server:
    """A server that keeps the files that it is told of."""

    def __init__(self, manager):
        self.manager = manager
        self.read = 0
        self.meanwhile = lambda: None
        self.door = Uploads(self.keep)

    async def keep(self, scope, receive, send):
        self.meanwhile()
        self.read += 1
        *_, visit, file = scope["path"].split("/")
        self.manager.add_file(visit, UploadedFileRec(file, "a.png", "image/png", Large()))
        await send({"type": "http.response.start", "status": 204, "headers": []})

    def put(self, visit, file, length=SIZE, method="PUT", base=""):
        """Send a file; return the status of the answer."""
        said = []

        async def send(message):
            said.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": f"{base}/_stcore/upload_file/{visit}/{file}",
            "headers": [(b"content-length", str(length).encode())] if length else [],
        }
        in_a_loop(self.door(scope, None, send))
        return said[0]["status"]


def test_a_file_that_a_page_has_asked_for_is_let_in_at_any_base_path(visits):
    server = Server(visits)
    first, second = asked(visits, "visit", 2)
    assert server.put("visit", first) == 204
    assert server.put("visit", second, base="/lab") == 204
    assert len(visits.file_storage["visit"]) == 2


def test_a_file_under_an_invented_id_is_refused_unread(visits):
    server = Server(visits)
    (known,) = asked(visits, "visit")
    assert server.put("visit", "invented") == 400
    assert server.put("invented", known) == 400
    asked(visits, "visit", uploads.MOST_IDS)  # So many are asked for that it is forgotten.
    assert server.put("visit", known) == 400
    (other,) = asked(visits, "other")
    visits.remove_session_files("other")
    assert server.put("other", other) == 400
    assert server.read == 0


def test_ids_are_bounded_however_many_are_asked_for(visits):
    assert len(asked(visits, "visit", 10_000)) == uploads.MOST_IDS
    assert len(uploads._given["visit"]) == uploads.MOST_IDS


def test_the_files_of_a_visit_are_bounded_and_one_that_is_removed_makes_room(visits):
    server = Server(visits)
    files = asked(visits, "visit", 6)
    found = [server.put("visit", file) for file in files]
    most = uploads.VISIT_BYTES // SIZE
    assert found == [204] * most + [413] * (6 - most)
    visits.remove_file("visit", files[0])
    assert server.put("visit", files[-1]) == 204


def test_those_on_their_way_count_too(visits):
    server = Server(visits)
    files = asked(visits, "visit", 20)
    found = []

    def meanwhile():
        server.meanwhile = lambda: None
        server.door._coming["visit"] = 3 * SIZE  # As if two more had begun.
        found.append(server.door._refusal("visit", files[1], str(SIZE)))
        server.door._coming["visit"] = SIZE

    server.meanwhile = meanwhile
    assert server.put("visit", files[0]) == 204
    assert found[0][0] == 413
    assert not server.door._coming


def test_the_files_of_all_are_bounded(visits):
    server = Server(visits)
    found = []
    for visit in range(12):
        for file in asked(visits, str(visit), 2):
            found.append(server.put(str(visit), file))
    most = uploads.ALL_BYTES // SIZE
    assert found == [204] * most + [413] * (24 - most)


def test_a_length_must_be_told(visits):
    server = Server(visits)
    (file,) = asked(visits, "visit")
    assert server.put("visit", file, length=None) == 411
    assert server.put("visit", file, length="-5") == 411
    assert server.read == 0


def test_all_else_is_let_through(visits):
    server = Server(visits)
    assert server.put("visit", "any", method="DELETE") == 204
