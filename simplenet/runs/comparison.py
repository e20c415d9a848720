"""The gradient of one mini-batch computed in three ways, timed and compared, in slices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels
from simplenet.gradients import central_difference
from simplenet.jobs import Slice
from simplenet.network import IMAGE_SIZE, Params, SimpleNet, loss_of
from simplenet.study.measuring import Difference, difference, timed
from simplenet.training import GradientMethod, check_between

UNIT_SAMPLES = 10_000
"""Hidden units times digits of a piece of the fast numerical gradient, some 0.2 s."""


@dataclass(frozen=True)
class Comparison:
    """What a comparison has measured so far; all times are for one gradient, in seconds.

    Parameters
    ----------
    backprop_s, fast_numerical_s : float
        Median time of the whole gradient.
    definition_s : float
        Time spent in the definition, for the `measured` parameters.
    per_parameter_s : float
        Median time of the definition for one parameter.
    measured : int
        How many parameters the definition was evaluated for.
    chosen : int
        For how many it will be.
    parameters : int
        How many the network has.
    definition_to_backprop, fast_to_backprop, definition_to_fast : dict of str to Difference
        By array; without the arrays of which nothing was measured yet.
    """

    backprop_s: float
    fast_numerical_s: float
    definition_s: float
    per_parameter_s: float
    measured: int
    chosen: int
    parameters: int
    definition_to_backprop: dict[str, Difference]
    fast_to_backprop: dict[str, Difference]
    definition_to_fast: dict[str, Difference]

    @property
    def forward_passes(self) -> dict[GradientMethod, int]:
        """Evaluations of the whole network that each way needs for one gradient."""
        return {"numerical": 2 * self.parameters, "fast_numerical": 1, "backprop": 1}

    @property
    def projected_definition_s(self) -> float:
        """Time that the definition takes for all parameters, as for those that are measured.

        The slow moments count, too: some could not take longer than all.
        """
        return self.definition_s * self.parameters / self.measured


@dataclass(frozen=True)
class ComparisonState:
    """A comparison between two slices: the quick gradients, and the definition's values so far.

    The fast numerical gradient is the mean of those of the samples. On a large network it is
    computed in pieces, too; until it is there, there is no record.
    """

    backprop: Params
    backprop_s: float
    fast_numerical: Params
    fast_numerical_s: float
    samples: int
    definition: NDArray[np.float64]  # (done,), in the order of the positions
    times_s: NDArray[np.float64]  # (done,)


@dataclass(frozen=True)
class GradientComparison:
    """The comparison of the three gradients of a network's loss on one mini-batch.

    Everything is computed in float64: the definition needs it, and the race is fair that way.

    Parameters
    ----------
    params : dict of str to ndarray
        The network's parameters.
    x : ndarray, shape (n, inputs)
        Pixels in [0, 1], or bytes.
    t : ndarray
        Integer labels, shape (n,), or one-hot.
    arrays : tuple of str
        The parameter arrays that the definition is evaluated for.
    per_array : int or None
        How many parameters of each, drawn at random; None is all.
    seed : int
        Of that draw.

    Raises
    ------
    ValueError
        If a value is out of its range or the arrays do not fit together.
    """

    params: Params
    x: NDArray[Any]
    t: NDArray[Any]
    arrays: tuple[str, ...] = ("W1", "b1", "W2", "b2")
    per_array: int | None = 25
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.arrays or not set(self.arrays) <= set(self.params):
            raise ValueError(f"arrays must be some of {sorted(self.params)}, got {self.arrays}")
        if self.per_array is not None:
            check_between("per_array", self.per_array, 1, 1_000_000)
        checked_pixels(self.x, images=len(self.params["W1"]) == IMAGE_SIZE)
        as_labels(self.t, len(self.x), self.params["W2"].shape[1])

    def positions(self) -> NDArray[np.intp]:
        """Return which parameters the definition is evaluated for, in the order of doing.

        A position counts through all parameters, array after array, row after row.
        """
        rng = np.random.default_rng(self.seed)
        chosen = []
        for key, (start, end) in self._ranges().items():
            if key in self.arrays:
                size = end - start
                count = size if self.per_array is None else min(self.per_array, size)
                chosen.append(start + rng.choice(size, count, replace=False))
        # Mixed, so that the time so far is a fair sample of the time to come.
        return rng.permutation(np.concatenate(chosen))

    def no_records(self) -> list[Comparison]:
        """Return an empty list."""
        return []

    def advance(
        self, state: ComparisonState | None, budget_s: float, limit: int | None
    ) -> Slice[ComparisonState, list[Comparison]]:
        """Evaluate the definition for about `budget_s` seconds, or for `limit` parameters.

        First come the two quick gradients; on a large network that takes slices of its own, which
        give no record.
        """
        started = perf_counter()
        net = SimpleNet.from_params(self.params).astype(np.float64)
        x = as_pixels(self.x, np.float64)
        if state is None:
            backprop, backprop_s = timed(lambda: net.gradient(x, self.t))
            fast = {key: np.zeros_like(value) for key, value in net.params.items()}
            state = ComparisonState(backprop, backprop_s, fast, 0.0, 0, np.empty(0), np.empty(0))
        state = self._with_fast(state, net, x, started + budget_s)
        if state.samples < len(x):
            return Slice(state, [], finished=False)
        backprop, fast = state.backprop, state.fast_numerical
        definition, times_s = state.definition, state.times_s

        labels = as_labels(self.t, len(x), net.output_size)
        positions = self.positions()
        ranges = self._ranges()
        new: list[float] = []
        moments = [perf_counter()]
        for position in positions[len(definition) :][:limit]:
            key, start = next((k, a) for k, (a, end) in ranges.items() if position < end)
            index = np.unravel_index(position - start, net.params[key].shape)
            new.append(
                central_difference(lambda _: loss_of(net.params, x, labels), net.params[key], index)
            )
            moments.append(perf_counter())
            if moments[-1] > started + budget_s:
                break
        definition = np.append(definition, new)
        times_s = np.append(times_s, np.diff(moments))

        def differences(a: Params | None, b: Params) -> dict[str, Difference]:
            """Compare `a`, or the definition where it is None, with `b`, array by array."""
            done = positions[: len(definition)]
            result = {}
            for key, (start, end) in ranges.items():
                here = (done >= start) & (done < end)
                if a is not None:
                    result[key] = difference(a[key], b[key])
                elif here.any():
                    result[key] = difference(definition[here], b[key].ravel()[done[here] - start])
            return result

        last = Comparison(
            backprop_s=state.backprop_s,
            fast_numerical_s=state.fast_numerical_s,
            definition_s=float(times_s.sum()),
            per_parameter_s=float(np.median(times_s)),
            measured=len(definition),
            chosen=len(positions),
            parameters=sum(value.size for value in self.params.values()),
            definition_to_backprop=differences(None, backprop),
            fast_to_backprop=differences(fast, backprop),
            definition_to_fast=differences(None, fast),
        )
        state = replace(state, definition=definition, times_s=times_s)
        return Slice(state, [last], finished=len(definition) == len(positions))

    def conclude(
        self, state: ComparisonState, budget_s: float
    ) -> Slice[ComparisonState, list[Comparison]]:
        """Return nothing: all that was measured is in the records."""
        return Slice(state, [], finished=True)

    def _with_fast(
        self, state: ComparisonState, net: SimpleNet, x: NDArray[Any], deadline: float
    ) -> ComparisonState:
        """Go on with the fast numerical gradient, piece by piece, until the deadline."""
        size = max(UNIT_SAMPLES // net.hidden_size, 1)
        if size >= len(x) and not state.samples:
            # Once may be enough: on a large network it takes a while, and somebody waits for it.
            fast, seconds = timed(lambda: net.fast_numerical_gradient(x, self.t), repeats=1)
            return replace(state, fast_numerical=fast, fast_numerical_s=seconds, samples=len(x))
        while state.samples < len(x):
            rows = slice(state.samples, state.samples + size)
            began = perf_counter()
            part = net.fast_numerical_gradient(x[rows], self.t[rows])
            share = len(x[rows]) / len(x)
            state = replace(
                state,
                fast_numerical={k: v + share * part[k] for k, v in state.fast_numerical.items()},
                fast_numerical_s=state.fast_numerical_s + perf_counter() - began,
                samples=state.samples + len(x[rows]),
            )
            if perf_counter() > deadline:
                break
        return state

    def _ranges(self) -> dict[str, tuple[int, int]]:
        """Return the first position of each array, and the one after its last."""
        ends = np.cumsum([value.size for value in self.params.values()]).tolist()
        return dict(zip(self.params, zip([0, *ends[:-1]], ends, strict=True), strict=True))
