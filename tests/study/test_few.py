import numpy as np
import pytest

from simplenet.data import loaded
from simplenet.study.few import LOOKS, learned


def test_few_digits_are_learned_by_heart_and_others_are_read_less_well():
    found = learned(loaded("bundled"), 100, np.random.default_rng(0))
    np.testing.assert_array_equal(found.iterations, LOOKS)
    assert found.seen[-1] == 1
    assert found.seen[0] < 0.3
    assert 0.5 < found.unseen[-1] < 0.85
    assert found.gap == found.seen[-1] - found.unseen[-1]


@pytest.mark.parametrize("digits", [0, 60_001])
def test_there_must_be_as_many_digits(digits):
    with pytest.raises(ValueError, match=f"from 1 to 60000, got {digits}"):
        learned(loaded("bundled"), digits, np.random.default_rng(0))
