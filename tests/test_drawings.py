import base64
import zlib

import numpy as np
import pytest

from simplenet.drawings import HEADER, MOST_DRAWINGS, DrawingSet, DrawingSetError


def some(n, seed=0):
    rng = np.random.default_rng(seed)
    return DrawingSet(
        rng.integers(0, 256, (n, 784), np.uint8), rng.integers(0, 10, n).astype(np.uint8)
    )


def assert_same(first, second):
    np.testing.assert_array_equal(first.pixels, second.pixels)
    np.testing.assert_array_equal(first.labels, second.labels)


def test_a_drawing_joins_at_the_end_and_can_leave_again():
    x = np.linspace(0, 1, 784, dtype=np.float32).reshape(1, 784)
    before = some(3)
    after = before.added(x, 7)
    assert len(before) == 3
    assert len(after) == 4
    assert after.labels[-1] == 7
    np.testing.assert_allclose(after.pixels[-1] / 255, x[0], atol=0.5 / 255 + 1e-6)
    assert_same(after.without(3), before)


def test_the_same_drawing_joins_once_but_another_label_counts():
    x = np.ones(784)
    twice = DrawingSet.empty().added(x, 1).added(x, 1)
    assert len(twice) == 1
    assert len(twice.added(x, 7)) == 2


def test_merging_keeps_the_order_and_leaves_out_what_is_there():
    first, second = some(4), some(3, seed=1)
    both = first.merged(second)
    assert len(both) == 7
    assert_same(both.merged(second), both)
    assert_same(DrawingSet.empty().merged(first), first)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_it_comes_back_from_a_file_and_from_a_browser(n):
    drawings = some(n)
    assert_same(DrawingSet.from_csv(drawings.to_csv().encode()), drawings)
    assert_same(DrawingSet.from_text(drawings.to_text()), drawings)


def test_the_file_is_the_mnist_csv_that_others_read():
    drawings = some(2)
    header, first, *_ = drawings.to_csv().splitlines()
    assert header.split(",")[:3] == ["label", "1x1", "1x2"]
    assert header.split(",")[-1] == "28x28"
    assert first.split(",")[0] == str(drawings.labels[0])
    without_header = drawings.to_csv().split("\n", 1)[1]
    assert_same(DrawingSet.from_csv(b"\xef\xbb\xbf" + without_header.encode()), drawings)


ROW = ",".join(["7"] + ["0"] * 784)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello", "label and 784 pixels"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "label and 784 pixels"),
        (b"1,2,3", "label and 784 pixels"),
        (ROW[:-2].encode(), "label and 784 pixels"),
        (f"{ROW}\n{ROW},0".encode(), "label and 784 pixels"),
        (f"{HEADER}\n{ROW}x".encode(), "label and 784 pixels"),
        (ROW.replace("7", "1.5", 1).encode(), "label and 784 pixels"),
        (ROW.replace("7", "9" * 30, 1).encode(), "label and 784 pixels"),
        (ROW.replace("7", "10", 1).encode(), "labels must be 0 to 9, got 10"),
        (ROW.replace("7", "-1", 1).encode(), "0 to 255, got -1"),
        (ROW.replace("0", "256", 1).encode(), "0 to 255, got 0 to 256"),
        ("\n".join([ROW] * (MOST_DRAWINGS + 1)).encode(), "at most 1000 drawings, got 1001"),
        (b"0" * 4_000_001, "at most 4000000 bytes"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(content, reason):
    with pytest.raises(DrawingSetError, match=reason):
        DrawingSet.from_csv(content)


def packed(content):
    return base64.b64encode(zlib.compress(content)).decode()


@pytest.mark.parametrize(
    "text", ["?", "AAAA", "é", packed(b"x" * 784), packed(bytes(10**8)), some(1).to_text()[4:]]
)
def test_what_a_browser_sends_is_not_trusted(text):
    with pytest.raises(DrawingSetError, match="not a set of drawings"):
        DrawingSet.from_text(text)


@pytest.mark.parametrize("label", [-1, 10, 3.5])
def test_there_are_ten_digits(label):
    with pytest.raises(ValueError, match="labels must be"):
        DrawingSet.empty().added(np.zeros(784), label)


def test_a_full_set_says_so_and_keeps_what_it_has():
    full = some(MOST_DRAWINGS)
    with pytest.raises(DrawingSetError, match="at most 1000 drawings"):
        full.added(np.zeros(784), 1)
    assert len(full) == MOST_DRAWINGS
