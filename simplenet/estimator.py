"""SimpleNet as a classifier of scikit-learn, for data of any kind: `SimpleNetClassifier`."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from simplenet.blas import one_blas_thread
from simplenet.network import Params, SimpleNet, forward
from simplenet.training.weighted import Descent

CHUNK = 2000
"""Samples that are predicted at a time."""

FLOATS = (np.float64, np.float32)

POSITIVE = "more than 0"
CHECKS: dict[str, tuple[type, str, Any]] = {
    "hidden_size": (Integral, "a whole number of at least 1", lambda v: v >= 1),
    "learning_rate": (Real, POSITIVE, lambda v: 0 < v < np.inf),
    "momentum": (Real, "in [0, 1)", lambda v: 0 <= v < 1),
    "max_iter": (Integral, "a whole number of at least 1", lambda v: v >= 1),
    "tol": (Real, "0 or more", lambda v: v >= 0),
    "n_iter_no_change": (Integral, "a whole number of at least 1", lambda v: v >= 1),
    "validation_fraction": (Real, "between 0 and 1", lambda v: 0 < v < 1),
}
"""The type of each setting, what it must be in words, and whether a value is that."""


class SimpleNetClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # Untyped.
    """A classifier with one hidden layer of sigmoid units, trained by mini-batch descent.

    It is the network of the article, `simplenet.SimpleNet`, with what scikit-learn's users expect.
    Features should have about the same scale, as `StandardScaler` makes them.

    Parameters
    ----------
    hidden_size : int
        Units of the hidden layer, at least 1.
    learning_rate : float
        Length of a step along the gradient, more than 0.
    momentum : float
        The share of a step's velocity that the next one keeps, in [0, 1).
    batch_size : int or "auto"
        Samples in a mini-batch; "auto" is 100. Every epoch takes each sample once, in an order of
        its own. If there are no more samples than that, each step takes all of them.
    max_iter : int
        The most epochs: passes over as many samples as there are.
    tol : float
        By how much an epoch must be better than the best before to be progress: its loss, or with
        `early_stopping` its accuracy on the samples that are held back.
    n_iter_no_change : int
        Epochs without progress after which the training ends.
    early_stopping : bool
        Whether some samples are held back: the training ends when these are not read better any
        more, with the weights that read them best.
    validation_fraction : float
        The share that is held back then, in (0, 1).
    weight_init_std : float or None
        Standard deviation of the first weights; None: by the size of a layer, as scikit-learn has
        it for sigmoid units (after Glorot and Bengio, "Understanding the difficulty of training
        deep feedforward neural networks", 2010).
    warm_start : bool
        Whether `fit` goes on from the weights that are there.
    random_state : int, RandomState or None
        Of the first weights and of the draws; with an int every `fit` gives the same.

    Attributes
    ----------
    classes_ : ndarray
        The labels, in order.
    net_ : SimpleNet
        The trained network; it can be saved and exported.
    n_iter_ : int
        Epochs of the last `fit`; `partial_fit` counts them together.
    loss_ : float
        The mean loss of the last epoch.
    loss_curve_ : list of float
        That of each epoch.
    validation_scores_ : list of float
        With `early_stopping`, the accuracy on what is held back after each epoch.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> x, t = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), SimpleNetClassifier(random_state=0)).fit(x, t)
    >>> model.score(x, t) > 0.95
    True
    """

    def __init__(
        self,
        hidden_size: int = 100,
        *,
        learning_rate: float = 0.1,
        momentum: float = 0.9,
        batch_size: int | str = "auto",
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        weight_init_std: float | None = None,
        warm_start: bool = False,
        random_state: Any = None,
    ) -> None:
        self.hidden_size = hidden_size
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.weight_init_std = weight_init_std
        self.warm_start = warm_start
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train the network until there is no progress any more.

        Parameters
        ----------
        X : array_like or sparse matrix, shape (n, features)
            Any finite numbers.
        y : array_like, shape (n,)
            Labels: numbers or strings.
        sample_weight : array_like, shape (n,), optional
            How much each sample counts, 0 or more; a weight of 2 is the sample twice, one of 0 as
            if it were not there.

        Raises
        ------
        ValueError
            If a setting or the data cannot be; the message says which.
        """
        self._check_settings()
        going_on = self.warm_start and hasattr(self, "net_")
        X, y, weights = self._checked(X, y, sample_weight, reset=not going_on)
        classes, labels = np.unique(y, return_inverse=True)
        if going_on and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"warm_start goes on with the classes {self.classes_.tolist()}, "
                f"got {classes.tolist()}; warm_start=False begins anew"
            )
        if not going_on:
            self._begin(X, classes)
        held = None
        if self.early_stopping:
            X, labels, weights, held = self._hold_back(X, labels, weights)
        self._forget()
        self._train(X, labels, weights, held)
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train the network for one epoch of these samples.

        Takes what `fit` takes, and at the first call all labels that there will be.
        """
        self._check_settings()
        if self.early_stopping:
            raise ValueError("partial_fit cannot hold samples back: set early_stopping=False")
        first = not hasattr(self, "net_")
        if first and classes is None:
            raise ValueError("the first call of partial_fit needs all classes")
        X, y, weights = self._checked(X, y, sample_weight, reset=first)
        if classes is not None:
            every = np.unique(np.asarray(classes))
            if not first and not np.array_equal(every, self.classes_):
                raise ValueError(
                    f"classes must stay {self.classes_.tolist()}, got {every.tolist()}"
                )
            if first:
                self._begin(X, every)
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise ValueError(f"y has labels that are not among classes: {unknown.tolist()}")
        descent = Descent(self.net_.params, self._velocity)
        self._epoch(descent, X, np.searchsorted(self.classes_, y), weights)
        self._keep(descent)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable label of each sample, (n,)."""
        found = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[found])

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """Return the probability of each class, (n, classes), in the order of `classes_`."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS, reset=False)
        return self._probabilities(X)

    def predict_log_proba(self, X: ArrayLike) -> NDArray[Any]:
        """Return the logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    # How it is trained

    def _begin(self, X: Any, classes: NDArray[Any]) -> None:
        """Draw the first weights."""
        self._rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        self.classes_ = classes
        net = SimpleNet(X.shape[1], self.hidden_size, len(classes), 1.0, self._rng, X.dtype)
        for key in ("W1", "W2"):
            weights, std = net.params[key], self.weight_init_std
            # Of numbers that are uniform up to the root of 2 / (inputs + outputs).
            weights *= np.sqrt(2 / 3 / sum(weights.shape)) if std is None else std
        self.net_ = net
        self._velocity: Params | None = None
        self._forget()

    def _forget(self) -> None:
        """Begin to count anew."""
        self.n_iter_ = 0
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] = []

    def _train(self, X: Any, labels: NDArray[np.intp], weights: Any, held: Any) -> None:
        """Train until there is no progress."""
        best, best_params, without = -np.inf, None, 0
        descent = Descent(self.net_.params, self._velocity)
        for _ in range(self.max_iter):
            self._epoch(descent, X, labels, weights)
            score = -self.loss_
            if held is not None:
                self._keep(descent)
                score = self._accuracy(*held)
                self.validation_scores_.append(score)
            without = 0 if score > best + self.tol else without + 1
            if score > best:
                best = score
                if held is not None:
                    best_params = {key: value.copy() for key, value in descent.params.items()}
            if without >= self.n_iter_no_change:
                break
        else:
            warnings.warn(
                f"it still made progress after {self.max_iter} epochs: raise max_iter, or tol",
                ConvergenceWarning,
                stacklevel=3,
            )
        self._keep(descent)
        if best_params is not None:
            self.net_.params = best_params

    def _epoch(self, descent: Descent, X: Any, labels: NDArray[np.intp], weights: Any) -> None:
        """Train with each sample once."""
        n, total = len(labels), 0.0
        size = 100 if self.batch_size == "auto" else int(self.batch_size)
        # Where one step takes them all, their order means nothing.
        order = np.arange(n) if size >= n else self._rng.permutation(n)
        mean = 1.0 if weights is None else weights.mean()
        with one_blas_thread:
            for start in range(0, n, size):
                rows = order[start : start + size]
                shares = None if weights is None else weights[rows] / (mean * len(rows))
                x = _dense(X if size >= n else X[rows])
                loss = descent.step(x, labels[rows], shares, self.learning_rate, self.momentum)
                total += loss * len(rows)
        self.loss_ = total / n
        self.loss_curve_.append(self.loss_)
        self.n_iter_ += 1

    def _keep(self, descent: Descent) -> None:
        """Take over what was learned."""
        self.net_.params = {key: value.copy() for key, value in descent.params.items()}
        self._velocity = {key: value.copy() for key, value in descent.velocity.items()}

    def _probabilities(self, X: Any) -> NDArray[Any]:
        """Return the probabilities of samples that are known to fit."""
        params, found = self.net_.params, []
        with one_blas_thread:
            for start in range(0, X.shape[0], CHUNK):
                x = np.asarray(_dense(X[start : start + CHUNK]), self.net_.dtype)
                found.append(forward(params, x)[1])
        return np.concatenate(found)

    def _accuracy(self, X: Any, labels: NDArray[np.intp], weights: Any) -> float:
        """Return the share of right answers, by weight."""
        return float(np.average(self._probabilities(X).argmax(axis=1) == labels, weights=weights))

    # What it is given

    def _check_settings(self) -> None:
        """Raise ValueError, in a sentence, if a setting cannot be."""
        for name, (kind, words, fits) in CHECKS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, kind) or not fits(value):
                raise ValueError(f"{name} must be {words}, got {value!r}")
        size: Any = self.batch_size
        std: Any = self.weight_init_std
        if size != "auto" and (not isinstance(size, Integral) or int(size) < 1):
            raise ValueError(f'batch_size must be "auto" or at least 1, got {size!r}')
        if std is not None and (not isinstance(std, Real) or not 0 <= float(std) < np.inf):
            raise ValueError(f"weight_init_std must be None, or 0 or more, got {std!r}")

    def _checked(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> Any:
        """Return samples, labels and weights; those that do not count are left out."""
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=FLOATS, reset=reset)
        check_classification_targets(y)
        if not reset and X.dtype != self.net_.dtype:
            X = X.astype(self.net_.dtype)
        if sample_weight is None:
            return X, y, None
        weights = _check_sample_weight(
            sample_weight, X, dtype=X.dtype, ensure_non_negative=True, copy=True
        )
        counts = weights > 0
        if not counts.any():
            raise ValueError("every sample_weight is zero: there is nothing to learn from")
        return (X, y, weights) if counts.all() else (X[counts], y[counts], weights[counts])

    def _hold_back(self, X: Any, labels: NDArray[np.intp], weights: Any) -> Any:
        """Return samples to learn from, their labels and weights, and the same of those held."""
        rows = np.arange(len(labels))
        stratify = labels if np.bincount(labels).min() >= 2 else None
        seed = int(self._rng.integers(2**31))
        learned, held = train_test_split(
            rows, test_size=self.validation_fraction, random_state=seed, stratify=stratify
        )

        def of(rows: NDArray[np.intp]) -> tuple[Any, ...]:
            return X[rows], labels[rows], None if weights is None else weights[rows]

        return (*of(learned), of(held))


def _dense(x: Any) -> NDArray[Any]:
    """Return samples as an array: a mini-batch of a sparse matrix is small."""
    return np.asarray(x.toarray() if sparse.issparse(x) else x)
