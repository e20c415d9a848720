"""The files of the browser's side: packed once, and as they are for who cannot unpack."""

import asyncio
import gzip
import re

import pytest

from pages.platform import packed
from pages.platform.front import answer as document
from pages.platform.packed import PLOTLY, Packed, files
from tests.waiting import in_a_loop

SMALL = next(name for name in sorted(files()) if name.endswith(".js"))


def asked(path, accepts="gzip, br", method="GET", kind="http"):
    """What is answered: status, headers and content; or None where the app has to."""
    sent, left = [], []

    async def app(scope, receive, send):
        left.append(scope["path"])

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.Event().wait()  # Nothing more comes, and nobody leaves.

    headers = [(b"accept-encoding", accepts.encode())]
    scope = {"type": kind, "method": method, "path": path, "headers": headers}
    in_a_loop(Packed(app)(scope, receive, send))
    if left:
        assert not sent
        return None
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(part.get("body", b"") for part in sent[1:])


def test_a_file_comes_packed_and_once_only_is_it_packed(monkeypatch):
    own = files()[SMALL].read_bytes()
    monkeypatch.setattr(packed, "_packed", {})
    for turn in range(2):
        status, headers, content = asked(f"/{SMALL}")
        assert status == 200
        assert gzip.decompress(content) == own
        assert len(content) < len(own) == len(gzip.decompress(packed._packed[SMALL]))
        assert headers["content-encoding"] == "gzip"
        assert headers["content-type"].startswith("text/javascript")
        assert "immutable" in headers["cache-control"]
        assert int(headers["content-length"]) == len(content)
        if not turn:  # It is not packed again.
            monkeypatch.setattr(packed, "_pack", None)


def test_who_cannot_unpack_gets_the_file_as_it_is():
    status, headers, content = asked(f"/{SMALL}", accepts="identity")
    assert status == 200
    assert content == files()[SMALL].read_bytes()
    assert "content-encoding" not in headers


def test_what_is_packed_already_is_not_packed_again():
    font = next(name for name in files() if name.endswith(".woff2"))
    _, headers, content = asked(f"/{font}")
    assert content == files()[font].read_bytes()
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("/static/js/none.js", {}),
        ("/static/../index.html", {}),
        ("/static/js/../../../__init__.py", {}),
        ("/train", {}),
        ("/", {}),
        (f"/{SMALL}", {"method": "POST"}),
        (f"/{SMALL}", {"kind": "websocket"}),
    ],
)
def test_all_else_is_the_apps(path, how):
    assert asked(path, **how) is None


def test_what_the_document_and_the_charts_ask_for_is_there():
    names = re.findall(r'(?:href|src)="\./(static/[^"]+)"', document("/", "", "en"))
    assert len(names) > 50
    assert set(names) <= files().keys()
    assert b"plotly.js" in gzip.decompress(asked(f"/{PLOTLY}")[2])[:200]


def test_at_an_address_with_a_path_the_files_are_below_it(monkeypatch):
    monkeypatch.setattr(packed, "below", lambda path: f"/lab{path}")
    assert asked(f"/lab/{SMALL}")[0] == 200
    assert asked(f"/other/{SMALL}") is None
