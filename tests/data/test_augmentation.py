import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from simplenet.data.augmentation import (
    AUGMENTATIONS,
    MOVE,
    STRETCH,
    THICKEN,
    THIN,
    TURN,
    _warped,
    augmented,
)

SETS = [kinds for n in range(4) for kinds in itertools.combinations(AUGMENTATIONS, n)]


@pytest.fixture(scope="module")
def digits(mnist):
    return mnist.x_train[:100].copy()


def varied(x, kinds, seed=0):
    return augmented(x, kinds, np.random.default_rng(seed))


@pytest.mark.parametrize("kinds", SETS)
def test_digits_stay_images_and_the_originals_stay_as_they_are(digits, kinds):
    before = digits.copy()
    found = varied(digits, kinds)
    np.testing.assert_array_equal(digits, before)
    assert (found.shape, found.dtype) == (digits.shape, np.float32)
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-6
    assert kinds == () or (found != digits).any(axis=1).all()
    if kinds == ():
        np.testing.assert_array_equal(found, digits)


@pytest.mark.parametrize("kinds", SETS[1:])
def test_the_seed_decides(digits, kinds):
    np.testing.assert_array_equal(varied(digits, kinds, 3), varied(digits, kinds, 3))
    assert (varied(digits, kinds, 3) != varied(digits, kinds, 4)).any(axis=1).all()


@pytest.mark.parametrize("kinds", SETS[1:])
def test_every_digit_is_varied_in_its_own_way(digits, kinds):
    same = np.repeat(digits[:1], 20, axis=0)
    found = varied(same, kinds)
    assert len({x.tobytes() for x in found}) == 20


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_mini_batch_may_have_any_size(digits, n):
    assert varied(digits[:n], AUGMENTATIONS).shape == (n, 784)


def test_a_digit_stays_where_it_is_and_about_as_large(digits):
    found = varied(digits, ("affine",)).reshape(-1, 28, 28)
    far = MOVE + 7 * (TURN + STRETCH)  # Of a mass that is half a box away from the middle.
    for before, after in zip(digits.reshape(-1, 28, 28), found, strict=True):
        shift = np.subtract(ndimage.center_of_mass(after), ndimage.center_of_mass(before))
        assert np.abs(shift).max() < far
        assert 0.6 < after.sum() / before.sum() < 1.6


def test_strokes_get_thicker_and_thinner_within_their_limits(digits):
    images = digits.reshape(-1, 28, 28)
    cross = ndimage.generate_binary_structure(2, 1)[np.newaxis]
    brightest = ndimage.maximum_filter(images, footprint=cross)
    darkest = ndimage.minimum_filter(images, footprint=cross)
    found = varied(digits, ("thickness",)).reshape(images.shape)
    thicker, thinner = np.s_[:50], np.s_[50:]
    assert (found[thicker] >= images[thicker] - 1e-6).all()
    assert (found[thinner] <= images[thinner] + 1e-6).all()
    square = np.maximum(
        brightest, ndimage.maximum_filter(images, size=(1, 3, 3))
    )  # One axis after the other reaches the corners too.
    assert (found <= images + THICKEN * (square - images) + 1e-6).all()
    floor = np.minimum(darkest, ndimage.minimum_filter(images, size=(1, 3, 3)))
    assert (found >= images - THIN * (images - floor) - 1e-6).all()


@given(st.integers(-3, 3), st.integers(-3, 3), st.sampled_from([0.0, 0.25, 0.5]))
def test_a_move_is_the_one_of_scipy(down, right, part):
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (2, 784)).astype(np.float32)
    moves = np.empty((2, 2, 784), np.float32)
    moves[0], moves[1] = down + part, right + part
    expected = ndimage.shift(
        np.pad(x.reshape(2, 28, 28), ((0, 0), (5, 5), (5, 5))),
        (0, -down - part, -right - part),
        order=1,
    )[:, 5:-5, 5:-5]
    # What comes from outside comes from a thousandth of a pixel inside: see `_warped`.
    np.testing.assert_allclose(_warped(x, moves).reshape(2, 28, 28), expected, atol=2e-3)


def test_what_is_augmented_is_still_read(mnist):
    # By the nearest of the ten mean images, a reader that knows no augmentation.
    labels = mnist.t_train.argmax(axis=1)
    means = np.stack([mnist.x_train[labels == digit].mean(axis=0) for digit in range(10)])
    found = varied(mnist.x_train[:2000], AUGMENTATIONS)
    squares = (means**2).sum(axis=1) - 2 * found @ means.T
    assert np.mean(squares.argmin(axis=1) == labels[:2000]) > 0.6
