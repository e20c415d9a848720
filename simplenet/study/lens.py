"""One weight under the lens: its loss curve, and what a finite step makes of its slope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels
from simplenet.network import IMAGE_SIZE, Params, SimpleNet, loss_of


@dataclass(frozen=True)
class StepErrors:
    """How far the slope by a finite step is off, for many steps.

    Parameters
    ----------
    dtype : str
        The precision that the loss was computed in, "float64" or "float32".
    central : bool
        Whether it is the central difference, or else the forward difference.
    slopes : ndarray, shape (m,)
        The slope by each step.
    errors : ndarray, shape (m,)
        ``|slope - derivative| / |derivative|``, or ``|slope|`` where the derivative is 0.
    """

    dtype: str
    central: bool
    slopes: NDArray[np.float64]
    errors: NDArray[np.float64]


class Lens:
    """One weight of a network, and the loss of a mini-batch as a function of it alone.

    Parameters
    ----------
    params : dict of str to ndarray
        The network's parameters; they are left as they are.
    x : ndarray, shape (n, inputs)
        Pixels in [0, 1], or bytes.
    t : array_like
        Integer labels, shape (n,), or one-hot.
    key : str
        The array of the weight, such as "W1".
    index : tuple of int
        Its place there.

    Raises
    ------
    ValueError
        If there is no such weight, or `x` or `t` is not what it should be.
    """

    def __init__(
        self, params: Params, x: ArrayLike, t: ArrayLike, key: str, index: tuple[int, ...]
    ) -> None:
        shape = params[key].shape if key in params else ()
        if len(index) != len(shape) or not all(
            0 <= i < n for i, n in zip(index, shape, strict=True)
        ):
            raise ValueError(f"there is no weight {key}{list(index)}, {key} has the shape {shape}")
        self._net, self.key, self.index = SimpleNet.from_params(params), key, index
        self.x = np.atleast_2d(checked_pixels(x, images=params["W1"].shape[0] == IMAGE_SIZE))
        self.t = as_labels(t, len(self.x), params["W2"].shape[1])

    @property
    def value(self) -> float:
        """The weight as it is."""
        return float(self._net.params[self.key][self.index])

    def derivative(self) -> float:
        """Return the slope of the loss at the weight, by backpropagation in float64."""
        net = self._net.astype(np.float64)
        return float(net.gradient(as_pixels(self.x, np.float64), self.t)[self.key][self.index])

    def losses(self, moves: Iterable[float], dtype: DTypeLike = np.float64) -> NDArray[np.float64]:
        """Return the loss with the weight moved, for each move.

        Parameters
        ----------
        moves : iterable of float, m of them
            What is added to the weight; the sum is rounded to the precision.
        dtype : float64 or float32
            The precision of the whole computation.

        Returns
        -------
        ndarray of float64, shape (m,)
        """
        net, x = self._net.astype(dtype), as_pixels(self.x, dtype)
        array = net.params[self.key]
        found = []
        for move in moves:
            array[self.index] = self.value + move
            found.append(loss_of(net.params, x, self.t))
        return np.array(found)

    def step_errors(self, steps: ArrayLike, dtype: DTypeLike) -> tuple[StepErrors, StepErrors]:
        """Return what the forward and the central difference make of the slope.

        Parameters
        ----------
        steps : array_like, shape (m,)
            The steps h, positive.
        dtype : float64 or float32
            The precision of the loss.

        Returns
        -------
        tuple of StepErrors
            ``(L(w + h) - L(w)) / h``, and ``(L(w + h) - L(w - h)) / 2h``.

        Notes
        -----
        Of a large step the Taylor series tells the error: about h/2 L'' forward, and h²/6 L'''
        central. Of a small one the rounding of L does: about eps L / h (Press et al., "Numerical
        Recipes", section 5.7).
        """
        h = np.asarray(steps, np.float64)
        here = self.losses([0.0], dtype)
        above, below = self.losses(h, dtype), self.losses(-h, dtype)
        true = self.derivative()
        results = []
        for central, slopes in (
            (False, (above - here) / h),
            (True, (above - below) / (2 * h)),
        ):
            errors = np.abs(slopes - true) / (abs(true) or 1.0)
            results.append(StepErrors(np.dtype(dtype).name, central, slopes, errors))
        return results[0], results[1]
