import pickle
from dataclasses import replace

import numpy as np
import pytest

import simplenet.runs.finetuning
from simplenet import Dataset, SimpleNet, TrainingConfig, train
from simplenet.runs.finetuning import RECIPE, FineTuning, open_to


@pytest.fixture(scope="module")
def stripes(stripes):
    """As bytes, as MNIST is."""
    x_train, x_test = (np.rint(255 * x).astype(np.uint8) for x in (stripes.x_train, stripes.x_test))
    return Dataset(x_train, stripes.t_train, x_test, stripes.t_test)


@pytest.fixture(scope="module")
def trained(stripes):
    net = SimpleNet(784, 20, 10, rng=np.random.default_rng(0))
    list(train(net, stripes, TrainingConfig(iterations=600, learning_rate=0.5)))
    return net.params


@pytest.fixture(autouse=True)
def small_data(stripes, monkeypatch):
    monkeypatch.setattr(simplenet.runs.finetuning, "loaded", lambda source: stripes)
    monkeypatch.setattr(simplenet.runs.finetuning, "POOL", 1000)


@pytest.fixture
def shifted(stripes):
    """Sevens of another hand, which the network misreads: a row further down."""
    sevens = stripes.pixels_test[stripes.t_test[:, 7] == 1].reshape(-1, 28, 28)
    return np.roll(sevens, 1, axis=1).reshape(-1, 784), np.full(len(sevens), 7)


PLAIN = replace(RECIPE, iterations=200, learning_rate=0.5)


def in_slices(work, limit=None):
    state, lessons, finished = None, [], False
    while not finished:
        part = work.advance(state, 60.0, limit)
        state, finished = part.state, part.finished
        lessons += part.records
    return state, lessons


def test_it_learns_the_drawings_and_forgets_less_when_it_rehearses(trained, shifted, stripes):
    forgotten = {}
    for rehearse in (True, False):
        state, lessons = in_slices(FineTuning(trained, *shifted, rehearse, PLAIN))
        before, after = lessons[0], lessons[-1]
        assert before.iteration == 0
        assert after.iteration == 200
        assert before.own_accuracy < 0.6
        assert after.own_accuracy > before.own_accuracy + 0.3
        net = SimpleNet.from_params(state.params)
        assert after.test_accuracy == net.accuracy(stripes.x_test, stripes.t_test)
        assert after.own_accuracy == net.accuracy(*shifted)
        forgotten[rehearse] = before.test_accuracy - after.test_accuracy
    assert forgotten[True] < forgotten[False] - 0.03  # Nothing, and 13 digits of 200 at least.


def test_the_network_that_was_copied_stays_as_it_was(trained, shifted):
    before = {key: value.copy() for key, value in trained.items()}
    in_slices(FineTuning(trained, *shifted, recipe=replace(RECIPE, iterations=5)))
    for key, value in before.items():
        np.testing.assert_array_equal(trained[key], value)


def test_slices_make_up_the_whole(trained, shifted):
    work = FineTuning(trained, *shifted, recipe=replace(RECIPE, iterations=12))
    (whole, _), (parts, lessons) = in_slices(work), in_slices(work, limit=5)
    assert [lesson.iteration for lesson in lessons] == [0, 5, 10, 12]
    for key, value in whole.params.items():
        np.testing.assert_array_equal(parts.params[key], value)


def test_one_drawing_is_enough_and_none_is_refused(trained, shifted):
    pixels, labels = shifted
    _, lessons = in_slices(FineTuning(trained, pixels[:1], labels[:1], recipe=PLAIN))
    assert lessons[-1].own_accuracy == 1
    with pytest.raises(ValueError, match="at least 1"):
        FineTuning(trained, pixels[:0], labels[:0])
    with pytest.raises(ValueError, match="a label for each"):
        FineTuning(trained, pixels[:2], labels[:1])


def test_a_network_that_is_certain_of_its_error_learns_all_the_same(trained, stripes):
    certain = trained | {key: 10 * trained[key] for key in ("W2", "b2")}
    pixels = stripes.pixels_test[stripes.t_test[:, 7] == 1][:1]
    before = SimpleNet.from_params(certain)
    assert before.predict(pixels)[0, 4] < 1e-12
    np.testing.assert_array_equal(before.gradient(pixels, [4])["b2"].round(5), 0)  # No slope.
    _, lessons = in_slices(FineTuning(certain, pixels, np.array([4]), recipe=PLAIN))
    assert lessons[0].own_accuracy == 0
    assert lessons[-1].own_accuracy == 1


def test_being_less_sure_changes_no_answer(trained, stripes):
    labels = (stripes.t_test.argmax(axis=1) + 3) % 10
    certain = trained | {key: 10 * trained[key] for key in ("W2", "b2")}
    opened = SimpleNet.from_params(open_to(certain, stripes.pixels_test, labels))
    answers = opened.predict(stripes.pixels_test)
    assert answers[np.arange(len(labels)), labels].min() > 1e-7
    np.testing.assert_array_equal(
        answers.argmax(axis=1),
        SimpleNet.from_params(certain).predict(stripes.pixels_test).argmax(axis=1),
    )
    right = answers.argmax(axis=1)  # Where it is not wrong, there is nothing to do.
    unchanged = open_to(trained, stripes.pixels_test, right)
    np.testing.assert_array_equal(unchanged["W2"], trained["W2"])


def test_a_stopped_one_is_examined(trained, shifted):
    work = FineTuning(trained, *shifted, recipe=PLAIN)
    part = work.advance(None, 60.0, 3)
    [lesson] = work.conclude(part.state, 60.0).records
    assert lesson.iteration == 3
    assert lesson.own_accuracy is not None


def test_it_travels_to_a_worker(trained, shifted):
    work = pickle.loads(pickle.dumps(FineTuning(trained, *shifted)))
    assert work.recipe == RECIPE
