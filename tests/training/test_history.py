"""The history of a training: a sequence of records, whatever it is made of inside."""

import itertools
import pickle
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simplenet import SimpleNet, TrainingConfig, train
from simplenet.training import History, Record, moving_average
from simplenet.training.columns import SMALLEST, Columns
from simplenet.training.history import BATCH_MEAN


def records(n, first=0, every=3, snapshots=7):
    """Records of which some are evaluated, and some carry parameters."""
    return [
        Record(
            i,
            1 / (i + 1),
            i / 4,
            i / 1000 if i % every == 0 else None,
            i / 2000 if i % every == 0 else None,
            {"b1": np.full(2, i)} if i % snapshots == 0 else None,
            i / 3000 if i % every == 0 else None,
            i % 8 / 8 if i % 10 == 0 else None,
        )
        for i in range(first, first + n)
    ]


def test_it_is_the_sequence_of_its_records(stripes):
    net = SimpleNet(784, 20, 10, rng=np.random.default_rng(1))
    told = list(train(net, stripes, TrainingConfig(iterations=13)))
    history = History(told)
    assert len(history) == 14
    for record, kept in zip(told, history, strict=True):
        assert (kept.iteration, kept.loss) == (record.iteration, record.loss)
        assert kept.elapsed_s == pytest.approx(record.elapsed_s, rel=1e-6)
        assert kept.train_accuracy == record.train_accuracy
        assert kept.test_accuracy == record.test_accuracy
        assert kept.vanished == record.vanished
        assert kept.batch_accuracy == pytest.approx(record.batch_accuracy, abs=1e-3)
        assert kept.params is record.params
    assert history[-1] == history[13]
    tail = History(told[5:])
    assert [r.iteration for r in tail.evaluated()] == [
        r.iteration for r in told[5:] if r.train_accuracy is not None
    ]
    assert history[2:5] == [history[2], history[3], history[4]]
    with pytest.raises(IndexError):
        history[14]
    with pytest.raises(IndexError):
        History()[-1]
    assert not History()
    assert History().first == 0


@pytest.mark.slow
@given(st.lists(st.integers(0, 90), max_size=8), st.integers(0, 1000))
def test_slices_of_any_sizes_make_the_same_history(sizes, first):
    told = records(sum(sizes), first)
    whole, pieces = History(told), History()
    ends = list(itertools.accumulate(sizes, initial=0))
    for start, end in itertools.pairwise(ends):
        pieces.extend(pickle.loads(pickle.dumps(History(told[start:end]))))
    assert list(pieces) == list(whole) == told
    assert pieces.first == whole.first
    np.testing.assert_array_equal(pieces.losses, whole.losses)
    np.testing.assert_array_equal(pieces.elapsed_s, whole.elapsed_s)
    seen = [r.batch_accuracy for r in told if r.batch_accuracy is not None]
    assert pieces.batch_accuracies.tolist() == seen
    at, means = pieces.batch_curve()
    assert at.tolist() == [r.iteration for r in told if r.batch_accuracy is not None]
    np.testing.assert_allclose(means, moving_average(np.array(seen), BATCH_MEAN), atol=1e-12)
    for name, column in whole.evaluations.items():
        np.testing.assert_array_equal(pieces.evaluations[name], column)
    assert [i for i, _ in pieces.snapshots] == [r.iteration for r in told if r.params]


@pytest.mark.parametrize("wrong", [0, 4, 6])
def test_a_gap_is_refused_and_changes_nothing(wrong):
    history = History(records(5))
    with pytest.raises(ValueError, match=f"after 4 came {wrong}"):
        history.extend([Record(wrong, 0.0, 0.0, 0.5, 0.5)])
    assert list(history) == records(5)
    with pytest.raises(ValueError, match="after 5 came 7"):
        History([Record(5, 0.0, 0.0), Record(7, 0.0, 0.0)])


def test_a_conclusion_completes_the_last_record():
    history = History(records(5))
    last = history[-1]
    assert last.train_accuracy is None
    for accuracies in ((None, 0.7, None), (0.8, 0.7, 0.1)):
        train_accuracy, test_accuracy, vanished = accuracies
        part = History()
        part.evaluate(Record(4, last.loss, 9.5, train_accuracy, test_accuracy, None, vanished))
        before = history.evaluations
        kept = {name: column.copy() for name, column in before.items()}
        history.extend(pickle.loads(pickle.dumps(part)))
        now = history[-1]
        assert (now.iteration, now.loss, now.elapsed_s) == (4, last.loss, 9.5)
        assert (now.train_accuracy, now.test_accuracy, now.vanished) == accuracies
        assert len(history) == 5
        for name, column in before.items():  # Whoever has read it keeps what it was.
            np.testing.assert_array_equal(column, kept[name])
    assert [record.iteration for record in history.evaluated()] == [0, 3, 4]
    assert history[:-1] == records(4)


def test_what_was_read_does_not_change():
    history = History(records(64))  # As many as there is room for.
    seen, losses = history.now(), history.losses
    expected = losses.copy()
    history.extend(records(500, 64))
    assert list(seen) == records(64)
    np.testing.assert_array_equal(losses, expected)
    assert len(history) == 564
    with pytest.raises(ValueError, match="read-only"):
        losses[0] = 1.0
    seen.extend([Record(64, 7.0, 7.0)])  # It is a history of its own.
    assert history[64] == records(1, 64)[0]


def test_a_reader_in_another_thread_sees_whole_records():
    interval = sys.getswitchinterval()
    parts = [History(records(n, n * (n - 1) // 2)) for n in range(1, 90)]
    wrong = []
    history, done = History(), threading.Event()

    def read():
        while not done.is_set():
            now = history.now()
            if list(now[-20:]) != records(len(now))[-20:]:
                wrong.append(len(now))
            known = now.evaluations["iteration"].tolist()
            if known != list(range(0, len(now), 3)):
                wrong.append(known)
            if [i for i, _ in now.snapshots] != list(range(0, len(now), 7)):
                wrong.append(len(now))

    readers = [threading.Thread(target=read) for _ in range(2)]
    sys.setswitchinterval(1e-5)
    try:
        for reader in readers:
            reader.start()
        for part in parts:
            history.extend(part)
    finally:
        done.set()
        for reader in readers:
            reader.join()
        sys.setswitchinterval(interval)
    assert wrong == []
    assert list(history) == records(len(history))


def test_a_million_iterations_take_less_than_20_megabytes():
    few, many = (len(pickle.dumps(History(records(n, 1, 9999, 9999)))) for n in (1000, 5000))
    assert (many - few) / 4000 < 20


def test_rows_one_by_one_are_seldom_copied_and_leave_little_room():
    columns, rooms = Columns({"loss": np.float64}), []
    for row in range(2000):
        columns.extend({"loss": [row]})
        room = columns.read()["loss"].base
        if not rooms or room is not rooms[-1]:
            rooms.append(room)
        assert len(room) <= max(SMALLEST, 1.25 * len(columns))
    assert len(rooms) < 20
    assert columns.read()["loss"].tolist() == list(range(2000))


def test_a_snapshot_keeps_nothing_else_of_the_message_that_brought_it():
    message = np.zeros(1000)
    params = dict.fromkeys(("W1", "b1", "W2", "b2"), message[:3])
    history = History()
    history.extend([Record(0, 0.5, 0.1, params=params)])
    ((_, kept),) = history.snapshots
    assert all(array.base is None for array in kept.values())
    assert all(np.array_equal(kept[name], params[name]) for name in params)
