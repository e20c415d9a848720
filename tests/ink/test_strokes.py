import numpy as np
import pytest
from scipy import ndimage

from simplenet.ink.strokes import WAYS, by_hand, drawn, pixels_of, written
from simplenet.runs.shipped import MODELS
from simplenet.storage import load_model


@pytest.fixture(params=WAYS, ids=lambda way: way.name)
def way(request):
    return request.param


def test_they_come_in_the_form_of_mnist():
    pixels, labels = written(40, np.random.default_rng(0))
    assert (pixels.shape, pixels.dtype, labels.shape) == ((40, 784), np.uint8, (40,))
    assert (pixels.max(axis=1) == 255).all()
    for x in pixels.reshape(-1, 28, 28):
        np.testing.assert_allclose(ndimage.center_of_mass(x), 14, atol=0.3)
    none, of_nothing = written(0, np.random.default_rng(0))
    assert (none.shape, of_nothing.shape) == ((0, 784), (0,))


def test_the_seed_decides():
    first, again, other = (written(20, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any(axis=1).all()


def test_every_digit_has_a_way_and_ways_come_by_their_shares(monkeypatch):
    assert {way.digit for way in WAYS} == set(range(10))
    monkeypatch.setattr("simplenet.ink.strokes.pixels_of", lambda way, rng: np.zeros(784, np.uint8))
    _, labels = written(20_000, np.random.default_rng(0))
    shares = np.array([sum(way.share for way in WAYS if way.digit == k) for k in range(10)])
    # Seven standard deviations of the share of a digit that is written one time in four.
    np.testing.assert_allclose(np.bincount(labels) / 20_000, shares / shares.sum(), atol=0.022)


def test_every_shape_is_another_one(way):
    rng = np.random.default_rng(0)
    assert len({pixels_of(way, rng).tobytes() for _ in range(10)}) == 10


def test_a_digit_is_drawn_whole(way):
    rng = np.random.default_rng(0)
    for pen in (0.05, 0.15):
        image = drawn(by_hand(way.shape(rng), rng), pen)
        assert image.any()
        edges = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert not edges.any()


def test_the_ends_of_a_stroke_stay_where_they_are(way):
    # Whatever a hand does to corners, the waves aside: a flag is not to become shorter.
    rng = np.random.default_rng(0)
    for path in way.shape(rng):
        [found] = by_hand([path], Still())
        np.testing.assert_allclose(found[[0, -1]], path[[0, -1]], atol=1e-9)


class Still:
    """A hand that does not shake, slant, turn or widen, and cuts corners as far as any does."""

    def normal(self, mean, deviation, shape=None):
        return 0.0 if shape is None else np.zeros(shape)

    def uniform(self, low, high):
        return high


@pytest.mark.parametrize("name", ["flagged one", "flagged one with foot"])
def test_a_flag_falls_to_the_left_from_the_top_of_the_stem(name):
    [way] = [way for way in WAYS if way.name == name]
    rng = np.random.default_rng(0)
    for _ in range(50):
        path = way.shape(rng)[0]
        top = path[:, 1].argmin()
        (x, y), end = path[0], path[-1]
        assert x < path[top, 0] - 0.03
        assert 0.05 < y - path[top, 1] < 0.7
        assert abs(end[0]) < 0.3
        assert end[1] == pytest.approx(1)


@pytest.mark.slow
def test_people_would_read_them(way):
    # By the network that knows many hands. A flag may be so level that people would not agree.
    net = load_model(MODELS / "robust.safetensors").net
    rng = np.random.default_rng(1)
    pixels = np.stack([pixels_of(way, rng) for _ in range(60)])
    assert net.accuracy(pixels, np.full(60, way.digit)) > 0.8


DRAWN = {
    "zero": 585.010188,
    "slashed zero": 713.725260,
    "bare one": 169.123757,
    "flagged one": 213.483573,
    "flagged one with foot": 421.415767,
    "footed one": 310.726335,
    "two": 555.521007,
    "looped two": 689.072099,
    "three": 470.458637,
    "flat three": 464.704362,
    "open four": 376.391751,
    "closed four": 489.641428,
    "one stroke four": 423.877811,
    "five": 574.969693,
    "one stroke five": 638.956975,
    "six": 581.657724,
    "seven": 316.599747,
    "slashed seven": 298.535295,
    "hooked seven": 305.136304,
    "eight": 697.743259,
    "ringed eight": 696.040196,
    "straight nine": 385.530009,
    "hooked nine": 437.900812,
}
"""Of each way, the sum of all coordinates of the first three that the seed 0 draws."""


def test_a_seed_draws_what_it_has_always_drawn(way):
    # So networks that were trained on such digits can be trained anew, and lessons stay the same.
    rng = np.random.default_rng(0)
    found = sum(np.abs(np.vstack(by_hand(way.shape(rng), rng))).sum() for _ in range(3))
    assert found == pytest.approx(DRAWN[way.name], rel=1e-6)
