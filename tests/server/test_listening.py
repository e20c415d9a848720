"""What listens where."""

import socket
from contextlib import suppress
from ipaddress import ip_address

import psutil
import pytest

from tests.server.asked import begun
from tests.waiting import until


def sockets(process, kind):
    """Return the sockets of a process; one that has just ended has none."""
    with suppress(psutil.NoSuchProcess):
        return process.net_connections(kind)
    return []


def is_at_work(worker):
    """Return whether a worker has a way to the scheduler."""
    return any(one.laddr for one in sockets(worker, "all"))


def open_doors(server):
    """Return what of the server, and of all that it has started, can be reached from outside."""
    server_process = psutil.Process(server.process.pid)
    found = set()
    for process in [server_process, *server_process.children(recursive=True)]:
        for one in sockets(process, "inet"):
            waits = one.status == psutil.CONN_LISTEN or one.type == socket.SOCK_DGRAM
            if waits and not one.raddr and not ip_address(one.laddr.ip).is_loopback:
                found.add((one.laddr.ip, one.laddr.port))
    return found


@pytest.mark.slow
def test_only_the_pages_port_can_be_reached_from_outside(open_server):
    with begun(open_server):  # Its first visitor has a server start its workers.
        until(lambda: (found := open_server.workers()) and all(map(is_at_work, found)))
    assert open_doors(open_server) == {("0.0.0.0", open_server.port)}
