import numpy as np
import pytest

from simplenet.study.layer_map import neighbours_agree, principal_map


def test_the_map_is_seen_from_where_the_activations_vary_most():
    rng = np.random.default_rng(0)
    wide, high, flat = 3 * rng.normal(size=400), rng.normal(size=400), 0.1 * rng.normal(size=400)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    found = principal_map(np.stack([wide, high, flat], axis=1) @ turn)
    for place, value in ((found.places[:, 0], wide), (found.places[:, 1], high)):
        assert abs(np.corrcoef(place, value)[0, 1]) > 0.99
    assert found.kept == pytest.approx((9 + 1) / (9 + 1 + 0.01), abs=0.01)


@pytest.mark.parametrize("hidden", [1, 2])
def test_a_few_units_lose_nothing(hidden):
    values = np.random.default_rng(0).normal(size=(50, hidden))
    found = principal_map(values)
    assert found.places.shape == (50, 2)
    assert found.kept == pytest.approx(1)
    far = np.linalg.norm(values[:, np.newaxis] - values, axis=2)
    np.testing.assert_allclose(
        np.linalg.norm(found.places[:, np.newaxis] - found.places, axis=2), far, atol=1e-9
    )


def test_units_that_say_nothing_have_a_map_too():
    found = principal_map(np.full((20, 5), 0.5))
    assert not found.places.any()
    assert np.isfinite(found.kept)


def test_neighbours_agree_by_count():
    places = np.array([[0, 0], [0, 1], [10, 0], [10, 1], [20, 0], [20, 1]], float)
    assert neighbours_agree(places, np.array([1, 1, 2, 2, 3, 3])) == 1
    assert neighbours_agree(places, np.array([1, 1, 2, 2, 3, 4])) == pytest.approx(4 / 6)
    assert neighbours_agree(np.zeros((4, 2)), np.array([5, 5, 5, 5])) == 1
