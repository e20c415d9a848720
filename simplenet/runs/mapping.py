"""A map of the hidden layer by t-SNE, as work for a worker."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simplenet.blas import one_blas_thread
from simplenet.data import loaded
from simplenet.functions import as_pixels
from simplenet.jobs import Slice
from simplenet.network import Params, forward
from simplenet.study.layer_map import LayerMap, principal_map

DIGITS = 2000
"""Test digits on the map: they take a worker some seconds."""

ITERATIONS = 500
"""Steps of the arrangement; scikit-learn takes the first 250 with exaggerated attraction."""

Phase = Literal["activations", "arranged"]


@dataclass(frozen=True, eq=False)
class MapRecord:
    """What is known of a map after a phase.

    Parameters
    ----------
    phase : {"activations", "arranged"}
        What is done.
    elapsed_s : float
        Seconds that it took.
    map : LayerMap
        By principal components at first, by t-SNE in the end.
    """

    phase: Phase
    elapsed_s: float
    map: LayerMap


@dataclass(frozen=True, eq=False)
class Mapping:
    """The first `DIGITS` test digits of MNIST, arranged by what the hidden layer makes of them.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters; they are left as they are.
    identity : str
        Which network it is: the same for equal parameters.
    seed : int
        Of the arrangement.

    Notes
    -----
    t-SNE (van der Maaten and Hinton, 2008), by scikit-learn, from the principal components on. It
    cannot be interrupted and gone on with: what it is at depends on more than the places of the
    points. So it is one slice, and bounded in size.
    """

    params: Params
    identity: str
    seed: int = 0

    def no_records(self) -> list[MapRecord]:
        """Return an empty list."""
        return []

    def advance(
        self, state: NDArray[np.floating] | None, budget_s: float, limit: int | None
    ) -> Slice[NDArray[np.floating], list[MapRecord]]:
        """Do one phase: first the activations, then their arrangement; the state is the former."""
        started = perf_counter()
        if state is None:
            a1 = activations(self.params)
            found = principal_map(a1)
            record = MapRecord("activations", perf_counter() - started, found)
            return Slice(a1, [record], finished=False)
        found = LayerMap(arranged(state, self.seed))
        record = MapRecord("arranged", perf_counter() - started, found)
        return Slice(state[:0], [record], finished=True)  # The server need not keep them.

    def conclude(
        self, state: NDArray[np.floating], budget_s: float
    ) -> Slice[NDArray[np.floating], list[MapRecord]]:
        """Return nothing: half an arrangement is none."""
        return Slice(state[:0], [], finished=True)


def activations(params: Params) -> NDArray[np.floating]:
    """Return what the hidden layer makes of the digits of the map, (DIGITS, hidden)."""
    x = as_pixels(loaded("bundled").pixels_test[:DIGITS], params["W1"].dtype)
    with one_blas_thread:
        return forward(params, x)[0]


def arranged(values: NDArray[np.floating], seed: int) -> NDArray[np.float64]:
    """Return the places of points so that those that are alike are close, (n, 2), by t-SNE."""
    # Half a second of imports that only this work needs.
    from sklearn.manifold import TSNE

    start = principal_map(values).places
    spread = start[:, 0].std()
    start = start * (1e-4 / spread if spread else 0)  # As scikit-learn has it.
    if not spread:  # All are in one place: there is nothing to arrange.
        return start
    method = TSNE(2, init=start, max_iter=ITERATIONS, random_state=seed, n_jobs=1)
    with one_blas_thread:
        return np.asarray(method.fit_transform(np.asarray(values)), np.float64)
