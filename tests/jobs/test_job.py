"""A job by itself: its slices are computed at once, and the tests move its clock on."""

import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

import simplenet.jobs.job
from simplenet.jobs import JobError, Slice
from simplenet.jobs.calls import Call
from simplenet.jobs.job import (
    ATTEMPTS,
    CHEAP_S,
    COMMIT_S,
    FIRST_SLICE_S,
    PATIENCE_S,
    POLL_S,
    RETRY_S,
    SELDOM_S,
    SLICE_S,
    SLOW_PERIOD_S,
    SLOW_RECORDS,
    STOP_S,
    UNSEEN_COMMIT_S,
    UNSEEN_SLICE_S,
)
from simplenet.jobs.ledger import (
    LEASE_S,
    Entry,
    Lease,
    LedgerError,
    Position,
    Standing,
    Wishes,
)
from simplenet.jobs.line import TURN_S
from tests.jobs.alone import Server, Told
from tests.waiting import until


@pytest.fixture
def server(monkeypatch):
    server = Server()
    monkeypatch.setattr(simplenet.jobs.job, "monotonic", server.clock)
    yield server
    server.workers.close()


def ended(job):
    assert job.wait(60)
    until(lambda: job.fence is None)
    return job


@contextmanager
def core_taken(server):
    """Somebody else has the only core."""
    with server.line.core(server.job(Told(), state=1)):
        yield


def test_the_first_slice_is_short_and_the_others_are_not(server):
    job = server.job(Told(end=3))
    job.begin(4)
    assert ended(job).status == "finished"
    assert job.records == [(FIRST_SLICE_S, None), (SLICE_S, None), (SLICE_S, None)]
    assert job.state == 3
    assert [fence for fence, *_ in server.ledger.commits] == [4]
    assert server.ledger.commits[0][1:] == (job.records, 3, Position(end="finished"))
    assert not server.ledger.added


def test_nobody_waits_longer_than_was_said():
    assert 0 < FIRST_SLICE_S <= 0.05 < SLICE_S <= 0.2 < UNSEEN_SLICE_S < PATIENCE_S < STOP_S < 1
    assert 0 < COMMIT_S <= 0.5 < UNSEEN_COMMIT_S <= 1  # What a server loses that is killed.
    assert (SLOW_RECORDS, SLOW_PERIOD_S) == (5, 0.5)
    assert 0 < CHEAP_S <= 0.1
    assert 0 < POLL_S <= 0.1
    assert (ATTEMPTS, RETRY_S, LEASE_S, TURN_S) == (10, 2.0, 3.0, 20.0)


def test_what_is_sent_or_written_down_is_not_changed_afterwards():
    for kind in (Slice, Call, Wishes, Position, Lease, Standing, Entry):
        assert kind.__dataclass_params__.frozen


def test_the_slices_of_a_run_that_nobody_looks_at_are_longer(server):
    job = server.job(Told(end=2))
    job.seen = False
    job.begin(0)
    assert ended(job).records == [(UNSEEN_SLICE_S, None)] * 2


@pytest.mark.parametrize(
    ("look_s", "slice_s"), [(SELDOM_S / 2, SLICE_S), (SELDOM_S, UNSEEN_SLICE_S)]
)
def test_they_are_where_looks_are_far_apart_too_but_for_the_first(server, look_s, slice_s):
    job = server.job(Told(end=2))
    job.look_s = look_s
    job.begin(0)
    assert ended(job).records == [(FIRST_SLICE_S, None), (slice_s, None)]


def test_in_slow_motion_a_slice_has_few_records_and_in_a_step_one(server):
    job = server.job(Told(end=3), Wishes("slow"))
    job.begin(0)
    assert [limit for _, limit in ended(job).records] == [SLOW_RECORDS] * 3
    job = server.job(Told(end=2), Wishes("step", steps=2))
    job.begin(0)
    assert [limit for _, limit in ended(job).records] == [1, 1]


def test_slow_motion_waits_between_its_slices_and_other_paces_do_not(server):
    # Only after the second it is known what one takes.
    for wishes, waits in ((Wishes("slow"), 2), (Wishes(), 0), (Wishes("step", steps=4), 0)):
        server.changed.waits.clear()
        job = server.job(Told(end=4), wishes)
        job.begin(0)
        ended(job)
        assert server.changed.waits[SLOW_PERIOD_S] == waits


@pytest.mark.parametrize("event", ["stop", "pause", "pace", "close"])
def test_who_steers_a_job_in_slow_motion_does_not_wait_for_its_next_slice(server, event):
    server.changed.times[SLOW_PERIOD_S] = 240
    job = server.job(Told(end=5), Wishes("slow"))
    job.begin(0)
    until(lambda: server.changed.waits[SLOW_PERIOD_S])
    if event == "pause":
        job.pause()
        job.give_back()
        until(lambda: job.fence is None)
        assert server.ledger.released == [0]
        return
    if event == "stop":
        job.stop()
    elif event == "pace":
        job.pace = "full"
    else:
        server.workers.close()
    expected = {"stop": "stopped", "pace": "finished", "close": "failed"}[event]
    assert ended(job).status == expected


def test_a_step_is_done_once_and_a_change_of_pace_forgets_those_that_are_left(server):
    job = server.job(Told(end=9), Wishes("step"))
    job.begin(0)
    for done in (1, 2, 3):
        until(lambda: job.status == "paused")
        assert len(job.records) == job.position.steps_done == done
        job.step()
    until(lambda: job.status == "paused")
    assert server.driven == [job] * 3
    server.workers.cores = 0  # Nobody does them now.
    for _ in range(3):
        job.step()
    assert job.status != "paused"
    job.pace = "step"
    assert job.status == "paused"
    with server.changed:
        server.workers.cores = 1
        server.changed.notify_all()
    job.pause()
    job.resume()
    assert len(job.records) == 4
    job.pace = "full"
    assert len(ended(job).records) == 9


@pytest.mark.parametrize(("pace", "limit"), [("slow", SLOW_RECORDS), ("step", 1)])
@pytest.mark.parametrize("needs", [False, True])
def test_only_what_takes_little_of_a_core_goes_on_without_one(server, pace, limit, needs):
    server.workers.takes_s = (1.1 if needs else 1) * CHEAP_S / limit
    job = server.job(Told(end=1_000_000), Wishes("step", steps=2))
    assert job.wants_core  # Nobody knows what it takes.
    job.begin(0)
    until(lambda: job.status == "paused")
    job.pause()
    job.pace = pace
    assert not job.wants_core
    with core_taken(server):
        job.step()
        if needs:
            until(lambda: job.place == 1)
            assert (len(job.records), job.status) == (2, "waiting")
        else:
            until(lambda: len(job.records) > 2)
            assert job.place == 0
            job.pace = "full"
            until(lambda: job.place == 1)
        job.stop()
        assert ended(job).status == "stopped"


def wants_core_for_another_step(server, job):
    """Ask for a step while no worker is there; return whether it would wait for a core."""
    until(lambda: job.status == "paused")
    server.workers.cores = 0
    job.step()
    wants = job.wants_core
    with server.changed:
        server.workers.cores = 1
        server.changed.notify_all()
    until(lambda: job.status == "paused")
    return wants


def test_what_a_record_takes_is_not_known_of_the_first_slice(server):
    job = server.job(Told(end=9), Wishes("step", steps=1))
    assert not job.has_begun
    job.begin(0)
    assert wants_core_for_another_step(server, job)  # It also began the work.
    assert job.has_begun
    server.workers.takes_s = 2 * CHEAP_S
    assert not wants_core_for_another_step(server, job)  # As the second took nothing.
    assert wants_core_for_another_step(server, job)
    job.stop()
    ended(job)


def test_a_record_takes_its_part_of_a_slice(server):
    class Five(Told):
        """Five records a slice."""

        def advance(self, state, budget_s, limit):
            done = super().advance(state, budget_s, limit)
            return Slice(done.state, 5 * done.records, done.finished)

    job = server.job(Five(end=1_000_000), Wishes("step", steps=2))
    server.workers.takes_s = 5 * CHEAP_S
    job.begin(0)
    assert not wants_core_for_another_step(server, job)
    server.workers.takes_s = 5.5 * CHEAP_S
    wants_core_for_another_step(server, job)
    assert wants_core_for_another_step(server, job)
    job.stop()
    ended(job)


def test_lost_workers_cost_slices_and_too_many_in_a_row_the_job(server, caplog):
    server.workers.lost = [False] * (ATTEMPTS - 1)
    job = server.job(Told(end=2))
    job.begin(0)
    assert ended(job).status == "finished"
    assert (job.restarts, len(job.records)) == (ATTEMPTS - 1, 2)
    assert "a worker was lost" in caplog.text
    server.workers.lost = [True] * (2 * ATTEMPTS)
    job = server.job(Told(end=2))
    job.begin(0)
    assert ended(job).status == "finished"
    assert (job.restarts, len(job.records)) == (2 * ATTEMPTS, 2)
    server.workers.lost = [False] * ATTEMPTS
    job = server.job(Told(end=2))
    job.begin(0)
    assert ended(job).status == "failed"
    assert (job.restarts, job.records, str(job.error)) == (10, [], "10 workers in a row were lost")
    assert server.ledger.commits[-1][-1].error is job.error
    assert not [record for record in caplog.records if record.exc_info]


def test_a_slice_that_ends_well_between_lost_workers_makes_a_new_row_of_them(server, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.job, "ATTEMPTS", 2)
    server.workers.lost = [False]
    job = server.job(Told(end=5), Wishes("step"))
    job.begin(0)
    for restarts in (1, 2, 3):
        until(lambda: job.status == "paused")
        assert job.restarts == restarts
        server.workers.lost = [False]
        job.step()
    job.stop()
    assert ended(job).status == "stopped"


def test_what_hangs_is_given_up_in_time_and_its_conclusion_too(server):
    job = server.job(Told())
    job.begin(0)
    ended(job)
    server.workers.hangs = True
    job = server.job(Told(), state=4, chunks=[[1, 2, 3, 4]])
    job.stop()
    stopped_at = server.clock.now
    job.begin(0)
    assert ended(job).status == "stopped"
    assert job.records == [1, 2, 3, 4]
    ((name, at),) = server.workers.given_up
    assert name == "conclude"
    assert stopped_at + STOP_S < at <= stopped_at + STOP_S + 0.11


def test_a_slice_that_hangs_leaves_time_for_the_conclusion(server):
    server.workers.hangs = True
    job = server.job(Told(), state=4, chunks=[[1, 2, 3, 4]])
    submit, asked = server.workers.submit, []

    def stopping(function, *args):
        """Stop the job as soon as its slice is under way."""
        call = submit(function, *args)
        if not asked:
            asked.append(server.clock.now)
            threading.Thread(target=job.stop).start()
            until(lambda: job.stopping)
        return call

    server.workers.submit = stopping
    job.begin(0)
    assert ended(job).status == "stopped"
    since = [(name, at - asked[0]) for name, at in server.workers.given_up]
    assert [name for name, _ in since] == ["advance", "conclude"]
    assert PATIENCE_S < since[0][1] <= PATIENCE_S + 0.11
    assert STOP_S < since[1][1] <= STOP_S + 0.11


@pytest.mark.parametrize("lost", ["its worker", "all workers"])
def test_a_slice_whose_worker_is_gone_is_given_up_and_done_again(server, lost):
    submit = server.workers.submit

    def losing(function, *args):
        """Lose the worker as soon as the slice is under way; the next one is there at once."""
        server.workers.hangs = not server.workers.given_up
        call = submit(function, *args)
        server.workers.stranded = server.workers.hangs and lost == "its worker"
        server.workers.cores = int(not server.workers.hangs or lost == "its worker")
        return call

    server.workers.submit = losing
    job = server.job(Told(end=3))
    job.begin(0)
    if lost == "all workers":
        until(lambda: server.workers.given_up)
        with server.changed:
            server.workers.cores = 1
            server.changed.notify_all()
    assert ended(job).status == "finished"
    assert len(job.records) == 3
    assert [name for name, _ in server.workers.given_up] == ["advance"]


def test_a_job_that_has_not_begun_has_no_conclusion_and_another_has_all_of_its_own(server):
    job = server.job(Told())
    job.stop()
    assert job.stopping
    job.begin(0)
    assert ended(job).records == []
    assert not job.stopping
    job = server.job(Told(conclusions=3), state=2, chunks=[[1], [2]])
    job.stop()
    job.begin(0)
    assert ended(job).records == [1, 2, *[("concluded", 2)] * 3]


def test_what_is_done_is_written_down_every_half_second(server):
    server.workers.takes_s = 0.4 * COMMIT_S
    job = server.job(Told(end=10))
    job.begin(0)
    assert ended(job).chunks == 4
    assert [len(new) for _, new, _, _ in server.ledger.commits] == [3, 3, 3, 1]
    assert [state for _, _, state, _ in server.ledger.commits] == [3, 6, 9, 10]


def test_what_cannot_be_written_down_is_written_later_and_said_once(server, caplog):
    server.ledger.full = True
    server.workers.takes_s = 2 * COMMIT_S
    job = server.job(Told(end=3))
    job.begin(0, unwritten=LedgerError("the disk is full"), is_new=True)
    assert job.wait(60)
    assert (job.status, str(job.unkept), job.chunks) == ("finished", "the disk is full", 0)
    server.ledger.full = False
    ended(job)
    assert server.ledger.added == [("id", "me", Wishes(), "server")]
    ((_, new, state, position),) = server.ledger.commits
    assert (new, state, position.end, job.chunks) == (job.records, 3, "finished", 1)
    assert job.unkept is None
    assert "cannot be written down" not in caplog.text  # Whoever started it has said so.
    other = server.job(Told(end=3))
    server.ledger.full = True
    other.begin(0)
    assert other.wait(60)
    assert caplog.text.count("cannot be written down now") == 1


def test_who_has_lost_its_lease_is_as_the_ledger_has_it(server, caplog):
    server.ledger.ours = False
    server.ledger.entry = server.entry(Told(end=3), chunks=[[1], [2]], state=2)
    job = server.job(Told(end=3))
    job.begin(0)
    until(lambda: job.fence is None)
    assert (job.records, job.state, job.chunks, job.status) == ([1, 2], 2, 2, "running")
    assert "is driven by another server" in caplog.text
    server.ledger.entry = None
    job = server.job(Told(end=3))
    job.begin(0)
    assert ended(job).status == "stopped"  # It was deleted.


def test_an_error_of_the_work_is_the_jobs_and_is_logged_if_nobody_expected_it(server, caplog):
    for error, logged in ((ValueError("too many"), True), (JobError("no scheduler"), False)):
        caplog.clear()
        job = server.job(Told(fails_at=2, error=error))
        if not logged:
            server.workers.failure = error
        job.begin(0)
        assert (ended(job).status, str(job.error)) == ("failed", str(error))
        assert bool(caplog.records) is logged
        assert server.ledger.commits[-1][-1].end == "failed"
    assert server.line.place(job) == 0


def test_a_job_whose_end_cannot_be_written_down_for_whatever_reason_has_failed(server, caplog):
    def commit(*_):
        raise KeyError("what is that")

    server.ledger.commit = commit
    for work, error in ((Told(end=1), "what is that"), (Told(fails_at=1), "that is too many")):
        job = server.job(work)
        job.begin(0)
        assert ended(job).status == "failed"
        assert error in str(job.error)
    assert caplog.text.count("KeyError: 'what is that'") == 2


@pytest.mark.parametrize("end", ["no worker will come", "it is stopped", "it is paused"])
def test_who_needs_no_core_and_waits_for_a_worker_waits_no_longer_than_that(server, end):
    job = server.job(Told(), Wishes("step", steps=2))
    job.begin(0)
    until(lambda: job.status == "paused")
    server.workers.cores, asked = 0, server.workers.asked
    job.step()
    until(lambda: server.workers.asked > asked)
    if end == "it is paused":
        job.pause()
        job.give_back()
        until(lambda: job.fence is None)
        assert (server.ledger.released, len(job.records)) == ([0], 2)
    elif end == "it is stopped":
        job.stop()
        server.workers.cores = 1
        assert ended(job).status == "stopped"
    else:
        with server.changed:
            server.workers.failure = JobError("there is no scheduler")
            server.changed.notify_all()
        assert (ended(job).status, str(job.error)) == ("failed", "there is no scheduler")


@pytest.mark.parametrize("fence", [0, 7])
def test_a_server_that_ends_gives_its_jobs_back_as_they_are(server, fence):
    job = server.job(Told(), Wishes("step"))
    job.begin(fence)
    until(lambda: job.status == "paused")
    server.workers.close()
    assert ended(job).status == "failed"
    assert server.ledger.released == [fence]
    assert {position.end for *_, position in server.ledger.commits} == {None}


@pytest.mark.parametrize("fence", [0, 2])
def test_a_job_that_rests_can_be_given_back(server, fence):
    job = server.job(Told(), Wishes("step"))
    job.begin(fence)
    until(lambda: job.status == "paused")
    server.ledger.entry = server.entry(Told(), Wishes("step"), Position(1), chunks=[[1]], state=1)
    job.give_back()
    until(lambda: job.fence is None)
    assert server.ledger.released == [fence]
    assert (job.status, job.records) == ("paused", [1])


@pytest.mark.parametrize(
    ("wishes", "position", "changes", "expected"),
    [
        (Wishes(), Position(), {}, "running"),
        (Wishes(), Position(end="failed"), {"refused": True}, "failed"),
        (Wishes(held=True), Position(), {"refused": True}, "paused"),
        (Wishes(held=True, stop=True), Position(), {}, "running"),
        (Wishes("step", steps=2), Position(1), {}, "running"),
        (Wishes("step", steps=2), Position(2), {}, "paused"),
        (Wishes("step", steps=2), Position(2, pending=True), {}, "running"),
        (Wishes("slow", steps=2), Position(2), {}, "running"),
        (Wishes(), Position(), {"refused": True, "missing": True}, "other_code"),
        (Wishes(), Position(), {"missing": True}, "no_worker"),
        (Wishes(), Position(), {"missing": True, "unreachable": True}, "no_scheduler"),
    ],
)
def test_what_a_job_does_now_has_one_name(server, wishes, position, changes, expected):
    job = server.job(Told(), wishes, position)
    job.fence = 0
    for name, value in changes.items():
        setattr(server.workers, name, value)
    assert job.status == expected
    assert job.ended is (position.end is not None)
    assert job.idle is (expected == "paused")


def test_a_job_that_is_not_driven_here_waits_runs_or_has_no_server(server):
    assert server.job(Told(), queued=True).status == "waiting"
    job = server.job(Told())
    assert job.status == "running"
    server.left = True
    assert job.status == "no_server"
    job.fence = 0
    server.line.join(job)
    assert (job.place, job.status) == (1, "waiting")
    server.workers.cores = 0
    assert job.place == 0


def test_what_was_started_within_a_second_is_new(server):
    job = server.job(Told(), Wishes(held=True))
    assert not job.is_new
    job.begin(0, is_new=True)
    server.clock.now += 0.9
    assert job.is_new
    server.clock.now += 0.2
    assert not job.is_new
    job.stop()
    ended(job)
    job = server.job(Told(), Wishes(held=True))
    job.begin(1)
    assert not job.is_new


def test_who_follows_adds_what_is_new_until_the_end_and_obeys_newer_wishes_only(server):
    job = server.job(Told(), chunks=[[1]], state=1)
    job.follow(server.entry(Told(), position=Position(restarts=2), chunks=[[2], [3]], state=3))
    assert (job.records, job.chunks, job.state, job.restarts) == ([1, 2, 3], 3, 3, 2)
    standing = server.entry(Told(), Wishes(held=True, number=1)).standing
    job.see(replace(standing, deleted=True))
    assert job.status == "paused"
    assert job.deleted
    for number in (1, 0):
        job.see(replace(standing, wishes=Wishes(number=number)))
        assert job.status == "paused"
    job.fence = 0
    job.follow(server.entry(Told(), chunks=[[4]], state=4))
    assert job.records == [1, 2, 3]
    job.fence = None
    job.follow(server.entry(Told(), position=Position(end="stopped"), chunks=[[4]], state=4))
    job.follow(server.entry(Told(), chunks=[[5]], state=5))
    assert (job.records, job.status) == ([1, 2, 3, 4], "stopped")


def test_what_is_wanted_is_wanted_here_at_once_and_counted(server):
    job = server.job(Told(), Wishes(number=3), Position(steps_done=2))
    asked = []
    server.ledger.wish = lambda job_id, change: asked.append(change(Wishes(number=8), Position(5)))
    job.pause()
    job.pace = "step"
    job.step()
    job.stop()
    assert [wishes.number for wishes in asked] == [9] * 4
    assert [wishes.held for wishes in asked] == [True, False, False, False]
    assert (asked[1].steps, asked[2].steps, asked[3].stop) == (5, 2, True)
    assert job._wishes == Wishes("step", held=False, steps=3, stop=True, number=7)
    server.ledger.full = True
    del server.ledger.wish
    job.pause()
    assert str(job.unkept) == "the disk is full"


def test_waiting_ends_with_the_time_the_first_record_or_the_end(server):
    job = server.job(Told(), Wishes(held=True))
    assert not job.wait(0)
    job.wait_for_records(0)
    job = server.job(Told(), chunks=[[1]])
    job.wait_for_records(None)
    job = server.job(Told(), position=Position(end="stopped"))
    job.wait_for_records(None)
    assert job.wait(None)
