"""SimpleNetClassifier, as scikit-learn and its users take it."""

import pickle
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from simplenet import SimpleNet, load_model, save_model
from simplenet.estimator import SimpleNetClassifier
from simplenet.training.weighted import weighted_backprop

pytestmark = pytest.mark.filterwarnings("ignore:it still made progress")


@pytest.fixture(scope="module")
def iris():
    x, t = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(x), t


def small(**settings):
    return SimpleNetClassifier(**{"hidden_size": 8, "max_iter": 20, "random_state": 0} | settings)


@pytest.mark.slow
def test_every_check_of_scikit_learn_passes():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(SimpleNetClassifier(), on_fail=None)
    wrong = {one["check_name"]: one["exception"] for one in found if one["status"] != "passed"}
    # Not of this class: it asks for an environment variable of SciPy's.
    assert set(wrong) <= {"check_array_api_input"}, wrong
    assert len(found) > 50
    assert not any(one["expected_to_fail"] for one in found)
    names = {one["check_name"] for one in found}
    assert "check_sample_weight_equivalence_on_sparse_data" in names


@pytest.mark.parametrize("load", [load_iris, load_wine, load_digits])
def test_it_learns(load):
    x, t = load(return_X_y=True)
    model = make_pipeline(StandardScaler(), SimpleNetClassifier(max_iter=100, random_state=0))
    assert cross_val_score(model, x[::2], t[::2], cv=3).mean() > 0.92


def test_labels_may_be_words(iris):
    x, t = iris
    words = np.array(["setosa", "versicolor", "virginica"])[t]
    model, numbers = small().fit(x, words), small().fit(x, t)
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert model.predict(x).tolist() == model.classes_[numbers.predict(x)].tolist()
    np.testing.assert_allclose(model.predict_proba(x).sum(axis=1), 1)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(x)), model.predict_proba(x))


def test_a_seed_gives_the_same_again(iris):
    first, again, other = (small(random_state=seed).fit(*iris).net_ for seed in (3, 3, 4))
    assert first == again != other


def test_its_network_is_one_to_save(iris, tmp_path):
    model = small().fit(*iris)
    save_model(tmp_path / "iris.safetensors", model.net_)
    net = load_model(tmp_path / "iris.safetensors").net
    np.testing.assert_allclose(net.predict(iris[0]), model.predict_proba(iris[0]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [16, 1000])
def test_sparse_samples_are_the_same_samples(iris, dtype, batch_size):
    x, t = iris[0].astype(dtype), iris[1]
    x[x < 0] = 0
    dense, thin = (small(batch_size=batch_size).fit(kind, t) for kind in (x, sparse.csr_array(x)))
    assert dense.net_ == thin.net_
    assert dense.net_.dtype == dtype
    np.testing.assert_array_equal(thin.predict_proba(sparse.csc_array(x)), dense.predict_proba(x))


def test_a_weight_of_two_is_the_sample_twice(iris):
    x, t = iris[0][::10], iris[1][::10]
    weights = np.arange(len(x)) % 3
    weighted = small().fit(x, t, sample_weight=weights)
    repeated = small().fit(x.repeat(weights, axis=0), t.repeat(weights))
    np.testing.assert_allclose(weighted.predict_proba(x), repeated.predict_proba(x))


def test_weights_count_in_mini_batches_too(iris):
    x = iris[0]
    t = np.arange(len(x)) % 2  # Nothing to learn but how much each class counts.
    model = small(batch_size=10, learning_rate=0.01, momentum=0.0, max_iter=40)
    model.fit(x, t, sample_weight=np.where(t, 3.0, 1.0))
    assert model.predict_proba(x)[:, 1].mean() == pytest.approx(0.75, abs=0.05)
    scaled = clone(model).fit(x, t, sample_weight=np.where(t, 300.0, 100.0))
    np.testing.assert_allclose(scaled.predict_proba(x), model.predict_proba(x))


def test_the_weighted_gradient_is_backprops():
    rng = np.random.default_rng(0)
    net = SimpleNet(4, 3, 2, 1.0, rng, np.float64)
    x, t = rng.random((5, 4)), rng.integers(2, size=5)
    found = {key: np.empty_like(value) for key, value in net.params.items()}
    loss = weighted_backprop(net.params, x, t, np.full(5, 0.2), found)
    expected_loss, expected = net.loss_and_gradient(x, t)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=1e-12)


def test_loss_curve_and_epochs(iris):
    model = small(max_iter=7).fit(*iris)
    assert model.n_iter_ == len(model.loss_curve_) == 7
    assert model.loss_ == model.loss_curve_[-1] < model.loss_curve_[0]
    with pytest.warns(ConvergenceWarning, match="still made progress after 7 epochs"):
        model.fit(*iris)
    patient = small(max_iter=1000, tol=0.01, n_iter_no_change=3).fit(*iris)
    assert 3 < patient.n_iter_ < 1000


def test_early_stopping_ends_with_the_best_weights(iris):
    x, t = iris
    model = small(early_stopping=True, max_iter=300, n_iter_no_change=5).fit(x, t)
    assert model.n_iter_ == len(model.validation_scores_) < 300
    assert max(model.validation_scores_) > 0.9
    assert model.score(x, t) > 0.9


def test_partial_fit_is_an_epoch(iris):
    x, t = iris
    model = small()
    for _ in range(30):
        model.partial_fit(x, t, classes=[0, 1, 2, 7])
    assert model.classes_.tolist() == [0, 1, 2, 7]
    assert model.n_iter_ == len(model.loss_curve_) == 30
    assert model.score(x, t) > 0.9
    again = pickle.loads(pickle.dumps(model))
    assert again.partial_fit(x, t).net_ == model.partial_fit(x, t).net_
    with pytest.raises(ValueError, match=r"not among classes: \[5\]"):
        model.partial_fit(x[:2], [5, 0])
    with pytest.raises(ValueError, match="classes must stay"):
        model.partial_fit(x, t, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="needs all classes"):
        small().partial_fit(x, t)
    with pytest.raises(ValueError, match="early_stopping=False"):
        small(early_stopping=True).partial_fit(x, t, classes=[0, 1, 2])


def test_a_warm_start_goes_on(iris):
    x, t = iris
    model = small(max_iter=5, warm_start=True).fit(x, t)
    before = model.loss_
    assert model.fit(x, t).loss_curve_[0] < before
    assert clone(model).set_params(warm_start=False).fit(x, t).fit(x, t).loss_ == before
    with pytest.raises(ValueError, match=r"goes on with the classes \[0, 1, 2\], got \[0, 1\]"):
        model.fit(x[:100], t[:100])


@pytest.mark.slow
def test_a_grid_is_searched_in_two_processes(iris):
    model = make_pipeline(StandardScaler(), small())
    grid = {"simplenetclassifier__learning_rate": [1e-6, 0.5]}
    search = GridSearchCV(model, grid, cv=2, n_jobs=2).fit(*load_iris(return_X_y=True))
    assert search.best_params_ == {"simplenetclassifier__learning_rate": 0.5}
    assert search.best_score_ > 0.9


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("hidden_size", 0, "a whole number of at least 1, got 0"),
        ("hidden_size", 2.5, "a whole number"),
        ("learning_rate", -1.0, "more than 0"),
        ("learning_rate", "0.1", "more than 0, got '0.1'"),
        ("momentum", 1.0, r"in \[0, 1\)"),
        ("batch_size", 0, '"auto" or at least 1, got 0'),
        ("max_iter", True, "a whole number"),
        ("tol", np.nan, "0 or more, got nan"),
        ("validation_fraction", 1.0, "between 0 and 1"),
        ("weight_init_std", -1, "None, or 0 or more"),
    ],
)
def test_a_setting_that_cannot_be_is_named(iris, setting, value, words):
    with pytest.raises(ValueError, match=f"{setting} must be {words}"):
        small(**{setting: value}).fit(*iris)


def test_what_is_not_trained_does_not_answer(iris):
    with pytest.raises(NotFittedError):
        small().predict(iris[0])
