"""What listens where."""

import socket
from ipaddress import ip_address

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

from tests.waiting import until


def begins(server):
    """Visit a page, so that the server starts its workers."""
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    message = BackMsg()
    message.rerun_script.query_string = ""
    with connect(address, subprotocols=["streamlit"], max_size=None) as page:
        page.send(message.SerializeToString())
        until(server.workers)


def is_at_work(worker):
    """Return whether a worker has a way to the scheduler."""
    return any(one.laddr for one in worker.net_connections("all"))


def open_doors(server):
    """Return what of the server, and of all that it has started, can be reached from outside."""
    server_process = psutil.Process(server.process.pid)
    found = set()
    for process in [server_process, *server_process.children(recursive=True)]:
        for one in process.net_connections("inet"):
            waits = one.status == psutil.CONN_LISTEN or one.type == socket.SOCK_DGRAM
            if waits and not one.raddr and not ip_address(one.laddr.ip).is_loopback:
                found.add((one.laddr.ip, one.laddr.port))
    return found


def test_only_the_pages_port_can_be_reached_from_outside(open_server):
    begins(open_server)
    until(lambda: all(map(is_at_work, open_server.workers())))
    assert open_doors(open_server) == {("0.0.0.0", open_server.port)}
