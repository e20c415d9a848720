"""Sweeps: their grid, what came of them, how long they take, and how they are worked off."""

from __future__ import annotations

import json
from contextlib import contextmanager

import numpy as np
import pytest
from alembic import command
from alembic.config import Config
from scipy.special import stdtr
from scipy.stats import ttest_ind
from sqlalchemy import JSON, Boolean, MetaData, create_engine, insert, text

import simplenet.jobs.jobs
from simplenet.jobs import Jobs
from simplenet.jobs.ledger import Lease, Position, Wishes
from simplenet.runs import TrainingRun
from simplenet.runs.kinds import Result, settings_of
from simplenet.runs.store import Store
from simplenet.runs.store.opening import MIGRATIONS, in_memory, opened
from simplenet.runs.sweep import (
    MOST_RUNS,
    Point,
    axes_of,
    chances,
    grid,
    kept_bytes,
    points,
    ranking,
)
from simplenet.runs.sweep_time import RUN_S, Pace, Timed, calibrated, seconds, seconds_left, steps
from simplenet.training import TrainingConfig
from tests.jobs.counting import Counting
from tests.jobs.kept import ledger
from tests.waiting import until

BASE = TrainingRun(TrainingConfig(iterations=20, seed=5), 4)


def test_a_grid_has_every_combination_with_every_seed():
    runs = grid(BASE, {"learning_rate": (0.1, 1.0), "hidden_size": (3, 4, 5)}, 2)
    assert len(runs) == len(set(runs)) == 12
    assert {run.training.seed for run in runs[:6]} == {5}  # All of it is seen early.
    assert {run.training.seed for run in runs[6:]} == {6}
    assert {(run.training.learning_rate, run.hidden_size) for run in runs[:6]} == {
        (rate, units) for rate in (0.1, 1.0) for units in (3, 4, 5)
    }
    assert {run.training.iterations for run in runs} == {20}


def test_what_is_chosen_from_a_list_can_be_varied():
    axes = {"schedule": ("constant", "cosine"), "augmentation": ((), ("affine", "elastic"))}
    runs = grid(BASE, axes, 1)
    assert axes_of(map(settings_of, runs)) == {name: list(values) for name, values in axes.items()}


@pytest.mark.parametrize(
    ("axes", "seeds", "words"),
    [
        ({}, 1, "1 to 3 settings can be varied, not 0"),
        (dict.fromkeys(("momentum", "schedule", "hidden_size", "batch_size"), (0, 1)), 1, "not 4"),
        ({"seed": (1, 2)}, 1, "seed cannot be varied"),
        ({"momentum": (0.5,)}, 1, "two or more different values"),
        ({"momentum": (0.5, 0.5)}, 1, "two or more different values"),
        ({"momentum": (0.5, 0.6)}, 0, "seeds must be between 1 and 20, got 0"),
        ({"hidden_size": range(1, 102)}, 2, f"at most {MOST_RUNS} runs, not 202"),
        ({"learning_rate": (0.1, -1.0)}, 1, "no training with learning_rate -1.0.*between"),
    ],
)
def test_what_is_no_sweep_is_refused_in_a_sentence(axes, seeds, words):
    with pytest.raises(ValueError, match=words):
        grid(BASE, axes, seeds)


def test_a_combination_that_cannot_be_is_named():
    numerical = TrainingRun(TrainingConfig(gradient="fast_numerical"))
    axes = {"hidden_size": (10, 1000), "batch_size": (10, 100)}
    with pytest.raises(ValueError, match="no training with hidden_size 1000, batch_size 100"):
        grid(numerical, axes, 1)


def test_points_tell_mean_and_spread_of_what_has_finished():
    runs = grid(BASE, {"learning_rate": (0.1, 1.0)}, 3)
    axes = axes_of(map(settings_of, runs))
    assert axes == {"learning_rate": [0.1, 1.0]}
    scores = [0.8, 0.9, 0.6, None, 0.7, None]  # The rates by turns.
    low, high = points(axes, zip(map(settings_of, runs), scores, strict=True))
    assert (low.values, low.scores, low.runs) == ((0.1,), (0.8, 0.6, 0.7), 3)
    assert low.mean == pytest.approx(0.7)
    assert low.std == pytest.approx(0.1)
    assert (high.mean, high.std, high.runs) == (0.9, None, 3)


def test_the_best_is_looked_for_among_those_with_two_scores_if_there_are_any():
    lucky = Point((1,), (0.99,), 3)
    even, best = Point((2,), (0.8, 0.9), 3), Point((3,), (0.9, 0.9), 3)
    assert ranking([lucky, even, best, Point((4,), (), 3)]) == [best, even]
    assert ranking([Point((4,), (), 3), lucky]) == [lucky]
    early = Point((5,), (0.1, 0.1, 0.1), 3)  # It has all seeds, and is no better for that.
    assert ranking([early, best]) == [best, early]
    assert ranking([]) == []


def test_noise_is_told_from_progress_by_a_t_test():
    a, b = Point((1,), (0.95, 0.96, 0.94), 3), Point((2,), (0.93, 0.90, 0.92), 3)
    assert chances([a, b]) == pytest.approx([ttest_ind(a.scores, b.scores).pvalue])
    assert chances([a, Point((2,), (0.5,), 1)]) == [None]
    assert chances([Point((1,), (0.5, 0.5), 2), Point((2,), (0.4, 0.4), 2)]) == [None]


def test_two_seeds_are_enough_where_all_places_tell_of_the_noise():
    order = [Point((i,), (mean - 0.005, mean + 0.005), 2) for i, mean in enumerate((0.67, 0.66))]
    order += [Point((i,), (0.11, 0.11), 2) for i in range(2, 8)]  # They have learned nothing.
    near, *far = chances(order)
    assert near == 1.0
    assert max(far) < 1e-6


def test_where_two_places_vary_more_than_all_their_own_noise_counts():
    calm = [Point((i,), (0.5, 0.501), 2) for i in range(8)]
    wild, next_one = Point((8,), (0.9, 0.7), 2), Point((9,), (0.8, 0.6), 2)
    assert chances([wild, next_one, *calm])[0] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_the_luckiest_of_many_equally_good_ones_is_not_taken_for_better(seeds):
    rng, k, sweeps = np.random.default_rng(0), 8, 300
    told = better = lost = 0
    for _ in range(sweeps):
        order = ranking(Point((i,), tuple(rng.normal(0.95, 0.01, seeds)), seeds) for i in range(k))
        found = dict(zip(order[1:], chances(order), strict=True))
        told += min(ttest_ind(order[0].scores, p.scores).pvalue for p in order[1:]) < 0.05
        better += max(found.values()) < 0.05
        (truly,) = (point for point in order if point.values == (0,))  # Any may be called so.
        lost += found.get(truly, 1.0) < 0.05
    assert told > 0.2 * sweeps  # What a test of each alone would say.
    assert better <= lost < 0.05 * sweeps


def test_each_chance_counts_as_often_as_there_are_others():
    a, b, c = (Point((i,), (m, m + 0.01, m + 0.02), 3) for i, m in enumerate((0.95, 0.93, 0.92)))
    alone = 2 * stdtr(6, -0.03 / (0.01 * (2 / 3) ** 0.5))
    assert chances([a, b, c])[1] == pytest.approx(2 * alone)
    single = Point((4,), (0.94,), 3)
    assert chances([a, a, single]) == [1.0, None]
    assert chances([a]) == []


def test_the_time_is_the_median_of_runs_of_that_size_and_measured_without_them():
    known = [Timed(settings_of(BASE), 20, s) for s in (0.1, 0.2, 9.0)]
    other = TrainingRun(TrainingConfig(iterations=20), 7)
    found = seconds([BASE, BASE, other], known, lambda run: Pace(float(run.hidden_size), 100.0))
    assert found == pytest.approx(2 * 0.2 + 20 * 7 + 2 * 100 + 3 * RUN_S)
    assert seconds([BASE] * 3, known, None, cores=2) == pytest.approx(2 * (0.2 + RUN_S))
    assert seconds([BASE], known, None, cores=2) == pytest.approx(0.2 + RUN_S)


def test_the_time_counts_evaluations_too():
    # As measured of the article's: 0.00024 s an iteration, 0.08 s an evaluation of all digits.
    def took_s(iterations, evaluations):
        return 0.00024 * iterations + 0.08 * evaluations

    short, long = (TrainingRun(TrainingConfig(iterations=n)) for n in (100, 10_000))
    measured = seconds([short] * 8, [], lambda run: Pace(0.00024, 0.08))
    assert measured == pytest.approx(8 * (took_s(100, 2) + RUN_S))
    known = [Timed(settings_of(long), 10_000, took_s(10_000, 18))]
    assert 0.7 < seconds([short] * 8, known, None) / measured < 1.3  # By iterations alone: 0.1.
    numerical = TrainingRun(TrainingConfig(iterations=10, gradient="fast_numerical"), 3)
    assert steps(settings_of(numerical), 10) == 10


def test_what_is_left_of_a_sweep_is_told_by_what_its_runs_have_taken():
    settings = settings_of(TrainingRun(TrainingConfig(iterations=100)))
    fresh, over = Result(total=100), Result(done=100, total=100, elapsed_s=0.2)
    assert seconds_left([(settings, fresh, False)] * 3) == 0
    runs = [(settings, over, True), *[(settings, fresh, False)] * 3]
    assert seconds_left(runs, cores=2) == pytest.approx(3 * (0.2 + RUN_S) / 2)
    half = Result(done=50, total=100, elapsed_s=0.15)
    assert seconds_left([(settings, half, False), *runs]) < 3.4 * (0.2 + RUN_S)


def test_the_parts_of_a_training_are_measured_on_the_spot():
    pace = calibrated(TrainingRun(TrainingConfig(iterations=1), 3))
    assert pace.iteration_s > 0
    assert pace.evaluation_s > 0


@pytest.mark.slow
def test_what_a_sweep_takes_is_about_what_is_said(store):
    runs = grid(TrainingRun(TrainingConfig(iterations=300)), {"momentum": (0.0, 0.5)}, 1)
    store.queue("s", "me", dict(zip("ab", runs, strict=True)))
    for job_id, run in zip("ab", runs, strict=True):
        done(store, job_id, run)
    takes = sum(run.size for run in store.runs_of("me"))
    assert 0.7 < kept_bytes(runs) / takes < 1.3


@pytest.fixture
def store(address):
    store = Store(opened(address))
    yield store
    store.close()


def queue(store, name, visitor, n=3):
    works = {f"{name}{i}": run for i, run in enumerate(grid(BASE, {"hidden_size": (2, 3)}, n))}
    store.queue(name, visitor, works)
    return works


def done(store, job_id, run, end="finished"):
    part = run.advance(None, 60, None)
    at = Position(end=end)
    assert store.commit(job_id, 0, run, part.records, part.state, part.records, at)


def begun(store):
    return [one.id for one in store.standings()]


def test_runs_of_a_sweep_begin_as_there_is_room(store):
    works = queue(store, "a", "me")
    assert begun(store) == []
    assert [run.id for run in store.sweep("a")] == list(works)
    store.call_up("server", 2)
    store.call_up("server", 2)
    assert sorted(begun(store)) == ["a0", "a1"]
    done(store, "a0", works["a0"])
    store.call_up("server", 2)
    assert sorted(begun(store)) == ["a1", "a2"]
    shown = {run.id: (run.ended, run.queued) for run in store.sweep("a")}
    assert shown["a0"] == ("finished", False)
    assert shown["a1"] == (None, False)
    assert shown["a5"] == (None, True)


def test_a_visitor_with_a_large_sweep_leaves_room_to_another(store):
    queue(store, "a", "me"), queue(store, "b", "you")
    store.add("single", "me", BASE, Wishes(), "server")  # Takes nobody's place.
    store.call_up("server", 2)
    assert sorted(begun(store)) == ["a0", "b0", "single"]
    queue(store, "c", "third")
    store.call_up("server", 2)  # One at least is everybody's.
    assert sorted(begun(store)) == ["a0", "b0", "c0", "single"]
    store.wish("a0", lambda wishes, _: Wishes(held=True, number=wishes.number + 1))
    store.call_up("server", 4)  # What is paused keeps no room.
    assert sorted(begun(store))[:2] == ["a0", "a1"]


def test_only_its_owner_stops_a_sweep_and_what_waits_ends_at_once(store):
    queue(store, "a", "me")
    store.call_up("server", 1)
    store.stop_sweep("a", "you")
    assert {run.ended for run in store.sweep("a")} == {None}
    store.stop_sweep("a", "me")
    first, *others = sorted(store.sweep("a"), key=lambda run: run.id)
    assert first.ended is None  # Whoever drives it ends it.
    assert {run.ended for run in others} == {"stopped"}
    assert store.read("a0").standing.wishes.stop
    store.call_up("server", 9)
    assert begun(store) == ["a0"]


def test_a_deleted_sweep_can_be_put_back_and_begins_no_more(store):
    works = queue(store, "a", "me")
    store.delete(list(works), "me")
    assert store.sweep("a") == []
    store.call_up("server", 9)
    assert begun(store) == []
    store.put_back(list(works), "me")
    assert {run.ended for run in store.sweep("a")} == {"stopped"}


def test_a_waiting_run_that_is_stopped_by_itself_ends(store):
    queue(store, "a", "me")
    store.wish("a1", lambda wishes, _: Wishes(stop=True, number=wishes.number + 1))
    assert [run.ended for run in store.sweep("a")] == [None, "stopped", *[None] * 4]


@pytest.mark.parametrize("strange", ["a\0", "é", "x" * 1000])
def test_there_is_no_sweep_with_a_strange_id(store, strange):
    assert store.sweep(strange) == []


def test_of_a_run_of_a_sweep_the_first_and_the_last_parameters_are_kept(store):
    works = queue(store, "a", "me")
    store.call_up("server", 1)
    done(store, "a0", works["a0"])
    entry = store.read("a0")
    (records,) = entry.chunks
    assert [i for i, _ in records.snapshots] == [0]
    whole = works["a0"].advance(None, 60, None)
    assert len(records) == len(whole.records)
    assert np.array_equal(records.losses, whole.records.losses)
    assert all(np.array_equal(entry.state.params[k], p) for k, p in whole.state.params.items())


def test_timings_are_those_of_finished_trainings(store):
    store.add("a", "me", BASE, Wishes(), "server"), store.add("b", "me", BASE, Wishes(), "server")
    done(store, "a", BASE), done(store, "b", BASE, end="stopped")
    ((settings, iterations, elapsed_s),) = store.timings("training")
    assert settings == settings_of(BASE)
    assert iterations == 20
    assert elapsed_s > 0


def test_the_runs_of_the_release_before_are_there(address):
    new = Store(in_memory())
    new.add("a", "me", BASE, Wishes(), "server")
    with new._engine.connect() as connection:
        rows = {
            name: dict(connection.execute(text(f"SELECT * FROM {name}")).mappings().one())
            for name in ("runs", "contents")
        }
    engine, config, old = create_engine(address), Config(), MetaData()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        old.reflect(connection)
        for name, row in rows.items():
            values = {
                column.name: json.loads(row[column.name])
                if isinstance(column.type, JSON)
                else bool(row[column.name])
                if isinstance(column.type, Boolean)
                else row[column.name]
                for column in old.tables[name].columns
            }
            connection.execute(insert(old.tables[name]).values(**values))
    engine.dispose()
    store = Store(opened(address))
    (run,) = store.runs_of("me")
    assert (run.id, run.settings, run.sweep, run.queued) == ("a", settings_of(BASE), None, False)
    assert begun(store) == ["a"]
    assert store.read("a").work == BASE
    store.close()


# How a server works it off.


@contextmanager
def server(kept, workers=1):
    jobs = Jobs(kept, workers=workers)
    yield jobs
    jobs.close()


def in_memory_of(jobs):
    with jobs.changed:
        return list(jobs._jobs.values())


@pytest.mark.slow
def test_a_server_works_a_sweep_off_and_another_goes_on_with_it(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(simplenet.jobs.jobs, "SPARE", 1)
    kept = ledger(tmp_path)
    with server(kept) as jobs:
        sweep = jobs.sweep([Counting(end=40, pause_s=0.02) for _ in range(5)], "me")
        ids = {run.id for run in kept.sweep(sweep)}
        # A moment after it is in memory, it is known that nobody looks at it.
        until(lambda: [job for job in in_memory_of(jobs) if job.id in ids and not job.seen])
        until(lambda: any(run.ended for run in kept.sweep(sweep)))
        assert len(kept.standings()) <= 2  # No more than that are in memory.
    assert "is taken over" not in caplog.text
    driven = [one for one in kept.standings() if one.lease != Lease()]
    with server(kept):  # Some are left, unless this machine stood still for seconds.
        until(lambda: {run.ended for run in kept.sweep(sweep)} == {"finished"})
    assert {run.result.done for run in kept.sweep(sweep)} == {40}
    assert caplog.text.count("is taken over") == len(driven)
    kept.close()


@pytest.mark.slow
def test_a_run_that_waits_is_followed_until_it_ends_and_can_be_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.jobs, "SPARE", 0)
    kept = ledger(tmp_path)
    with server(kept) as jobs:
        sweep = jobs.sweep([Counting(end=10**6, pause_s=0.005) for _ in range(3)], "me")
        first, second, third = (jobs.get(run.id) for run in kept.sweep(sweep))
        until(lambda: first.records)
        assert second.status == third.status == "waiting"
        assert first.seen
        second.stop()
        assert second.wait(240)
        assert (second.status, second.records) == ("stopped", [])
        first.stop()
        until(lambda: third.records)
        kept.stop_sweep(sweep, "me")
        assert third.wait(240)
        assert third.status == "stopped"
    kept.close()
