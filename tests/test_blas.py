"""The number of BLAS threads, which belongs to the process."""

import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from simplenet import SimpleNet, TrainingConfig, numerical_gradient_1d, train
from simplenet.blas import one_blas_thread
from simplenet.functions import softmax
from simplenet.study.bugs import accuracy_after


def threads():
    """How many there are now, by library."""
    return [info["num_threads"] for info in ThreadpoolController().info() if is_blas(info)]


def is_blas(info):
    return info["user_api"] == "blas"


@pytest.fixture(autouse=True)
def two_threads():
    """Two of them, whatever the machine has."""
    with threadpool_limits(limits=2, user_api="blas"):
        if set(threads()) != {2}:
            pytest.skip("this BLAS cannot have two threads")
        release()
        yield
        release()


def release():
    """Let go of what `threadpool_limits` holds for its own thread, as the tests have several."""
    for library in ThreadpoolController().lib_controllers:
        getattr(library, "clear_controlling_thread", lambda **_: None)(force=True)


def test_one_inside_and_afterwards_what_was():
    with one_blas_thread:
        assert set(threads()) == {1}
        with one_blas_thread:
            assert set(threads()) == {1}
        assert set(threads()) == {1}
    assert set(threads()) == {2}
    with pytest.raises(ZeroDivisionError), one_blas_thread:
        _ = 1 / 0
    assert set(threads()) == {2}


def test_contexts_of_several_threads_that_overlap_leave_what_was():
    entered, leave = threading.Event(), threading.Event()

    def other():
        with one_blas_thread:
            entered.set()
            leave.wait(60)

    thread = threading.Thread(target=other)
    with one_blas_thread:
        thread.start()
        assert entered.wait(60)
    assert set(threads()) == {1}
    leave.set()
    thread.join()
    assert set(threads()) == {2}


def new_net():
    return SimpleNet(784, 4, 10, rng=np.random.default_rng(0))


CONFIG = TrainingConfig(iterations=7, batch_size=100)


def test_a_training_leaves_the_threads_alone_between_its_records(stripes, monkeypatch):
    inside = []
    true = SimpleNet.accuracy_and_vanished

    def accuracy(self, x, t):
        inside.append(set(threads()))
        return true(self, x, t)

    monkeypatch.setattr(SimpleNet, "accuracy_and_vanished", accuracy)
    for _ in train(new_net(), stripes, CONFIG):
        assert set(threads()) == {2}
    assert inside == [{1}] * len(inside) != []


def test_interleaved_trainings_leave_the_threads_as_they_were(stripes):
    first, second = (train(new_net(), stripes, CONFIG) for _ in range(2))
    next(first)
    next(second)
    next(first)
    first.close()
    assert set(threads()) == {2}
    next(second)
    del second
    assert set(threads()) == {2}


def test_a_training_that_fails_leaves_the_threads_as_they_were(stripes, monkeypatch):
    records = train(new_net(), stripes, CONFIG)
    next(records)
    monkeypatch.setattr("simplenet.training.loop.compute_gradient", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        next(records)
    assert set(threads()) == {2}


TAKES = ["loss", "accuracy", "gradient", "numerical_gradient", "fast_numerical_gradient"]


@pytest.mark.parametrize("name", ["predict", *TAKES])
def test_a_loop_of_ones_own_has_one_thread_too(name, monkeypatch):
    # On a busy machine several threads took ten times as long.
    inside = []
    dot = np.dot

    def seen(function):
        def call(*args, **kwargs):
            inside.append(set(threads()))
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(np, "dot", seen(dot))
    monkeypatch.setattr("simplenet.gradients.softmax", seen(softmax))
    net = SimpleNet(3, 2, 2, rng=0)
    x, t = np.ones((4, 3)), np.zeros(4, int)
    getattr(net, name)(*([x] if name == "predict" else [x, t]))
    assert inside
    assert inside == [{1}] * len(inside)
    assert set(threads()) == {2}


def test_the_functions_of_the_article_have_one_thread_too():
    inside = []

    def f(x):
        inside.append(set(threads()))
        return float(x @ x)

    assert numerical_gradient_1d(f, np.array([1.0, 2.0])) == pytest.approx([2, 4])
    assert inside == [{1}] * 4
    assert set(threads()) == {2}


def test_a_training_with_a_bug_leaves_the_threads_as_they_were(stripes):
    accuracy_after(None, new_net(), stripes, CONFIG)
    assert set(threads()) == {2}
