import copy
import gzip
import hashlib
import http.server
import json
import pickle
import socket
import struct
import threading
import urllib.request
from urllib.error import HTTPError

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import simplenet.data.loading
from simplenet.data import Dataset, DataSourceError, load_mnist, mini_batch, one_hot_label
from simplenet.data.loading import BUNDLED

NAMES = ["x_train", "t_train", "x_test", "t_test"]

# The MD5 sums of the four files of http://yann.lecun.com/exdb/mnist/, uncompressed.
PUBLISHED = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}


def as_idx(array):
    """An array of bytes as an IDX file: 0, 0, 8 for bytes, the dimensions, the lengths."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture(scope="module")
def bundled():
    with np.load(BUNDLED, allow_pickle=False) as arrays:
        return dict(arrays)


# The bundled data


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_bundled_data_are_the_published_ones(bundled, name):
    assert hashlib.md5(as_idx(bundled[name])).hexdigest() == PUBLISHED[name]


def test_loaded_data_have_the_shapes_and_the_range_of_the_design(mnist):
    shapes = [(60000, 784), (60000, 10), (10000, 784), (10000, 10)]
    assert [getattr(mnist, name).shape for name in NAMES] == shapes
    assert all(getattr(mnist, name).dtype == np.float32 for name in NAMES)
    for x in (mnist.x_train, mnist.x_test):
        assert (x.min(), x.max()) == (0, 1)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["train", "test"])
def test_loaded_data_are_the_bundled_ones(mnist, bundled, part):
    x, t = getattr(mnist, f"x_{part}"), getattr(mnist, f"t_{part}")
    images, labels = bundled[f"x_{part}"], bundled[f"y_{part}"]
    for rows in np.array_split(np.arange(len(x)), 10):
        np.testing.assert_allclose(x[rows], images[rows].reshape(-1, 784) / 255, rtol=1e-6)
    assert (t.sum(axis=1) == 1).all()
    assert (t[np.arange(len(t)), labels] == 1).all()


def test_an_unknown_source_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"bundled.*openml.*'keras'"):
        load_mnist("keras")


# Data sets of pixels and of bytes


def images_and_labels(seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(256, size=(70, 28, 28), dtype=np.uint8)
    images[0, 0, :2] = 0, 255
    return images, rng.integers(10, size=70, dtype=np.uint8)


@pytest.fixture
def small(monkeypatch):
    """The data of 60 and 10 images, instead of 60,000 and 10,000."""
    monkeypatch.setattr(simplenet.data.loading, "TRAIN_SIZE", 60)
    monkeypatch.setattr(simplenet.data.loading, "TEST_SIZE", 10)
    return images_and_labels(seed=0)


def check(data, images, labels):
    np.testing.assert_array_equal(
        np.concatenate([data.pixels_train, data.pixels_test]), images.reshape(70, 784)
    )
    np.testing.assert_allclose(
        np.concatenate([data.x_train, data.x_test]), images.reshape(70, 784) / 255, rtol=1e-6
    )
    np.testing.assert_array_equal(
        np.concatenate([data.t_train, data.t_test]), labels[:, None] == np.arange(10)
    )
    assert (len(data.x_train), len(data.t_train)) == (60, 60)
    for name in NAMES:
        array = getattr(data, name)
        assert array.dtype == np.float32
        assert not array.flags.writeable


def test_bytes_become_pixels_once(small):
    images, labels = small
    x, t = images.reshape(70, 784), one_hot_label(labels)
    data = Dataset(x[:60], t[:60], x[60:], t[60:])
    np.testing.assert_allclose(data.x_train, x[:60] / 255, rtol=1e-6)
    assert data.x_train is data.x_train
    assert (data.x_test.min(), data.x_test.max()) == (0, 1)
    assert data.pixels_train.dtype == np.uint8


def test_pixels_stay_as_they_are():
    x, t = np.array([[0.0, 0.5], [1.0, 0.25]], np.float32), np.eye(2, dtype=np.float32)
    data = Dataset(x, t, x[:1], t[:1])
    np.testing.assert_array_equal(data.x_train, x)
    np.testing.assert_array_equal(data.x_test, x[:1])


def test_a_pixel_is_lit_if_any_training_image_lights_it():
    x = np.array([[0, 7, 0, 0], [0, 0, 0, 255]], np.uint8)
    test = np.array([[9, 9, 9, 9]], np.uint8)
    t = np.eye(2, dtype=np.float32)
    data = Dataset(x, t, test, t[:1])
    assert data.lit.tolist() == [False, True, False, True]
    assert data.lit_train.tolist() == [[7, 0], [0, 255]]
    full = Dataset(test, t[:1], x, t)
    assert full.lit.all()
    assert full.lit_train is full.pixels_train


def test_some_pixels_of_mnist_are_lit_in_no_training_image(mnist):
    assert mnist.lit.sum() == mnist.lit_train.shape[1] == 717
    assert not mnist.pixels_train[:, ~mnist.lit].any()


# OpenML: a server on this machine that speaks as openml.org does

LIST = "/api/v1/json/data/list/data_name/mnist_784/"
ABOUT = "/api/v1/json/data/554"
FEATURES = "/api/v1/json/data/features/554"
QUALITIES = "/api/v1/json/data/qualities/554"
FILE = "/data/v1/download/52667"
SITE = "https://www.openml.org"


def arff(images, labels):
    head = [f"@ATTRIBUTE pixel{i + 1} REAL" for i in range(784)]
    rows = [",".join(map(str, row)) for row in np.column_stack([images.reshape(-1, 784), labels])]
    head = ["@RELATION mnist_784", *head, "@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}", "@DATA"]
    return "\n".join([*head, *rows, ""]).encode()


class OpenML(http.server.BaseHTTPRequestHandler):
    """Answers from `server.answers`: a path, or the beginning of one, to a status and a body."""

    def do_GET(self):
        found = [v for k, v in self.server.answers.items() if self.path.startswith(k)]
        status, body = found[0]
        self.send_response(status)
        if body[:2] == b"\x1f\x8b":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def answers(content):
    """What OpenML answers about mnist_784, and its file."""
    flags = {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
    features = [
        {"index": str(i), "name": f"pixel{i + 1}", "data_type": "numeric", "is_target": "false"}
        for i in range(784)
    ]
    features.append({"index": "784", "name": "class", "data_type": "nominal", "is_target": "true"})
    about = {
        LIST: {"data": {"dataset": [{"did": 554, "version": 1}]}},
        FEATURES: {"data_features": {"feature": [feature | flags for feature in features]}},
        QUALITIES: {"data_qualities": {"quality": []}},
        ABOUT: {
            "data_set_description": {
                "name": "mnist_784",
                "version": "1",
                "status": "active",
                "format": "ARFF",
                "description": "MNIST",
                "url": f"{SITE}{FILE}/mnist_784.arff",
                "file_id": "52667",
                "md5_checksum": hashlib.md5(content).hexdigest(),
            }
        },
    }
    found = {path: (200, json.dumps(value).encode()) for path, value in about.items()}
    return found | {FILE: (200, gzip.compress(content, mtime=0))}


@pytest.fixture
def openml(small, tmp_path, monkeypatch):
    """A server of the small data, asked in place of openml.org, and an empty cache."""
    import sklearn.datasets._openml as scikit_learn

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OpenML)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.answers = answers(arff(*small))

    def urlopen(request):
        assert request.full_url.startswith(SITE)
        url = request.full_url.replace(SITE, server.address)
        return urllib.request.urlopen(urllib.request.Request(url, headers=request.headers))

    monkeypatch.setattr(scikit_learn, "urlopen", urlopen)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "scikit_learn_data"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_openml_has_the_same_data(small, openml):
    check(load_mnist("openml"), *small)


def test_what_openml_sent_is_kept_by_scikit_learn(small, openml):
    load_mnist("openml")
    openml.answers = {"/": (500, b"")}
    check(load_mnist("openml"), *small)


def check_failure(reason):
    with pytest.raises(DataSourceError, match=reason) as caught:
        load_mnist("openml")
    message = str(caught.value)
    assert "OpenML" in message
    assert "mnist_784" in message
    assert 'The source "bundled"' in message
    assert "offline" in message
    assert socket.getdefaulttimeout() is None
    cause = caught.value.__cause__
    if isinstance(cause, HTTPError):
        cause.close()  # Scikit-learn leaves it open.


def test_openml_cannot_be_reached(openml):
    with socket.create_server(("127.0.0.1", 0)) as server:
        openml.address = f"http://127.0.0.1:{server.getsockname()[1]}"
    # Nobody listens there any more.
    check_failure("refused")


def test_openml_never_answers(openml, monkeypatch):
    monkeypatch.setattr(simplenet.data.loading, "TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        openml.address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        check_failure("timed out")


@pytest.mark.parametrize(
    ("path", "status", "body", "reason"),
    [
        (LIST, 500, b"", "500"),
        (LIST, 412, b"", "not found"),
        (LIST, 200, b"<html>Sign in to the network</html>", "JSON"),
        (LIST, 200, b"{}", "KeyError"),
        (ABOUT, 200, b"[]", "TypeError"),
        (FILE, 200, b"other data", "md5"),
        (FILE, 200, gzip.compress(bytes(1000), mtime=0)[:-9], "EOFError"),
    ],
)
def test_openml_answers_with_something_else(openml, path, status, body, reason):
    openml.answers[path] = (status, body)
    check_failure(reason)


def a_row_less(images, labels):
    return images[:-1], labels[:-1]


def a_pixel_of_256(images, labels):
    images = images.astype(int)
    images[3, 4, 5] = 256
    return images, labels


def a_digit_of_10(images, labels):
    labels = labels.copy()
    labels[7] = 10
    return images, labels


def pixels_in_0_to_1(images, labels):
    return images // 255, labels


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (a_row_less, r"\(69, 784\)"),
        (a_pixel_of_256, "uint8"),
        (a_digit_of_10, "10"),
        (pixels_in_0_to_1, "0 to 1"),
    ],
)
def test_openml_has_other_data(small, openml, change, reason):
    openml.answers = answers(arff(*change(*small)))
    check_failure(reason)


# One-hot labels


LABELS = hnp.arrays(
    st.sampled_from([np.uint8, np.int32, np.int64]), st.integers(0, 50), elements=st.integers(0, 9)
)


@given(LABELS)
def test_one_hot_label_has_a_one_where_the_label_is(labels):
    t = one_hot_label(labels)
    assert t.dtype == np.float32
    np.testing.assert_array_equal(t, labels[:, None] == np.arange(10))


def test_one_hot_label_by_hand():
    t = one_hot_label([3, 0])
    assert t.tolist() == [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([0, 10], r"0\.\.9, got 0\.\.10"),
        ([-1], r"0\.\.9, got -1"),
        ([1.0], "integers, got float64"),
        ([True], "integers, got bool"),
        (["1"], "integers, got <U1"),
        ([[1]], r"shape \(n,\), got \(1, 1\)"),
        (1, r"shape \(n,\), got \(\)"),
    ],
)
def test_one_hot_label_names_what_is_wrong(labels, reason):
    with pytest.raises(ValueError, match=reason):
        one_hot_label(labels)


# Mini-batches


@given(st.integers(1, 20), st.integers(1, 50), st.integers(0, 2**32))
def test_mini_batch_draws_samples_with_their_labels(n, batch_size, seed):
    x, t = np.arange(2 * n).reshape(n, 2), np.arange(n)
    x_batch, t_batch = mini_batch(x, t, batch_size, np.random.default_rng(seed))
    assert (x_batch.shape, t_batch.shape) == ((batch_size, 2), (batch_size,))
    np.testing.assert_array_equal(x_batch, np.stack([2 * t_batch, 2 * t_batch + 1], axis=1))
    again, _ = mini_batch(x, t, batch_size, np.random.default_rng(seed))
    np.testing.assert_array_equal(x_batch, again)


def test_mini_batch_draws_with_replacement_from_all_samples_alike():
    x = np.arange(10)
    drawn, _ = mini_batch(x, x, 10_000, np.random.default_rng(0))
    # 1,000 of each are expected, 30 the standard deviation.
    assert np.abs(np.bincount(drawn, minlength=10) - 1000).max() < 5 * 30


def test_mini_batch_draws_100_and_others_each_time():
    x = np.arange(1000)
    first, second = mini_batch(x, x)[0], mini_batch(x, x)[0]
    assert len(first) == len(second) == 100
    assert (first != second).any()


@pytest.mark.parametrize(
    ("n_x", "n_t", "batch_size", "reason"),
    [(3, 2, 1, "got 3 and 2"), (0, 0, 1, "got 0 and 0"), (3, 3, 0, "batch_size.*got 0")],
)
def test_mini_batch_names_what_is_wrong(n_x, n_t, batch_size, reason):
    with pytest.raises(ValueError, match=reason):
        mini_batch(np.zeros((n_x, 784)), np.zeros((n_t, 10)), batch_size)


# What a data set may be made of


def test_labels_may_be_integers():
    x, t = np.eye(4), np.array([2, 0, 1, 2])
    data = Dataset(x, t, x[:2], t[:2])
    np.testing.assert_array_equal(data.t_train, np.eye(3)[t])
    assert data == Dataset(x, np.eye(3, dtype=np.float32)[t], x[:2], t[:2].tolist())
    assert Dataset(x, [0, 1, 0, 1], x[:1], [5]).t_train.shape == (4, 6)
    assert Dataset(x, t, classes=9).t_train.shape == (4, 9)
    assert Dataset(x, t[:, None]) == Dataset(x, t)
    for wrong in (["a", "b", "c", "a"], [0.0, 1.0, 2.0, 0.0], [0.5, 1, 2, 0]):
        with pytest.raises(ValueError, match="labels must be integers"):
            Dataset(x, wrong)
    with pytest.raises(ValueError, match=r"labels must be in 0\.\.1"):
        Dataset(x, t, classes=2)


def test_tables_are_samples_and_labels():
    table = pd.DataFrame({"width": [1.5, 2.0, -3.0], "height": [10.0, 0.0, 5.0], "kind": [0, 2, 1]})
    x, t = table[["width", "height"]], table["kind"]
    data = Dataset(x, t, x[:1], table[["kind"]][:1])
    np.testing.assert_array_equal(data.pixels_train, [[1.5, 10], [2, 0], [-3, 5]])
    np.testing.assert_array_equal(data.t_train, np.eye(3)[[0, 2, 1]])
    table.iloc[0, 0] = 99
    assert data.pixels_train[0, 0] == 1.5


def test_what_is_changed_afterwards_changes_no_data_set():
    x, t = np.eye(4), np.eye(2, dtype=np.float32)[[0, 1, 0, 1]]
    data = Dataset(x, t, x, t)
    as_it_was = Dataset(np.eye(4), t.copy(), np.eye(4), t.copy())
    x[:], t[0] = 0.5, [0, 1]
    assert data == as_it_was
    for array in (data.pixels_train, data.t_train, data.pixels_test, data.t_test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_data_set_that_is_read_only_is_not_copied(mnist):
    again = Dataset(mnist.pixels_train, mnist.t_train, mnist.pixels_test, mnist.t_test)
    assert np.shares_memory(again.pixels_train, mnist.pixels_train)
    assert np.shares_memory(again.t_train, mnist.t_train)
    assert again == mnist
    assert repr(mnist) == (
        "Dataset(60000 training and 10000 test samples, 784 features of uint8, 10 classes)"
    )


def test_a_pickle_has_no_more_than_what_was_given():
    x, t = np.zeros((500, 100), np.uint8), np.arange(500) % 10
    data = Dataset(x, t, x, t)
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert data.lit.sum() == 0
    content = pickle.dumps(data)
    assert len(content) < 2 * (x.nbytes + data.t_train.nbytes) + 2000
    again = pickle.loads(content)
    assert again == data
    assert not again.pixels_train.flags.writeable
    assert copy.copy(data) == data


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((3, 28, 28)), [0, 1, 2]), r"\(n, features\), got \(3, 28, 28\): images become"),
        ((np.zeros((3, 2)), [0, 1, 2], np.zeros((1, 3)), [0]), "samples have 2 .* samples 3"),
        ((np.zeros((3, 2)), [0, 1, 2], np.zeros((1, 2))), "both samples and labels"),
        ((np.zeros((3, 2)), np.eye(3), np.zeros((1, 2)), [[1, 0]]), r"everywhere, got \[2, 3\]"),
        ((np.zeros((3, 2)), np.zeros((3, 1, 1))), "shape"),
        ((np.array([["a", "b"]]), [0]), "must be numbers"),
    ],
)
def test_what_is_no_data_set_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Dataset(*arguments)


def test_one_hot_rows_of_any_number_of_classes():
    assert one_hot_label([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot_label([0], 1).tolist() == [[1]]
    for wrong in (0, 2.0):
        with pytest.raises(ValueError, match="classes must be"):
            one_hot_label([0], wrong)


def test_a_seed_draws_the_same_mini_batch_again():
    x, t = np.arange(50), np.arange(50)
    first, again = mini_batch(x, t, 5, 0)[0], mini_batch(x, t, 5, np.random.default_rng(0))[0]
    np.testing.assert_array_equal(first, again)
    with pytest.raises(ValueError, match=r"batch_size must be a whole number, got 2\.5"):
        mini_batch(x, t, 2.5)
