import numpy as np
import pytest
from scipy import ndimage

from simplenet.data import Dataset
from simplenet.ink import canvas_to_input, pairs
from simplenet.ink.novelty import PAIR, aspect
from simplenet.ink.pairs import PairUnit, pair_unit, touching
from tests.ink.drawn import drawings


@pytest.mark.slow
def test_pairs_that_it_never_saw_are_told_and_single_digits_are_not(mnist):
    seen = touching(mnist.pixels_test, 200, np.random.default_rng(3))
    assert seen.shape == (200, 784)
    assert 0 <= seen.min() < seen.max() <= 1
    assert (pair_unit().shares(seen) > PAIR).mean() > 0.7
    drawn = np.concatenate([canvas_to_input(image) for image in drawings(100, seed=3)[0]])
    assert (pair_unit().shares(drawn) > PAIR).mean() < 0.02
    assert (pair_unit().shares(mnist.pixels_test) > PAIR).mean() < 0.002


def test_a_pair_is_wide_and_the_same_for_the_same_seed(mnist):
    found, again = (touching(mnist.pixels_test, 40, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(found, again)
    wide = [aspect(image) for image in found.reshape(-1, 28, 28)]
    assert np.median(wide) > 1.1
    assert np.median([aspect(image) for image in mnist.x_test[:40].reshape(-1, 28, 28)]) < 0.9


def test_a_unit_learns_it_from_any_digits_and_comes_back_from_its_file(
    mnist, monkeypatch, tmp_path
):
    monkeypatch.setattr(pairs, "PAIRS", 150)
    monkeypatch.setattr(pairs, "SINGLES", 600)
    few = Dataset(
        mnist.pixels_train[:2000],
        mnist.t_train[:2000],
        mnist.pixels_test[:10],
        mnist.t_test[:10],
    )
    unit = PairUnit.of(few)
    seen = touching(mnist.pixels_test, 60, np.random.default_rng(4))
    assert unit.shares(seen).mean() > 0.6
    assert unit.shares(mnist.pixels_test[:300]).mean() < 0.1
    unit.save(tmp_path / "unit.npz")
    again = PairUnit.load(tmp_path / "unit.npz")
    assert again.shares(seen) == pytest.approx(unit.shares(seen), abs=1e-6)


def test_the_two_of_a_pair_stand_abreast_and_as_far_apart_as_they_should(monkeypatch):
    monkeypatch.setattr(pairs, "SCALES", (1.0, 1.0))
    monkeypatch.setattr(pairs, "GAPS", (4.0, 4.0))
    leaning = np.zeros((28, 28), np.uint8)
    rows, columns = np.arange(4, 24), 16 - np.arange(20) // 4
    for width in range(3):
        leaning[rows, columns + width] = 255
    found = touching(leaning.reshape(1, 784), 40, np.random.default_rng(0))
    lower = []
    for image in found.reshape(-1, 28, 28) > 0.5:
        labels, count = ndimage.label(image, np.ones((3, 3)))
        assert count == 2
        left, right = sorted((labels == 1, labels == 2), key=lambda part: part.any(axis=0).argmax())
        both = left.any(axis=1) & right.any(axis=1)
        assert both.sum() > 13
        gaps = right[both].argmax(axis=1) - (28 - left[both, ::-1].argmax(axis=1))
        assert 2 <= gaps.min() <= 5
        lower.append(right.any(axis=1).argmax() - left.any(axis=1).argmax())
    assert min(lower) < 0 < max(lower)
