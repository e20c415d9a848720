"""What a worker is given before there is work, and how it is ended; without processes."""

import signal
import socket
import sys
from types import SimpleNamespace

import dask
import distributed
import distributed.scheduler
import pytest

from simplenet.jobs import calls, cluster, outside, preparation, same_code
from simplenet.jobs.calls import end_process
from simplenet.jobs.preparation import NICENESS, Preparation


@pytest.fixture
def prepared(monkeypatch):
    """Return a function that prepares a worker, and tells what was asked of the system."""

    def prepared(platform="linux", priority=0, nanny="its nanny", warm_up=None):
        asked = []
        prctl = SimpleNamespace(prctl=lambda *told: asked.append(("prctl", *told)))
        system = SimpleNamespace(
            PRIO_PROCESS=0,
            getpriority=lambda which, who: priority,
            setpriority=lambda *told: asked.append(("priority", *told)),
        )
        monkeypatch.setattr(preparation, "sys", SimpleNamespace(platform=platform))
        monkeypatch.setattr(preparation, "os", None if platform == "win32" else system)
        monkeypatch.setattr(preparation, "ctypes", SimpleNamespace(CDLL=lambda _: prctl))
        Preparation(warm_up).setup(SimpleNamespace(nanny=nanny))
        return asked

    return prepared


LOWERED, TIED = ("priority", 0, 0, NICENESS), ("prctl", 1, signal.SIGKILL)


def test_a_worker_makes_way_for_the_pages_and_ends_with_the_process_that_started_it(prepared):
    assert prepared() == [LOWERED, TIED]
    for priority in (NICENESS, NICENESS + 1):  # It makes way already.
        assert prepared(priority=priority) == [TIED]
    assert prepared(nanny=None) == [LOWERED]  # Somebody else has started it.
    assert prepared("darwin") == [LOWERED]
    assert prepared("win32") == []


def test_a_worker_is_warmed_up_once(prepared):
    warm = []
    prepared(warm_up=lambda: warm.append("up"))
    assert warm == ["up"]


def test_only_a_process_that_computes_a_call_and_will_be_replaced_is_ended(monkeypatch):
    ended = []
    monkeypatch.setattr(calls, "os", SimpleNamespace(_exit=ended.append))
    for nanny, computes in ((None, "call"), ("its nanny", "another")):
        end_process("call", SimpleNamespace(nanny=nanny, active_threads={1: computes}))
    assert ended == []
    end_process("call", SimpleNamespace(nanny="its nanny", active_threads={1: "call"}))
    assert ended == [1]


def test_dask_is_kept_out_of_what_it_would_spoil():
    cluster.configure_dask()
    assert distributed.scheduler.enable_gc_diagnosis() is None
    assert distributed.scheduler.disable_gc_diagnosis() is None
    # What a training frees stays for its next slice: glibc takes no higher bound of what is large
    # than this one, and a few of these may be left at the end of a heap.
    environment = "distributed.nanny.pre-spawn-environ.MALLOC_{}_THRESHOLD_"
    largest = 4 * 1024**2 * 8
    assert cluster.DASK_CONFIG[environment.format("MMAP")] == largest
    assert cluster.DASK_CONFIG[environment.format("TRIM")] == 4 * largest
    assert cluster.DASK_CONFIG["distributed.scheduler.allowed-failures"] == 0


def test_the_local_cluster_has_a_process_a_core_and_is_for_this_user_only(tmp_path, monkeypatch):
    size, real, told = 511, distributed.LocalCluster, []  # Another's cluster may start just now.

    def started(**options):
        if options["n_workers"] != size:
            return real(**options)
        told.append((cluster.Path(dask.config.get("temporary-directory")), options))
        return SimpleNamespace(sync=lambda function: None)

    monkeypatch.setattr(distributed, "LocalCluster", started)
    monkeypatch.setattr(cluster, "private_folder", lambda: tmp_path)
    cluster.local_cluster(size)
    ((folder, options),) = told
    assert folder == tmp_path
    assert options["processes"] is options["security"] is True
    assert options["threads_per_worker"] == 1
    assert {options["host"], options["dashboard_address"]} == {"127.0.0.1", "127.0.0.1:0"}
    assert options["scheduler_kwargs"] == {"dashboard": False}
    assert options["memory_limit"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="there temporary files are private")
def test_on_windows_and_in_anothers_place_no_other_user_has_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(cluster, "sys", SimpleNamespace(platform="win32"))
    assert cluster.private_folder() == tmp_path / "simplenet"
    monkeypatch.setattr(cluster, "sys", SimpleNamespace(platform="linux"))
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr(cluster, "mkdtemp", lambda prefix: str(tmp_path / f"{prefix}new"))
    for user, name in ((owner, f"simplenet-{owner}"), (owner + 1, "simplenet-new")):
        monkeypatch.setattr(cluster, "os", SimpleNamespace(getuid=lambda user=user: user))
        assert cluster.private_folder() == tmp_path / name


def test_a_connection_to_anothers_scheduler_is_nobody_elses(monkeypatch):
    real, told = distributed.Client, []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"

        def client(at, **options):
            return told.append(options) if at == address else real(at, **options)

        monkeypatch.setattr(distributed, "Client", client)
        outside.connected(address, "a loop", 3.0)
    assert told == [{"timeout": 3.0, "set_as_default": False, "loop": "a loop"}]


def test_keys_that_cannot_be_read_are_no_scheduler_that_is_away():
    names = ("ca-file", "client.cert", "client.key")
    with (
        dask.config.set({f"distributed.comm.tls.{name}": "/no/such/file" for name in names}),
        pytest.raises(ValueError, match="the TLS files of Dask's configuration cannot be read"),
    ):
        outside.connected("tls://127.0.0.1:9", None, 0.1)


def test_the_code_of_the_server_is_that_of_the_engine():
    assert {path.name for path in same_code.ENGINE.iterdir()} >= {"network.py", "jobs", "runs"}
    assert same_code.ENGINE.name == "simplenet"
