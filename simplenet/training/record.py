"""What a training tells: its records, and which of them carry the parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simplenet.network import Params

SNAPSHOTS, SNAPSHOT_BYTES = (8, 40), 6_000_000
"""How many records of a training carry its parameters: the least, of a large network, and the most,
of a small one. And the bytes that they may take together, if there are more than the least."""


BATCH_SEEN = 10
"""Every so many iterations, a record has the accuracy of its mini-batch. Finding the largest of the
ten probabilities of each digit takes 5 % of an iteration, so half a percent of a training."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is known after an iteration.

    Parameters
    ----------
    iteration : int
        Updates made so far; 0 is the record before the first one.
    loss : float
        Cross-entropy error of the iteration's mini-batch before its update; at iteration 0, of
        the mini-batch that comes first.
    elapsed_s : float
        Seconds spent in the training, evaluations included, pauses not.
    train_accuracy, test_accuracy : float or None
        Share of right answers on the whole of either set, in [0, 1], where it was evaluated:
        before the first update, after every epoch, and after the last one. None, too, of a set
        that there is not.
    params : dict of str to ndarray, or None
        A copy of the network's parameters, in the records that `snapshot_iterations` names.
    vanished : float or None
        Share of the training set whose right class has a probability below 1e-7, so that the
        gradient of the loss has vanished (`SimpleNet.accuracy_and_vanished`), in [0, 1]: where
        `train_accuracy` is. After steps that are far too long, or from weights that are far too
        large, most samples may be there for good.
    batch_accuracy : float or None
        Share of right answers on the iteration's mini-batch before its update, in [0, 1], at
        every `BATCH_SEEN`-th iteration. A history keeps three digits of it.
    """

    iteration: int
    loss: float
    elapsed_s: float
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    params: Params | None = field(default=None, compare=False, repr=False)
    vanished: float | None = None
    batch_accuracy: float | None = field(default=None, compare=False)


def snapshot_iterations(iterations: int, params_bytes: int) -> frozenset[int]:
    """Return the iterations whose records carry the parameters: closer together at the beginning.

    Parameters
    ----------
    iterations : int
        Of the whole training.
    params_bytes : int
        Memory that the parameters take: the more, the fewer snapshots.
    """
    fewest, most = SNAPSHOTS
    n = min(max(SNAPSHOT_BYTES // params_bytes, fewest), most)
    early = np.geomspace(1, iterations, n // 3).round()
    even = np.linspace(0, iterations, n - n // 3).round()
    return frozenset(np.concatenate([early, even]).astype(int).tolist())
