"""A network that reads handwritten digits; SimpleNet Lab has written this file. It needs NumPy.

As a module: ``predict(x)`` takes pixels in [0, 1], one image of 28 x 28 a row, and returns the
probability of each digit. As a program: ``python FILE images.npy`` prints what it reads.
"""

import base64
import sys

import numpy as np

INPUT_SIZE = 0
HIDDEN_SIZE = 0
OUTPUT_SIZE = 0
DTYPE = "<f4"
WEIGHTS: dict[str, str] = {}


def _array(name, *shape):
    """Return the weights of a name."""
    return np.frombuffer(base64.b64decode(WEIGHTS[name]), DTYPE).reshape(shape)


def predict(x):
    """Return the probability of each class, (n, classes), for inputs (n, inputs) or (inputs,)."""
    x = np.asarray(x, DTYPE).reshape(-1, INPUT_SIZE)
    s1 = x @ _array("W1", INPUT_SIZE, HIDDEN_SIZE) + _array("b1", HIDDEN_SIZE)
    a1 = (1 + np.tanh(s1 / 2)) / 2  # The sigmoid, which cannot overflow like this.
    s2 = a1 @ _array("W2", HIDDEN_SIZE, OUTPUT_SIZE) + _array("b2", OUTPUT_SIZE)
    e = np.exp(s2 - s2.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} images.npy")
    images = np.load(sys.argv[1], allow_pickle=False)
    images = images / 255 if images.dtype == np.uint8 else images
    for row in predict(images):
        print(row.argmax(), f"{row.max():.4f}")
