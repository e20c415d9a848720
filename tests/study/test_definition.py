import numpy as np

from simplenet import SimpleNet
from simplenet.study.definition import Definition, measure


def test_the_articles_times_follow_from_its_time_of_a_gradient():
    found = Definition(parameters=39_760, pass_s=10 / 79_520, backprop_s=0.001)
    assert found.passes == 79_520
    assert found.gradient_s == 10
    assert round(found.training_s(10_000) / 3600, 1) == 27.8  # It says 27.7, cut off.


def test_what_is_measured_is_of_the_network_that_was_given(mnist):
    net = SimpleNet(784, 5, 10, rng=np.random.default_rng(0))
    before = {key: value.copy() for key, value in net.params.items()}
    found = measure(net, mnist.pixels_train[:10], mnist.t_train[:10])
    assert found.parameters == 784 * 5 + 5 + 5 * 10 + 10
    assert found.pass_s > 0
    assert found.backprop_s > 0
    for key, value in before.items():
        np.testing.assert_array_equal(net.params[key], value)
