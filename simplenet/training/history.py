"""The history of a training: its records, kept as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from simplenet.network import Params
from simplenet.training.columns import Columns
from simplenet.training.curve import Curve
from simplenet.training.record import BATCH_SEEN, Record

ROW = {"loss": np.float64, "elapsed_s": np.float32, "batch_accuracy": np.float16}
"""The columns with a value for every iteration; NaN where it was not measured. A loss is float64,
since a difference of 1e-7 between two losses is shown, which float32 would round away. The others
need few digits: a time is shown with two or three, and accuracies of mini-batches as means."""

BATCH_POINTS, BATCH_MEAN = 400, 10
"""The most points of the curve of the mini-batches' accuracy, and how many mini-batches each point
is the mean of: that is 1,000 digits, with mini-batches of 100."""

EVALUATION = {
    "iteration": np.int64,
    "elapsed_s": np.float64,
    "train_accuracy": np.float64,
    "test_accuracy": np.float64,
    "vanished": np.float64,
}
"""The columns with a value for every evaluation of the network; NaN where it was not measured."""


class History(Sequence[Record]):
    """What a training has told so far: a sequence of records, kept as columns.

    A million records take 14 MB, as objects 174 MB; a figure is made from the columns without
    making a record. One thread extends a history, any others read it meanwhile.

    Parameters
    ----------
    records : iterable of Record
        What it begins with, as `extend` takes them.
    light : bool
        Whether it keeps, of what it is extended by, no parameters but those of iteration 0: the
        others take 6 MB, all else of the article's training 0.2 MB.

    Attributes
    ----------
    first : int
        Iteration of the first record.
    snapshots : list of (int, dict of str to ndarray)
        The iterations whose records carry the parameters, ascending, with the parameters.
    """

    def __init__(self, records: Iterable[Record] = (), *, light: bool = False) -> None:
        records = list(records)
        self._is_light = light
        self.first = records[0].iteration if records else 0
        self.snapshots = [(r.iteration, r.params) for r in records if r.params is not None]
        self._rows, self._evaluations = Columns(ROW), Columns(EVALUATION)
        self._curve, self._batch_curve = Curve(), Curve(BATCH_POINTS, BATCH_MEAN)
        for expected, record in enumerate(records, self.first):
            _check_follows(record.iteration, expected)
        self._rows.extend({name: [_or_nan(getattr(r, name)) for r in records] for name in ROW})
        for record in records:
            if record.train_accuracy is not None or record.test_accuracy is not None:
                self.evaluate(record)

    @classmethod
    def of(
        cls,
        first: int,
        rows: Mapping[str, NDArray[Any]],
        evaluations: Mapping[str, NDArray[Any]],
        snapshots: Sequence[tuple[int, Params]] = (),
    ) -> Self:
        """Return the history that has these parts, as `parts` returns them."""
        made = cls()
        made.first = first
        made.snapshots = [(iteration, params) for iteration, params in snapshots]
        made._rows.extend(rows)
        made._evaluations.extend(evaluations)
        made._curve.extend(made.losses)
        made._batch_curve.extend(made.batch_accuracies)
        return made

    def parts(self) -> dict[str, Any]:
        """Return what a history is made of: numbers and arrays only."""
        return {
            "first": self.first,
            "rows": self._rows.read(),
            "evaluations": self._evaluations.read(),
            "snapshots": self.snapshots,
        }

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Record: ...

    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...

    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        """Return a record, or a list; an evaluated one has the time of its evaluation."""
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        rows = self._rows.read()
        loss, elapsed_s = rows["loss"][at], rows["elapsed_s"][at]
        iteration = self.first + range(len(rows["loss"]))[at]
        batch_accuracy = _known(float(rows["batch_accuracy"][at]))
        params = next((params for i, params in self.snapshots if i == iteration), None)
        known = self._evaluations.read()
        place = int(np.searchsorted(known["iteration"], iteration))
        if place == len(known["iteration"]) or known["iteration"][place] != iteration:
            return Record(
                iteration,
                float(loss),
                float(elapsed_s),
                params=params,
                batch_accuracy=batch_accuracy,
            )
        found = {name: float(column[place]) for name, column in known.items()}
        return Record(
            iteration,
            float(loss),
            found["elapsed_s"],
            _known(found["train_accuracy"]),
            _known(found["test_accuracy"]),
            params,
            _known(found["vanished"]),
            batch_accuracy,
        )

    @property
    def losses(self) -> NDArray[np.float64]:
        """The loss of each record, shape (n,)."""
        return self._rows.read()["loss"]

    @property
    def elapsed_s(self) -> NDArray[np.float32]:
        """The seconds that had passed at each record, shape (n,), without its own evaluation."""
        return self._rows.read()["elapsed_s"]

    @property
    def batch_accuracies(self) -> NDArray[np.float16]:
        """The accuracy of each mini-batch that was looked at, shape (about n / `BATCH_SEEN`,)."""
        return self._rows.read()["batch_accuracy"][-self.first % BATCH_SEEN :: BATCH_SEEN]

    @property
    def evaluations(self) -> dict[str, NDArray[Any]]:
        """The evaluations as columns, as `EVALUATION` has them, by ascending iteration."""
        return self._evaluations.read()

    def curve(self) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Return which losses a curve shows, and their moving mean there, as `Curve.read` does."""
        return self._curve.read(self.losses)

    def batch_curve(self) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Return the iterations of a curve of the mini-batches' accuracy, and the means there.

        Each is the mean of the newest `BATCH_MEAN` that were looked at by then; NaN where they
        are not known.
        """
        shown, means = self._batch_curve.read(self.batch_accuracies)
        return self.first + -self.first % BATCH_SEEN + BATCH_SEEN * shown, means

    def evaluated(self) -> list[Record]:
        """Return the records that have an accuracy on the training set."""
        known = self.evaluations
        iterations = known["iteration"][~np.isnan(known["train_accuracy"])]
        return [self[i - self.first] for i in iterations.tolist()]

    def now(self) -> History:
        """Return the history as it is at this moment: it does not grow, and nothing is copied."""
        rows = self._rows.read()  # First: what belongs to a row is there before it.
        end = self.first + len(rows["loss"])
        seen = History()
        seen.first = self.first
        seen.snapshots = [(i, params) for i, params in list(self.snapshots) if i < end]
        seen._rows = Columns.of(rows)
        seen._curve, seen._batch_curve = self._curve.copy(), self._batch_curve.copy()
        known = self._evaluations.read()["iteration"]
        seen._evaluations = Columns.of(self._evaluations.read(int(np.searchsorted(known, end))))
        return seen

    def extend(self, more: Iterable[Record]) -> None:
        """Add records, and what is known of them.

        Parameters
        ----------
        more : History or iterable of Record
            The first one follows the last one that is there, without a gap. A history may be
            without records, and bring an evaluation of the last one that is there.

        Raises
        ------
        ValueError
            If the first one does not follow.
        """
        part = more if isinstance(more, History) else History(more)
        if len(part) and len(self):
            _check_follows(part.first, self.first + len(self))
        elif len(part):
            self.first = part.first
        self._evaluate(part.evaluations)
        # As copies: what came from another process would keep all that came with it in memory.
        self.snapshots += [
            (iteration, {name: array.copy() for name, array in params.items()})
            for iteration, params in part.snapshots
            if not (self._is_light and iteration)
        ]
        self._rows.extend(part._rows.read())  # Last: only now does a reader see any of it.
        self._curve.extend(self.losses)
        self._batch_curve.extend(self.batch_accuracies)

    def evaluate(self, record: Record) -> None:
        """Take over the accuracies of a record, and the time at which they were known.

        They take the place of those that were known of the same iteration. The record itself is
        there already, or is in the history that this one is to extend.
        """
        values = {name: getattr(record, name) for name in EVALUATION}
        self._evaluate({name: [_or_nan(value)] for name, value in values.items()})

    def _evaluate(self, rows: Mapping[str, Sequence[Any] | NDArray[Any]]) -> None:
        """Add evaluations; the first may be of the last iteration that has one."""
        known, new = self.evaluations["iteration"], np.asarray(rows["iteration"])
        if len(known) and len(new) and known[-1] == new[0]:
            self._evaluations.replace_last({name: rows[name][0] for name in EVALUATION})
            rows = {name: rows[name][1:] for name in EVALUATION}
        self._evaluations.extend(rows)


def _check_follows(iteration: int, expected: int) -> None:
    """Raise ValueError unless an iteration is the expected one."""
    if iteration != expected:
        raise ValueError(f"a history has no gaps: after {expected - 1} came {iteration}")


def _or_nan(value: float | None) -> float:
    """Return a number, and NaN for None."""
    return np.nan if value is None else value


def _known(value: float) -> float | None:
    """Return a number, or None for NaN."""
    return None if np.isnan(value) else value
