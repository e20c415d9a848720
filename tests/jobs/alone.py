"""What a job needs around it, without processes: workers that compute at once, and a small book."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic

from simplenet.jobs import Job, JobError, Slice
from simplenet.jobs.calls import Call, WorkerLostError
from simplenet.jobs.job import RETRY_S, SLOW_PERIOD_S
from simplenet.jobs.ledger import Entry, Lease, LedgerError, Position, Standing, Wishes
from simplenet.jobs.line import Line
from simplenet.jobs.workers import Workers
from tests.jobs.counting import Counting

AS_EVER, AT_FIRST = Wishes(), Position()


@dataclass(frozen=True)
class Told(Counting):
    """Counts, one number a slice; each record is what the slice was told: its time and its limit.

    A conclusion comes in `conclusions` pieces.
    """

    def advance(self, state, budget_s, limit):
        number = (state or 0) + 1
        if number == self.fails_at:
            raise self.error
        return Slice(number, [(budget_s, limit)], finished=number == self.end)


class Endless(Call):
    """A call that does not end; waiting for it takes the clock on."""

    def wait(self, timeout_s):
        self.to.now += timeout_s
        return False


class Clock:
    """A clock that the tests move on; what else goes on in this process has the real one."""

    def __init__(self):
        self.now = 0.0
        self._others = set(threading.enumerate()) - {threading.current_thread()}

    def __call__(self):
        return monotonic() if threading.current_thread() in self._others else self.now


class Hasty(threading.Condition):
    """Waits another time than told, for each that is named in `times`; `waits` counts them all."""

    def __init__(self, times):
        super().__init__()
        self.times, self.waits = times, Counter()

    def wait_for(self, predicate, timeout=None):
        self.waits[timeout] += 1
        return super().wait_for(predicate, self.times.get(timeout, timeout))


class Inline:
    """Workers that compute at once, in the thread that asks.

    `takes_s` is how long they say that a slice took, and `lost` whether it was known, of each of
    the next calls, that the loss of its worker has nothing to do with the call.
    """

    def __init__(self, changed, clock):
        self.cores, self.takes_s, self.hangs = 1, 0.0, False
        self.failure, self.closed = None, False
        self.missing = self.unreachable = self.refused = False
        self.lost, self.given_up, self.asked, self.stranded = [], [], 0, False
        self._changed, self._clock = changed, clock

    def want(self):
        self.asked += 1

    def submit(self, function, *args):
        if not self.cores:
            return None
        if self.hangs:
            return Endless(function.__name__, None, None, self._clock)
        outcome = Future()
        try:
            outcome.set_result((function(*args), self.takes_s))
        except ValueError as error:
            outcome.set_exception(error)
        self._clock.now += self.takes_s
        return Call(function.__name__, None, outcome)

    def is_stranded(self, call):
        return self.stranded

    def give_up(self, call):
        self.given_up.append((call.key, round(self._clock.now, 6)))

    def result(self, call):
        if self.lost:
            raise WorkerLostError(self.lost.pop(0))
        return call.outcome.result()

    def close(self):
        with self._changed:
            self.closed, self.failure = True, JobError("the server is shutting down")
            self._changed.notify_all()


class Unkept(Workers):
    """Workers that nobody looks after but the tests."""

    def __init__(self, scheduler=None, size=None):
        super().__init__(threading.Condition(), scheduler, size)

    def _keep(self):
        pass


class Book:
    """A ledger of one job: what was committed, and what else was asked of it."""

    def __init__(self):
        self.added, self.commits, self.released = [], [], []
        self.full, self.ours, self.entry = False, True, None

    def _check(self):
        if self.full:
            raise LedgerError("the disk is full")

    def add(self, job_id, visitor, work, wishes, driver):
        self._check()
        self.added.append((job_id, visitor, wishes, driver))
        return False

    def commit(self, job_id, fence, work, new, state, records, position):
        self._check()
        self.commits.append((fence, new and list(new), state, position))
        return self.ours

    def wish(self, job_id, change):
        self._check()

    def read(self, job_id, known=0):
        self._check()
        return self.entry

    def release(self, job_id, fence):
        self._check()
        self.released.append(fence)


class Server:
    """A server with one worker and one job or more; it drives nothing by itself."""

    def __init__(self):
        self.changed = Hasty({SLOW_PERIOD_S: 0.001, RETRY_S: 0.001})
        self.id, self.clock = "server", Clock()
        self.workers, self.ledger = Inline(self.changed, self.clock), Book()
        self.line = Line(self.changed, self.workers)
        self.left, self.driven = False, []

    def drive(self, job):
        self.driven.append(job)

    def is_left(self, job):
        return self.left

    def entry(self, work, wishes=AS_EVER, position=AT_FIRST, queued=False, chunks=(), state=None):
        standing = Standing("id", Lease(), wishes, position, queued)
        return Entry(standing, "me", work, state, list(chunks))

    def job(self, work, *args, **kwargs):
        return Job(self.entry(work, *args, **kwargs), self)
