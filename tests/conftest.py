from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # Before NumPy comes: several only wait for each other.

import numpy as np
import pytest
from hypothesis import settings

from simplenet import Dataset, load_mnist, one_hot_label

# The time of an example says nothing on a machine whose cores are busy; and what passes once
# passes every time.
settings.register_profile("simplenet", deadline=None, derandomize=True)
# Other examples each time, and many: ``pytest --hypothesis-profile=long -k bad``.
settings.register_profile("long", deadline=None, max_examples=3_000, print_blob=True)
settings.load_profile("simplenet")


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """The bundled data, all of them."""
    return load_mnist()


@pytest.fixture(scope="session")
def stripes() -> Dataset:
    """A small problem of 784 pixels that is learned in seconds: each class lights three rows."""
    rng = np.random.default_rng(0)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = rng.integers(10, size=n)
        x = rng.uniform(0, 0.3, (n, 28, 28)).astype(np.float32)
        for row in range(3):
            x[np.arange(n), 2 * labels + row] += np.float32(0.6)
        return x.reshape(n, 784), one_hot_label(labels)

    return Dataset(*draw(600), *draw(200))
