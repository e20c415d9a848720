import numpy as np
import pytest

from simplenet.study.morphing import morph


def test_a_morph_goes_in_equal_steps_from_one_end_to_the_other():
    rng = np.random.default_rng(0)
    first, second = rng.random(784), rng.random(784)
    found = morph(first, second, 11)
    np.testing.assert_array_equal(found[[0, -1]], [first, second])
    np.testing.assert_allclose(np.diff(found, axis=0), np.tile((second - first) / 10, (10, 1)))
    np.testing.assert_allclose(found[5], (first + second) / 2)


def test_bytes_are_pixels_as_well():
    found = morph(np.zeros(784, np.uint8), np.full(784, 255, np.uint8), 3)
    np.testing.assert_allclose(found[:, 0], [0, 0.5, 1])


def test_one_image_is_no_morph():
    with pytest.raises(ValueError, match="got 1"):
        morph(np.zeros(784), np.ones(784), 1)
