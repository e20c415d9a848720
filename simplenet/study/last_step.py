"""The last step of a training: the digits that it learned from, and what it changed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from simplenet.data import Dataset
from simplenet.functions import as_labels
from simplenet.network import Params
from simplenet.training import TrainingConfig, check_between, mini_batches


def batch_of(
    config: TrainingConfig, data: Dataset, iteration: int, dtype: DTypeLike = np.float32
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the mini-batch of an iteration, varied as it was if the recipe says so.

    It follows from the seed: nothing of it has to be kept.

    Parameters
    ----------
    config : TrainingConfig
        The recipe.
    data : Dataset
        What is trained on.
    iteration : int
        From 1 to `config.iterations`.
    dtype : float32 or float64
        Of the network.

    Returns
    -------
    x : ndarray, shape (batch_size, pixels)
        Pixels in [0, 1].
    labels : ndarray of int, shape (batch_size,)

    Raises
    ------
    ValueError
        If there is no such iteration.
    """
    check_between("iteration", iteration, 1, config.iterations)
    pixels = data.pixels_train
    labels = as_labels(data.t_train, len(pixels), data.t_train.shape[-1])
    return next(mini_batches(pixels, labels, config, iteration - 1, dtype))


def most_changed(
    before: Params, after: Params, most: int
) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
    """Return which hidden units a step changed most, and the change of their weights.

    Parameters
    ----------
    before, after : dict of str to ndarray
        The parameters before and after.
    most : int
        How many units are wanted, if there are as many.

    Returns
    -------
    units : ndarray of int, shape (min(most, hidden),)
        Those with the largest change first, by the length of the change of their column of W1.
    changes : ndarray, shape (inputs, min(most, hidden))
        Of these columns.
    """
    change = after["W1"] - before["W1"]
    units = np.argsort(-np.linalg.norm(change, axis=0), kind="stable")[:most]
    return units, change[:, units]
