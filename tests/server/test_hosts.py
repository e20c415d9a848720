"""Who is let in: by the name of the server that is asked for, and by the page that asks."""

import socket

import pytest
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pages.language.text import text
from pages.platform import hosts
from pages.platform.hosts import MOST_TOLD, Hosts, names, refusal
from tests.server.asked import answered, ask, begun, said, scope
from tests.server.conftest import OUTSIDE
from tests.waiting import in_a_loop, until


@pytest.fixture(autouse=True)
def named(monkeypatch):
    """A machine with a name, and one of its own for the app."""
    monkeypatch.setattr(socket, "gethostname", lambda: "Teacher.school.example")
    monkeypatch.setenv("SIMPLENET_HOSTS", " lab.example.org, https://other.example:8443/x ")
    known = config.get_option
    options = {"server.address": "0.0.0.0", "browser.serverAddress": "given.example"}
    monkeypatch.setattr(config, "get_option", lambda name: options.get(name) or known(name))
    names.cache_clear()
    yield
    names.cache_clear()


OWN = (
    "localhost",
    "LOCALHOST:8501",
    "a.localhost:8501",
    "127.0.0.1:8501",
    "127.1.2.3",
    "[::1]:8501",
    "[fe80::1%25eth0]:8501",
    "[::ffff:192.168.1.5]:8501",
    "192.168.1.5:8501",
    "teacher:8501",
    "teacher.local:8501",
    "Teacher.local.:8501",
    "teacher.lan",
    "teacher.school.example",
    "given.example:8501",
    "lab.example.org",
    "LAB.example.org:443",
    "other.example",
)

FOREIGN = (
    "evil.example",
    "evil.example:8501",
    "",
    "teacher.evil.example",
    "evil.lab.example.org",
    "lab.example.org.evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "evil.example#localhost",
    "localhost/evil.example",
    "evil.example@localhost",
    "localhost@evil.example",
    "localhost:port",
    "[localhost",
    "0x7f000001.evil.example",
    "xn--lcalhost-54a.example",
    "l\u00f6calhost",
    ".",
    ":8501",
    "[::1]evil.example",
    "[::1].evil.example",
    "[v1.evil]",
    "localhost:80:80",
    "localhost:-1",
    "localhost, evil.example",
    "localhost evil.example",
    "localhost\\evil.example",
    "\uff4cocalhost".encode().decode("latin-1"),
)


@pytest.mark.parametrize("host", OWN)
def test_the_server_answers_to_its_own_names_and_to_numbers(host):
    assert refusal(scope(headers=[("host", host)])) is None
    assert refusal(scope("websocket", [("host", host), ("origin", f"http://{host}")])) is None


@pytest.mark.parametrize("host", FOREIGN)
def test_it_does_not_answer_to_a_foreign_name(host):
    assert refusal(scope(headers=[("host", host)])) == ("host", host)
    # A page of that name has the same origin: that is how DNS rebinding gets in.
    page = [("host", host), ("origin", f"http://{host}")]
    assert refusal(scope("websocket", page)) == ("host", host)
    assert refusal(scope(headers=[("host", "localhost"), ("host", host)])) == ("host", host)


def test_nobody_is_let_in_without_a_name():
    assert refusal(scope()) == ("host", "")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8501", "http://localhost:8501"),
        ("lab.example.org", "https://lab.example.org"),
        ("lab.example.org:443", "https://lab.example.org"),
        ("lab.example.org", "https://LAB.example.org:443"),
        ("lab.example.org", "http://lab.example.org:80"),
        ("[::1]:8501", "http://[::1]:8501"),
    ],
)
def test_its_own_pages_are_let_in(host, origin):
    assert refusal(scope("websocket", [("host", host), ("origin", origin)])) is None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://localhost",
        "http://localhost:9000",  # Another program of this machine.
        "https://localhost",
        "http://127.0.0.1:8501",
        "http://localhost:8501.evil.example",
        "http://localhost:8501@evil.example",
        "file://localhost:8501",
        "http://[",
        "http://localhost:8501/",
        "http:/localhost:8501",
        "HTTP://localhost:8501 http://evil.example",
        "chrome-extension://localhost:8501",
    ],
)
def test_foreign_pages_are_not(origin):
    asked = [("host", "localhost:8501"), ("origin", origin)]
    assert refusal(scope("websocket", asked)) == ("origin", origin)
    assert refusal(scope(headers=asked)) == ("origin", origin)
    both = [*asked, ("origin", "http://localhost:8501")]
    assert refusal(scope(headers=both)) == ("origin", origin)


def test_nobody_is_asked_for_the_names(monkeypatch):
    for name in ("getaddrinfo", "getfqdn", "gethostbyaddr", "gethostbyname"):
        monkeypatch.setattr(socket, name, None)
    assert {"localhost", "teacher", "teacher.local", "given.example"} <= names()


def test_a_name_that_is_none_is_named_in_the_log_and_lets_nobody_in(monkeypatch, caplog):
    monkeypatch.setenv("SIMPLENET_HOSTS", "*, *.example.org lab.example.org")
    assert refusal(scope(headers=[("host", "lab.example.org")])) is None
    assert refusal(scope(headers=[("host", "other.example.org")]))
    told = [record.getMessage() for record in caplog.records if record.name == hosts.__name__]
    assert ["'*'" in told[0], "'*.example.org'" in told[1], len(told)] == [True, True, 2]


async def app(scope, receive, send):
    """Answer that somebody was let in."""
    await send({"type": "let in"})


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_is_refused_is_told_why_and_what_to_do(kind, language):
    asked = [("host", "evil.example\x1b" + "x" * 1000), ("accept-language", language)]
    start, body = answered(Hosts(app), scope(kind, asked))
    assert start["type"].endswith("http.response.start")
    assert start["status"] == 421
    assert (b"content-type", b"text/plain; charset=utf-8") in start["headers"]
    words = body["body"].decode()
    assert words.startswith(text(language, "refused.host", name="", variable="").split(" ")[0][:4])
    assert "evil.example x" in words
    assert "SIMPLENET_HOSTS=" in words
    assert len(words) < 500
    asked = [("host", "localhost"), ("origin", "http://evil.example")]
    start, body = answered(Hosts(app), scope(kind, asked))
    assert start["status"] == 403
    assert b"http://evil.example" in body["body"]
    assert b"proxy" in body["body"]


def test_a_server_of_another_kind_closes_a_websocket_that_is_refused():
    asked = scope("websocket", [("host", "evil.example")], extensions={})
    assert answered(Hosts(app), asked) == [{"type": "websocket.close", "code": 1008}]


def test_who_is_let_in_is_answered_by_the_app():
    assert answered(Hosts(app), scope(headers=[("host", "localhost")])) == [{"type": "let in"}]
    assert answered(Hosts(app), {"type": "lifespan"}) == [{"type": "let in"}]


def test_the_log_names_each_foreign_name_once_in_a_line_and_has_an_end(caplog):
    door = Hosts(app)

    async def nothing(*_):
        pass

    for name in ["evil.example\nx", *(f"{n}.example" for n in range(2 * MOST_TOLD))] * 2:
        in_a_loop(door(scope(headers=[("host", name)]), nothing, nothing))
    told = [record.getMessage() for record in caplog.records if record.name == hosts.__name__]
    assert len(told) == MOST_TOLD
    assert "evil.example" in told[0]
    assert "SIMPLENET_HOSTS" in told[0]
    assert all("\n" not in line for line in told)


@pytest.mark.slow
def test_a_server_that_runs_refuses_foreign_names_and_pages(open_server):
    port = open_server.port
    for host in (f"localhost:{port}", OUTSIDE, f"10.1.2.3:{port}"):
        assert ask(open_server, Host=host).status == 200
        assert ask(open_server, Host=host, Origin="http://evil.example").status == 403
    for path in ("/", "/train", "/nothing", "/_stcore/health", "/glossary.en.json", "/static/x"):
        answer = ask(open_server, path, Host="evil.example")
        assert answer.status == 421
        assert b"SIMPLENET_HOSTS" in answer.body
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    with connect(address, origin=open_server.url, subprotocols=["streamlit"]):
        pass
    for origin in ("http://evil.example", f"http://localhost:{port + 1}", "null"):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(address, origin=origin, subprotocols=["streamlit"]),
        ):
            pass
        assert refused.value.response.status_code == 403
        assert b"with its own pages only" in refused.value.response.body
    log = open_server.log.read_text()
    assert "evil.example" in log
    assert "handshake" not in log


@pytest.mark.slow
def test_an_upload_needs_the_token_of_a_page_of_the_server(open_server):
    asked = BackMsg()
    asked.file_urls_request.request_id = "request"
    asked.file_urls_request.file_names.append("a.png")
    with begun(open_server) as page:
        page.send(asked.SerializeToString())
        path = until(lambda: place_for_a_file(said(page)))
        put_and_take_back(open_server, path)


def put_and_take_back(open_server, path):
    """Try to put a file where a page was told to, first as others would."""
    file = "--x\r\nContent-Disposition: form-data; name=f; filename=a.png\r\n\r\n1\r\n--x--\r\n"
    kind = {"Content_Type": "multipart/form-data; boundary=x", "Origin": open_server.url}
    assert ask(open_server, path, "PUT", file, **kind).status == 403
    assert ask(open_server, path, "DELETE", **kind).status == 403
    cookie = ask(open_server, "/_stcore/health").headers["Set-Cookie"].split(";")[0]
    assert ask(open_server, path, "PUT", file, Cookie=cookie, **kind).status == 403
    token = cookie.partition("=")[2]
    foreign = {**kind, "Cookie": cookie, "X_Xsrftoken": token, "Origin": "http://evil.example"}
    assert ask(open_server, path, "PUT", file, **foreign).status == 403
    own = {**foreign, "Origin": open_server.url}
    assert ask(open_server, path, "PUT", file, **own).status == 204
    assert ask(open_server, path, "DELETE", **own).status == 204


def place_for_a_file(told):
    """Return where a page is told to put a file, if it is in what a server says."""
    urls = told.file_urls_response.file_urls
    return urls[0].upload_url if urls else None
