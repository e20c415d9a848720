"""Networks of which one has learned two digits the wrong way round."""

from __future__ import annotations

import numpy as np

from simplenet.data import Dataset
from simplenet.network import SimpleNet
from simplenet.training import TrainingConfig, train

LEARNED_FROM, HIDDEN_SIZE = 6000, 20
RECIPE = TrainingConfig(iterations=400, learning_rate=0.5)


def network_of(data: Dataset, seed: int, swapped: tuple[int, int] | None = None) -> SimpleNet:
    """Return a network that has learned a little, of some of the digits.

    Parameters
    ----------
    data : Dataset
        MNIST.
    seed : int
        Of its first weights.
    swapped : (int, int), optional
        Two digits whose labels were exchanged in what it learned from.
    """
    x, t = data.pixels_train[:LEARNED_FROM], data.t_train[:LEARNED_FROM]
    if swapped:
        order = np.arange(t.shape[1])
        order[list(swapped)] = swapped[::-1]
        t = t[:, order]
    net = SimpleNet(x.shape[1], HIDDEN_SIZE, t.shape[1], rng=seed)
    for _ in train(net, Dataset(x, t), RECIPE, evaluating=False):
        pass
    return net
