"""An nginx for the tests, on free ports and gone afterwards, as the guide has it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until

GUIDE = Path(__file__).parents[2] / "docs" / "deployment.md"

AROUND = """
daemon off;
pid FOLDER/pid;
error_log FOLDER/log;
events {}
http {
    access_log FOLDER/access.log;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    BLOCKS
}
"""
"""What Debian has around the blocks of its sites, all of it in one folder."""


NAMES = "DNS:lab.example.org,IP:127.0.0.1"
"""Of the certificate."""


def block() -> str:
    """Return the block of the guide, as it stands there."""
    return re.search(r"^```nginx\n(server .*?)^```$", GUIDE.read_text(), re.M | re.S)[1]


def free_ports(n: int) -> list[int]:
    """Return ports that nobody uses now."""
    tried = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [one.getsockname()[1] for one in tried]
    for one in tried:
        one.close()
    return ports


def filled(folder: Path, app_port: int, path: str, ports: list[int]) -> str:
    """Return the block of the guide with ports, a certificate, and the path of an app."""
    changes = {
        "listen 80;": f"listen 127.0.0.1:{ports[0]};",
        "listen 443 ssl;": f"listen 127.0.0.1:{ports[1]} ssl;",
        "/etc/letsencrypt/live/lab.example.org/fullchain.pem": f"{folder}/certificate.pem",
        "/etc/letsencrypt/live/lab.example.org/privkey.pem": f"{folder}/key.pem",
        "/var/log/nginx/lab.log": f"{folder}/lab.log",
        "http://127.0.0.1:8501;": f"http://127.0.0.1:{app_port};",
        "location / {": f"location {path} {{",
    }
    text = block()
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(*apps: tuple[int, str]) -> Iterator[tuple[Path, list[list[int]]]]:
    """Give the folder of an nginx, and the ports (HTTP, HTTPS) before each app: port and path.

    It skips where there is no nginx, and says how to get it; with CI=true it fails.
    """
    where = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"
    server, openssl = (shutil.which(name, path=where) for name in ("nginx", "openssl"))
    if not (server and openssl):
        how = "no nginx or no openssl is found: apt-get install nginx openssl"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(how)
    # It needs no rights: root becomes nobody.
    user: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="simplenet-nginx-"))
    try:
        command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        about = "-subj", "/CN=lab.example.org", "-addext", f"subjectAltName={NAMES}"
        files = "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"
        subprocess.run([openssl, *command, *about, *files], check=True, capture_output=True)
        ports = [free_ports(2) for _ in apps]
        blocks = [filled(folder, *app, own) for app, own in zip(apps, ports, strict=True)]
        configuration = AROUND.replace("BLOCKS", "\n".join(blocks)).replace("FOLDER", str(folder))
        (folder / "nginx.conf").write_text(configuration)
        if user:
            for path in [folder, *folder.iterdir()]:
                shutil.chown(path, user["user"])
        command = [server, "-p", folder, "-e", folder / "log", "-c", folder / "nginx.conf"]
        with (folder / "said").open("wb") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder, **user)

        def listens() -> bool:
            assert process.poll() is None, (folder / "said").read_text()
            return all(answers(port) for own in ports for port in own)

        try:
            until(listens)
            yield folder, ports
        finally:
            process.terminate()
            process.wait(60)
    finally:
        shutil.rmtree(folder)


def answers(port: int) -> bool:
    """Return whether something listens at a port of this machine."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
