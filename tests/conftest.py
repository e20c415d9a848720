from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # Before NumPy comes: several only wait for each other.
# What a shell says of the runs and networks of its owner: tests have their own.
for name in [name for name in os.environ if name.startswith("SIMPLENET_")]:
    del os.environ[name]

import numpy as np
import pytest
from hypothesis import settings

from simplenet import Dataset, load_mnist, one_hot_label
from tests.runs.postgres import MissingPostgresError, postgres

# The time of an example says nothing on a machine whose cores are busy; and what passes once
# passes every time.
settings.register_profile("simplenet", deadline=None, derandomize=True)
# Other examples each time, and many: ``pytest --hypothesis-profile=long -k bad``.
settings.register_profile("long", deadline=None, max_examples=3_000, print_blob=True)
settings.load_profile("simplenet")

ABOUT_S = {"browser": 12.0, "slow": 2.0}
"""About how long a test with such a mark takes; the others hardly take any time."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: a process that is left with one ends late."""
    seconds = Counter[str]()
    for item in items:
        seconds[item.path] += max(
            (ABOUT_S.get(mark.name, 0) for mark in item.iter_markers()), default=0
        )
    items.sort(key=lambda item: -seconds[item.path])


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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Without PostgreSQL it skips, and says how to get it; with CI=true it fails."""
    try:
        with postgres() as server:
            yield server.address
    except MissingPostgresError as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
