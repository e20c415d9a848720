import numpy as np
import pytest

from simplenet import SimpleNet, TrainingConfig, train
from simplenet.bugs import BUGS, Bug, accuracy_after, buggy_gradient, check_gradient, sources

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(7, 12))
T = RNG.integers(4, size=7)
NET = SimpleNet(12, 5, 4, 0.5, rng=RNG, dtype=np.float64)
NUMERICAL = NET.fast_numerical_gradient(X, T)
BY_NAME = {bug.name: bug for bug in BUGS}

WRONG_IN = {
    "transpose": {"W1", "b1"},
    "slope": {"W1", "b1"},
    "factor": {"W1", "b1"},
    "sum": {"W1", "b1", "W2", "b2"},
    "label": {"W1", "b1", "W2", "b2"},
    "updated": {"W1", "b1"},
    "bias": {"b1"},
}


def checked(bug):
    return check_gradient(buggy_gradient(bug, NET.params, X, T), NUMERICAL)


def test_without_a_bug_the_check_passes():
    for key, check in checked(None).items():
        assert check.verdict == "right", key
        assert check.ratio == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", WRONG_IN)
def test_each_bug_is_found_in_its_arrays_and_in_no_others(name):
    checks = checked(BY_NAME[name])
    assert {key for key, check in checks.items() if check.verdict == "wrong"} == WRONG_IN[name]
    assert {key for key, check in checks.items() if check.verdict == "right"} == (
        set(checks) - WRONG_IN[name]
    )


def test_no_bug_is_left_out():
    assert set(BY_NAME) == set(WRONG_IN)


def test_a_sum_is_as_many_times_too_large_as_there_are_samples():
    for check in checked(BY_NAME["sum"]).values():
        assert check.ratio == pytest.approx(7, rel=1e-6)


def test_the_gradient_with_the_updated_weights_is_that():
    updated = {key: value.copy() for key, value in NET.params.items()}
    updated["W2"] -= 0.1 * NET.gradient(X, T)["W2"]
    a1 = 1 / (1 + np.exp(-(X @ NET.params["W1"] + NET.params["b1"])))
    y = NET.predict(X)
    delta2 = (y - np.eye(4)[T]) / 7
    expected = X.T @ ((delta2 @ updated["W2"].T) * a1 * (1 - a1))
    found = buggy_gradient(BY_NAME["updated"], NET.params, X, T)["W1"]
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_the_check_says_where_the_largest_difference_is():
    gradient = {key: value.copy() for key, value in NUMERICAL.items()}
    gradient["W2"][3, 1] += 0.5
    check = check_gradient(gradient, NUMERICAL)["W2"]
    assert check.where == (3, 1)
    assert check.gradient == pytest.approx(check.numerical + 0.5)
    assert check.verdict == "wrong"
    zeros = {key: np.zeros_like(value) for key, value in NUMERICAL.items()}
    assert np.isnan(check_gradient(gradient, zeros)["W2"].ratio)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_source_is_the_engines_but_for_the_mistake(bug):
    right, wrong = sources(bug)
    assert right != wrong
    assert right.startswith("def backprop(")
    assert wrong.replace(bug.wrong, bug.right) == right or not bug.wrong


def test_a_mistake_that_fits_nowhere_is_refused():
    with pytest.raises(ValueError, match="no single"):
        sources(Bug("x", "not in the source", ""))


def test_the_engine_itself_stays_right():
    for bug in BUGS:
        buggy_gradient(bug, NET.params, X, T)
    assert all(check.verdict == "right" for check in checked(None).values())
    assert np.allclose(NET.gradient(X, T)["W1"], NUMERICAL["W1"])


def test_a_training_with_and_without_a_mistake(stripes):
    config = TrainingConfig(iterations=200, batch_size=50, learning_rate=0.5, seed=3)

    def accuracy(bug):
        net = SimpleNet(784, 20, 10, rng=np.random.default_rng(0))
        return accuracy_after(bug, net, stripes, config)

    net = SimpleNet(784, 20, 10, rng=np.random.default_rng(0))
    list(train(net, stripes, config))
    right = net.accuracy(stripes.x_test, stripes.t_test)
    assert accuracy(None) == pytest.approx(right, abs=0.02)
    assert right > 0.8
    assert accuracy(BY_NAME["label"]) < 0.1  # It learns to be wrong.
    assert accuracy(BY_NAME["sum"]) <= 1  # Whatever it does, it gives a number, and no warning.
