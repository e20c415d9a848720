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

    What somebody else changes in the network's parameters between two steps is taken over, whether
    in an array or by another array in its place.

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
        self._net, self._net_arrays = net, dict(net.params)
        self._shown = {key: value.copy() for key, value in net.params.items()}
        self._whole = self._split(self._vector)
        self._outside = [(self._whole, self._net_arrays)]
        if velocity:
            self._outside.append((self._split(self._velocity), velocity))
        self.params, self.gradient = self._split(self._vector), self._split(self._step)
        for arrays in (self.params, self.gradient):
            arrays["W1"] = arrays["W1"][: lit.sum()]

    def follow(self) -> None:
        """Take over what somebody else changed in the network since the last step.

        To compare, and to keep what to compare with, takes 5 % of an iteration.

        Raises
        ------
        ValueError
            If a parameter is missing, or has another shape or type than before.
        """
        changed = False
        for key, shown in self._shown.items():
            array: Any = self._net.params.get(key)
            if array is not self._net_arrays[key]:
                if getattr(array, "shape", None) != shown.shape or array.dtype != shown.dtype:
                    raise ValueError(
                        f"{key} must stay an array of shape {shown.shape} and type {shown.dtype} "
                        f"during a training, got {describe(array)}"
                    )
                self._net_arrays[key] = array
                changed = True
            changed = changed or not (array == shown).all()
        if changed:
            self._vector[...] = self._laid_out(self._net_arrays)

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
        for key, shown in self._shown.items():
            np.copyto(shown, self._net_arrays[key])

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


def describe(value: object) -> str:
    """Return what something is, in words for an error."""
    if isinstance(value, np.ndarray):
        return f"shape {value.shape} and type {value.dtype}"
    return "none" if value is None else type(value).__name__
