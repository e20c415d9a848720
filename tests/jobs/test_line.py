"""The line by itself: no processes, no threads, and a clock that the tests move on."""

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

import simplenet.jobs.line
from simplenet.jobs import JobError
from simplenet.jobs.line import TURN_S, Line

SLICE_S = 0.2


@dataclass(eq=False)
class Runner:
    """Whoever has some slices to do."""

    visitor: str
    left: int = 1000
    done: int = 0
    wants_core: bool = True
    known: bool = False

    @property
    def has_begun(self):
        return self.done > 0


@dataclass
class Workers:
    cores: int
    failure: JobError | None = None

    def want(self):
        pass


@dataclass
class Floor:
    """Cores, those who work on them, and what was done, slice by slice."""

    cores: int
    now: float = 0.0
    there: list = field(default_factory=list)
    at_work: dict = field(default_factory=dict)
    slices: list = field(default_factory=list)

    def __post_init__(self):
        self.workers = Workers(self.cores)
        self.line = Line(threading.Condition(), self.workers)

    def add(self, *runners):
        for one in runners:
            self.there.append(one)
            self.line.join(one)
        return runners

    def go(self, slices=1):
        """Do so many slices on each core; each time whoever may begin does."""
        for _ in range(slices):
            for one in self.there:
                if one not in self.at_work and one.wants_core and self.line.is_next(one):
                    stack = ExitStack()
                    self.at_work[one] = stack, stack.enter_context(self.line.core(one))
            for one, (stack, is_over) in list(self.at_work.items()):
                if is_over():
                    self.leave_core(one, stack)
                    continue
                one.done += 1
                one.left -= 1
                self.slices.append(one)
                if not one.left:
                    self.there.remove(one)
                    self.leave_core(one, stack)
                    self.line.leave(one)
            self.now += SLICE_S

    def leave_core(self, one, stack):
        del self.at_work[one]
        stack.close()
        if one.left and one.wants_core:
            self.line.join(one)

    def until_begun(self, one, most=20):
        """Go on until somebody has begun; return how many slices others did meanwhile."""
        before = len(self.slices)
        for _ in range(most):
            if one.has_begun:
                break
            self.go()
        assert one.has_begun
        return sum(other is not one for other in self.slices[before:])


@pytest.fixture
def floor(monkeypatch):
    def made(cores):
        floor = Floor(cores)
        monkeypatch.setattr(simplenet.jobs.line, "monotonic", lambda: floor.now)
        return floor

    return made


@pytest.mark.parametrize("cores", [1, 2, 5])
def test_forty_runs_of_one_visitor_delay_anothers_first_point_by_a_slice(floor, cores):
    floor = floor(cores)
    floor.add(*(Runner("many") for _ in range(40)))
    floor.go(3)
    (new,) = floor.add(Runner("new"))
    assert floor.until_begun(new) <= cores


@pytest.mark.parametrize("cores", [1, 2])
def test_visitors_who_come_later_delay_nobodys_first_point(floor, cores):
    floor = floor(cores)
    floor.add(*(Runner(f"before {i}") for i in range(cores)))
    floor.go(3)
    (new,) = floor.add(Runner("new"))
    floor.add(*(Runner(f"later {i}") for i in range(40)))
    assert floor.until_begun(new) <= cores


def test_a_visitor_with_two_cores_gives_one_to_who_has_none_and_takes_no_more(floor):
    floor = floor(2)
    many = floor.add(*(Runner("many") for _ in range(4)))
    floor.go(3)
    assert set(floor.at_work) == {many[0], many[1]}
    (new,) = floor.add(Runner("new"))
    floor.go(4)
    assert len(floor.at_work) == 2
    assert new in floor.at_work
    at_work = set(floor.at_work)
    floor.go(int(TURN_S / SLICE_S / 2))
    assert set(floor.at_work) == at_work
    interrupted = next(one for one in many[:2] if one not in at_work)
    assert floor.line.place(interrupted) == 1  # Its turn was not over: it goes on before the third.


def test_a_first_slice_takes_nobodys_turn_away(floor):
    floor = floor(1)
    (at_work,) = floor.add(Runner("a"))
    floor.go(3)
    waiting = floor.add(*(Runner(name) for name in "bcd"))
    floor.go(12)
    assert set(floor.at_work) == {at_work}
    assert [one.done for one in waiting] == [1, 1, 1]
    assert [floor.line.place(one) for one in waiting] == [1, 2, 3]  # As they came.


def test_turns_go_round(floor):
    floor = floor(1)
    runners = floor.add(*(Runner(name, left=10_000) for name in "abc"))
    floor.go(int(7.5 * TURN_S / SLICE_S))
    turns = [
        one
        for one, before in zip(floor.slices[9:], floor.slices[8:], strict=False)
        if one is not before
    ]
    assert turns == [*runners[1:], *runners, *runners][: len(turns)]
    assert len(turns) >= 6


@pytest.mark.parametrize("cores", [1, 2])
def test_however_many_strangers_come_who_is_known_has_half_of_the_cores(floor, cores):
    floor = floor(cores)
    floor.add(*(Runner(f"stranger {i}", left=100_000) for i in range(20)))
    floor.go(30)
    known = floor.add(*(Runner("known", left=100_000, known=True) for _ in range(3)))
    before = len(floor.slices)
    floor.go(int(10 * TURN_S / SLICE_S))
    theirs = sum(one in known for one in floor.slices[before:])
    assert 0.4 < theirs / (len(floor.slices) - before) < 0.6


def test_a_stranger_among_many_who_are_known_has_no_more_than_they(floor):
    floor = floor(1)
    floor.add(*(Runner(f"known {i}", left=100_000, known=True) for i in range(4)))
    (stranger,) = floor.add(Runner("stranger", left=100_000))
    floor.go(int(20 * TURN_S / SLICE_S))
    assert 0.15 < stranger.done / len(floor.slices) < 0.25


def test_who_is_known_goes_first_where_nobody_has_had_a_turn(floor):
    floor = floor(1)
    *strangers, known = floor.add(*(Runner(name) for name in "abc"), Runner("d", known=True))
    assert floor.line.place(known) == 1
    assert [floor.line.place(one) for one in strangers] == [2, 3, 4]


@pytest.mark.parametrize(
    ("strangers", "known", "places"),
    [
        (1, 1, [1, 2]),
        (2, 1, [2, 3, 1]),
        (2, 2, [1, 2, 3, 4]),
        (3, 2, [2, 4, 5, 1, 3]),
    ],
)
def test_who_is_known_goes_first_only_where_strangers_outnumber_them(
    floor, strangers, known, places
):
    floor = floor(1)
    came = floor.add(
        *(Runner(f"stranger {i}") for i in range(strangers)),
        *(Runner(f"known {i}", known=True) for i in range(known)),
    )
    assert [floor.line.place(one) for one in came] == places


@pytest.mark.parametrize("others", range(4))
def test_strangers_and_who_is_known_take_turns_in_the_whole_line(floor, others):
    floor = floor(1)
    (first,) = floor.add(Runner("known", known=True))
    floor.go()
    first.wants_core = False
    floor.leave_core(first, floor.at_work[first][0])
    for i in range(others):  # They come, and go again.
        other = Runner(f"other {i}")
        floor.line.join(other)
        floor.line.leave(other)
    strangers = floor.add(*(Runner(f"stranger {i}") for i in range(4)))
    known = floor.add(*(Runner(f"known {i}", known=True) for i in range(3)))
    assert [floor.line.place(one) for one in strangers] == [1, 3, 5, 7]
    assert [floor.line.place(one) for one in known] == [2, 4, 6]


def test_who_has_a_core_already_comes_before_the_second_run_of_who_has_none(floor):
    floor = floor(1)
    _, second = floor.add(Runner("a"), Runner("a"))
    floor.go(3)
    new = floor.add(*(Runner("new") for _ in range(3)))
    assert [floor.line.place(one) for one in (new[0], second, *new[1:])] == [1, 2, 3, 4]


def test_the_runs_of_one_visitor_take_turns_too(floor):
    floor = floor(1)
    runners = floor.add(Runner("a"), Runner("a"))
    for one in (*runners, *runners):
        floor.go(2)
        assert set(floor.at_work) == {one}
        floor.now += TURN_S
        floor.go()


def test_a_turn_that_was_over_when_the_core_was_lost_is_over(floor):
    floor = floor(1)
    first, second = floor.add(Runner("a"), Runner("b"))
    floor.go(4)
    assert set(floor.at_work) == {first}
    floor.workers.cores = 0
    floor.now += TURN_S
    floor.go()
    assert [floor.line.place(one) for one in (second, first)] == [1, 2]


def test_runs_of_a_single_slice_leave_another_most_of_a_core(floor):
    floor = floor(1)
    (long,) = floor.add(Runner("long"))
    for _ in range(100):
        floor.add(Runner("short", left=1))
        floor.go()
    assert long.done >= 50


def test_a_visitors_jobs_begin_in_the_order_in_which_they_came(floor):
    floor = floor(2)
    runners = floor.add(*(Runner("a", left=5) for _ in range(6)))
    floor.go(40)
    assert list(dict.fromkeys(floor.slices)) == list(runners)


def test_who_pauses_gives_place_and_turn_away(floor):
    floor = floor(1)
    first, second = floor.add(Runner("a"), Runner("b"))
    floor.go(4)
    first.wants_core = False
    stack, _ = floor.at_work[first]
    floor.leave_core(first, stack)
    assert floor.line.place(first) == 0
    first.wants_core = True
    floor.line.join(first)
    floor.go(2)
    assert set(floor.at_work) == {second}


def test_a_core_that_is_lost_is_no_turn_that_is_over(floor):
    floor = floor(1)
    first, *others = floor.add(Runner("a"), Runner("b"), Runner("c"))
    floor.go(6)
    floor.workers.cores = 0
    floor.go(3)
    assert not floor.at_work
    assert [floor.line.place(one) for one in (first, *others)] == [1, 2, 3]
    floor.workers.cores = 1
    floor.go(2)
    assert set(floor.at_work) == {first}


def test_nobody_waits_for_workers_that_will_never_come(floor):
    floor = floor(0)
    floor.workers.failure = JobError("there is no scheduler")
    one = Runner("a")
    with pytest.raises(JobError), floor.line.core(one):
        pass
    assert floor.line.place(one) == 0
