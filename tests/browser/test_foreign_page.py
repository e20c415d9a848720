"""What a page of another site can do with the app: nothing."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.waiting import until

pytestmark = pytest.mark.browser

PAGE = """<!DOCTYPE html><title>foreign</title><script>
const heard = [];
addEventListener("message", ({ data, origin }) => heard.push([origin, data]));
const ask = (method) => fetch("APP/_stcore/host-config", { method, mode: "no-cors" }).then(
    () => "answered", () => "refused");
const talk = (address) => new Promise((resolve) => {
    const socket = new WebSocket(address, "streamlit");
    socket.onopen = () => resolve("answered");
    socket.onerror = () => resolve("refused");
});
</script><iframe src="APP/train"></iframe><img src="APP/favicon.png">
<a id="follow" href="APP/train">app</a>"""


@contextmanager
def foreign_site(app):
    """Serve a page that attacks the app, at another port; give its address and what it was sent."""
    sent = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            sent.append((self.path, self.headers.get("Referer")))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.replace("APP", app).encode())

        def log_message(self, *_):
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}", sent
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


def test_a_foreign_page_sees_nothing_of_the_app_and_is_told_nothing(server, browser):
    run = f"{server.url}/train?run=secret"
    with foreign_site(server.url) as (site, sent), browser.new_context() as context:
        page = context.new_page()
        page.goto(site)
        frame = page.locator("iframe").element_handle().content_frame()
        assert frame.url.startswith("chrome-error:")
        assert page.evaluate("document.querySelector('img').naturalWidth") == 0
        assert page.evaluate("ask('GET')") == page.evaluate("ask('POST')") == "refused"
        socket = f"{server.url.replace('http', 'ws')}/_stcore/stream"
        assert page.evaluate("address => talk(address)", socket) == "refused"
        # A window that it opens is not its own any more.
        with page.expect_popup() as opened:
            page.evaluate("address => { window.other = open(address); }", run)
        until(lambda: page.evaluate("other.closed"))
        app = opened.value
        app.wait_for_load_state()
        assert app.evaluate("opener") is None
        # Nor does a link from the app tell where one comes from.
        for target in ("_blank", "_self"):
            with context.expect_page() if target == "_blank" else app.expect_navigation():
                app.evaluate(
                    """([href, target]) => {
                        const link = document.createElement("a");
                        Object.assign(link, { href, target });
                        document.body.append(link);
                        link.click();
                    }""",
                    [f"{site}/{target}", target],
                )
        until(lambda: {"/_self", "/_blank"} <= {path for path, _ in sent})
        assert all("secret" not in str(one) and server.url not in str(one) for one in sent)
        assert page.evaluate("heard") == []
