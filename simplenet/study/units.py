"""The hidden units of a network: what runs through them, and what excites each of them most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_pixels, checked_pixels, sigmoid, softmax
from simplenet.network import Params, SimpleNet


@dataclass(frozen=True, eq=False)
class Signals:
    """What runs forward through a network for one image.

    Parameters
    ----------
    x : ndarray, shape (inputs,)
        Pixels in [0, 1].
    s1, a1 : ndarray, shape (hidden,)
        The sums of the hidden units, and their activations in (0, 1).
    s2, y : ndarray, shape (outputs,)
        The scores of the classes, and their probabilities.
    """

    x: NDArray[Any]
    s1: NDArray[Any]
    a1: NDArray[Any]
    s2: NDArray[Any]
    y: NDArray[Any]


def signals(params: Params, x: ArrayLike) -> Signals:
    """Return what runs forward through a network for one image.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters.
    x : array_like, shape (inputs,)
        Pixels in [0, 1], or bytes.

    Raises
    ------
    ValueError
        If `x` has another number of pixels, or one that cannot be.
    """
    inputs = len(params["W1"])
    pixels = as_pixels(checked_pixels(x), params["W1"].dtype)
    if pixels.shape != (inputs,):
        raise ValueError(f"x must have shape ({inputs},), got {pixels.shape}")
    s1 = pixels @ params["W1"] + params["b1"]  # (inputs,) @ (inputs, hidden) -> (hidden,)
    a1 = sigmoid(s1)
    s2 = a1 @ params["W2"] + params["b2"]  # (hidden,) @ (hidden, outputs) -> (outputs,)
    return Signals(pixels, s1, a1, s2, softmax(s2))


def contributions(params: Params, x: ArrayLike, unit: int) -> NDArray[Any]:
    """Return what each pixel adds to the sum of a hidden unit: itself times its weight.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters.
    x : array_like, shape (inputs,)
        Pixels in [0, 1], or bytes.
    unit : int
        From 0 to the number of hidden units less 1.

    Returns
    -------
    ndarray, shape (inputs,)
        Together with the bias of the unit they add up to its sum.

    Raises
    ------
    ValueError
        If there is no such unit, or `x` has a pixel that cannot be.
    """
    if not 0 <= unit < params["W1"].shape[1]:
        raise ValueError(f"unit must be from 0 to {params['W1'].shape[1] - 1}, got {unit}")
    pixels = as_pixels(checked_pixels(x), params["W1"].dtype)
    return np.asarray(pixels * params["W1"][:, unit])


def most_exciting(net: SimpleNet, x: NDArray[Any], unit: int, most: int) -> NDArray[np.intp]:
    """Return which images excite a hidden unit most, the strongest first.

    Parameters
    ----------
    net : SimpleNet
    x : ndarray, shape (n, inputs)
        Pixels in [0, 1], or bytes.
    unit : int
        From 0 to `hidden_size` - 1.
    most : int
        How many images to return, if there are as many.

    Returns
    -------
    ndarray of int, shape (min(most, n),)
        Rows of `x`.

    Raises
    ------
    ValueError
        If there is no such unit.

    Notes
    -----
    Ordered by the sum and not by the activation, which is 1 for many where a unit is saturated.
    """
    if not 0 <= unit < net.hidden_size:
        raise ValueError(f"unit must be from 0 to {net.hidden_size - 1}, got {unit}")
    weights = net.params["W1"][:, unit]
    sums = x @ (weights / 255 if x.dtype == np.uint8 else weights)  # (n, inputs) @ (inputs,)
    return np.argsort(-sums, kind="stable")[:most]
