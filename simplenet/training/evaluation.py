"""How many digits a network reads right, counted in pieces, so that nobody has to wait for all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from time import perf_counter
from typing import Any

from numpy.typing import NDArray

from simplenet.blas import one_blas_thread
from simplenet.data import Dataset
from simplenet.network import SimpleNet
from simplenet.training.record import Record

PIECE = 2000
"""Digits of a piece. With 1,000 hidden units, the most that a run may have, it takes some 50 ms.
Nearly all of that is the product with W1: larger pieces would only take longer, not be more
efficient."""


@dataclass(frozen=True)
class Count:
    """How much of a set was counted, and what was found.

    Parameters
    ----------
    done : int
        Digits that were counted, from the first one on.
    right, vanished : int
        How many of them were read right, and how many have no slope any more, as
        `SimpleNet.accuracy_and_vanished` has it.
    """

    done: int = 0
    right: int = 0
    vanished: int = 0

    def more(self, net: SimpleNet, x: NDArray[Any], t: NDArray[Any]) -> Count:
        """Return the count with the next piece of a set."""
        rows = slice(self.done, self.done + PIECE)
        n = len(x[rows])
        accuracy, vanished = net.accuracy_and_vanished(x[rows], t[rows])
        return Count(
            self.done + n, self.right + round(accuracy * n), self.vanished + round(vanished * n)
        )


@dataclass(frozen=True)
class Evaluation:
    """An evaluation of a network, as far as it got: of the test set first, as it is the smaller.

    Parameters
    ----------
    of_both : bool
        Whether the training set is wanted, too.
    test, train : Count
        What was counted of either set.
    finished : bool
        Whether all that is wanted was counted.
    """

    of_both: bool = True
    test: Count = Count()
    train: Count = Count()
    finished: bool = False

    def more(self, net: SimpleNet, data: Dataset, until_s: float = inf) -> Evaluation:
        """Return it with one piece more, and others until `perf_counter` says `until_s`."""
        test, train = self.test, self.train
        tested, trained = len(data.pixels_test), len(data.pixels_train) if self.of_both else 0
        while test.done < tested or train.done < trained:
            with one_blas_thread:
                if test.done < tested:
                    test = test.more(net, data.pixels_test, data.t_test)
                else:
                    train = train.more(net, data.pixels_train, data.t_train)
            if perf_counter() > until_s:
                break
        finished = test.done == tested and train.done >= trained
        return replace(self, test=test, train=train, finished=finished)

    def of(self, record: Record, data: Dataset) -> Record:
        """Return a record with the accuracies of the sets that were counted to their end."""
        if self.test.done and self.test.done == len(data.pixels_test):
            record = replace(record, test_accuracy=self.test.right / self.test.done)
        if self.train.done and self.train.done == len(data.pixels_train):
            record = replace(
                record,
                train_accuracy=self.train.right / self.train.done,
                vanished=self.train.vanished / self.train.done,
            )
        return record


def evaluated(record: Record, net: SimpleNet, data: Dataset) -> Record:
    """Return the record with the accuracies of the network as it is now."""
    started = perf_counter()
    record = Evaluation().more(net, data).of(record, data)
    return replace(record, elapsed_s=record.elapsed_s + perf_counter() - started)
