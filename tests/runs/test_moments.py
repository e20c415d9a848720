"""The moments of trainings: not in memory with the runs, and there when they are asked for."""

from types import SimpleNamespace

import numpy as np
import pytest

from simplenet import TrainingConfig
from simplenet.jobs import LedgerError
from simplenet.jobs.ledger import Position, Wishes
from simplenet.runs import TrainingRun
from simplenet.runs.moments import Moments, whole
from simplenet.runs.store import Store
from simplenet.runs.store.opening import in_memory

RUN = TrainingRun(TrainingConfig(iterations=12, seed=0), hidden_size=5)


@pytest.fixture
def store():
    store = Store(in_memory())
    yield store
    store.close()


def kept(store, job_id, chunks=3):
    """Keep a training, four iterations a chunk or so; return its job, and all its records."""
    store.add(job_id, "me", RUN, Wishes(), "server")
    state, parts = None, []
    for _ in range(chunks):
        part = RUN.advance(state, 60.0, 4)
        state = part.state
        parts.append(part.records)
        assert store.commit(job_id, 0, RUN, part.records, state, whole(parts), Position())
    return SimpleNamespace(id=job_id, chunks=chunks), whole(parts)


def assert_same(found, wanted):
    assert [i for i, _ in found] == [i for i, _ in wanted]
    for (_, params), (_, others) in zip(found, wanted, strict=True):
        assert all(np.array_equal(params[name], others[name]) for name in others)


def test_what_a_job_collects_has_no_parameters_but_the_first(store):
    _, records = kept(store, "a")
    collected = RUN.no_records()
    for chunk in store.read("a").chunks:
        collected.extend(chunk)
    assert np.array_equal(collected.losses, records.losses)
    assert [i for i, _ in records.snapshots][:3] == [0, 1, 2]
    assert [i for i, _ in collected.snapshots] == [0]


def test_the_moments_of_a_training_are_read_and_only_its_new_chunks_later(store, monkeypatch):
    job, records = kept(store, "a", chunks=2)
    moments, known = Moments(store), []
    read = store.read
    monkeypatch.setattr(store, "read", lambda *args: known.append(args[1]) or read(*args))
    assert_same(moments.of(job), records.snapshots)
    assert_same(moments.of(job), records.snapshots)
    assert known == [0]
    job.chunks = 3  # By now; not yet in the store.
    assert_same(moments.of(job), records.snapshots)
    assert known == [0, 2]


def test_those_that_were_looked_at_last_stay(store):
    jobs = [kept(store, name)[0] for name in "abc"]
    one = Moments(store)
    one.of(jobs[0])
    moments = Moments(store, most_bytes=2 * one.bytes)
    for at in (0, 1, 0, 2):
        moments.of(jobs[at])
    assert list(moments._read) == ["a", "c"]
    assert moments.bytes == 2 * one.bytes
    tight = Moments(store, most_bytes=0)
    assert tight.of(jobs[0])  # What is looked at is there, however large.
    tight.of(jobs[1])
    assert list(tight._read) == ["b"]


def test_what_cannot_be_read_now_is_there_later(store, monkeypatch):
    job, records = kept(store, "a")
    moments = Moments(store)

    def unreadable(*_):
        raise LedgerError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(store, "read", unreadable)
        assert moments.of(job) == []
    assert_same(moments.of(job), records.snapshots)


def test_a_training_that_was_deleted_has_no_moments(store):
    assert Moments(store).of(SimpleNamespace(id="gone", chunks=3)) == []
