"""A whole training as work in slices: each goes on from where the one before it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from time import perf_counter
from typing import Any

import numpy as np

import simplenet.training
from simplenet.data import Dataset, Source, loaded
from simplenet.jobs import Slice
from simplenet.network import Params, SimpleNet
from simplenet.training import History, Record, TrainingConfig, check_between, evaluate, train

LIMITS = {"hidden_size": (1, 1000), "weight_init_std": (0, 10)} | simplenet.training.LIMITS
"""The smallest and the largest value of each number of a `TrainingRun`."""

UNIT_SAMPLES, VARIED_UNIT_SAMPLES = 50_000, 15_000
"""The most hidden units times digits of a mini-batch that a run by the fast numerical gradient may
have, without and with augmentation: about a second an iteration, which is the longest that it is
not to be paused or stopped. Measured: 20 and 65 microseconds for each, since a varied digit has
more lit pixels, and hardly two of the same value."""


def warm_up() -> None:
    """Load what a training needs; each worker does it once, before there is any work."""
    _ = loaded("bundled").lit_train


@dataclass(frozen=True)
class TrainingState:
    """A training between two iterations: its parameters, its last record, and its momentum's."""

    params: Params
    last: Record
    velocity: Params | None = None


@dataclass(frozen=True)
class TrainingRun:
    """Everything that a training on MNIST follows from; the defaults are the article's.

    Parameters
    ----------
    training : TrainingConfig
        The recipe; its seed also draws the first weights.
    hidden_size : int
        Units of the hidden layer, 1 to 1,000.
    weight_init_std : float
        Standard deviation of the first weights, 0 to 10.
    source : {"bundled", "openml"}
        Where the data come from.

    Raises
    ------
    ValueError
        If a value is out of its range, or an iteration would take far more than a second.
    """

    training: TrainingConfig = field(default_factory=TrainingConfig)
    hidden_size: int = 50
    weight_init_std: float = 0.01
    source: Source = "bundled"

    def __post_init__(self) -> None:
        check_between("hidden_size", self.hidden_size, *LIMITS["hidden_size"])
        check_between("weight_init_std", self.weight_init_std, *LIMITS["weight_init_std"])
        if self.training.gradient == "numerical":
            raise ValueError(
                "gradient 'numerical' takes minutes for an iteration, which a run cannot be "
                "stopped in: 'fast_numerical' has the same numbers"
            )
        most = largest_batch(self.training, self.hidden_size)
        if self.training.batch_size > most:
            raise ValueError(
                f"batch_size must be at most {most} with the fast numerical gradient of "
                f"{self.hidden_size} hidden units"
                f"{' and augmentation' if self.training.augmentation else ''}, "
                f"got {self.training.batch_size}"
            )

    def new_network(self) -> SimpleNet:
        """Return the network as it is before the first update."""
        # Not the stream of an epoch, which has the seed and its number: nothing may depend on both.
        rng = np.random.default_rng([self.training.seed, 0, 1])
        return SimpleNet(784, self.hidden_size, 10, self.weight_init_std, rng)

    def no_records(self) -> History:
        """Return a history without records."""
        return History()

    def advance(
        self, state: TrainingState | None, budget_s: float, limit: int | None
    ) -> Slice[TrainingState, History]:
        """Train for about `budget_s` seconds, or for `limit` records if that comes first.

        The last record of a limited slice, and the very last one, carry accuracies of their own:
        whoever asks for a few iterations wants to see what they did.
        """
        data = loaded(self.source)
        net = SimpleNet.from_params(state.params) if state else self.new_network()
        velocity = state.velocity if state else None
        if self.training.momentum:
            was = velocity or {key: np.zeros_like(value) for key, value in net.params.items()}
            velocity = {key: value.copy() for key, value in was.items()}
        records: list[Record] = []
        deadline = perf_counter() + budget_s
        last = state.last if state else None
        for record in train(net, data, self.training, last, velocity):
            records.append(record)
            if len(records) == limit or perf_counter() > deadline:
                break
        last = records[-1]
        finished = last.iteration == self.training.iterations
        if last.test_accuracy is None:
            if finished:
                records[-1] = evaluated(last, net, data)
            elif limit:
                records[-1] = replace(
                    last, test_accuracy=net.accuracy(data.pixels_test, data.t_test)
                )
        last = replace(records[-1], params=None)  # The state has them already.
        return Slice(TrainingState(net.params, last, velocity), History(records), finished)

    def conclude(self, state: TrainingState) -> Slice[TrainingState, History]:
        """Evaluate a training that was stopped: the accuracies of its last record."""
        record, history = state.last, History()
        if record.train_accuracy is None:
            record = evaluated(record, SimpleNet.from_params(state.params), loaded(self.source))
            history.evaluate(record)
        return Slice(replace(state, last=record), history, finished=True)


def largest_batch(training: TrainingConfig, hidden_size: int) -> int:
    """Return the largest batch size with which an iteration of a run takes about a second."""
    if training.gradient == "backprop":
        return int(LIMITS["batch_size"][1])
    return (VARIED_UNIT_SAMPLES if training.augmentation else UNIT_SAMPLES) // hidden_size


def evaluated(record: Record, net: SimpleNet, data: Dataset) -> Record:
    """Return the record with the accuracies of the network as it is now."""
    started = perf_counter()
    train_accuracy, test_accuracy, vanished = evaluate(net, data)
    return replace(
        record,
        train_accuracy=train_accuracy,
        test_accuracy=test_accuracy,
        vanished=vanished,
        elapsed_s=record.elapsed_s + perf_counter() - started,
    )


def described(run: TrainingRun, history: History) -> dict[str, Any]:
    """Return what is worth knowing of a trained network, as it is saved with it.

    The recipe, its last record, and as its history all records that have accuracies.
    """
    evaluations = [figures(record) for record in history.evaluated()]
    return {"recipe": asdict(run), **figures(history[-1]), "history": evaluations}


def figures(record: Record) -> dict[str, Any]:
    """Return the numbers of a record by name, without the parameters."""
    names = (field.name for field in fields(record))
    return {name: getattr(record, name) for name in names if name != "params"}
