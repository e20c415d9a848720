"""A server behind nginx, with a certificate and at an address with a path, as the guide says."""

import re
import ssl
import threading
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from pages.platform.headers import HEADERS, page_policy
from tests.browser.proxied import nginx
from tests.browser.served import running
from tests.browser.steps import address_with, button, expect_calm, go, status, train

OUTSIDE = "lab.example.org"
"""The name that the guide gives the server."""

pytestmark = pytest.mark.browser


@contextmanager
def recording():
    """Serve nothing, and give the port and the headers of each request."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.headers)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(folder, port, path, **headers):
    """Return the answer of a proxy, whose certificate has to be right."""
    if folder:
        trusted = ssl.create_default_context(cafile=folder / "certificate.pem")
        connection = HTTPSConnection("127.0.0.1", port, timeout=180, context=trusted)
    else:
        connection = HTTPConnection("127.0.0.1", port, timeout=180)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=named)
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def test_the_app_behind_nginx_with_a_certificate_and_at_a_path(browser, visit, tmp_path):
    options, environment = ["--server.baseUrlPath", "lab"], {"SIMPLENET_HOSTS": OUTSIDE}
    with (
        running(tmp_path, options=options, environment=environment) as server,
        recording() as (recorder, heard),
        nginx((server.port, "/lab/"), (recorder, "/")) as (folder, ports),
    ):
        (http, https), (_, recorded) = ports
        moved = ask(None, http, "/lab/train?run=x")
        assert moved.status == 301
        assert moved.headers["Location"] == f"https://{OUTSIDE}/lab/train?run=x"

        # What reaches an app, whatever somebody outside pretends.
        forged = {"X_Forwarded_For": "1.2.3.4", "X_Forwarded_Proto": "http"}
        ask(folder, recorded, "/", Host=f"{OUTSIDE}:8443", **forged)
        assert heard[0].get_all("Host") == [f"{OUTSIDE}:8443"]
        assert heard[0].get_all("X-Forwarded-For") == ["127.0.0.1"]
        assert heard[0].get_all("X-Forwarded-Proto") == ["https"]

        # The app, by its own name and no other.
        for path in ("/lab/", "/lab/train", "/lab/_stcore/health", "/lab/glossary.zh-CN.json"):
            answer = ask(folder, https, path, Host=OUTSIDE)
            assert answer.status == 200, path
            assert all(answer.headers.get_all(name) == [value] for name, value in HEADERS.items())
            assert "max-age" in answer.headers["Strict-Transport-Security"]
            assert ask(folder, https, path, Host="evil.example").status == 421
        page = ask(folder, https, "/lab/train", Host=OUTSIDE)
        assert b"<h1>Train</h1>" in page.body
        assert page.headers["Content-Security-Policy"] == page_policy()
        cookie = ask(folder, https, "/lab/_stcore/health", Host=OUTSIDE).headers["Set-Cookie"]
        assert "secure" in cookie.lower()
        assert "samesite=lax" in cookie.lower()
        assert ask(folder, https, "/lab", Host=OUTSIDE).status == 301
        assert ask(folder, https, "/", Host=OUTSIDE).status == 404

        context = browser.new_context(ignore_https_errors=True)
        shown = visit(f"https://127.0.0.1:{https}/lab/", context=context)
        expect(shown.get_by_role("heading", name="SimpleNet Lab", exact=True)).to_be_visible()
        expect_calm(shown)
        go(shown, "Train")
        train(shown, 1_000_000, pace="Slow motion")
        expect(status(shown)).to_contain_text("10 a second")
        run = re.search(r"/lab/train\?run=([\w-]{16})", address_with(shown, "run"))[1]
        button(shown, "Stop").click()
        expect(button(shown, "Train")).to_be_enabled()
        logs = {path.name: path.read_text() for path in folder.glob("*log")}
        assert {"access.log", "lab.log"} <= set(logs)
        assert not any(run in log or "run=" in log for log in logs.values())
