"""The memory of a training, and the step of gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.network import Params, SimpleNet


class Layout:
    """The parameters of a training and their gradient, laid out in memory for speed.

    All parameters lie side by side in one vector, and so do their gradient and their velocity: an
    update is a few operations, and no iteration makes an array of the size of W1, for which the
    system may take as long as NumPy takes to fill it. The pixels that are blank in every training
    image have no gradient: their weights are the last rows of W1 here, and are left out.

    Attributes
    ----------
    params, gradient : dict of str to ndarray
        What `backprop` takes; W1 has the rows of the lit pixels only.
    """

    def __init__(
        self, net: SimpleNet, lit: NDArray[np.bool_], velocity: Params | None = None
    ) -> None:
        self._order = np.argsort(~lit, kind="stable")  # The lit pixels first.
        self._back = np.argsort(self._order)
        self._shapes = {key: value.shape for key, value in net.params.items()}
        self._vector = self._laid_out(net.params)
        self._step = np.zeros_like(self._vector)
        self._velocity = self._laid_out(velocity) if velocity else np.zeros_like(self._vector)
        # Who looks from outside: their arrays, and the ones here that they are copies of.
        self._outside = [(self._split(self._vector), net.params)]
        if velocity:
            self._outside.append((self._split(self._velocity), velocity))
        self.params, self.gradient = self._split(self._vector), self._split(self._step)
        for arrays in (self.params, self.gradient):
            arrays["W1"] = arrays["W1"][: lit.sum()]

    def descend(self, learning_rate: float, momentum: float) -> None:
        """Subtract `learning_rate` times the velocity from the parameters, and tell the network."""
        if momentum:
            self._velocity *= momentum
            self._velocity += self._step
            np.multiply(self._velocity, learning_rate, out=self._step)
        else:
            self._step *= learning_rate
        self._vector -= self._step
        for arrays, outside in self._outside:
            arrays["W1"].take(self._back, axis=0, out=outside["W1"], mode="clip")
            for key in ("b1", "W2", "b2"):
                outside[key][...] = arrays[key]

    def _laid_out(self, params: Params) -> NDArray[Any]:
        """Return the parameters as one vector."""
        ordered = params | {"W1": params["W1"][self._order]}
        return np.concatenate([ordered[key].ravel() for key in self._shapes])

    def _split(self, vector: NDArray[Any]) -> Params:
        """Return the arrays that look into a vector."""
        sizes = [int(np.prod(shape)) for shape in self._shapes.values()]
        parts = np.split(vector, np.cumsum(sizes)[:-1])
        return {
            key: part.reshape(shape)
            for part, (key, shape) in zip(parts, self._shapes.items(), strict=True)
        }
