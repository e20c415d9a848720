"""The jobs of a server by themselves: no processes, and no look into the ledger but the tests'."""

import threading
from types import SimpleNamespace

import pytest

import simplenet.jobs.job
import simplenet.jobs.jobs
from simplenet.jobs import Job, Jobs, LedgerError, NoRoomError
from simplenet.jobs.ledger import LEASE_S, Wishes, logged
from tests.jobs.alone import Clock, Inline, Told
from tests.jobs.kept import ledger
from tests.waiting import until

TEND = Jobs._tend
KEEPS = "the runs can be read and written again"
CANNOT = "the runs cannot be read or written now, and go on: "


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(simplenet.jobs.job, "monotonic", clock)
    monkeypatch.setattr(simplenet.jobs.jobs, "monotonic", clock)
    monkeypatch.setattr(simplenet.jobs.jobs, "Workers", lambda changed, *_: Inline(changed, clock))
    monkeypatch.setattr(Jobs, "_tend", lambda jobs: None)
    return clock


@pytest.fixture
def store():
    return ledger()


@pytest.fixture
def server(clock, store):
    """Return a function that starts a server; all of them share the ledger."""
    started = []

    def server():
        started.append(Jobs(store))
        return started[-1]

    yield server
    for jobs in started:
        jobs.close()


def look(jobs):
    jobs._look(jobs.ledger.standings())


def ended(job):
    assert job.wait(60)
    until(lambda: job.fence is None)
    return job


def paused(jobs, **kwargs):
    """A job that is driven and rests."""
    job = jobs.start(Told(end=9), pace="step", **kwargs)
    until(lambda: job.status == "paused" and job.chunks)
    return job


def test_a_job_of_a_server_that_shows_no_sign_of_life_is_taken_over(server, clock, caplog):
    here, there = server(), server()
    job = paused(here)
    told = f"job {logged(job.id)} is taken over"
    job.fence = None  # As if the server had been killed: its thread rests for ever.
    there.ledger.wish(job.id, lambda wishes, at: Wishes("full", number=9))
    for now, beats, taken in (
        (0.0, False, False),
        (LEASE_S, False, False),
        (LEASE_S + 0.1, True, False),
        (2 * LEASE_S + 0.05, False, False),
        (2 * LEASE_S + 0.2, False, True),
    ):
        clock.now = now
        if beats:
            here.ledger.beat(here.id)
        look(there)
        assert (told in caplog.text) is taken
    theirs = ended(there.get(job.id))
    assert (theirs.status, len(theirs.records)) == ("finished", 9)
    assert caplog.text.count(told) == 1
    assert there.ledger.standings() == []


def test_what_another_server_does_is_followed_and_steered(server):
    here, there = server(), server()
    job = paused(here, visitor="me")
    theirs = there.get(job.id)
    assert (theirs.visitor, len(theirs.records), theirs.fence) == ("me", 1, None)
    theirs.step()
    look(here)
    until(lambda: job.status == "paused" and job.chunks == 2)
    look(there)
    assert len(theirs.records) == 2
    assert there.get(job.id) is theirs
    theirs.pace = "full"
    look(here)
    ended(job)
    assert not theirs.ended
    look(there)
    assert (theirs.status, len(theirs.records)) == ("finished", 9)


def test_a_job_that_was_given_back_goes_on_with_whoever_hears_of_it(server, clock):
    here, there = server(), server()
    job = paused(here)
    job.give_back()
    until(lambda: job.fence is None)
    look(there)
    theirs = there.get(job.id)
    assert there.is_left(theirs)
    theirs.pace = "full"  # Its click is enough: nobody has to look.
    assert (ended(theirs).status, len(theirs.records)) == ("finished", 9)


def test_jobs_that_nobody_has_asked_for_are_forgotten_and_read_again(server, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.jobs, "KEPT_JOBS", 2)
    jobs = server()
    first, second, third, fourth = (ended(jobs.start(Told(end=2))) for _ in range(4))
    rests = paused(jobs)
    second.unkept = LedgerError("the disk is full")
    assert jobs.get(first.id) is first
    jobs.hold(third)
    jobs._forget()  # The fourth goes, and who rests is given back; the second is not written down.
    until(lambda: rests.fence is None)
    for job in (first, second, third):
        assert jobs.get(job.id) is job
    again = jobs.get(fourth.id)
    assert again is not fourth
    assert (again.status, again.records) == ("finished", fourth.records)
    jobs.hold(fourth)  # It is not the one that is in memory.
    assert jobs.get(fourth.id) is again
    assert jobs.get("") is jobs.get(None) is jobs.get("unknown") is None


def test_what_was_deleted_is_dropped_unless_it_goes_on(server):
    jobs = server()
    over, going = ended(jobs.start(Told(end=2))), paused(jobs)
    jobs.drop([over.id, going.id, "unknown"])
    assert jobs.get(over.id) is not over
    assert jobs.get(going.id) is going
    over = jobs.get(over.id)
    over.deleted = True
    assert jobs.get(over.id) is not over


def test_jobs_become_those_of_a_visitor_who_is_the_same_person(server):
    jobs = server()
    ours, others = (ended(jobs.start(Told(end=1), visitor=name)) for name in ("old", "other"))
    jobs.adopt("old", "new")
    assert (ours.visitor, others.visitor) == ("new", "other")
    assert jobs.ledger.read(ours.id).visitor == "new"


def test_without_room_there_is_no_job_and_without_a_ledger_there_is_one(server, caplog):
    jobs = server()

    def no(error):
        def add(*_):
            raise error

        jobs.ledger = SimpleNamespace(**dict.fromkeys(("add", "commit", "release", "wish"), add))

    kept = jobs.ledger
    no(NoRoomError("runs", 3))
    with pytest.raises(NoRoomError, match="3 at the most"):
        jobs.start(Told())
    no(LedgerError("the disk is full"))
    job = jobs.start(Told(end=2))
    assert job.wait(60)
    assert (job.status, str(job.unkept), job.is_new) == ("finished", "the disk is full", True)
    assert "a job cannot be written down: the disk is full" in caplog.text
    jobs.ledger = kept


def test_a_server_that_is_closed_takes_nothing_over(server, clock):
    here, there = server(), server()
    job = paused(here)
    look(there)
    here.close()
    assert job.fence is None
    there.workers.closed = True
    clock.now += 2 * LEASE_S
    there.ledger.wish(job.id, lambda wishes, at: Wishes("full", number=9))
    look(there)
    assert there.get(job.id).fence is None


def test_close_waits_for_its_jobs_and_no_longer(server, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.jobs, "LEASE_S", 1000.0)
    jobs = server()
    job = paused(jobs)
    closing = threading.Thread(target=jobs.close, daemon=True)
    closing.start()
    closing.join(100)
    assert not closing.is_alive()
    assert job.fence is None


@pytest.mark.parametrize(("cores", "most"), [(0, 3), (1, 3), (4, 6)])
def test_jobs_of_sweeps_are_called_up_for_all_cores_and_two_more(server, cores, most):
    jobs, asked = server(), []
    jobs.workers.cores = cores

    def call_up(driver, most):
        asked.append((driver, most))
        jobs.workers.closed = True  # Once is enough.

    jobs.ledger = SimpleNamespace(beat=lambda driver: None, call_up=call_up, standings=list)
    TEND(jobs)
    assert asked == [(jobs.id, most)]


def test_a_ledger_that_fails_is_looked_into_again_and_said_once_each_time(
    server, monkeypatch, caplog
):
    monkeypatch.setattr(simplenet.jobs.jobs, "TEND_S", 0.001)
    jobs, seen = server(), []
    looks = iter(["fine", "full", "full", "fine", "fine", "odd", "fine", "full", "fine"])

    def standings():
        look = next(looks, None)
        seen.append(look)
        if look is None:
            jobs.workers.closed = True
        elif look != "fine":
            raise LedgerError("the disk is full") if look == "full" else KeyError("what is that")
        return []

    monkeypatch.setattr(jobs, "_forget", lambda: seen.append("forgot"))
    jobs.ledger = SimpleNamespace(
        beat=lambda driver: None, call_up=lambda *_: None, standings=standings
    )
    TEND(jobs)
    ours = [line for line in caplog.messages if line in (CANNOT + "the disk is full", KEEPS)]
    assert ours == 2 * [CANNOT + "the disk is full", KEEPS]
    assert caplog.text.count("KeyError: 'what is that'") == 1
    assert seen.count("forgot") == 6


def test_a_look_reads_only_what_may_have_changed(server, store, monkeypatch):
    here, there = server(), server()
    over, rests = ended(here.start(Told(end=2))), paused(here)
    theirs, over_there = there.get(rests.id), there.get(over.id)
    assert over_there.ended
    read, asked = store.read, []
    monkeypatch.setattr(store, "read", lambda *args: asked.append(args) or read(*args))
    look(here)
    assert asked == []  # What it drives, or has ended, it knows.
    look(there)
    assert asked == [(rests.id, theirs.chunks)]
    rests.stop()
    ended(rests)
    look(here)
    assert len(asked) == 1
    look(there)
    assert (theirs.status, asked[1:]) == ("stopped", [(rests.id, 1)])
    look(there)
    assert len(asked) == 2


def test_what_goes_on_is_never_given_back_and_few_jobs_all_stay(server, monkeypatch):
    jobs, given = server(), []
    rests = paused(jobs)
    jobs._forget()
    assert jobs.get(rests.id) is rests
    monkeypatch.setattr(simplenet.jobs.jobs, "KEPT_JOBS", 0)
    waits, stops = (Job(jobs.ledger.read(rests.id), jobs) for _ in range(2))
    for name, job, wishes in (
        ("waits", waits, Wishes()),
        ("stops", stops, Wishes("step", stop=True)),
    ):
        job.fence, job._wishes = 1, wishes
        jobs._jobs[name] = job
    for job in (rests, waits, stops):
        job.give_back = lambda job=job: given.append(job)
    jobs._forget()
    assert given == [rests]
    waits.fence = stops.fence = None
