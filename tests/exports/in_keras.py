"""What Keras makes of our files: a program of its own, since its import takes seconds."""

import sys
from pathlib import Path

import keras
import numpy as np


def main(folder):
    """Read `net.weights.h5`, and write what it answers to `x.npy`."""
    x, sizes = np.load(folder / "x.npy"), np.load(folder / "sizes.npy").tolist()
    inputs, hidden, classes = sizes
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            keras.layers.Dense(hidden, "sigmoid"),
            keras.layers.Dense(classes, "softmax"),
        ]
    )
    model.load_weights(folder / "net.weights.h5")
    np.save(folder / "y.npy", keras.ops.convert_to_numpy(model(x)))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        main(Path(name))
