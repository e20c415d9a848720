"""The worst files, brought to a server as a browser brings them: a sentence, and it lives on."""

from __future__ import annotations

import psutil
import pytest
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo

from pages.state import Widget
from tests.data.test_bad_tables import UNITS, repeated
from tests.exports.test_bad_networks import FOUND
from tests.ink.test_bad_photos import png
from tests.runs.test_bad_bundles import PARTS, RECORDS, zipped
from tests.server.asked import ask, begun, said
from tests.waiting import until

MOST_MB = 1200
"""Of a server; at rest it has some 250 MB, and a photo may take 420 to decode."""


def worst():
    """Return where each of the worst files is brought, its name, and its content."""
    networks = [("draw", Widget.NETWORK_FILE, f"{name}.pt", FOUND[name]) for name in FOUND]
    # 49 megapixels, the most that is decoded.
    blank = png(7000, 7000, 8, 0, bytes(7001 * 7000))
    return [
        *networks,
        ("draw", Widget.PHOTO, "huge.png", png(60_000, 60_000, 8, 0, b"")),
        ("draw", Widget.PHOTO, "blank.png", blank),
        ("draw", Widget.SET_FILE, "columns.csv", b"1," * 1_000_000),
        ("draw", Widget.SET_FILE, "again.csv", repeated(UNITS[3], 10**6, "utf-16")),
        ("runs", Widget.BUNDLE_FILE, "bomb.zip", zipped(PARTS | {RECORDS: bytes(110_000_000)})),
    ]


class Page:
    """A page of a server that was opened."""

    def __init__(self, server, connection):
        self.server, self.connection = server, connection
        self.hash = ""
        self.uploaders, self.alerts = {}, []

    def run(self, page, states=()):
        """Ask for a page, with what its widgets hold, and read all of it."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = "language=en"
        for key, file in states:
            state = asked.rerun_script.widget_states.widgets.add(id=self.uploaders[key])
            state.file_uploader_state_value.uploaded_file_info.append(file)
        self.alerts = []
        self.connection.send(asked.SerializeToString())
        while (told := said(self.connection)).WhichOneof("type") != "script_finished":
            element = told.delta.new_element
            if element.WhichOneof("type") == "file_uploader":
                wid = element.file_uploader.id
                self.uploaders |= {key: wid for key in Widget if wid.endswith(f"-{key}")}
            elif element.WhichOneof("type") == "alert":
                self.alerts.append(element.alert)

    def bring(self, page, key, name, content):
        """Bring a file to a page, and return what the page says of it."""
        self.run(page)
        before = {alert.body for alert in self.alerts}
        asked = BackMsg()
        asked.file_urls_request.request_id = "request"
        asked.file_urls_request.file_names.append(name)
        self.connection.send(asked.SerializeToString())
        urls = until(self._place)
        kind = {"Content_Type": "multipart/form-data; boundary=x-y-z", "Origin": self.server.url}
        cookie = ask(self.server, "/_stcore/health").headers["Set-Cookie"].split(";")[0]
        own = {**kind, "Cookie": cookie, "X_Xsrftoken": cookie.partition("=")[2]}
        head = f"--x-y-z\r\nContent-Disposition: form-data; name=f; filename={name}\r\n\r\n"
        body = head.encode() + content + b"\r\n--x-y-z--\r\n"
        assert ask(self.server, urls.upload_url, "PUT", body, **own).status == 204
        file = UploadedFileInfo(file_id=urls.file_id, name=name, size=len(content), file_urls=urls)
        self.run(page, [(key, file)])
        ask(self.server, urls.delete_url, "DELETE", **own)
        return [alert for alert in self.alerts if alert.body not in before]

    def _place(self) -> FileURLs | None:
        urls = said(self.connection).file_urls_response.file_urls
        return urls[0] if urls else None


@pytest.mark.slow
def test_the_worst_files_get_a_sentence_and_the_server_lives(open_server):
    process = psutil.Process(open_server.process.pid)
    with begun(open_server) as connection:
        page = Page(open_server, connection)
        for number, (where, key, name, content) in enumerate(worst()):
            told = page.bring(where, key, f"{number}.{name.rpartition('.')[2]}", content)
            assert told, name
            assert {alert.format for alert in told} <= {Alert.ERROR, Alert.WARNING}, name
    assert process.memory_info().rss < MOST_MB * 1_000_000
    log = open_server.log.read_text()
    assert "Traceback" not in log, log
