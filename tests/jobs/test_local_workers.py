"""The local workers of a server, as other programs of the machine see them."""

import asyncio
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from distributed import Security
from distributed.comm import CommClosedError, connect

from simplenet.jobs import cluster
from tests.waiting import in_a_loop, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SERVER = """
import signal, time
from simplenet.jobs import Jobs
from tests.jobs.counting import Counting
from tests.jobs.kept import ledger
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # May be ignored here.
    job = Jobs(ledger(), workers=1).start(Counting(end=10**6, pause_s=0.005))
    while not job.records: time.sleep(0.01)
    print(job.records[0][1], flush=True)
    time.sleep(600)
"""


@contextmanager
def running():
    """A server with a worker that is at work: its process, and the id of the worker's."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield psutil.Process(server.pid), int(server.stdout.readline())
        finally:
            server.kill()


def listening(server):
    """Return where a server and its workers listen."""
    processes = [server, *server.children(recursive=True)]
    found = [c for process in processes for c in process.net_connections("tcp")]
    return {c.laddr for c in found if c.status == psutil.CONN_LISTEN}


async def answers(address, **security):
    """Return whether a part of a Dask cluster lets somebody in."""
    with suppress(OSError):  # Which a time-out is, too: of who waits for the end of a request.
        comm = await asyncio.wait_for(connect(address, timeout=2, **security), 3)
        comm.abort()
        return True
    return False


def page_of(place):
    """Return what a place says to a browser that asks for Dask's list of workers."""
    with socket.create_connection(place, timeout=5) as browser, suppress(OSError):
        browser.sendall(b"GET /info/main/workers.html HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return browser.recv(100).decode(errors="replace")
    return ""


@pytest.mark.parametrize(
    ("error", "told"), [(CommClosedError("Stream is closed"), 0), (ValueError("of ours"), 1)]
)
def test_of_errors_that_nobody_waits_for_a_lost_connection_is_not_told(error, told, caplog):
    async def lost():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(cluster.forget_lost_connections)
        loop.call_exception_handler({"message": "never retrieved", "exception": error})

    in_a_loop(lost())
    assert len([record for record in caplog.records if record.name == "asyncio"]) == told


@pytest.mark.skipif(sys.platform == "win32", reason="there temporary files are private")
def test_the_folder_of_the_workers_is_kept_unless_others_may_write_there(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = cluster.private_folder()
    assert folder == cluster.private_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    other = cluster.private_folder()
    assert other != folder
    assert other.stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    folder.symlink_to(other)
    assert cluster.private_folder() not in (folder, other)
    folder.unlink()
    folder.touch()
    assert cluster.private_folder().is_dir()


def test_no_other_user_of_the_machine_can_use_the_local_workers():
    own_keys = Security.temporary().get_connection_args("client")

    async def open_to_others(places):
        outsiders = [("tcp", {}), ("tls", own_keys)]
        tried = [(f"{how}://{ip}:{port}", k) for ip, port in places for how, k in outsiders]
        let_in = await asyncio.gather(*(answers(address, **keys) for address, keys in tried))
        return [address for (address, _), is_in in zip(tried, let_in, strict=True) if is_in]

    with running() as (server, worker):
        places = listening(server)
        assert len(places) >= 3  # Of the scheduler, the nanny and the worker.
        assert {place.ip for place in places} == {"127.0.0.1"}
        assert in_a_loop(open_to_others(places)) == []
        assert [page for page in map(page_of, places) if page.startswith("HTTP/1.1 200")] == []
        open_now = [Path(file.path) for file in psutil.Process(worker).open_files()]
        kept = {path.parents[1] for path in open_now if path.suffix == ".dirlock"}
        assert kept  # It imports from there.
        assert {folder.stat().st_mode & 0o777 for folder in kept} == {0o700}


@pytest.mark.parametrize("killed_by", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_server(killed_by):
    with running() as (server, worker):
        server.send_signal(killed_by)
        server.wait(240)
    until(lambda: not psutil.pid_exists(worker))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends what is stopped")
def test_no_worker_that_is_stopped_outlives_its_server():
    with running() as (server, worker):
        psutil.Process(worker).suspend()
        server.kill()
        server.wait(240)
    until(lambda: not psutil.pid_exists(worker))
