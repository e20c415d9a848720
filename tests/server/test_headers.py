"""What every answer tells the browser."""

import re

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pages.platform.front import document
from pages.platform.headers import DATA, HEADERS, SafeHeaders, failed, page_policy
from tests.server.asked import answered, ask, scope

PAGES = "/", "/train", "/train?run=x", "/learn", "/nothing", "/index.html"

DATA_PATHS = (
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/nothing/_stcore/health",
    "/_stcore/agent/openapi.json",
    "/_stcore/upload_file/x/y",
    "/media/nothing.svg",
    "/media/nothing.html",
    "/component/nothing/x.html",
    "/component/../../etc/passwd",
    "/glossary.en.json",
    "/favicon.png",
    "/static/js/nothing.js",
    "/train/",
    "//evil.example/",
    "/%00",
)


def check(headers, policy):
    for name, value in HEADERS.items():
        assert headers.get_all(name) == [value], name
    assert headers.get_all("Content-Security-Policy") == [policy]


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_policy(open_server, path):
    answer = ask(open_server, path)
    assert answer.status == 200
    check(answer.headers, page_policy())


@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT"])
def test_every_other_answer_may_do_nothing(open_server, method):
    for path in DATA_PATHS:
        headers = ask(open_server, path, method).headers
        # Where there is no script, Streamlit answers with its own page.
        own = path.startswith("/static/") and headers.get("Content-Type", "").startswith(
            "text/html"
        )
        check(headers, page_policy() if own else DATA)
    check(ask(open_server, "/", method, Host="evil.example").headers, DATA)


def test_so_has_what_a_websocket_is_refused_with(open_server):
    address = f"ws://127.0.0.1:{open_server.port}/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin="http://evil.example"):
        pass
    for name, value in HEADERS.items():
        assert refused.value.response.headers.get_all(name) == [value]


def test_so_has_the_answer_where_the_server_fails():
    def fail(request):
        raise ZeroDivisionError("a secret")

    app = Starlette(
        routes=[Route("/", fail)],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={Exception: failed},
    )
    messages = []

    async def guarded(asked, receive, send):
        with pytest.raises(ZeroDivisionError):  # Starlette raises it once more, for the log.
            await app(asked, receive, send)

    messages = answered(guarded, scope(query_string=b"", root_path=""))
    told = dict(messages[0]["headers"])
    assert messages[0]["status"] == 500
    assert all(told[name.lower().encode()] == value.encode() for name, value in HEADERS.items())
    assert told[b"content-security-policy"] == DATA.encode()
    assert b"secret" not in messages[1]["body"]


@pytest.mark.parametrize(
    ("kind", "path", "policy"),
    [
        ("text/html; charset=utf-8", "/train", page_policy),
        ("text/html", "/lab/train", page_policy),
        ("text/html", "/media/0a.html", lambda: DATA),
        ("text/html", "/lab/media/0a.html", lambda: DATA),
        ("text/html", "/component/x/index.html", lambda: DATA),
        ("image/svg+xml", "/media/0a.svg", lambda: DATA),
        ("application/xhtml+xml", "/train", lambda: DATA),
    ],
)
def test_a_file_of_a_visitor_can_do_nothing_as_a_page(kind, path, policy):
    async def app(scope, receive, send):
        own = [(b"content-type", kind.encode()), (b"content-security-policy", b"default-src *")]
        await send({"type": "http.response.start", "status": 200, "headers": own})

    (start,) = answered(SafeHeaders(app), scope(path=path))
    assert [v for k, v in start["headers"] if k == b"content-security-policy"] == [
        policy().encode()
    ]


def directives(policy):
    return {name: words for name, *words in map(str.split, policy.split(";"))}


def test_a_page_loads_nothing_from_elsewhere_and_makes_no_script_of_a_text():
    policy = directives(page_policy())
    assert policy["default-src"] == ["'none'"]
    words = {word for words in policy.values() for word in words}
    hashes = {word for word in words if word.startswith("'sha256-")}
    allowed = {"'none'", "'self'", "data:", "blob:", "'unsafe-inline'", "'unsafe-eval'"}
    assert words - hashes <= allowed
    assert not {"'unsafe-inline'", "data:"} & set(policy["script-src"])
    assert policy["frame-ancestors"] == ["'self'"]
    for name in ("base-uri", "form-action"):
        assert policy[name] == ["'none'"]
    assert {"frame-src", "object-src", "worker-src"} & set(policy) == set()  # As by default: none.


def test_the_scripts_in_the_documents_are_the_same_on_every_page():
    def scripts(page, language):
        return re.findall(r"<script>(.*?)</script>", document(page, language), re.DOTALL)

    assert len(scripts("home", "en")) == 2
    assert scripts("home", "en") == scripts("train", "zh") == scripts("learn", "en")


def test_no_foreign_page_can_steer_the_app_by_messages(open_server):
    assert b'"allowedOrigins":[]' in ask(open_server, "/_stcore/host-config").body
    assert ask(open_server, "/_stcore/agent/interact", "POST").status >= 400
    for path in ("/", "/_stcore/health", "/_stcore/host-config", "/static/js/x.js"):
        headers = ask(open_server, path).headers
        assert "Access-Control-Allow-Origin" not in headers
