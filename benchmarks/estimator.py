"""SimpleNetClassifier beside scikit-learn's MLPClassifier: how well each reads, and how fast."""

from __future__ import annotations

import warnings
from time import thread_time
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from simplenet.estimator import SimpleNetClassifier

EPOCHS, BATCH_SIZE, LEARNING_RATE, MOMENTUM, HIDDEN = 50, 32, 0.05, 0.9, 100

ROUNDS = 3
"""Times that each data set is split into five parts anew."""

DATA = {
    "iris": lambda: load_iris(return_X_y=True),
    "wine": lambda: load_wine(return_X_y=True),
    "breast cancer": lambda: load_breast_cancer(return_X_y=True),
    "digits": lambda: load_digits(return_X_y=True),
    "make_classification, 3,000 of 40 features": lambda: make_classification(
        3_000, 40, n_informative=12, n_classes=5, random_state=0
    ),
}
"""Data sets that come with scikit-learn, four of them measured and one generated."""

OURS, THEIRS = "SimpleNetClassifier", "MLPClassifier"

CONTENDERS: dict[str, Any] = {
    OURS: SimpleNetClassifier(
        HIDDEN,
        learning_rate=LEARNING_RATE,
        momentum=MOMENTUM,
        batch_size=BATCH_SIZE,
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS + 1,
    ),
    THEIRS: MLPClassifier(
        (HIDDEN,),
        activation="logistic",
        solver="sgd",
        learning_rate_init=LEARNING_RATE,
        momentum=MOMENTUM,
        batch_size=BATCH_SIZE,
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS + 1,
    ),
}


def measure() -> dict[str, dict[str, Any]]:
    """Return for each data set the accuracies and the seconds of both, in the order of the splits.

    Both have the same samples, scaled, and the same recipe: they take turns on one thread. The
    seconds are those of a core that this thread had: after a score, which may have more, others
    of its library still spin for a tenth of a second.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, load in DATA.items():
        x, t = load()
        accuracies: dict[str, list[float]] = {OURS: [], THEIRS: []}
        seconds: dict[str, list[float]] = {OURS: [], THEIRS: []}
        splits = RepeatedStratifiedKFold(n_splits=5, n_repeats=ROUNDS, random_state=0)
        for seed, (train, test) in enumerate(splits.split(x, t)):
            scaler = StandardScaler().fit(x[train])
            for contender, model in CONTENDERS.items():
                model = clone(model).set_params(random_state=seed)
                with warnings.catch_warnings(), threadpool_limits(1):
                    warnings.simplefilter("ignore", ConvergenceWarning)
                    started = thread_time()
                    model.fit(scaler.transform(x[train]), t[train])
                    seconds[contender].append(thread_time() - started)
                accuracies[contender].append(model.score(scaler.transform(x[test]), t[test]))
        found[name] = {"accuracies": accuracies, "seconds": seconds}
    return found


def noise(a: list[float], b: list[float]) -> tuple[float, float]:
    """Return the mean difference of two rows of accuracies, and its standard error.

    The corrected one (Nadeau and Bengio, "Inference for the generalization error", 2003): the
    splits share most of their samples, so that their scores vary less than those of new ones.
    """
    d = np.subtract(a, b)
    return float(d.mean()), float(np.sqrt(d.var(ddof=1) * (1 / len(d) + 1 / 4)))
