"""The hidden layer as a map: digits that it finds alike lie close to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LayerMap:
    """Where digits lie on a map.

    Parameters
    ----------
    places : ndarray of float64, shape (n, 2)
    kept : float or None
        Share of the variance of the activations that the map keeps, in [0, 1], where that says
        something.
    """

    places: NDArray[np.float64]
    kept: float | None = None


def principal_map(activations: NDArray[np.floating]) -> LayerMap:
    """Return the map by the two directions in which activations vary most.

    Parameters
    ----------
    activations : ndarray, shape (n, hidden)
        n at least 2. With a single hidden unit, the second coordinate is 0.

    Notes
    -----
    Principal component analysis (Pearson, 1901), by scikit-learn. It is a projection: a straight
    look from one side, which leaves all other directions out.
    """
    values = np.asarray(activations, np.float64)
    values = values - values.mean(axis=0)
    n, hidden = values.shape
    places = np.zeros((n, 2))
    if not values.any():
        return LayerMap(places, 1.0)
    from sklearn.decomposition import PCA  # Loading it takes 2 s of a start.

    found = PCA(min(2, hidden), svd_solver="full")
    projected = found.fit_transform(values)
    places[:, : projected.shape[1]] = projected
    return LayerMap(places, float(found.explained_variance_ratio_.sum()))


def neighbours_agree(places: NDArray[np.floating], labels: NDArray[np.intp]) -> float:
    """Return the share of points, in [0, 1], whose nearest neighbour has the same label.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
        n at least 2.
    labels : ndarray of int, shape (n,)
    """
    from scipy.spatial import KDTree

    _, nearest = KDTree(places).query(places, k=2)
    own = np.arange(len(places))
    # Of points in the same place either may come first.
    other = np.where(nearest[:, 0] == own, nearest[:, 1], nearest[:, 0])
    return float(np.mean(labels[other] == labels))
