"""A whole training as work in slices: each goes on from where the one before it ended."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

import simplenet.training
from simplenet.data import Source, loaded
from simplenet.jobs import Slice
from simplenet.network import Params, SimpleNet
from simplenet.training import (
    Best,
    Evaluation,
    History,
    Record,
    TrainingConfig,
    best_with,
    check_between,
    early_end,
    is_evaluated,
    plain_number,
    train,
)

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
    """A training between two slices.

    Parameters
    ----------
    params : dict of str to ndarray
        The parameters.
    last : Record
        Its last record, as far as it is known.
    velocity : dict of str to ndarray, or None
        That of the momentum, if there is one.
    evaluation : Evaluation or None
        That of the last record, if there is one, as far as it got.
    before : dict of str to ndarray, or None
        The parameters before the last update, where a limited slice ended with one: whoever asks
        for a few iterations wants to see what they changed.
    best : Best or None
        The best evaluation of both sets so far, if the recipe keeps it.
    """

    params: Params
    last: Record
    velocity: Params | None = None
    evaluation: Evaluation | None = None
    before: Params | None = None
    best: Best | None = None

    @property
    def kept(self) -> Best:
        """The network that a person gets if the training ends here: the best, or the newest."""
        return self.best or Best(self.last, self.params)

    @property
    def is_pending(self) -> bool:
        """Whether an evaluation is under way."""
        return self.evaluation is not None and not self.evaluation.finished


@dataclass(frozen=True)
class Start:
    """Where a training begins that goes on from another one.

    Parameters
    ----------
    follows : str
        The id of the other one.
    from_iteration : int
        Where that one ended.
    state : TrainingState
        As it was there: the other one need not be kept any more.
    """

    follows: str
    from_iteration: int
    state: TrainingState = field(compare=False, repr=False)


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
    start : Start or None
        Where it begins, if it goes on from another training; its iterations count on from there.

    Raises
    ------
    ValueError
        If a value is out of its range, or an iteration would take far more than a second.
    """

    training: TrainingConfig = field(default_factory=TrainingConfig)
    hidden_size: int = 50
    weight_init_std: float = 0.01
    source: Source = "bundled"
    start: Start | None = None

    def __post_init__(self) -> None:
        for name, whole in (("hidden_size", True), ("weight_init_std", False)):
            value = plain_number(name, getattr(self, name), whole=whole)
            check_between(name, value, *LIMITS[name])
            object.__setattr__(self, name, value)  # The one way in a frozen dataclass.
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

    @property
    def begins_at(self) -> int:
        """The iteration that it begins at: 0, or where the training ended that it goes on from."""
        return self.start.from_iteration if self.start else 0

    def new_network(self) -> SimpleNet:
        """Return the network as it is before the first update of this run."""
        if self.start:
            return SimpleNet.from_params(self.start.state.params)
        # Not the stream of an epoch, which has the seed and its number: nothing may depend on both.
        rng = np.random.default_rng([self.training.seed, 0, 1])
        return SimpleNet(784, self.hidden_size, 10, self.weight_init_std, rng)

    def no_records(self) -> History:
        """Return a light history: snapshots are read from where a run is kept."""
        return History(light=True)

    def advance(
        self, state: TrainingState | None, budget_s: float, limit: int | None
    ) -> Slice[TrainingState, History]:
        """Train for about `budget_s` seconds, or for `limit` records if that comes first.

        The network is evaluated where `train` does it, after the last iteration, and on the test
        set alone at the end of a limited slice: whoever asks for a few iterations wants to see
        what they did. Where the time is over before that, the next slice goes on with it.

        It ends early where `early_end` says so. Evaluations of both sets alone count for that, so
        that a training ends at the same iteration at any pace.
        """
        if state is None and self.start:
            state = self.start.state
        until_s = perf_counter() + budget_s
        history = History()
        while True:
            if state and state.is_pending:
                state = self._evaluated(state, until_s, history)
            else:
                left = limit and limit - len(history)
                state = self._trained(state, until_s, left, history)
            over = perf_counter() > until_s
            finished = not state.is_pending and (
                state.last.iteration == self.training.iterations
                or early_end(self.training, state.best) is not None
            )
            done = limit and not state.is_pending and len(history) in (0, limit)
            if over or finished or done:
                return Slice(state, history, finished, state.is_pending)

    def conclude(self, state: TrainingState, budget_s: float) -> Slice[TrainingState, History]:
        """Evaluate a training that was stopped, for about `budget_s` seconds."""
        history = History()
        if state.last.train_accuracy is None:
            evaluation = replace(state.evaluation or Evaluation(), of_both=True, finished=False)
            state = replace(state, evaluation=evaluation)
            state = self._evaluated(state, perf_counter() + budget_s, history)
        return Slice(state, history, finished=not state.is_pending)

    def _trained(
        self, state: TrainingState | None, until_s: float, limit: int | None, history: History
    ) -> TrainingState:
        """Return a training some iterations later, at most until the next evaluation."""
        data = loaded(self.source)
        net = SimpleNet.from_params(state.params) if state else self.new_network()
        velocity = state.velocity if state else None
        if self.training.momentum:
            was = velocity or {key: np.zeros_like(value) for key, value in net.params.items()}
            velocity = {key: value.copy() for key, value in was.items()}
        records: list[Record] = []
        last = state.last if state else None
        of_both = False
        before, now = None, state.params if state and limit else None
        for record in train(net, data, self.training, last, velocity, evaluating=False):
            records.append(record)
            if limit:
                before, now = now, {key: value.copy() for key, value in net.params.items()}
            of_both = is_evaluated(record.iteration, len(data.pixels_train), self.training)
            if of_both or len(records) == limit or perf_counter() > until_s:
                break
        history.extend(records)
        last = replace(records[-1], params=None)  # They are in the state.
        evaluation = Evaluation(of_both) if of_both or limit else None
        best = state.best if state else None
        return TrainingState(net.params, last, velocity, evaluation, before, best)

    def _evaluated(self, state: TrainingState, until_s: float, history: History) -> TrainingState:
        """Return a training whose evaluation has got further, and tell what is known by then."""
        started = perf_counter()
        data = loaded(self.source)
        evaluation = state.evaluation or Evaluation()
        evaluation = evaluation.more(SimpleNet.from_params(state.params), data, until_s)
        elapsed_s = state.last.elapsed_s + perf_counter() - started
        last = evaluation.of(replace(state.last, elapsed_s=elapsed_s), data)
        if last.test_accuracy is not None:
            history.evaluate(last)
        best = state.best
        if self.training.keeps_best and evaluation.of_both and evaluation.finished:
            best = best_with(best, last, state.params)
        return replace(state, last=last, evaluation=evaluation, best=best)


def going_on(run: TrainingRun, run_id: str, state: TrainingState, more: int) -> TrainingRun:
    """Return a training that goes on from where another one ended.

    Parameters
    ----------
    run : TrainingRun
        The other one.
    run_id : str
        What it is kept as.
    state : TrainingState
        As it ended.
    more : int
        Iterations to add to those that are done.

    Returns
    -------
    TrainingRun
        With the settings of the other one, but for a target that is reached already. With a
        constant learning rate it ends exactly as one training of all iterations would. The cosine
        is that of all iterations together: the learning rate, which was nearly nothing at the end,
        rises to where a longer training would have it, and sinks from there.

        The best evaluation is kept, and patience begins anew.

    Raises
    ------
    ValueError
        If these are too many iterations.
    """
    done, best = state.last.iteration, state.best
    training = replace(run.training, iterations=done + more)
    if early_end(replace(training, patience=None), best):
        training = replace(training, target_accuracy=None)
    start = replace(
        state,
        last=replace(state.last, params=None),
        evaluation=None,
        before=None,
        best=replace(best, since=0) if best and training.keeps_best else None,
    )
    return replace(run, training=training, start=Start(run_id, done, start))


def largest_batch(training: TrainingConfig, hidden_size: int) -> int:
    """Return the largest batch size with which an iteration of a run takes about a second."""
    if training.gradient == "backprop":
        return int(LIMITS["batch_size"][1])
    return (VARIED_UNIT_SAMPLES if training.augmentation else UNIT_SAMPLES) // hidden_size


def described(run: TrainingRun, history: History, kept: Record | None = None) -> dict[str, Any]:
    """Return what is worth knowing of a trained network, as it is saved with it.

    The recipe, the record of `kept` (by default the last one), and as its history all records that
    have accuracies.
    """
    evaluations = [figures(record) for record in history.evaluated()]
    return {"recipe": recipe_of(run), **figures(kept or history[-1]), "history": evaluations}


def recipe_of(work: Any) -> dict[str, Any]:
    """Return the settings of a recipe by name; without those that are None, and without arrays."""
    found = {}
    for setting in fields(work):
        value = getattr(work, setting.name)
        if isinstance(value, Start):
            found[setting.name] = {
                "follows": value.follows,
                "from_iteration": value.from_iteration,
            }
        elif is_dataclass(value):
            found[setting.name] = recipe_of(value)
        elif value is not None:
            found[setting.name] = value
    return found


def figures(record: Record) -> dict[str, Any]:
    """Return the numbers of a record by name, without the parameters."""
    names = (field.name for field in fields(record))
    return {name: getattr(record, name) for name in names if name != "params"}
