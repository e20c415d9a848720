"""SimpleNet: two layers, sigmoid and softmax, and the gradient of their loss in three ways.

The forward pass, with one sample a row::

    s1 = x @ W1 + b1    a1 = sigmoid(s1)        the hidden layer
    s2 = a1 @ W2 + b2   y  = softmax(s2)        the output layer
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from simplenet.blas import one_blas_thread
from simplenet.functions import (
    EPSILON,
    as_labels,
    as_pixels,
    checked_pixels,
    cross_entropy_error,
    sigmoid,
    softmax,
    whole_number,
)
from simplenet.gradients import fast_numerical_gradient, numerical_gradient_2d

Params = dict[str, NDArray[Any]]
"""The parameters by name, or anything shaped like them, such as a gradient."""

IMAGE_SIZE = 784
"""Inputs of a network of images: 28 x 28 pixels, which are in [0, 1]."""

CHUNK = 500
"""Samples that `accuracy` predicts at a time: small enough to stay in the cache."""


class SimpleNet:
    """A network of two layers for the recognition of digits.

    Two networks are equal if their parameters are; `copy.copy` gives one with parameters of its
    own. What is computed takes one BLAS thread: see `simplenet.blas`.

    Parameters
    ----------
    input_size : int
        Inputs, 784 for MNIST.
    hidden_size : int
        Units of the hidden layer.
    output_size : int
        Classes, 10 for MNIST.
    weight_init_std : float
        Standard deviation of the normal distribution that the weights start from.
    rng : numpy.random.Generator or int, optional
        Where the weights are drawn from, or a seed of it; without it every network starts
        differently.
    dtype : float32 or float64
        Precision of the parameters: float32 trains about twice as fast.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1`` (input_size, hidden_size), ``b1`` (hidden_size,), ``W2`` (hidden_size,
        output_size), ``b2`` (output_size,).

    Raises
    ------
    ValueError
        If a size is not a whole number of at least 1, the standard deviation is negative or not
        finite, or `dtype` is not a floating-point type of 32 or 64 bits.

    Examples
    --------
    >>> net = SimpleNet(784, 50, 10, rng=0)
    >>> {name: value.shape for name, value in net.params.items()}
    {'W1': (784, 50), 'b1': (50,), 'W2': (50, 10), 'b2': (10,)}
    >>> net.predict(np.zeros((3, 784))).shape
    (3, 10)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        for name, size in (
            ("input_size", input_size),
            ("hidden_size", hidden_size),
            ("output_size", output_size),
        ):
            if whole_number(name, size) < 1:
                raise ValueError(f"{name} must be at least 1, got {size}")
        if not 0 <= weight_init_std < np.inf:
            raise ValueError(f"weight_init_std must be 0 or more, got {weight_init_std}")
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
        rng = np.random.default_rng(rng)
        w1 = weight_init_std * rng.standard_normal((input_size, hidden_size))
        w2 = weight_init_std * rng.standard_normal((hidden_size, output_size))
        self.params: Params = {
            "W1": w1.astype(dtype),
            "b1": np.zeros(hidden_size, dtype),
            "W2": w2.astype(dtype),
            "b2": np.zeros(output_size, dtype),
        }

    @classmethod
    def from_params(cls, params: Params) -> Self:
        """Return a network that has a copy of these parameters.

        Raises
        ------
        ValueError
            If a parameter is missing, the shapes do not belong together, a value is not finite,
            or the parameters are not all float32 or all float64.
        """
        if set(params) != {"W1", "b1", "W2", "b2"}:
            raise ValueError(f"params must be W1, b1, W2 and b2, got {sorted(params)}")
        if params["W1"].ndim != 2 or params["W2"].ndim != 2:
            raise ValueError("W1 and W2 must have two dimensions")
        dtypes = {str(value.dtype) for value in params.values()}
        if len(dtypes) != 1:
            raise ValueError(f"params must have one dtype, got {sorted(dtypes)}")
        (inputs, hidden), classes = params["W1"].shape, params["W2"].shape[1]
        if params["W2"].shape[0] != hidden or params["b2"].shape != (classes,):
            # Before anything is allocated: a shape with a 0 in it costs a file nothing.
            raise ValueError(
                f"W2 must have shape ({hidden}, {params['b2'].size}), got {params['W2'].shape}"
            )
        net = cls(inputs, hidden, classes, weight_init_std=0, dtype=params["W1"].dtype)
        for key, value in net.params.items():
            if params[key].shape != value.shape:
                raise ValueError(f"{key} must have shape {value.shape}, got {params[key].shape}")
            if not np.isfinite(params[key]).all():
                raise ValueError(f"{key} holds a value that is not finite")
            net.params[key] = params[key].copy()
        return net

    def __repr__(self) -> str:
        sizes = f"{self.input_size}, {self.hidden_size}, {self.output_size}"
        return f"SimpleNet({sizes}, dtype={self.dtype})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SimpleNet):
            return NotImplemented
        return self.params.keys() == other.params.keys() and all(
            value.dtype == other.params[key].dtype
            and np.array_equal(value, other.params[key], equal_nan=True)
            for key, value in self.params.items()
        )

    __hash__ = None  # type: ignore[assignment]  # Its parameters change.

    def __copy__(self) -> Self:
        twin = object.__new__(type(self))
        twin.__dict__ = self.__dict__ | {"params": {k: v.copy() for k, v in self.params.items()}}
        return twin

    @property
    def input_size(self) -> int:
        """Inputs: rows of W1."""
        return int(self.params["W1"].shape[0])

    @property
    def hidden_size(self) -> int:
        """Hidden units: columns of W1."""
        return int(self.params["W1"].shape[1])

    @property
    def output_size(self) -> int:
        """Classes: columns of W2."""
        return int(self.params["W2"].shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Precision of the parameters."""
        return self.params["W1"].dtype

    def astype(self, dtype: DTypeLike) -> Self:
        """Return a copy in another precision, float32 or float64."""
        return self.from_params({key: value.astype(dtype) for key, value in self.params.items()})

    def predict(self, x: ArrayLike) -> NDArray[Any]:
        """Return the probability of each class.

        Parameters
        ----------
        x : array_like, shape (n, input_size) or (input_size,)
            Pixels: bytes (uint8), of which 255 stands for 1, or numbers in [0, 1]. A network that
            has not 784 inputs is not one of images, and takes any finite floats.

        Returns
        -------
        ndarray, shape (n, output_size) or (output_size,)
            Each row is in [0, 1] and sums to 1.

        Raises
        ------
        ValueError
            If `x` has another number of inputs, or a value that cannot be a pixel: the message
            names it. Integers that are not uint8 must be 0 or 1.
        """
        x = self._inputs(x)
        with one_blas_thread:
            _, y = forward(self.params, x)
        return y

    def loss(self, x: ArrayLike, t: ArrayLike) -> float:
        """Return the cross-entropy error of the predictions for `x` against `t`.

        Parameters
        ----------
        x : array_like, shape (n, input_size)
            Pixels, as `predict` takes them.
        t : array_like
            Integer labels, shape (n,), or one-hot, shape (n, output_size).

        Raises
        ------
        ValueError
            If there is no sample, or `x` or `t` is not what it should be.
        """
        return cross_entropy_error(self.predict(x), t)

    def accuracy(self, x: ArrayLike, t: ArrayLike) -> float:
        """Return the share of samples, in [0, 1], whose most probable class is the right one.

        Takes what `loss` takes; ValueError if there is no sample.
        """
        return self.accuracy_and_vanished(x, t)[0]

    def accuracy_and_vanished(self, x: ArrayLike, t: ArrayLike) -> tuple[float, float]:
        """Return the accuracy, and the share of samples whose slope has vanished.

        Takes and raises what `accuracy` does.

        Returns
        -------
        tuple of float, each in [0, 1]
            The second is the share of samples whose right class has a probability y below 1e-7.
            There the loss -log(y + 1e-7) is flat: of the gradient that it has without the 1e-7
            only the share y / (y + 1e-7) is left, less than a half, and next to nothing further
            down. Such a sample cannot be learned from any more.
        """
        x = self._fitting(np.atleast_2d(np.asarray(x)))
        if len(x) == 0:
            raise ValueError("accuracy needs at least one sample")
        labels = as_labels(t, len(x), self.output_size)
        right = vanished = 0
        pixels = np.empty((min(CHUNK, len(x)), *x.shape[1:]), self.dtype)
        for start in range(0, len(x), CHUNK):
            rows = slice(start, start + CHUNK)
            part = self._checked(x[rows])  # In the cache, where it costs next to nothing.
            with one_blas_thread:
                _, y = forward(self.params, as_pixels(part, self.dtype, out=pixels[: len(part)]))
            right += int(np.sum(y.argmax(axis=1) == labels[rows]))
            vanished += int(np.sum(y[np.arange(len(part)), labels[rows]] < EPSILON))
        return right / len(x), vanished / len(x)

    def gradient(self, x: ArrayLike, t: ArrayLike) -> Params:
        """Return the gradient of the loss by backpropagation.

        Takes what `loss` takes; returns arrays with the names, shapes and dtype of `params`.
        """
        return self.loss_and_gradient(x, t)[1]

    def loss_and_gradient(self, x: ArrayLike, t: ArrayLike) -> tuple[float, Params]:
        """Return the loss and its gradient by backpropagation, from one forward pass.

        Notes
        -----
        With the loss -log(y + 1e-7) of the right class, the error of the scores is
        ``(y - t) * y_right / (y_right + 1e-7) / n``; without the 1e-7 it is the textbook's
        ``(y - t) / n``. The chain rule carries it back, layer by layer.
        """
        x = np.atleast_2d(self._inputs(x))
        if len(x) == 0:
            raise ValueError("a gradient needs at least one sample")
        gradient = {key: np.empty_like(value) for key, value in self.params.items()}
        labels = as_labels(t, len(x), self.output_size)
        with one_blas_thread:
            return backprop(self.params, x, labels, gradient), gradient

    def numerical_gradient(self, x: ArrayLike, t: ArrayLike) -> Params:
        """Return the gradient of the loss by its definition: the central difference, h = 1e-4.

        Takes what `loss` takes; returns float64 arrays with the names and shapes of `params`.
        Every parameter is moved by +h and -h, one at a time, and the whole network evaluated
        anew: 79,520 forward passes for 784-50-10. In float64 whatever the network's dtype is:
        float32 would round away most of the difference. `params` is left as it was.
        """
        net = self.astype(np.float64)
        x = np.atleast_2d(as_pixels(self._fitting(self._checked(x)), np.float64))
        if len(x) == 0:
            raise ValueError("a gradient needs at least one sample")
        labels = as_labels(t, len(x), self.output_size)
        return {
            key: numerical_gradient_2d(lambda _: loss_of(net.params, x, labels), value)
            for key, value in net.params.items()
        }

    def fast_numerical_gradient(self, x: ArrayLike, t: ArrayLike) -> Params:
        """Return what `numerical_gradient` returns, hundreds of times as fast.

        It is the same central difference; see `simplenet.gradients.fast_numerical_gradient`.
        """
        with one_blas_thread:
            return fast_numerical_gradient(self.params, self._checked(x), t)

    def _inputs(self, x: ArrayLike) -> NDArray[Any]:
        """Return pixels in [0, 1] in the network's precision; ValueError if they do not fit."""
        return as_pixels(self._fitting(self._checked(x)), self.dtype)

    def _checked(self, x: ArrayLike) -> NDArray[Any]:
        """Return inputs as an array; ValueError if one cannot be."""
        return checked_pixels(x, images=self.input_size == IMAGE_SIZE)

    def _fitting(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return inputs as they are; ValueError if they are not as many as the network has."""
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ValueError(
                f"x must have shape (n, {self.input_size}) or ({self.input_size},), got {x.shape}"
            )
        return x


def forward(params: Params, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the activations of the hidden layer and the probabilities."""
    a1 = sigmoid(np.dot(x, params["W1"]) + params["b1"])  # (n, input) @ (input, hidden)
    y = softmax(np.dot(a1, params["W2"]) + params["b2"])  # (n, hidden) @ (hidden, output)
    return a1, y


def loss_of(params: Params, x: NDArray[Any], labels: NDArray[np.intp]) -> float:
    """Return the loss of samples that are known to be right, as `backprop` takes them."""
    return cross_entropy_error(forward(params, x)[1], labels)


def backprop(
    params: Params,
    x: NDArray[Any],
    labels: NDArray[np.intp],
    gradient: Params,
    probabilities: NDArray[Any] | None = None,
) -> float:
    """Return the loss of a mini-batch, and write its gradient into the arrays of `gradient`.

    Parameters
    ----------
    params, gradient : dict of str to ndarray
        The parameters, and arrays like them.
    x : ndarray, shape (n, inputs)
        Pixels in [0, 1], of the type of the parameters; n at least 1.
    labels : ndarray of int, shape (n,)
        The right classes.
    probabilities : ndarray, shape (n, outputs), optional
        Gets the probabilities of the classes, which are computed on the way.

    Notes
    -----
    With the loss -log(y + 1e-7) of the right class, the error of the scores is
    ``(y - t) * y_right / (y_right + 1e-7) / n``; without the 1e-7 it is the textbook's
    ``(y - t) / n``. The chain rule carries it back, layer by layer.
    """
    n, samples, ones = len(x), np.arange(len(x)), np.ones(len(x), x.dtype)
    a1, y = forward(params, x)
    if probabilities is not None:
        probabilities[...] = y
    right = y[samples, labels]
    safe = right + EPSILON

    delta2 = y
    delta2[samples, labels] = right - 1  # y - t
    delta2 *= (right / safe / n)[:, np.newaxis]  # (n, output)
    delta1 = np.dot(delta2, params["W2"].T)  # (n, output) @ (output, hidden) -> (n, hidden)
    delta1 *= a1 * (1 - a1)
    np.dot(x.T, delta1, out=gradient["W1"])  # (input, n) @ (n, hidden)
    np.dot(ones, delta1, out=gradient["b1"])  # the sum over the samples
    np.dot(a1.T, delta2, out=gradient["W2"])  # (hidden, n) @ (n, output)
    np.dot(ones, delta2, out=gradient["b2"])
    return -float(np.log(safe).sum()) / n
