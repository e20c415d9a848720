import numpy as np
import pytest

from pages.panels.scaling import fitted, verdict


@pytest.mark.parametrize(
    ("exponent", "error", "theory", "said"),
    [
        (0.90, 0.02, 1, "below"),
        (1.10, 0.02, 1, "above"),
        (0.97, 0.02, 1, "equal"),
        (1.04, 0.02, 1, "equal"),  # The limit counts as within.
        (2.30, 0.01, 2, "above"),
        (1.00, 0.0, 1, "equal"),
        (1.50, np.inf, 1, "open"),
    ],
)
def test_an_exponent_is_called_what_it_was_measured_to_be(exponent, error, theory, said):
    assert verdict(exponent, error, theory) == said


def test_an_exponent_is_shown_with_what_it_is_judged_by():
    assert fitted(0.9312, 0.0151) == "0.93 ± 0.03"
    assert fitted(0.9312, np.inf) == "0.93"
