"""The last step of a training: its mini-batch follows from the seed."""

import numpy as np
import pytest

from simplenet import SimpleNet, TrainingConfig, train
from simplenet.study.last_step import batch_of, most_changed


@pytest.mark.parametrize("augmentation", [(), ("affine", "thickness")])
@pytest.mark.parametrize("iteration", [1, 30, 31])
def test_the_mini_batch_of_an_iteration_is_the_one_that_it_learned_from(
    stripes, augmentation, iteration
):
    config = TrainingConfig(iterations=40, batch_size=20, seed=5, augmentation=augmentation)
    net = SimpleNet(784, 6, 10, rng=np.random.default_rng(1))
    x, labels = batch_of(config, stripes, iteration)
    assert x.shape == (20, 784)
    for record in train(net, stripes, config, evaluating=False):
        if record.iteration == iteration - 1:
            before = net.loss(x, labels)
        if record.iteration == iteration:
            assert record.loss == pytest.approx(before, rel=1e-5)
            return


def test_there_is_no_mini_batch_before_the_first_or_after_the_last(stripes):
    config = TrainingConfig(iterations=40)
    for iteration in (0, 41):
        with pytest.raises(ValueError, match="iteration must be between 1 and 40"):
            batch_of(config, stripes, iteration)


def test_the_units_that_changed_most_come_first():
    before = {"W1": np.zeros((784, 4))}
    after = {"W1": np.array([0.1, -3.0, 0.0, 2.0]) * np.eye(784)[:, :1]}
    units, changes = most_changed(before, after, 2)
    assert units.tolist() == [1, 3]
    assert changes.shape == (784, 2)
    assert changes[0].tolist() == [-3.0, 2.0]
    assert most_changed(before, after, 9)[0].tolist() == [1, 3, 0, 2]
