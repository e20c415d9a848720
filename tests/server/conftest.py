"""The app as a process of its own, open to the network, without a browser."""

from __future__ import annotations

import pytest

from tests.browser.served import running

OUTSIDE = "lab.example.org"
"""The name by which this server is reached from outside."""


@pytest.fixture(scope="session")
def open_server(tmp_path_factory):
    options = ["--server.address", "0.0.0.0"]
    environment = {"SIMPLENET_HOSTS": OUTSIDE}
    folder = tmp_path_factory.mktemp("open")
    with running(folder, options=options, environment=environment) as server:
        yield server
