from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from contextlib import contextmanager
from dataclasses import replace
from time import time
from unittest.mock import patch

import numpy as np
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from simplenet.data import DataSourceError
from simplenet.jobs import LedgerError, NoRoomError
from simplenet.jobs.ledger import Lease, Position, Wishes
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun
from simplenet.runs.bundle import Bundle
from simplenet.runs.comparison import GradientComparison
from simplenet.runs.finetuning import FineTuning
from simplenet.runs.kinds import KINDS, settings_of, training_of
from simplenet.runs.mapping import Mapping
from simplenet.runs.packing import pack, unpack
from simplenet.runs.scaling import Scaling
from simplenet.runs.store import Limits, Store, open_store, opening
from simplenet.runs.store.opening import FILE, in_memory, opened
from simplenet.runs.store.schema import METADATA
from simplenet.training import History, TrainingConfig

RUN = TrainingRun(TrainingConfig(iterations=30, momentum=0.5, augmentation=("affine",)), 7)


@pytest.fixture
def store(address):
    store = Store(opened(address))
    yield store
    store.close()


@pytest.fixture
def memory():
    return Store(in_memory())


def a_run(store, job_id="a", visitor="me", run=RUN):
    store.add(job_id, visitor, run, Wishes(), "server")
    return job_id


def some_work():
    """One of each kind of work."""
    rng = np.random.default_rng(0)
    params = SimpleNet(784, 4, 10, rng=rng).params
    x, t = rng.integers(256, size=(3, 784), dtype=np.uint8), np.arange(3)
    return [
        RUN,
        FineTuning(params, x, t, recipe=TrainingConfig(iterations=3)),
        GradientComparison(params, x, t, per_array=2),
        Mapping(params, "a network"),
        Scaling((1, 2), (1, 2), hidden_size=2, batch_size=2),
    ]


def same(a, b):
    """Return whether two things are the same in every number, arrays with their type."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)
    if isinstance(a, History):
        return same(a.parts(), b.parts())
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if hasattr(a, "__dataclass_fields__"):
        names = a.__dataclass_fields__
        return type(a) is type(b) and all(same(getattr(a, n), getattr(b, n)) for n in names)
    return a == b


@pytest.mark.parametrize("work", some_work(), ids=lambda work: type(work).__name__)
def test_every_kind_of_work_comes_back_as_it_was(memory, work):
    memory.add("a", "me", work, Wishes("slow"), "server")
    done = work.advance(None, 0.05, 2)
    # The second slice of a map takes many seconds.
    more = done if isinstance(work, Mapping) else work.advance(done.state, 0.05, 2)
    records = work.no_records()
    for part in (done, more):
        records.extend(part.records)
        assert memory.commit("a", 0, work, part.records, part.state, records, Position())
    entry = memory.read("a")
    assert same(entry.work, work)
    assert same(entry.state, more.state)
    assert same(entry.chunks, [done.records, more.records])
    assert same(memory.read("a", known=1).chunks, [more.records])
    assert entry.standing.wishes.pace == "slow"
    # It goes on as if nothing had been between.
    if isinstance(work, TrainingRun):
        assert same(
            work.advance(entry.state, 60, 3).state.params,
            work.advance(more.state, 60, 3).state.params,
        )


def test_a_history_comes_back_whole_and_can_grow():
    part = RUN.advance(None, 60, None)
    again = unpack(pack(part.records), History)
    assert same(again, part.records)
    assert [r.iteration for r in again.evaluated()] == [
        r.iteration for r in part.records.evaluated()
    ]
    assert same(again.curve(), part.records.curve())


def test_settings_are_flat_and_leave_out_what_is_large():
    run, tuning, race, _, scaling = map(settings_of, some_work())
    assert run["hidden_size"] == 7
    assert run["augmentation"] == ["affine"]
    assert tuning["iterations"] == 3
    assert race == {"arrays": ["W1", "b1", "W2", "b2"], "per_array": 2, "seed": 0}
    assert scaling["hidden_sizes"] == [1, 2]
    assert training_of(run) == RUN
    assert training_of({"hidden_size": 0}) is None
    assert training_of({"of another release": 1}) is None


def test_the_migrations_lead_to_the_schema(store):
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []


def test_a_database_is_opened_again_with_what_is_in_it(address):
    first = Store(opened(address))
    a_run(first)
    first.close()
    again = Store(opened(address))
    assert [run.id for run in again.runs_of("me")] == ["a"]
    again.close()


def test_a_write_with_an_old_number_changes_nothing(store):
    a_run(store)
    done = RUN.advance(None, 60, 3)
    lease = Lease("server", 0, 0)
    assert store.claim("a", lease, "other")
    assert not store.claim("a", lease, "third")
    before = store.read("a")
    assert not store.commit("a", 0, RUN, done.records, done.state, done.records, Position())
    store.release("a", 0)
    after = store.read("a")
    assert same(after.standing, before.standing)
    assert after.chunks == []
    assert after.state is None
    assert store.commit("a", 1, RUN, done.records, done.state, done.records, Position())
    assert len(store.read("a").chunks) == 1


def test_a_sign_of_life_saves_a_job_from_being_taken_over(store):
    a_run(store)
    (seen,) = store.standings()
    store.beat("server")
    assert not store.claim("a", seen.lease, "other")
    (seen,) = store.standings()
    store.beat("a third")
    assert store.claim("a", seen.lease, "other")


def test_a_run_that_was_taken_along_is_one_of_its_visitor_and_has_ended(store):
    done = RUN.advance(None, 600, None)
    made = {"code": "another", "numpy": "9"}
    bundle = Bundle(RUN, done.records, done.state, made, "stopped", "x" * 200)
    store.bring("a", "me", bundle)
    (run,) = store.runs_of("me")
    assert (run.ended, run.name, run.made_with) == ("stopped", "x" * 80, made)
    assert run.result.test_accuracy == done.state.last.test_accuracy
    assert run.size > 10_000
    assert run.brought
    assert store.standings() == []
    entry = store.read("a")
    assert same(entry.chunks[0], done.records)
    assert same(entry.state, done.state)


def test_wishes_of_several_servers_add_up(store):
    a_run(store)
    for change in ({"held": True}, {"pace": "step"}, {"stop": True}):
        store.wish("a", lambda w, _, c=change: replace(w, number=w.number + 1, **c))
    assert store.read("a").standing.wishes == Wishes("step", True, 1, True, 3)
    store.wish("nobody's", lambda w, _: w)


@pytest.mark.parametrize("error", [DataSourceError("no network"), ValueError("too many")])
def test_how_a_job_ended_is_kept(store, error):
    a_run(store)
    at = Position(steps_done=2, restarts=1, end="failed", error=error)
    assert store.commit("a", 0, RUN, None, None, RUN.no_records(), at)
    assert store.standings() == []
    kept = store.read("a").standing.position
    assert (kept.end, kept.steps_done, kept.restarts, str(kept.error)) == (
        "failed",
        2,
        1,
        str(error),
    )
    assert isinstance(kept.error, DataSourceError) == isinstance(error, DataSourceError)


@pytest.mark.parametrize("job_id", ["", "b", "a\0", "é", "x" * 10_000, "a' OR '1'='1"])
def test_there_is_no_run_with_a_strange_id(store, job_id):
    a_run(store)
    assert store.read(job_id) is None


def test_a_list_tells_what_came_of_a_run(store):
    a_run(store)
    done = RUN.advance(None, 60, None)
    assert store.commit(
        "a", 0, RUN, done.records, done.state, done.records, Position(end="finished")
    )
    (shown,) = store.runs_of("me")
    last = done.records[-1]
    assert (shown.kind, shown.ended, shown.held) == ("training", "finished", False)
    assert (shown.result.done, shown.result.total) == (30, 30)
    assert shown.result.test_accuracy == last.test_accuracy
    assert shown.result.train_accuracy == last.train_accuracy
    assert shown.result.loss == pytest.approx(done.records.losses.mean())
    assert len(shown.result.curve) == 2
    assert shown.settings["momentum"] == 0.5
    assert shown.made_with.keys() == {"data", "code", "python", "numpy"}
    assert shown.ended_at >= shown.started_at
    assert shown.size > 784 * 7 * 4
    assert store.summaries(["nobody's", "a"]) == [shown]


def test_a_visitor_sees_and_changes_only_own_runs(store):
    a_run(store, "mine"), a_run(store, "theirs", "you")
    store.describe("mine", "you", name="stolen")
    store.delete(["mine"], "you")
    (mine,) = store.runs_of("me")
    assert (mine.id, mine.name) == ("mine", "")
    store.describe("mine", "me", name="x" * 100, note="a\0b" * 1000, star=True)
    (mine,) = store.runs_of("me")
    assert mine.name == "x" * 80
    assert mine.note == ("a\0b" * 1000)[:2000].replace("\0", "")
    assert mine.star


def test_a_deleted_run_is_gone_stops_and_can_be_put_back(store, monkeypatch):
    a_run(store, "a"), a_run(store, "b")
    store.delete(["a"], "me")
    assert [run.id for run in store.runs_of("me")] == ["b"]
    assert store.read("a") is None
    assert {one.id: one.wishes.stop for one in store.standings()} == {"a": True, "b": False}
    a_run(store, "c")
    store.put_back(["a"], "me")
    assert {run.id for run in store.runs_of("me")} == {"a", "b", "c"}
    monkeypatch.setattr("simplenet.runs.store.room.UNDO_S", -1.0)
    store.delete(["a"], "me")
    a_run(store, "d")  # Whoever starts one makes room.
    store.put_back(["a"], "me")
    assert {run.id for run in store.runs_of("me")} == {"b", "c", "d"}


@pytest.mark.parametrize(
    ("column", "value"),
    [("work", b""), ("work", b"not safetensors"), ("work", pack(3)), ("kind", "of tomorrow")],
)
def test_a_run_that_cannot_be_read_is_told_and_harms_no_other(memory, column, value):
    a_run(memory, "a"), a_run(memory, "b")
    table = "contents" if column == "work" else "runs"
    key = "run" if column == "work" else "id"
    with memory._engine.begin() as connection:
        connection.execute(
            text(f"UPDATE {table} SET {column} = :v WHERE {key} = 'a'"), {"v": value}
        )
    with pytest.raises(LedgerError, match="damaged, or was kept by another release"):
        memory.read("a")
    assert memory.read("b").work == RUN


def test_the_runs_of_a_visit_become_those_of_the_browser(store):
    a_run(store, "a", "visit"), a_run(store, "b", "browser"), a_run(store, "c", "other")
    store.adopt("visit", "browser")
    assert {run.id for run in store.runs_of("browser")} == {"a", "b"}


def test_a_visit_without_runs_becomes_the_browsers_also_where_nothing_can_be_written(memory):
    a_run(memory, "a", "browser")

    def refuse():
        raise LedgerError("attempt to write a readonly database")

    with patch.object(memory, "_write", refuse):
        memory.adopt("visit", "browser")
        with pytest.raises(LedgerError, match="readonly"):
            memory.adopt("browser", "visit")
    assert [run.id for run in memory.runs_of("browser")] == ["a"]


@contextmanager
def at(store, seconds):
    """What is written down inside is as if it had been so many seconds later."""
    with patch("simplenet.runs.store.database.time", lambda: time() + seconds):
        yield


def end(store, job_id):
    done = RUN.advance(None, 60, 2)
    at = Position(end="stopped")
    assert store.commit(job_id, 0, RUN, done.records, done.state, done.records, at)


@pytest.mark.slow
def test_beyond_the_bytes_the_oldest_go_but_for_stars_and_what_goes_on(address):
    store = Store(opened(address))
    for name in ("star", "old", "goes on", "new"):
        a_run(store, name)
        if name != "goes on":
            end(store, name)
    size = store.runs_of("me")[0].size
    store.describe("star", "me", star=True)
    a_run(store, "theirs", "you")
    end(store, "theirs")
    store.limits = Limits(visitor_bytes=2 * size + size // 2)
    a_run(store, "next")
    assert {run.id for run in store.runs_of("me")} == {"star", "goes on", "new", "next"}
    assert [run.id for run in store.runs_of("you")] == ["theirs"]  # A stranger pushes nobody out.
    store.close()


def test_no_stranger_pushes_a_run_out_that_is_not_old(address, monkeypatch):
    store = Store(opened(address))
    for name, visitor in (("old", "you"), ("star", "you"), ("mine", "me")):
        end(store, a_run(store, name, visitor))
    store.describe("star", "you", star=True)
    size = store.runs_of("you")[0].size
    store.limits = Limits(all_bytes=3 * size)
    with pytest.raises(NoRoomError) as refused:
        a_run(store, "another", "stranger")
    assert (refused.value.of, refused.value.most) == ("all_bytes", store.limits.all_bytes)
    assert {run.id for run in store.runs_of("you")} == {"old", "star"}
    a_run(store, "next", "me")  # Who has runs makes room by them, the oldest first.
    assert [run.id for run in store.runs_of("me")] == ["next"]
    monkeypatch.setattr("simplenet.runs.store.room.SETTLED_S", -1.0)
    store.limits = Limits(all_bytes=2 * size)
    a_run(store, "another", "stranger")
    assert [run.id for run in store.runs_of("you")] == ["star"]
    store.close()


def test_who_has_only_stars_and_runs_that_go_on_is_told_so_and_deleting_helps(memory):
    for name in ("star", "goes on"):
        a_run(memory, name)
    end(memory, "star")
    memory.describe("star", "me", star=True)
    size = memory.runs_of("me")[0].size
    memory.limits = Limits(visitor_bytes=2 * size + size // 2)
    with pytest.raises(NoRoomError) as refused:
        a_run(memory, "next")
    assert refused.value.of == "own_bytes"
    memory.delete(["star"], "me")
    a_run(memory, "next")
    memory.put_back(["star"], "me")
    assert {run.id for run in memory.runs_of("me")} == {"goes on", "next"}


def test_a_visitor_may_have_so_many_runs_that_go_on(memory):
    memory.limits = Limits(visitor_runs=2)
    a_run(memory, "a"), a_run(memory, "b")
    memory.wish("b", lambda wishes, _: replace(wishes, held=True))  # A paused one counts, too.
    with pytest.raises(NoRoomError) as refused:
        a_run(memory, "c")
    assert (refused.value.of, refused.value.most) == ("runs", 2)
    assert memory.read("c") is None
    a_run(memory, "theirs", "you")
    end(memory, "a")
    a_run(memory, "c")


def test_strangers_have_half_of_the_places_and_paused_runs_take_none(memory):
    memory.limits = Limits(all_runs=4)
    with at(memory, -7200):
        end(memory, a_run(memory, "earlier", "known"))
    assert memory.read("earlier").known
    a_run(memory, "a", "1"), a_run(memory, "b", "2")
    assert not memory.read("a").known
    with pytest.raises(NoRoomError) as refused:
        a_run(memory, "c", "3")
    assert refused.value.of == "crowd"
    assert memory.add("d", "known", RUN, Wishes(), "server") is True
    a_run(memory, "e", "known")
    with pytest.raises(NoRoomError):
        a_run(memory, "f", "known")
    memory.wish("a", lambda wishes, _: replace(wishes, held=True))
    a_run(memory, "f", "known")
    with pytest.raises(NoRoomError):  # The fourth place is not for strangers.
        a_run(memory, "g", "3")


def test_sweeps_are_called_up_as_there_is_room_and_wait_in_bounds(memory):
    memory.limits = Limits(visitor_runs=1, all_runs=6, visitor_waiting=4, all_waiting=12)
    memory.queue("s", "me", {str(i): RUN for i in range(4)})
    with pytest.raises(NoRoomError) as refused:
        memory.queue("t", "me", {"more": RUN})
    assert (refused.value.of, refused.value.most) == ("waiting", 4)
    with pytest.raises(NoRoomError) as refused:
        memory.queue("t", "you", {f"more {i}": RUN for i in range(3)})
    assert refused.value.of == "crowd"  # Strangers may have half as many.
    memory.queue("t", "you", {"theirs": RUN})
    with at(memory, -7200):
        end(memory, a_run(memory, "earlier", "known"))
    memory.queue("u", "known", {f"known {i}": RUN for i in range(4)})
    a_run(memory, "single")  # A sweep takes nobody's places for single runs.
    for _ in range(3):
        memory.call_up("server", 10)
    live = {one.id for one in memory.standings()}
    # Three of strangers, as many as there are places for them; three that are left.
    assert live == {"single", "0", "theirs", "known 0", "known 1", "known 2"}


def test_a_full_disk_is_told_and_harms_nothing(tmp_path):
    store = open_store(None, tmp_path, Limits())
    a_run(store)
    with store._engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()

    def room(most):
        store._engine.dispose()
        with store._engine.connect() as connection:
            connection.execute(text(f"PRAGMA max_page_count = {most}"))
        # The pool gives that connection out again.

    done = RUN.advance(None, 60, 3)
    room(pages)
    with pytest.raises(LedgerError, match="full"):
        store.commit("a", 0, RUN, done.records, done.state, done.records, Position())
    assert store.read("a").chunks == []
    room(10**6)
    assert store.commit("a", 0, RUN, done.records, done.state, done.records, Position())
    store.close()


@pytest.fixture
def connections(monkeypatch):
    """The connections to SQLite that were made meanwhile."""
    connect, made = sqlite3.dbapi2.connect, []

    def kept(*words, **how):
        made.append(connect(*words, **how))
        return made[-1]

    monkeypatch.setattr(sqlite3.dbapi2, "connect", kept)
    return made


def is_closed(connection):
    try:
        connection.total_changes  # noqa: B018
    except sqlite3.ProgrammingError:
        return True
    return False


def test_a_file_that_is_no_database_is_closed_before_it_is_moved(tmp_path, connections):
    """Windows moves no file that is open."""
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    assert opening.is_damaged(tmp_path / FILE)
    assert connections
    assert all(map(is_closed, connections))


def test_a_file_of_a_newer_release_is_closed_again(tmp_path, connections):
    store = open_store(None, tmp_path, Limits())
    with store._write() as database:
        database.execute(text("UPDATE alembic_version SET version_num = 'newer'"))
    store.close()
    with pytest.raises(LedgerError, match="a newer release"):
        opening.opened_file(tmp_path)
    assert all(map(is_closed, connections))


def test_a_store_that_nobody_has_any_more_is_closed(tmp_path, connections):
    stores = [Store(in_memory()), open_store(None, tmp_path, Limits())]
    for store in stores:
        assert store.read("a") is None
    assert not all(map(is_closed, connections))
    del stores, store
    gc.collect()
    assert all(map(is_closed, connections))


@pytest.mark.parametrize("content", [b"this is no database" * 100, None])
def test_a_damaged_file_is_moved_aside_and_a_fresh_one_begins(tmp_path, caplog, content):
    store = open_store(None, tmp_path, Limits())
    for i in range(30):
        a_run(store, str(i), f"visitor {i}")
    store.close()
    path = tmp_path / FILE
    if content is None:  # Something has written into its middle.
        whole = bytearray(path.read_bytes())
        whole[4096:] = bytes(len(whole) - 4096)
        content = bytes(whole)
    path.write_bytes(content)
    again = open_store(None, tmp_path, Limits())
    assert again.runs_of("me") == []
    a_run(again)
    again.close()
    (moved,) = tmp_path.glob(f"{FILE}.damaged-*")
    assert moved.read_bytes() == content
    assert [record.message for record in caplog.records] == [
        f"{path} is damaged: it is now {moved.name}, and a new one begins"
    ]


def test_without_a_folder_runs_last_as_long_as_the_server_and_it_says_so(tmp_path, caplog):
    (tmp_path / "file").write_text("not a folder")
    store = open_store(None, tmp_path / "file", Limits())
    assert "cannot be written" in store.problem
    a_run(store)
    assert [run.id for run in store.runs_of("me")] == ["a"]
    assert "as long as this server" in caplog.text


@pytest.mark.parametrize("name", ["kept", FILE])
def test_what_may_not_be_written_is_named_and_left_alone(tmp_path, monkeypatch, caplog, name):
    folder = tmp_path / "kept"
    open_store(None, folder, Limits()).close()
    before = sorted(folder.iterdir())

    def cannot(url):
        raise LedgerError("unable to open database file")

    monkeypatch.setattr(opening, "opened", cannot)  # Root may open and write everything.
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != name)
    store = open_store(None, folder, Limits())
    assert f"may not write {name}" in store.problem
    assert str(folder) in caplog.text
    assert sorted(folder.iterdir()) == before
    a_run(store)


def test_a_file_that_is_gone_or_another_one_is_told_and_is_found_again(tmp_path):
    folder, away = tmp_path / "kept", tmp_path / "away"
    store = open_store(None, folder, Limits())
    a_run(store)
    folder.rename(away)
    for _ in range(2):  # The second one would be another file, where there is a folder again.
        with pytest.raises(LedgerError, match="is gone"):
            store.runs_of("me")
        with pytest.raises(LedgerError, match="is gone"):
            a_run(store, "b")
        folder.mkdir(exist_ok=True)
    assert list(folder.iterdir()) == []
    shutil.copy(away / FILE, folder)
    with pytest.raises(LedgerError, match="another one"):
        a_run(store, "b")
    shutil.rmtree(folder)
    away.rename(folder)
    a_run(store, "b")
    assert {run.id for run in store.runs_of("me")} == {"a", "b"}
    store.close()


def test_the_file_of_a_newer_release_is_left_alone(tmp_path):
    store = open_store(None, tmp_path, Limits())
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'z'"))
    store.close()
    before = (tmp_path / FILE).read_bytes()
    again = open_store(None, tmp_path, Limits())
    assert "newer release" in again.problem
    assert (tmp_path / FILE).read_bytes() == before


def test_an_address_that_leads_nowhere_is_an_error(tmp_path):
    with pytest.raises(LedgerError, match="cannot be opened") as told:
        open_store("postgresql+psycopg://nobody@127.0.0.1:9/nothing", tmp_path, Limits())
    assert "\n" not in str(told.value)  # It becomes a line of a log.


def test_a_database_that_says_nothing_is_given_up(tmp_path, monkeypatch):
    asked = {}

    def connect(*_, **options):
        asked.update(options)
        raise psycopg.OperationalError("connection timeout expired")

    monkeypatch.setattr(psycopg, "connect", connect)
    for query, connect_s in (("", 5), ("?connect_timeout=9", "9")):  # Who runs it knows better.
        with pytest.raises(LedgerError, match="timeout expired"):
            open_store(f"postgresql+psycopg://me@host/runs{query}", tmp_path, Limits())
        assert asked["connect_timeout"] == connect_s
        assert asked["tcp_user_timeout"] == 10_000


def test_every_kind_has_a_name_of_its_own():
    assert len({kind.name for kind in KINDS}) == len(KINDS)
