import numpy as np
import pytest

from simplenet.ink.novelty import known_digits
from simplenet.ink.strangers import STRANGERS, stranger


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_a_picture_that_looks_like_no_digit(name):
    x = stranger(name)
    assert x.shape == (784,)
    assert 0 <= x.min() < x.max() <= 1
    assert known_digits().look(x).doubt == "unlike"
    np.testing.assert_array_equal(stranger(name), x)


def test_no_other_picture_is_there():
    with pytest.raises(KeyError):
        stranger("seven")
