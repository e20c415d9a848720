"""Living parts of pages: as often as they want for one, and for many as the server can bear it."""

import gc
import weakref
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from pages import following
from pages.platform import clock
from pages.platform.clock import Clock, Parts, show_by_clock


class Time:
    def __init__(self):
        self.s = 100.0

    def __call__(self):
        return self.s


@pytest.fixture
def time():
    return Time()


def looked_at(clock, visitors, every_s=0.2, took_s=0.01):
    for visitor in range(visitors):
        clock.shown(f"session {visitor}", "part", every_s, took_s)


def test_one_visitor_sees_every_change_and_many_share_the_server(time):
    one, class_of_thirty = Clock(0.1, time), Clock(0.1, time)
    looked_at(one, 1)  # A twentieth of a core.
    assert one.slower() == 1
    looked_at(class_of_thirty, 30)
    slower = class_of_thirty.slower()
    assert 30 * 0.01 / (0.2 * slower) <= 0.1 < 30 * 0.01 / (0.2 * slower / 1.5)


def test_who_looks_seldom_slows_nobody_and_who_has_left_is_forgotten(time):
    of_class = Clock(0.1, time)
    looked_at(of_class, 30, every_s=8.0)
    assert of_class.slower() == 1
    looked_at(of_class, 30, every_s=0.2)
    assert of_class.slower() > 10
    time.s += 1000
    looked_at(of_class, 1)
    assert of_class.slower() == 1


def test_a_single_slow_answer_changes_little(time):
    of_class = Clock(0.1, time)
    looked_at(of_class, 1, took_s=0.01)
    looked_at(of_class, 1, took_s=0.05)
    assert of_class.slower() == 1
    for _ in range(20):
        looked_at(of_class, 1, took_s=0.05)
    assert of_class.slower() > 2


def test_what_is_shown_is_forgotten_with_the_page(monkeypatch):
    """A training takes megabytes: the clock must not keep it when somebody has left its page."""
    kept, trainings = [], [Time()]
    context = SimpleNamespace(session_id="somebody")
    monkeypatch.setattr(clock, "get_script_run_ctx", lambda: context)
    monkeypatch.setattr(clock.st, "fragment", lambda part, run_every: lambda: kept.append(part))
    for name in ("picture", "figures"):
        show_by_clock(lambda: None, trainings[0])
        clock._of_visits["somebody"][name] = trainings[0], 1.0
    assert len(clock._of_visits["somebody"]) == 2  # Both parts of a page know each other.
    left = weakref.ref(trainings.pop())
    assert left() is not None
    kept.clear()
    gc.collect()
    assert left() is None
    assert "somebody" not in clock._of_visits


@dataclass(eq=False)
class Fragments:
    ids: set = field(default_factory=set)

    def contains(self, part):
        return part in self.ids


@pytest.fixture
def visit(monkeypatch, time):
    """A visit whose parts are shown by hand, and what its browser is told."""
    told, fragments, parts = [], Fragments({"picture", "figures"}), Parts()
    context = SimpleNamespace(
        session_id="me",
        fragment_storage=fragments,
        fragment_ids_this_run=None,
        enqueue=lambda message: told.append(
            (message.auto_rerun.fragment_id, message.auto_rerun.interval)
        ),
    )
    monkeypatch.setattr(clock, "CLOCK", Clock(0.1, time))
    monkeypatch.setattr(clock, "get_script_run_ctx", lambda: context)

    def show(part, every, first_s=None, took_s=0.001):
        context.fragment_ids_this_run = [part] if first_s is None else None
        state = SimpleNamespace(get=lambda: SimpleNamespace(fragment_id=part))
        monkeypatch.setattr(clock, "ThreadState", state)
        clock._beat(parts, every, first_s or 0, took_s)
        return told

    return SimpleNamespace(show=show, told=told, fragments=fragments)


def test_a_part_that_looks_often_wakes_the_others_and_only_once(visit):
    wants = {"picture": 1.0, "figures": 8.0}
    every = {part: (lambda part=part: wants[part]) for part in wants}
    for part, first_s in wants.items():
        visit.show(part, every[part], first_s)
    visit.show("picture", every["picture"])
    assert visit.told == []  # Nothing has changed.
    wants |= {"picture": 0.2, "figures": 0.4}
    visit.show("picture", every["picture"])
    assert visit.told == [("picture", pytest.approx(0.2)), ("figures", pytest.approx(0.4))]
    visit.show("figures", every["figures"])
    assert len(visit.told) == 2


def test_a_part_that_is_no_longer_on_the_page_is_not_asked_for(visit):
    wants = {"picture": 1.0, "figures": 2.0}
    for part, first_s in wants.items():
        visit.show(part, lambda part=part: wants[part], first_s)
    visit.fragments.ids.remove("figures")
    wants |= {"picture": 0.2, "figures": 0.4}
    visit.show("picture", lambda: wants["picture"])
    assert visit.told == [("picture", pytest.approx(0.2))]


def test_with_many_others_a_browser_is_told_to_ask_less_often(visit):
    visit.show("picture", lambda: 0.2, 0.2)
    looked_at(clock.CLOCK, 30)
    visit.show("picture", lambda: 0.2)
    ((part, every_s),) = visit.told
    assert part == "picture"
    assert every_s > 2


@pytest.fixture
def page(monkeypatch):
    """The parts of a page that `again_and_again` hands to the clock, by hand."""
    parts = []
    monkeypatch.setattr(following, "show_by_clock", lambda *part: parts.append(part))
    monkeypatch.setattr(following, "jobs", lambda: SimpleNamespace(hold=lambda job: None))

    def follow(job, **options):
        shown = following.phase(job)
        following.again_and_again(lambda: None, shown, job, live_s=0.2, **options)
        return parts[-1]

    return follow


def job(status, **known):
    waited = []
    defaults = {"ended": status == "finished", "status": status, "is_new": False, "place": 0}
    return SimpleNamespace(
        waited=waited,
        wait_for_records=lambda timeout_s: waited.append(timeout_s),
        **defaults | known,
    )


def test_a_page_does_not_stand_still_for_a_job_that_stands_in_line(page):
    for waiting in (job("waiting", place=7), job("waiting", place=7, is_new=True)):
        show, _ = page(waiting)
        show()
        assert waiting.waited == []
    for begun in (job("running"), job("waiting", place=1, is_new=True)):
        show, _ = page(begun)
        show()
        assert begun.waited == [0.2]
        show, _ = page(begun, leads=False)
        show()
        assert begun.waited == [0.2]  # One part waits, not each.


def test_a_job_that_stands_in_line_is_looked_at_seldom_and_by_one_part(page):
    running, waiting = job("running"), job("waiting", place=7)
    assert [page(running)[1](), page(running, leads=False)[1]()] == [0.2, 0.2]
    assert page(job("waiting", place=7, is_new=True))[1]() == 0.2
    leader, other = page(waiting)[1](), page(waiting, leads=False)[1]()
    assert 0.2 < leader <= 1 < other
    assert 0.2 < page(job("paused"))[1]() <= 2
    assert page(job("finished"))[1] is None


def test_a_job_knows_how_often_it_is_looked_at(page, monkeypatch, time):
    monkeypatch.setattr(following, "CLOCK", Clock(0.1, time))
    running = job("running")
    page(running)[0]()
    assert running.look_s == pytest.approx(0.2)
    looked_at(following.CLOCK, 30)
    page(running, leads=False)[0]()
    assert running.look_s == pytest.approx(0.2)  # The others say nothing of it.
    page(running)[0]()
    assert running.look_s > 2
