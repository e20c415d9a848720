import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simplenet import SimpleNet, TrainingConfig, train
from simplenet.gradients import central_difference_error
from simplenet.study.bugs import (
    BUGS,
    FAILS,
    Bug,
    accuracy_after,
    buggy_gradient,
    check_gradient,
    sources,
)

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(7, 12))
T = RNG.integers(4, size=7)
NET = SimpleNet(12, 5, 4, 0.5, rng=RNG, dtype=np.float64)
NUMERICAL = NET.fast_numerical_gradient(X, T)
ERROR = central_difference_error(NET.params, X, T)
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
    return check_gradient(buggy_gradient(bug, NET.params, X, T), NUMERICAL, ERROR)


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


def confident(sureness, n, seed, hidden=6):
    """A network that is the surer of its answers, right and wrong, the larger `sureness` is."""
    rng = np.random.default_rng(seed)
    net = SimpleNet(12, hidden, 4, 1.0, rng=rng, dtype=np.float64)
    net.params["W2"] *= sureness
    x = rng.integers(256, size=(n, 12)) / 255 * (rng.random((n, 12)) < 0.5)
    right = rng.random(n) < 0.8
    return net.params, x, np.where(right, net.predict(x).argmax(axis=1), rng.integers(4, size=n))


def checked_of(bug, params, x, t):
    numerical = SimpleNet.from_params(params).fast_numerical_gradient(x, t)
    error = central_difference_error(params, x, t)
    return check_gradient(buggy_gradient(bug, params, x, t), numerical, error)


SETTINGS = {
    "sureness": st.sampled_from([0.0, 0.01, 1.0, 5.0, 10.0, 20.0, 40.0]),
    "n": st.sampled_from([1, 2, 5, 30]),
    "seed": st.integers(0, 2**32 - 1),
}


@given(**SETTINGS)
def test_right_backprop_is_never_called_wrong_however_sure_the_network_is(sureness, n, seed):
    for key, check in checked_of(None, *confident(sureness, n, seed)).items():
        assert check.verdict in ("right", "unclear"), key
        assert check.verdict == "right" or check.error >= FAILS


@given(bug=st.sampled_from(BUGS), **SETTINGS)
def test_what_a_bug_changes_by_more_than_the_error_is_found(bug, sureness, n, seed):
    params, x, t = confident(sureness, n, seed)
    right = buggy_gradient(None, params, x, t)
    wrong = buggy_gradient(bug, params, x, t)
    for key, check in checked_of(bug, params, x, t).items():
        scale = np.linalg.norm(right[key]) + np.linalg.norm(wrong[key])
        changed = np.linalg.norm(wrong[key] - right[key]) / scale if scale else 0.0
        if changed > 2 * check.error + 1.1 * FAILS:
            assert check.verdict == "wrong", key
        elif check.error >= FAILS and check.verdict != "wrong":
            assert check.verdict == "unclear", key


def test_where_rounding_is_larger_than_the_gradient_the_check_says_that_it_cannot_tell():
    params, x, t = confident(1.0, 1, 0)
    params["b2"][t[0]] += 30.0  # The right class has all but 1e-13 of the probability.
    for bug in (None, BY_NAME["slope"]):
        checks = checked_of(bug, params, x, t)
        assert {check.verdict for check in checks.values()} == {"unclear"}


def test_gradients_of_zero_are_right_and_said_to_be_zero():
    params, x, t = confident(0.0, 5, 0)  # No error comes back through weights of 0.
    checks = checked_of(None, params, x, t)
    assert all(check.verdict == "right" for check in checks.values())
    assert [key for key, check in checks.items() if check.is_zero] == ["W1", "b1"]


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
