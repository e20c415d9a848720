import numpy as np
import pytest

from simplenet.ink.strokes import WAYS
from simplenet.ink.writing import write


def written(name, looks=6):
    return write(name, np.random.default_rng(1), pen=20, side=280, looks=looks)


def test_the_last_look_is_at_the_whole_digit():
    digit = written("open four")
    assert digit.digit == 4
    assert digit.moments[-1] == len(digit.points)
    assert (np.diff(digit.moments) > 0).all()
    assert digit.x.shape == (6, 784)
    assert len(digit.starts) == 2


def test_it_stands_in_the_middle_of_the_canvas():
    points = written("eight").points
    np.testing.assert_allclose(points.min(axis=0) + points.max(axis=0), 1, atol=1e-9)
    assert np.ptp(points, axis=0).max() == pytest.approx(0.62)


def test_a_look_shows_what_is_written_until_then_and_no_more():
    few, many = written("three", looks=2), written("three", looks=6)
    assert few.moments[0] == many.moments[2]
    np.testing.assert_array_equal(few.x[0], many.x[2])
    assert np.abs(few.x[0] - few.x[1]).max() > 0.5


def test_between_two_strokes_there_is_no_ink():
    four = written("open four")
    end, begin = four.points[four.starts[1] - 1], four.points[four.starts[1]]
    assert np.linalg.norm(end - begin) > 0.1  # The pen was lifted.
    whole = four.x[-1].reshape(28, 28)
    assert 0.05 < (whole > 0.5).mean() < 0.25


@pytest.mark.parametrize("name", [way.name for way in WAYS])
def test_every_way_of_writing_can_be_watched(name):
    digit = written(name, looks=2)
    assert digit.points.min() > 0
    assert digit.points.max() < 1
    assert digit.x.max() == pytest.approx(1)


def test_an_unknown_way_of_writing_is_refused():
    with pytest.raises(ValueError, match=r"hooked nine.*got 'ten'"):
        written("ten")
