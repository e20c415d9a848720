"""Nothing leaves the server."""

import sys
from pathlib import Path

import pytest
from streamlit import config, net_util
from streamlit.web import bootstrap
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages.platform.offline import stay_offline

ROOT = Path(__file__).parents[2]


class OutsideError(AssertionError):
    """Something was asked outside."""


@pytest.fixture
def sealed(monkeypatch):
    """Streamlit as the app has it, where each look outside is an error."""
    for name in ("get_external_ip", "get_internal_ip"):  # Put back at the end.
        monkeypatch.setattr(net_util, name, getattr(net_util, name))
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "_internal_ip", None)
    stay_offline()
    sealing = True

    def hook(event, args):
        if sealing and event in ("socket.getaddrinfo", "socket.connect"):
            raise OutsideError(event, args)

    sys.addaudithook(hook)
    yield
    sealing = False


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "https://8.8.8.8:8501", "null", ""])
def test_a_foreign_page_is_refused_at_once(sealed, origin):
    assert not _is_origin_allowed(origin, "teacher.local:8501")


@pytest.mark.parametrize(
    "host", ["teacher.local:8501", "192.168.1.5:8501", "localhost:8501", "[fe80::1]:8501", "a.b"]
)
def test_the_own_pages_are_let_in_under_any_host_name(sealed, host):
    assert _is_origin_allowed(f"http://{host}", host)


def test_the_first_words_of_a_server_need_no_look_outside(sealed, monkeypatch, capsys):
    """Open to a class, without a screen, and without the project's own options."""
    options = {"server.address": "0.0.0.0", "server.headless": True}
    known = config.get_option
    monkeypatch.setattr(config, "is_manually_set", lambda name: False)
    monkeypatch.setattr(
        config, "get_option", lambda name: options[name] if name in options else known(name)
    )
    bootstrap._print_url(False)
    assert "http://localhost:" in capsys.readouterr().out


def test_the_options_alone_keep_its_first_words_inside(sealed, monkeypatch):
    """Streamlit as it is, started by its own command."""
    monkeypatch.undo()
    monkeypatch.chdir(ROOT)
    config.get_config_options(force_reparse=True)
    assert config.is_manually_set("browser.serverAddress")
    bootstrap._print_url(False)
